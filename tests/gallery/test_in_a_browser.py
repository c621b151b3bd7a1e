"""The page in a real browser: pictures load, videos play, everything works by keyboard, and nothing leaves the page."""

from __future__ import annotations

import functools
import http.server
import json
import os
import threading
from typing import TYPE_CHECKING

import pytest

from legnext_client.core.submission import DONE, FAILED
from legnext_client.gallery import gallery

from .hostile import HOSTILE
from .journals import PNG, Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .chromium import Chromium, Page

CARDS = "[...document.querySelectorAll('.card')]"
SUMS = "[...document.querySelectorAll('#sums div')].map((one) => [...one.children].map((part) => part.textContent))"
NAMED = {"button", "link", "textbox", "searchbox", "combobox", "radio", "image", "dialog", "Video"}
MARKED = """document.activeElement.localName === "video" ||
    [document.activeElement, document.activeElement.closest("label") ?? document.activeElement]
        .map((one) => getComputedStyle(one))
        .some((one) => one.outlineStyle !== "none" || one.boxShadow !== "none")"""
"""Whether one sees where the focus is. A field shows it by what is around it, a player inside of itself."""


@pytest.fixture
def opens(browser: Chromium) -> Iterator[Callable[..., Page]]:
    """Opens pages. Afterwards, none may have complained, and none may have asked for anything but files beside it."""
    pages: list[tuple[Page, str]] = []

    def opened(path: Path, **options: object) -> Page:
        url = path.resolve().as_uri()
        page = browser.page(url, **options)  # type: ignore[arg-type]
        pages.append((page, url))
        page.until("document.querySelector('.said').textContent || document.querySelector('.card')")
        return page

    yield opened
    for page, url in pages:
        complaints, requests = list(page.complaints), list(page.requests)
        page.close()
        assert complaints == []
        around = url.rsplit("/", 2)[0]
        assert [asked for asked in requests if not asked.startswith((around, "data:"))] == []


@pytest.fixture
def page(opens: Callable[..., Page], shown: Path) -> Page:
    return opens(shown)


def keys(page: Page) -> list[str]:
    found: list[str] = page.run(f"{CARDS}.map((card) => card.querySelector('.key').textContent)")
    return found


def seen(page: Page) -> str:
    """The name of the file, or the key of the row, that the viewer shows."""
    found: str = page.run(
        "(document.querySelector('#stage img, #stage video')?.getAttribute('src') ?? "
        "document.querySelector('#about .key').textContent)"
    )
    return found


# ---- looking --------------------------------------------------------------------------------------------------------


def test_each_row_has_a_card_and_the_head_has_the_sums(page: Page) -> None:
    assert set(keys(page)) == {"harbour", "poster", "storm", "film", "dragon", "words", "garden"}
    sums = dict(page.run(SUMS))
    assert {name: sums[name] for name in ("rows", "images", "videos", "points")} == {
        "rows": "7",
        "images": "8",
        "videos": "5",
        "points": "2,100",
    }
    titles = page.run("[...document.querySelectorAll('.card h2')].map((one) => one.textContent)")
    assert "a lighthouse over a quiet harbour at dusk --ar 3:2" in titles
    told = "1 outcome unknown: up to 80 points may have been charged."
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
        for number in range(60):
            copy = tmp_path / "shots" / f"{number}.mp4"
            copy.parent.mkdir(exist_ok=True)
            os.link(shown.parent / "storm_0.mp4", copy)
            writing.request(f"row {number}", operation="video_diffusion", prompt=f"waves {number}", files=[str(copy)])
    page = opens(gallery(tmp_path / "run.db"))
    for _ in range(10):
        page.run(
            "new Promise((done) => { scrollBy(0, 700); requestAnimationFrame(() => requestAnimationFrame(done)); })"
        )
    page.until("document.querySelectorAll('.card').length === 60 || (scrollBy(0, 700), false)")
    page.until("document.querySelectorAll('video[src]').length < 40")
    page.until("document.querySelectorAll('video[src]').length > 0")


def test_a_film_shows_its_steps(page: Page) -> None:
    page.run(f"{CARDS}.find((card) => card.querySelector('.strip')).querySelector('h2 button').click()")
    steps = page.run("[...document.querySelectorAll('#about .steps h3')].map((one) => one.textContent)")
    assert steps == ["1. video diffusion", "2. extend video", "3. video upscale"]
    told = page.run("document.querySelector('#about .steps').innerText")
    assert "night falls" in told
    assert "480" in told
    page.until("document.querySelector('#stage video').readyState >= 2")


# ---- finding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lighthouse", {"harbour", "words"}),
        ("HARBOUR dusk", {"harbour", "words"}),
        ("cafe", {"poster"}),
        ("night falls", {"film"}),
        ("failed", {"dragon"}),
        ("storm_2.mp4", {"storm"}),
        ("video upscale", {"film"}),
        ("nothing of this kind", set()),
    ],
)
def test_a_search_shows_what_has_all_the_words(page: Page, words: str, found: set[str]) -> None:
    page.press("/")
    page.write(words)
    assert set(keys(page)) == found
    said = page.run("document.querySelector('#said').innerText")
    assert (f"{len(found)} of 7 rows" if found else "Nothing is like this.") in said
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
        assert keys(page)[0] == "film"
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
    page.run(f"{CARDS}.find((card) => card.querySelector('.strip')).querySelector('h2 button').click()")
    page.until("document.querySelector('#stage video').currentTime > 0.2")
    page.press("Escape")
    page.until("!document.querySelector('#stage video')")


def test_who_wants_no_motion_gets_none(page: Page) -> None:
    page.run(f"{CARDS}.find((card) => card.querySelector('.strip')).querySelector('h2 button').click()")
    page.until("document.querySelector('#stage video').readyState >= 2")
    assert page.run("document.querySelector('#stage video').paused")
    assert page.run("getComputedStyle(document.querySelector('#viewer')).transitionDuration") == "0s"


def test_the_viewer_says_what_to_do_and_gives_it_to_copy(page: Page) -> None:
    page.click(".card.unknown .nothing")
    page.until("document.querySelector('#viewer').open")
    page.click("#about .code .copy")
    page.until("document.querySelector('#about .code [data-copied]')")
    copied = page.run("navigator.clipboard.readText()")
    compile(copied, "copied", "exec")
    assert 'journal.adopt("garden", "the-id-of-its-job")' in copied
    assert "from legnext_client import Journal" in copied


def test_a_job_id_is_copied_whole(page: Page, shown: Path) -> None:
    page.click(".card .facts .copy")
    page.until("document.querySelector('.card .facts [data-copied]')")
    copied = page.run("navigator.clipboard.readText()")
    assert len(copied) == 36
    assert f'"job":"{copied}"' in shown.read_text(encoding="utf-8")


# ---- anyone, anywhere -----------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("width", [320, 360, 820, 1280, 2560])
def test_it_fits_any_width(opens: Callable[..., Page], shown: Path, width: int) -> None:
    page = opens(shown, width=width, height=760)
    assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run(f"{CARDS}.every((card) => card.getBoundingClientRect().right <= innerWidth)")
    page.run("document.querySelector('.card h2 button').click()")
    page.until("document.querySelector('#viewer').open")
    assert page.run("document.querySelector('#viewer').scrollWidth") <= width


def test_on_a_phone_what_is_touched_is_below_and_large_enough(opens: Callable[..., Page], shown: Path) -> None:
    page = opens(shown, width=360, height=760)
    boxes = page.run(
        "[...document.querySelectorAll('#search, #order, #turn, .states label')]"
        ".map((one) => one.closest('label, button').getBoundingClientRect()).map(({ top, height }) => [top, height])"
    )
    assert all(top > 760 / 2 for top, _ in boxes)
    assert all(height >= 36 for _, height in boxes)


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


# ---- what is odd ----------------------------------------------------------------------------------------------------


def test_hostile_texts_are_shown_as_they_are(opens: Callable[..., Page], tmp_path: Path) -> None:
    with Writing(tmp_path / "run.db") as writing:
        for name, text in HOSTILE.items():
            writing.request(name, DONE, text=text, output={"prompts": [text]})
            writing.request(f"{name} failed", FAILED, text=text, error=text)
    page = opens(gallery(tmp_path / "run.db"), width=360)
    page.until(f"{CARDS}.length === {2 * len(HOSTILE)} || (scrollTo(0, 1e9), false)")
    assert page.run("document.title") == "run · gallery"
    assert page.run("document.documentElement.scrollWidth") <= 360
    assert page.run("document.querySelectorAll('main img, main script, main style').length") == 0
    for key in HOSTILE:
        is_it = f"card.querySelector('.key').textContent === {json.dumps(key)}"
        page.run(f"{CARDS}.find((card) => {is_it}).querySelector('h2 button').click()")
        assert page.run("document.querySelector('#viewed').textContent") == HOSTILE[key]
        assert page.run("document.querySelector('#viewer').scrollWidth") <= 360
        page.press("Escape")
        page.until("!document.querySelector('#viewer').open")


def test_odd_names_are_found_and_what_is_gone_or_broken_is_said(opens: Callable[..., Page], tmp_path: Path) -> None:
    names = [
        "a b.png",
        "50%25.png",
        "what?.png",
        "c#d.png",
        'it\'s "it".png',
        "灯台 é.png",
        "javascript:x.png",
        "<b>.png",
    ]
    shots = tmp_path / "shots"
    shots.mkdir()
    for name in [*names, "later.png"]:
        (shots / name).write_bytes(PNG)
    (shots / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n but no more")
    (shots / "broken.mp4").write_bytes(b"no video")
    (shots / "large.tiff").write_bytes(b"II*\0")
    with Writing(tmp_path / "run.db") as writing:
        writing.request("odd", files=[str(shots / name) for name in names])
        writing.request("gone", files=[str(shots / "never.png")])
        writing.request("broken", files=[str(shots / "broken.png")])
        writing.request("broken video", files=[str(shots / "broken.mp4")])
        writing.request("tiff", files=[str(shots / "large.tiff")])
    page = opens(gallery(tmp_path / "run.db"))
    page.until(f"[...document.images].filter((one) => one.naturalWidth === 3).length === {len(names)}")
    page.until("document.querySelectorAll('.empty').length === 4")
    said = page.run("[...document.querySelectorAll('.empty')].map((one) => one.innerText.trim())")
    assert said == ["never.png is missing", "broken.png cannot be shown", "broken.mp4 cannot be played", "large.tiff"]


def test_an_empty_journal_says_so(opens: Callable[..., Page], tmp_path: Path) -> None:
    Writing(tmp_path / "run.db").journal.close()
    page = opens(gallery(tmp_path / "run.db"))
    assert page.run("document.querySelector('#said').textContent") == "Nothing was asked for yet."


def test_ten_thousand_rows_are_drawn_as_they_are_scrolled_to(opens: Callable[..., Page], tmp_path: Path) -> None:
    with Writing(tmp_path / "run.db") as writing:
        writing.request("row 0", FAILED, text="a lighthouse at dusk --ar 3:2")
        writing.repeat("row 0", 9_999)
    page = opens(gallery(tmp_path / "run.db"))
    assert page.run(f"{CARDS}.length") < 200
    before = page.run(f"{CARDS}.length")
    page.until(f"{CARDS}.length > {before} || (scrollTo(0, 1e9), false)")
    assert page.run(f"{CARDS}.length") < 1000
    page.press("/")
    page.write("row 9876")
    assert keys(page) == ["row 9876"]


def test_it_works_from_a_web_server_too(browser: Chromium, shown: Path) -> None:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing: the test reads what the browser says."""

    handler = functools.partial(Quiet, directory=str(shown.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            root = f"http://127.0.0.1:{server.server_port}/"
            page = browser.page(f"{root}index.html")
            page.until("document.images.length && document.images[0].naturalWidth > 0")
            page.run("document.querySelector('.reel video').scrollIntoView()")
            page.until("document.querySelector('.reel video').readyState >= 2")
            complaints, requests = list(page.complaints), list(page.requests)
            page.close()
        finally:
            server.shutdown()
            serving.join()
    assert complaints == []
    assert [asked for asked in requests if not asked.startswith((root, "data:"))] == []


@pytest.mark.parametrize(
    "attempt",
    [
        "new Image().src = 'https://example.com/a.png'",
        "fetch('https://example.com/').catch(() => 0)",
        "document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://example.com' }))",
        "document.head.append(Object.assign(document.createElement('style'), { textContent: '* { color: red }' }))",
        "document.querySelector('h1').setAttribute('style', 'color: red')",
        "document.body.innerHTML = '<b>'",
        "document.createElement('script').text = 'document.title = 1'",
    ],
)
def test_the_policy_stops_what_should_not_be_there(browser: Chromium, shown: Path, attempt: str) -> None:
    """What the other tests do not see because it happens later: the browser refuses it."""
    page = browser.page(shown.as_uri())
    page.until("document.querySelector('.card')")
    assert page.complaints == []
    page.run(f"(() => {{ try {{ {attempt}; }} catch (error) {{ console.log(String(error)); }} }})()")
    page.until("true")
    assert page.complaints != []
    assert page.run("document.title") == "run · gallery"
    colours = "[...document.querySelectorAll('h1, body')].map((one) => getComputedStyle(one).color)"
    assert len(set(page.run(colours))) == 1
    assert not any("example.com" in asked for asked in page.requests)
    page.close()
