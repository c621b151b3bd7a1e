"""Names of files: the same for the same file for ever, different for different ones, sound on every system."""

from __future__ import annotations

from typing import Any

import pytest

from legnext_client._downloads.file_names import (
    URL_FIELDS,
    extension,
    fields_of,
    names,
    reduced,
    stem,
)
from legnext_client.errors import InvalidRequest
from tests.tables import for_each

ONE: dict[str, str | int] = {"n": 3, "ext": ".png", "stem": "cat"}


def named(template: object, **values: str | int) -> str:
    (name,) = names(template, URL_FIELDS, [ONE | values])
    return name


def refusal(template: object, allowed: tuple[str, ...] = URL_FIELDS, count: int = 1) -> str:
    with pytest.raises(InvalidRequest) as raised:
        names(template, allowed, [ONE] * count)
    return raised.value.message


def test_the_fields_of_a_template_are_those_in_braces() -> None:
    assert fields_of("all/{{n}}-{n:03}-{stem}.png", URL_FIELDS) == {"n", "stem"}
    assert fields_of("all.png", URL_FIELDS) == set()
    with pytest.raises(InvalidRequest):
        fields_of("{job_id}", URL_FIELDS)


@for_each(
    ("template", "name"),
    [
        ("{stem}_{n}{ext}", "cat_3.png"),
        ("{stem}/{n:03}{ext}", "cat/003.png"),
        ("a-{n:d}", "a-3"),
        ("a-{n:2}", "a- 3"),
        ("a-{n:09d}{ext}b", "a-000000003.pngb"),
        ("{{n}}", "{n}"),
        ("a b", "a b"),
        ("XX", "XX"),
        ("n", "n"),
    ],
)
def test_a_template_is_filled_in(template: str, name: str) -> None:
    assert named(template) == name


def test_each_file_has_its_own_values() -> None:
    files: list[dict[str, str | int]] = [{"n": n, "ext": ext, "stem": "a/b"} for n, ext in enumerate([".png", ""])]
    assert names("{n}{ext}-{stem}", URL_FIELDS, files) == ["0.png-a_b-c14cddc0", "1-a_b-c14cddc0"]


@pytest.mark.parametrize("names_of_two", [("a", "a"), ("a", "A"), ("straße", "STRASSE"), ("\u00e9", "e\u0301")])
def test_two_names_that_are_one_to_some_system_are_refused(names_of_two: tuple[str, str]) -> None:
    with pytest.raises(InvalidRequest, match=r"needs \{n\}; got '.*' twice"):
        names("{ext}", URL_FIELDS, [{"ext": name} for name in names_of_two])


@for_each(
    ("template", "said"),
    [
        (None, "name must be a string such as '{n}{ext}'; got 'None'."),
        ("{n", "name is not a valid template ("),
        ("{url}", "name may contain {n}, {ext}, {stem}; got {url} in '{url}'."),
        ("{n!r}", "name may contain {n}, {ext}, {stem}; got {n} in '{n!r}'."),
        ("{stem:3}", "name may only give {n} a width, as in {n:03}; got '{stem:3}'."),
        ("{n:x}", "name may only give {n} a width, as in {n:03}; got '{n:x}'."),
        ("{n:10}", "name may only give {n} a width"),
        ("../{n}", "name must be valid on any system; got '../3', which is empty or leads elsewhere."),
        ("a.", "name must be valid on any system; got 'a.', which is a name that some systems do not allow."),
    ],
)
def test_a_template_that_cannot_be_is_refused_in_its_own_words(template: Any, said: str) -> None:
    assert refusal(template).startswith(said)


def test_a_template_may_be_as_long_as_a_path_and_no_longer() -> None:
    long = "/".join(["x" * 127] * 8)
    assert named(long + "y") == long + "y"
    assert "must be a string" in refusal(long + "yy")
    with pytest.raises(InvalidRequest, match="is too long"):
        named("/".join(["{stem}"] * 13), stem="x" * 80)


@for_each("part", ["", ".", "..", "...", "a.", "a ", " a", " ", "a:b", "a\\b", "a\tb", "a\u202eb"])
def test_no_part_of_a_name_leads_elsewhere_or_is_lost_on_some_system(part: str) -> None:
    for template in (part, f"a/{part}", f"{part}/a", f"a/{part}/a"):
        assert refusal(template).startswith("name must be valid on any system; got ")


@for_each("character", '<>:"|?*\\')
def test_a_character_that_windows_keeps_for_itself_is_refused(character: str) -> None:
    assert "contains a character that some systems do not allow" in refusal(f"a{character}b")


@for_each("name", ["con", "PRN", "aux", "nul.tar.gz", "conin$", "CONOUT$", "com1", "com³", "lpt9.png"])
def test_a_device_of_windows_is_no_name(name: str) -> None:
    assert "is a name that some systems do not allow" in refusal(name)
    assert "is a name that some systems do not allow" in refusal(f"{name}/a")
    assert named(f"a{name}") == f"a{name}"
    assert named(f"{name[:3]}-{name}") == f"{name[:3]}-{name}"


def test_a_file_must_not_begin_with_a_dot_and_a_folder_may() -> None:
    assert "begins with a dot, which is reserved for unfinished files" in refusal(".cat")
    assert named(".cats/a") == ".cats/a"


def test_a_name_leaves_room_for_that_of_the_unfinished_file() -> None:
    longest = "é" * 120
    assert named(longest) == longest
    assert len(f".{longest}.part.json".encode()) <= 255
    assert "is longer than 240 bytes" in refusal(longest + "x")
    assert "is longer than 240 bytes" in refusal(longest + "x/a")


@for_each(
    ("value", "name"),
    [
        ("5dd94ec3-7282-4f04-9445-59e850ef1822", "5dd94ec3-7282-4f04-9445-59e850ef1822"),
        ("a.b_c-D.9", "a.b_c-D.9"),
        ("a/b", "a_b-c14cddc0"),
        ("a\\ \nb", "a_b-90657cfa"),
        ("..", "unnamed-5ec1f7e7"),
        ("", "unnamed-e3b0c442"),
        ("-rf.", "rf-3a3172d8"),
        ("X/X", "X_X-30719a12"),
        ("\ud800", "_-91a681b9"),
        ("A" * 81, "A" * 80 + "-9feacd76"),
        ("A" * 79 + ".x", "A" * 79 + "-2e722840"),
    ],
)
def test_a_value_has_the_same_name_in_every_release(value: str, name: str) -> None:
    """Else what is there would be fetched again."""
    assert reduced(value) == name


@for_each(
    ("url", "name", "ending"),
    [
        ("https://cdn.example/x/cat.png", "cat", ".png"),
        ("https://cdn.example/XX/cat.PNG?a=/b.gif#/c.gif", "cat", ".png"),
        ("https://cdn.example/a%2Fb%5Ccat.tar.gz", "cat.tar", ".gz"),
        ("https://cdn.example/c%61t.jpe%67", "cat", ".jpeg"),
        ("https://cdn.example/cat", "cat", ""),
        ("https://cdn.example/cat.", "cat.", ""),
        ("https://cdn.example/cat.a-b", "cat.a-b", ""),
        ("https://cdn.example/cat.12345678", "cat", ".12345678"),
        ("https://cdn.example/cat.123456789", "cat.123456789", ""),
        ("https://cdn.example/.png", ".png", ""),
        ("https://cdn.example/", "", ""),
        ("https://cdn.example", "", ""),
    ],
)
def test_the_name_in_an_address_has_a_stem_and_an_ending(url: str, name: str, ending: str) -> None:
    assert (stem(url), extension(url)) == (name, ending)
