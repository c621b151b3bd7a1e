"""The page is there for anyone: light and dark, narrow and wide, by touch, by keyboard, by a reader of screens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from .seeing import CARDS, seen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .chromium import Page

NAMED = {"button", "link", "textbox", "searchbox", "combobox", "radio", "image", "dialog", "Video"}
MARKED = """document.activeElement.localName === "video" ||
    [document.activeElement, document.activeElement.closest("label") ?? document.activeElement]
        .map((one) => getComputedStyle(one))
        .some((one) => one.outlineStyle !== "none" || one.boxShadow !== "none")"""
"""Whether one sees where the focus is. A field shows it by what is around it, a player inside of itself."""


@pytest.mark.parametrize("dark", [False, True])
def test_it_follows_the_system_and_can_be_told_otherwise(opens: Callable[..., Page], shown: Path, dark: bool) -> None:
    page = opens(shown, dark=dark)
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    colours = {True: "rgb(17, 17, 19)", False: "rgb(245, 244, 241)"}
    assert page.run(ground) == colours[dark]
    page.click("#theme")
    assert page.run(ground) == colours[not dark]
    page.reload()
    assert page.run(ground) == colours[not dark]
    page.click("#theme")
    assert page.run(ground) == colours[dark]


def test_it_fits_any_width(page: Page) -> None:
    for width in (320, 360, 820, 1280, 2560):
        page.resize(width, 760)
        assert page.run("document.documentElement.scrollWidth") <= width
        assert page.run(f"{CARDS}.every((card) => card.getBoundingClientRect().right <= innerWidth)")
        page.run("document.querySelector('.card h2 button').click()")
        page.until("document.querySelector('#viewer').open")
        assert page.run("document.querySelector('#viewer').scrollWidth") <= width
        page.press("Escape")
        page.until("!document.querySelector('#viewer').open")


def test_on_a_phone_what_is_touched_is_below_and_large_enough_and_covers_nothing(
    opens: Callable[..., Page], shown: Path
) -> None:
    page = opens(shown, width=360, height=760)
    boxes = page.run(
        "[...document.querySelectorAll('#search, #order, #turn, .states label')]"
        ".map((one) => one.closest('label, button').getBoundingClientRect()).map(({ top, height }) => [top, height])"
    )
    assert all(top > 760 / 2 for top, _ in boxes)
    assert all(height >= 36 for _, height in boxes)
    page.run("document.querySelector('a.frame').click()")
    page.until("document.querySelector('#viewer').open")
    end, *tops = page.run(
        "[document.querySelector('#about').getBoundingClientRect().bottom,"
        " ...['before', 'after', 'shut'].map((name) => document.getElementById(name).getBoundingClientRect().top)]"
    )
    assert all(top >= end for top in tops)


def test_cards_fill_their_line_and_what_copies_a_job_id_stands_beside_it(page: Page) -> None:
    for width in (360, 820, 1280, 1500):
        page.resize(width, 900)
        assert page.run(
            "[...document.querySelectorAll('.card .facts')].every((facts) => {"
            "  const copy = facts.querySelector('.copy');"
            "  if (!copy || getComputedStyle(copy).display === 'none') return true;"
            "  return copy.querySelector('code').offsetWidth > 0 && copy.offsetHeight >= facts.offsetHeight - 2; })"
        ), width
        gap = page.run(
            "(() => { const list = document.querySelector('.cards').getBoundingClientRect();"
            f" const edge = parseFloat(getComputedStyle(document.querySelector('.cards')).paddingRight);"
            f" return list.right - edge - {CARDS}.at(-1).getBoundingClientRect().right; }})()"
        )
        assert gap < 2 or gap > 14 * 15, (width, gap)


def test_a_swipe_turns_the_page(opens: Callable[..., Page], shown: Path) -> None:
    page = opens(shown, width=360, height=760)
    page.run("document.querySelector('a.frame').click()")
    before = seen(page)
    page.swipe(300, 60, 200)
    page.until(f"document.querySelector('#stage img, #stage video').getAttribute('src') !== {json.dumps(before)}")
    page.swipe(60, 300, 200)
    page.until(f"document.querySelector('#stage img').getAttribute('src') === {json.dumps(before)}")


def nameless(page: Page) -> list[object]:
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    used = [node for node in nodes if not node["ignored"] and node["role"]["value"] in NAMED]
    assert len(used) > 3
    return [node for node in used if not node.get("name", {}).get("value", "").strip()]


def test_everything_that_can_be_used_has_a_name_and_every_picture_is_described(page: Page) -> None:
    assert nameless(page) == []
    page.run("document.querySelector('a.frame').click()")
    assert nameless(page) == []


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: Page) -> None:
    reached: list[str] = []
    for _ in range(24):
        page.press("Tab")
        reached.append(page.run("document.activeElement.id || document.activeElement.className.split(' ')[0]"))
        # A field shows it by what is around it.
        assert page.run(MARKED), reached
    assert reached[:2] == ["theme", "link"]
    assert {"search", "hidden", "order", "turn", "frame", "copy"} <= set(reached)
