"""The page in a real browser: pictures load, videos play, rows are found, and all of it works by keyboard."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING

import pytest

from legnext_client.gallery import gallery
from tests.facts import CHAIN_PRICE, DIFFUSION, EXTENSION, VIDEO, points

from .journals import Writing
from .seeing import CHAIN, keys, seen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .chromium import Page

SUMS = "[...document.querySelectorAll('#sums div')].map((one) => [...one.children].map((part) => part.textContent))"


# ---- looking --------------------------------------------------------------------------------------------------------


def test_each_row_has_a_card_and_the_head_has_the_sums(page: Page) -> None:
    assert set(keys(page)) == {"harbour", "poster", "storm", "chain", "dragon", "words", "garden"}
    sums = dict(page.run(SUMS))
    charged = 2 * DIFFUSION + VIDEO + CHAIN_PRICE + points("describe")
    assert {name: sums[name] for name in ("rows", "images", "videos", "points")} == {
        "rows": "7",
        "images": "8",
        "videos": "5",
        "points": f"{charged:,}",
    }
    titles = page.run("[...document.querySelectorAll('.card h2')].map((one) => one.textContent)")
    assert "a lighthouse over a quiet harbour at dusk --ar 3:2" in titles
    told = f"1 outcome unknown: up to {DIFFUSION} points may have been charged."
    assert page.run("document.querySelector('#notices').innerText").startswith(told)
    assert page.run("document.querySelector('#share').getAttribute('aria-label')") == "5 done, 1 failed, 1 unknown"


def test_images_load_when_they_come_into_sight(page: Page) -> None:
    assert page.run("[...document.images].every((one) => one.loading === 'lazy')")
    page.run("document.images[7].scrollIntoView()")
    page.until("[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
    ratios = page.run("[...document.images].map((one) => one.naturalWidth / one.naturalHeight)")
    assert sorted(ratios) == [pytest.approx(ratio, abs=0.02) for ratio in [2 / 3] * 4 + [1.5] * 4]


def test_pictures_keep_their_shapes_and_stand_in_even_lines(page: Page) -> None:
    """Nothing moves when they have loaded: there was room for them before."""
    lines = page.run(
        "Object.values(Object.groupBy([...document.querySelectorAll('.card > .frames')]"
        ".map((one) => one.getBoundingClientRect()), (box) => Math.round(box.top)))"
        ".map((line) => line.map((box) => box.height))"
    )
    for heights in lines:
        assert max(heights) - min(heights) < 1.5, lines


def test_a_video_plays_where_it_is(page: Page) -> None:
    page.run("document.querySelector('.reel .main video').scrollIntoView()")
    page.until("document.querySelector('.reel .main video').readyState >= 2")
    page.run("document.querySelector('.reel .main video').play()")
    page.until("document.querySelector('.reel .main video').currentTime > 0.2")
    assert page.run("document.querySelector('.reel .main video').controls")


def test_another_of_several_videos_is_chosen_by_a_click_and_only_one_plays(page: Page) -> None:
    first, second = (f"document.querySelectorAll('.reel video')[{number}]" for number in (0, 1))
    page.run(f"{first}.scrollIntoView()")
    page.until(f"{first}.readyState >= 2")
    page.run(f"{first}.play()")
    page.click(".reel .frame:nth-child(2) .pick")
    page.until(f"{second}.closest('.frame').matches('.main') && {first}.paused && {second}.readyState >= 2")
    page.run(f"{first}.play().then(() => {second}.play())")
    page.until(f"{first}.paused && !{second}.paused")
    assert page.run(f"[{first}.controls, {second}.controls]") == [False, True]


def test_videos_far_away_have_no_player(opens: Callable[..., Page], tmp_path: Path, shown: Path) -> None:
    """A browser has only so many, and complains when there are more."""
    with Writing(tmp_path / "run.db") as writing:
        for number in range(20):
            copy = tmp_path / "shots" / f"{number}.mp4"
            copy.parent.mkdir(exist_ok=True)
            os.link(shown.parent / "storm_0.mp4", copy)
            writing.request(f"row {number}", operation="video_diffusion", prompt=f"waves {number}", files=[str(copy)])
    page = opens(gallery(tmp_path / "run.db"), width=360, height=600)
    for _ in range(10):
        page.run(
            "new Promise((done) => { scrollBy(0, 700); requestAnimationFrame(() => requestAnimationFrame(done)); })"
        )
    page.until("document.querySelectorAll('.card').length === 20 || (scrollBy(0, 700), false)")
    page.until("document.querySelectorAll('video[src]').length < 10")
    page.until("document.querySelectorAll('video[src]').length > 0")


def test_a_chain_shows_its_steps(page: Page) -> None:
    page.run(f"{CHAIN}.click()")
    steps = page.run("[...document.querySelectorAll('#about .steps h3')].map((one) => one.textContent)")
    assert steps == ["1. video diffusion", "2. extend video", "3. video upscale"]
    told = page.run("document.querySelector('#about .steps').innerText")
    assert "night falls" in told
    assert f"{EXTENSION}" in told
    page.until("document.querySelector('#stage video').readyState >= 2")


# ---- finding --------------------------------------------------------------------------------------------------------


FOUND: dict[str, set[str]] = {
    "lighthouse": {"harbour", "words"},
    "HARBOUR dusk": {"harbour", "words"},
    "cafe": {"poster"},
    "night falls": {"chain"},
    "failed": {"dragon"},
    "storm_2.mp4": {"storm"},
    "video upscale": {"chain"},
    "nothing of this kind": set(),
}


def test_a_search_shows_what_has_all_the_words(page: Page) -> None:
    page.press("/")
    for words, found in FOUND.items():  # the button that shows all rows leaves the focus in the field
        page.write(words)
        assert set(keys(page)) == found, words
        said = page.run("document.querySelector('#said').innerText")
        assert (f"{len(found)} of 7 rows" if found else "No matches.") in said
        page.click("#said button")
        assert len(keys(page)) == 7


def test_rows_are_shown_by_their_state(page: Page) -> None:
    page.click(".states .failed")
    assert keys(page) == ["dragon"]
    page.press("ArrowRight")
    assert keys(page) == ["garden"]
    page.click(".states .all")
    assert len(keys(page)) == 7
    page.click("#notices button")
    assert keys(page) == ["garden"]


def test_rows_are_sorted_by_place_points_and_time_and_turned_round(page: Page) -> None:
    placed = keys(page)
    for order, name in (("points", "points"), ("seconds", "seconds")):
        page.run(
            f"order.value = '{order}', order.dispatchEvent(new Event('input', {{ bubbles: true }}))".replace(
                "order.", "document.querySelector('#order')."
            )
        )
        rows = json.loads(page.run("document.querySelector('#data').textContent"))["rows"]
        taken = {row["key"]: sum(step.get(name, 0) for step in row["steps"]) for row in rows}
        sums = [taken[key] for key in keys(page)]
        assert sums == sorted(sums, reverse=True)
        assert keys(page)[0] == "chain"
    page.run(
        "document.querySelector('#order').value = 'place',"
        " document.querySelector('#order').dispatchEvent(new Event('input', { bubbles: true }))"
    )
    page.click("#turn")
    assert keys(page) == placed[::-1]


# ---- the viewer -----------------------------------------------------------------------------------------------------


def test_the_viewer_is_opened_turned_and_closed_by_keys(page: Page) -> None:
    first = page.run("document.querySelector('a.frame').getAttribute('href')")
    page.run("document.querySelector('a.frame').focus()")
    page.press("Enter")
    page.until("document.querySelector('#viewer').open")
    assert seen(page) == first
    page.until("document.querySelector('#stage img').naturalWidth > 0")
    page.press("ArrowRight")
    second = seen(page)
    assert second != first
    page.press("ArrowLeft")
    assert seen(page) == first
    page.press("ArrowLeft")
    assert seen(page) == first
    page.press("End")
    last = seen(page)
    assert last == keys(page)[-1] or last.endswith((".png", ".mp4"))
    assert page.run("document.querySelector('#after').disabled")
    page.press("Home")
    page.press("ArrowRight")
    page.press("Escape")
    page.until("!document.querySelector('#viewer').open")
    assert page.run("document.activeElement.closest('.card') === document.querySelector('.card')")


def test_the_arrows_lead_through_everything_that_is_shown_and_nothing_else(page: Page) -> None:
    page.run("document.querySelector('a.frame').click()")
    walked = [seen(page)]
    while not page.run("document.querySelector('#after').disabled"):
        page.press("ArrowRight")
        walked.append(seen(page))
    assert len(walked) == len(set(walked)) == 8 + 5 + 3
    assert {"dragon", "words", "garden"} <= set(walked)
    page.press("Escape")
    page.press("/")
    page.write("storm")
    page.run("document.querySelector('.card h2 button').click()")
    assert page.run("document.querySelector('#count').textContent") == "1 of 4 · 1 / 4"


def test_a_video_plays_in_the_viewer_and_stops_when_it_is_closed(opens: Callable[..., Page], shown: Path) -> None:
    page = opens(shown, calm=False)
    page.run(f"{CHAIN}.click()")
    page.until("document.querySelector('#stage video').currentTime > 0.2")
    page.press("Escape")
    page.until("!document.querySelector('#stage video')")


def test_who_wants_no_motion_gets_none(page: Page) -> None:
    page.run(f"{CHAIN}.click()")
    page.until("document.querySelector('#stage video').readyState >= 2")
    assert page.run("document.querySelector('#stage video').paused")
    assert page.run("getComputedStyle(document.querySelector('#viewer')).transitionDuration") == "0s"


def test_the_viewer_says_what_to_do_and_gives_it_to_copy(page: Page, shown: Path) -> None:
    page.click(".card.unknown .nothing")
    page.until("document.querySelector('#viewer').open")
    command, program = (copied(page, number) for number in (1, 2))
    assert shlex.split(command.splitlines()[0]) == [
        "legnext", "batch", "resolve", str(shown.parents[1] / "run.db"), "garden", "--adopt", "JOB"
    ]  # fmt: skip
    compile(program, "copied", "exec")
    assert 'journal.adopt("garden", "the-id-of-its-job")' in program
    assert "from legnext_client import Journal" in program


def copied(page: Page, number: int) -> str:
    """What is copied of the ways to go on."""
    page.click(f"#about .code:nth-of-type({number}) .copy")
    page.until(f"document.querySelector('#about .code:nth-of-type({number}) [data-copied]')")
    text: str = page.run("navigator.clipboard.readText()")
    return text


def test_what_is_to_be_copied_is_not_covered(page: Page) -> None:
    page.click(".card.unknown .nothing")
    page.until("document.querySelector('#viewer').open")
    assert page.run(
        "[...document.querySelectorAll('#about .code')].every((one) => one.querySelector('.copy')"
        ".getBoundingClientRect().bottom <= one.querySelector('pre').getBoundingClientRect().top + 1)"
    )


def test_a_job_id_is_copied_whole(page: Page, shown: Path) -> None:
    page.click(".card .facts .copy")
    page.until("document.querySelector('.card .facts [data-copied]')")
    copied = page.run("navigator.clipboard.readText()")
    assert len(copied) == 36
    assert f'"job":"{copied}"' in shown.read_text(encoding="utf-8")
