"""The page as a file: where it goes, that it is whole, and that nothing in it but its own scripts can be run."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from legnext_client._journal.submit import FAILED
from legnext_client.errors import ConfigurationError, JournalError
from legnext_client.gallery import gallery
from legnext_client.gallery.files import common_directory

from .hostile import HOSTILE
from .journals import PNG, Page, Writing, page_of

if TYPE_CHECKING:
    from collections.abc import Iterator

WEB = Path(__file__).parents[2] / "legnext_client" / "gallery" / "web"


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    with Writing(tmp_path / "run.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of one row."""
    path = tmp_path_factory.mktemp("page") / "run.db"
    with Writing(path) as writing:
        writing.request("fox")
    return page_of(path)


def picture(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(PNG)
    return str(path)


# ---- where it goes --------------------------------------------------------------------------------------------------


def test_it_goes_to_the_directory_that_the_files_are_in(writing: Writing, tmp_path: Path) -> None:
    writing.request("fox", files=[picture(tmp_path / "shots" / "fox.png")])
    assert gallery(writing.path) == tmp_path / "shots" / "index.html"


def test_files_in_several_directories_have_it_above_them(writing: Writing, tmp_path: Path) -> None:
    writing.request("a", files=[picture(tmp_path / "shots" / "a" / "0.png")])
    writing.request("b", files=[picture(tmp_path / "shots" / "b" / "0.png")])
    page = page_of(writing.path)
    assert page.path == tmp_path / "shots" / "index.html"
    assert (page.step("a")["files"], page.step("b")["files"]) == (["a/0.png"], ["b/0.png"])


def test_without_files_it_goes_beside_the_journal(writing: Writing, tmp_path: Path) -> None:
    writing.request("fox", FAILED)
    assert gallery(writing.path) == tmp_path / "index.html"


def test_it_never_goes_to_the_root_of_a_disk(tmp_path: Path) -> None:
    root = tmp_path.anchor
    assert common_directory([f"{root}one/a.png", f"{root}two/b.png"], otherwise="here") == "here"


@pytest.mark.parametrize(("out", "place"), [("site", "site/index.html"), ("site/all.html", "site/all.html")])
def test_another_place_can_be_given(writing: Writing, tmp_path: Path, out: str, place: str) -> None:
    writing.request("fox", files=[picture(tmp_path / "shots" / "fox.png")])
    page = page_of(writing.path, tmp_path / out)
    assert page.path == tmp_path / place
    assert page.step("fox")["files"] == ["../shots/fox.png"]


def test_it_replaces_an_earlier_one_and_leaves_nothing_else(writing: Writing, tmp_path: Path) -> None:
    writing.request("fox")
    before = page_of(writing.path, tmp_path / "site")
    writing.request("hare")
    after = page_of(writing.path, tmp_path / "site")
    assert (len(before.rows), len(after.rows)) == (1, 2)
    assert os.listdir(tmp_path / "site") == ["index.html"]


def test_a_page_that_is_no_gallery_is_left_alone(writing: Writing, tmp_path: Path) -> None:
    writing.request("fox")
    (tmp_path / "index.html").write_text("<title>My site</title>")
    with pytest.raises(ConfigurationError, match=r"not a gallery\. Choose another path"):
        gallery(writing.path)
    assert (tmp_path / "index.html").read_text() == "<title>My site</title>"


def test_a_place_that_cannot_be_written_is_told(writing: Writing, tmp_path: Path) -> None:
    writing.request("fox")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        gallery(writing.path, tmp_path / "file" / "site")


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("notes")
    for name in ("notes.db", "nowhere.db"):
        with pytest.raises(JournalError):
            gallery(tmp_path / name)


# ---- files ----------------------------------------------------------------------------------------------------------


def test_any_name_is_linked_so_that_it_is_found(writing: Writing, tmp_path: Path) -> None:
    names = [
        "a b.png",
        "50%.png",
        "50%25.png",
        "what?.png",
        "c#.png",
        "a&b.png",
        "it's.png",
        "javascript:x.png",
        "灯台 é.png",
    ]
    writing.request("fox", files=[picture(tmp_path / "shots" / name) for name in names])
    links = page_of(writing.path).step("fox")["files"]
    assert not [link for link in links if re.search(r"[\s?#:\"'<>&]", link)]
    assert list(map(unquote, links)) == names


def test_files_that_are_gone_are_told(writing: Writing, tmp_path: Path) -> None:
    files = [picture(tmp_path / f"fox_{number}.png") for number in range(4)]
    os.unlink(files[2])
    writing.request("fox", files=files)
    step = page_of(writing.path).step("fox")
    assert step["files"] == [f"fox_{number}.png" for number in range(4)]
    assert step["gone"] == [2]


def test_relative_paths_are_found_from_where_the_batch_ran_and_from_beside_the_journal(
    writing: Writing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(tmp_path / "shots" / "fox.png")
    writing.request("fox", files=[os.path.join("shots", "fox.png")])
    (tmp_path / "elsewhere").mkdir()
    for directory in (tmp_path, tmp_path / "elsewhere"):
        monkeypatch.chdir(directory)
        page = page_of(writing.path)
        assert page.path == tmp_path / "shots" / "index.html"
        assert page.step("fox")["files"] == ["fox.png"]
        assert "gone" not in page.step("fox")


# ---- what stands in it ----------------------------------------------------------------------------------------------


def test_no_text_becomes_markup_and_every_text_is_there(writing: Writing, tmp_path: Path) -> None:
    writing.request("plain")
    plain = page_of(writing.path, tmp_path / "plain")
    for name, text in HOSTILE.items():
        writing.request(name, FAILED, text=text, error=text)
    page = page_of(writing.path, tmp_path / "hostile")
    assert page.tags == plain.tags
    for name, text in HOSTILE.items():
        step = page.step(name)
        assert (step["prompt"], step["error"]) == (text, text)


def test_the_name_of_a_journal_becomes_no_markup(tmp_path: Path) -> None:
    name = "<b>$data & 'co'.db"
    with Writing(tmp_path / name) as writing:
        writing.request("fox")
    page = page_of(tmp_path / name)
    assert "b" not in page.tags
    assert page.data["journal"] == str(tmp_path / name)


def test_the_policy_names_the_scripts_and_the_style_and_allows_no_network(page: Page) -> None:
    theme, _, script = page.scripts
    [style] = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert page.policy == {
        "default-src": "'none'",
        "script-src": f"{digest(theme)} {digest(script)}",
        "style-src": digest(style),
        "img-src": "'self' file: data:",
        "media-src": "'self' file:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_nothing_stands_in_attributes_that_could_run_and_nothing_is_fetched_from_elsewhere(page: Page) -> None:
    for attributes in page.attributes:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("src", "href", "action"):
            address = attributes.get(name) or "#"
            assert address.startswith(("#", "data:image/svg+xml,")), address
    for part in WEB.iterdir():
        found = set(re.findall(r"https?://[^\s\"'`)]+", part.read_text(encoding="utf-8")))
        assert found <= {"http://www.w3.org/2000/svg"}, part.name


def test_the_page_says_what_it_is_in_every_language_of_machines(page: Page) -> None:
    assert page.text.startswith('<!doctype html>\n<html lang="en">')
    assert {"charset": "utf-8"} in page.attributes
    assert "<title>run · gallery</title>" in page.text
    assert "noscript" in page.tags


# ---- what it looks like ---------------------------------------------------------------------------------------------

COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", (WEB / "look.css").read_text(encoding="utf-8")
    )
}
TINTED = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"\.(\w+) \{ --own: var\(--\w+\); --tint: light-dark\((#\w{6}), (#\w{6})\); \}",
        (WEB / "look.css").read_text(encoding="utf-8"),
    )
}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_what_is_written_can_be_read_on_what_it_is_written_on(theme: int) -> None:
    grounds = [COLOURS[name][theme] for name in ("paper", "card", "sunk")]
    for name in ("ink", "dim", "accent"):
        for ground in grounds:
            assert contrast(COLOURS[name][theme], ground) >= 4.5, (name, ground)
    assert set(TINTED) == {"done", "failed", "unknown", "running", "waiting"}
    for name, tints in TINTED.items():
        ground = mixed(tints[theme], COLOURS["card"][theme], 0.14)
        assert contrast(COLOURS[name][theme], ground) >= 4.5, name
        assert contrast(COLOURS["dim"][theme], mixed(tints[theme], COLOURS["card"][theme], 0.11)) >= 4.5, name


def contrast(one: str, other: str) -> float:
    """As WCAG 2 reckons it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mixed(one: str, other: str, share: float) -> str:
    pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(first * share + second * (1 - share)):02x}" for first, second in pairs)
