"""Values as people write them: an enum's by its words, an object by its pairs; what is not understood stays."""

from __future__ import annotations

from typing import Any

import pytest

from legnext_client._protocol.literals import chosen, name_of, names_of, pairs_of, understood
from legnext_client.generated.operations import Field

SIZE = Field("the_size", "theSize", "integer", enum=(0, 1), enum_names=("SD_480P", "HD_720P"))
PLAIN = Field("shade", "shade", "string", enum=("dark", "light"))
TEXTS = Field("size", "size", "string", enum=("2K", "4K"), enum_names=("TWO_K", "FOUR_K"))
BOX = Field(
    "box",
    "box",
    "object",
    fields=(
        Field("x", "x", "integer"),
        Field("url", "theUrl", "string"),
        Field("y", "y", "array"),
        Field("o", "o", "object"),
    ),
)


@pytest.mark.parametrize(
    ("field", "given", "value"),
    [
        *((SIZE, given, 1) for given in ("1", "hd-720p", "HD_720P", "720P", "hd")),
        *((SIZE, given, given) for given in ("", "2", "720", "1080p", "sd-hd")),
        *((PLAIN, given, "dark") for given in ("dark", "DARK")),
        (PLAIN, "XX", "XX"),
        (Field("only", "only", "string", enum=("one",)), "xx", "xx"),
        (TEXTS, "two-k", "2K"),
    ],
)
def test_a_value_goes_by_itself_its_name_or_a_word_of_one_name(field: Field, given: str, value: Any) -> None:
    assert chosen(field, given) == value


def test_numbers_that_have_names_are_written_by_them() -> None:
    assert names_of(SIZE) == ("sd-480p", "hd-720p")
    assert names_of(PLAIN) == ("dark", "light")
    assert names_of(TEXTS) == ("2K", "4K"), "texts are words already"
    assert names_of(Field("n", "n", "integer", enum=(0, 1))) == ("0", "1")
    assert (name_of(SIZE, 7), name_of(Field("n", "n", "integer"), 7)) == ("7", "7")


def test_fields_of_a_file_are_understood_by_either_name_and_others_left_alone() -> None:
    text = Field("text", "text", "string")
    given = {"the_size": "720p", "text": "hd", "more": "hd", "x": None}
    assert understood((SIZE, text), given) == {**given, "the_size": 1}
    assert understood((SIZE, text), {"theSize": "480p"}) == {"theSize": 0}
    assert understood((SIZE,), {"theSize": 1}) == {"theSize": 1}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("x=1,theUrl=https://a/b,c?d=e", [("x", "1"), ("theUrl", "https://a/b,c?d=e")]),
        (" x = 1", [("x", " 1")]),
        ("url=a,z=1,x=2", [("url", "a,z=1"), ("x", "2")]),
        ("y=[1,z=2]", [("y", "[1,z=2]")]),
        ("o={1,z=2}", [("o", "{1,z=2}")]),
        ("z=1", [("z", "1")]),
        ("x=1,z=2", [("z", "2"), ("x", "1")]),
        ("x", []),
        ('{"x": "a=b"', []),
        (' {"x": "a=b"', []),
    ],
)
def test_an_object_is_taken_apart_where_its_names_begin(text: str, pairs: list[tuple[str, str]]) -> None:
    assert pairs_of(BOX, text) == pairs
    assert pairs_of(SIZE, text) == []
