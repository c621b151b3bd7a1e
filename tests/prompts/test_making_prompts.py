"""A prompt is written from its parts, in order, and read back."""

from __future__ import annotations

import copy
import json
import pickle
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.generated.rules import PARAMETERS
from legnext_client.prompts import Prompt
from tests.tables import for_each

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace(Enum):
    HIGH = "high"


@pytest.mark.parametrize(
    ("make", "got"),
    [
        (lambda: Prompt(5), "5"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (lambda: Prompt(None, ar="16:9"), "None"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (lambda: Prompt("a fox", images=[7]), "7"),  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
        (lambda: Prompt.parse(None), "None"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ],
)
def test_what_is_no_text_becomes_no_prompt(make: Callable[[], Prompt], got: str) -> None:
    with pytest.raises(TypeError, match=f"a prompt must be a string; got {got}"):
        make()


def test_parts_are_written_in_the_recommended_order() -> None:
    prompt = Prompt(
        "a lighthouse",
        draft=True,
        tile=True,
        raw=True,
        v=7,
        turbo=True,
        weird=5,
        chaos=4,
        stylize=200,
        quality=2,
        ar="16:9",
        no=["people", "boats"],
        images=["https://example.com/a.png", "https://example.com/b.png"],
    )
    assert str(prompt) == (
        "https://example.com/a.png https://example.com/b.png a lighthouse "
        "--ar 16:9 --q 2 --s 200 --c 4 --w 5 --turbo --v 7 --raw --tile --draft --no people, boats"
    )


@for_each(
    ("flags", "text"),
    [
        ({"version": "8.1"}, "--v 8.1"),
        ({"v": 8.1}, "--v 8.1"),
        ({"v": 7.0}, "--v 7"),
        ({"niji": 6}, "--niji 6"),
        ({"niji": True}, "--niji"),
        ({"aspect": (16, 9)}, "--ar 16:9"),
        ({"q": 0.5}, "--q 0.5"),
        ({"iw": 0.00001}, "--iw 0.00001"),
        ({"sref": ["1234567", "https://example.com/s.png"]}, "--sref 1234567 https://example.com/s.png"),
        ({"sref": "random"}, "--sref random"),
        ({"motion": Pace.HIGH}, "--motion high"),
        ({"batchsize": 2}, "--bs 2"),
        ({"raw": False, "tile": None}, ""),
        ({"seed": 0}, "--seed 0"),
    ],
)
def test_values_are_written_as_the_service_reads_them(flags: dict[str, Any], text: str) -> None:
    assert str(Prompt("x", **flags)) == f"x {text}".strip()


def _with_flag(name: str) -> Prompt:
    flags: dict[str, Any] = {name: "1"}
    return Prompt("x", **flags)


@for_each("row", PARAMETERS)
def test_every_flag_of_the_table_is_a_keyword_by_each_of_its_names(row: Any) -> None:
    names = [name for name in (row.flag, row.short, row.long) if name]
    (prompt,) = {_with_flag(name) for name in names}
    assert prompt.flags == {row.flag: "1"}


def test_a_keyword_that_is_no_flag_is_refused_with_the_nearest() -> None:
    with pytest.raises(TypeError, match="'stilize' is not a prompt flag; did you mean 'stylize'"):
        Prompt("x", stilize=3)
    with pytest.raises(TypeError, match="given twice"):
        Prompt("x", ar="1:1", aspect="2:1")


def test_a_prompt_tells_its_parts() -> None:
    prompt = Prompt.parse("https://example.com/a.png  two  cats --V7 --raw --NO dogs, mice  --new 3 — fine —ar 1:1")
    assert prompt.images == ("https://example.com/a.png",)
    assert prompt.words == "two  cats"
    assert prompt.flags == {
        "version": "7", "raw": True, "no": "dogs, mice", "new": "3 — fine", "aspect": "1:1"
    }  # fmt: skip


@for_each(
    ("text", "kind", "model"),
    [
        ("x", "image", "7"),
        ("x --v 6.1", "image", "6.1"),
        ("x --v8.1 --hd", "image", "8.1"),
        ("x --niji", "image", "niji 6"),
        ("x --niji 6 --raw", "image", "niji 6"),
        ("x --v 999", "image", None),
        ("x --v", "image", None),
        ("x --v 8", "video", "video"),
        ("x --version 8 then words", "image", "8"),
    ],
)
def test_a_prompt_tells_its_model(text: str, kind: Any, model: str | None) -> None:
    assert Prompt.parse(text, kind).model == model


def test_a_prompt_can_be_made_again_of_its_parts() -> None:
    prompt = Prompt("a cat", images="https://example.com/a.png", ar="16:9", raw=True, no=["a", "b"])
    flags: dict[str, Any] = dict(prompt.flags)
    assert Prompt(prompt.words, images=prompt.images, **flags) == prompt


def test_flags_can_be_changed_added_and_taken_away() -> None:
    prompt = Prompt.parse("https://a.b/c.png  two  cats —ar 16:9 --new  x y --raw --ar 3:2 ", "video")
    changed = prompt.with_flags(aspect="1:1", raw=False, no=["dogs"], seed=3)
    assert str(changed) == "https://a.b/c.png  two  cats --new  x y --ar 1:1 --seed 3 --no dogs"
    assert changed.kind == "video"
    assert str(Prompt("").with_flags(raw=True)) == "--raw"
    assert Prompt("a cat", ar="1:1").with_flags() == "a cat --ar 1:1"


def test_a_prompt_is_text_wherever_text_is_wanted() -> None:
    prompt = Prompt("a cat", ar="1:1")
    assert json.dumps({"text": prompt}) == '{"text": "a cat --ar 1:1"}'
    assert type(str(prompt)) is str
    assert prompt == "a cat --ar 1:1"
    assert hash(prompt) == hash("a cat --ar 1:1")
    assert f"{prompt}" == "a cat --ar 1:1"


def test_a_prompt_survives_copying_and_pickling() -> None:
    prompt = Prompt.parse("  a cat --ar 1:1  ", "video")
    for other in (copy.copy(prompt), copy.deepcopy(prompt), pickle.loads(pickle.dumps(prompt))):
        assert (str(other), other.kind, type(other)) == (str(prompt), "video", Prompt)
    assert repr(prompt) == "Prompt.parse('  a cat --ar 1:1  ')"


def test_the_kind_is_no_part_of_the_text() -> None:
    assert Prompt("x", bs=2, kind="video") == Prompt.parse("x --bs 2")
    assert Prompt("x", bs=2, kind="video").check() == []
    assert [problem.kind for problem in Prompt.parse("x --bs 2").check()] == ["video flag"]
    assert Prompt.parse("x --bs 2").check("video") == []
