"""What is odd breaks nothing: hostile texts, odd names, broken files, very many rows; and nothing leaves the page."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from typing import TYPE_CHECKING

from legnext_client._journal.submit import DONE, FAILED
from legnext_client.gallery import gallery

from .hostile import HOSTILE
from .journals import PNG, Writing
from .seeing import CARDS, keys, seen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .chromium import Chromium, Page


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
    assert page.run("document.querySelector('#said').textContent") == "No requests yet."


def test_thousands_of_rows_are_drawn_as_they_are_scrolled_to(opens: Callable[..., Page], tmp_path: Path) -> None:
    with Writing(tmp_path / "run.db") as writing:
        writing.request("row 0", FAILED, text="a lighthouse at dusk --ar 3:2")
        writing.repeat("row 0", 2_999)
    page = opens(gallery(tmp_path / "run.db"))
    assert page.run(f"{CARDS}.length") < 200
    before = page.run(f"{CARDS}.length")
    page.until(f"{CARDS}.length > {before} || (scrollTo(0, 1e9), false)")
    assert page.run(f"{CARDS}.length") < 1000
    page.until(f"{CARDS}.length > 600 || (scrollTo(0, 1e9), false)")  # the first part has 500
    assert keys(page)[590:600] == [f"row {number}" for number in range(590, 600)]
    page.press("/")
    page.write("row 2876")
    page.until(f"{CARDS}.length === 1")
    assert keys(page) == ["row 2876"]
    assert page.run("document.querySelector('#said').innerText").startswith("1 of 3,000 rows")


def test_the_arrows_lead_on_into_rows_that_are_not_loaded_yet(opens: Callable[..., Page], tmp_path: Path) -> None:
    with Writing(tmp_path / "run.db") as writing:
        writing.request("row 0", FAILED)
        writing.repeat("row 0", 1_099)
    page = opens(gallery(tmp_path / "run.db"))
    page.run("document.querySelector('.card h2 button').click()")
    count, after = "document.querySelector('#count').textContent", "document.querySelector('#after')"
    for size in (500, 1000):
        page.press("End")
        page.until(f"{count}.startsWith('{size:,} / ') && !{after}.disabled")
        page.press("ArrowRight")
        assert seen(page) == f"row {size}"
    page.press("End")
    assert page.run("document.querySelector('#count').textContent") == "1,100 / 1,100"
    page.press("Escape")
    page.until("document.activeElement.closest('.card')")


def test_it_works_from_a_web_server_too(browser: Chromium, shown: Path, tmp_path: Path) -> None:
    with Writing(tmp_path / "run.db") as writing:
        writing.request("row 0", FAILED)
        writing.repeat("row 0", 600)
    long_page = gallery(tmp_path / "run.db", shown.parent / "long.html")

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
            long = browser.page(f"{root}{long_page.name}")
            long.until(f"{CARDS}.length > 520 || (scrollTo(0, 1e9), false)")
            complaints, requests = page.complaints + long.complaints, page.requests + long.requests
            page.close()
            long.close()
        finally:
            server.shutdown()
            serving.join()
    assert complaints == []
    assert [asked for asked in requests if not asked.startswith((root, "data:"))] == []


ATTEMPTS = (
    "new Image().src = 'https://example.com/a.png'",
    "fetch('https://example.com/').catch(() => 0)",
    "document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://example.com' }))",
    "document.head.append(Object.assign(document.createElement('style'), { textContent: '* { color: red }' }))",
    "document.querySelector('h1').setAttribute('style', 'color: red')",
    "document.body.innerHTML = '<b>'",
    "document.createElement('script').text = 'document.title = 1'",
)


def test_the_policy_stops_what_should_not_be_there(browser: Chromium, shown: Path) -> None:
    """What the other tests do not see because it happens later: the browser refuses it."""
    page = browser.page(shown.as_uri())
    page.until("document.querySelector('.card')")
    for attempt in ATTEMPTS:
        page.complaints.clear()
        page.run(f"(() => {{ try {{ {attempt}; }} catch (error) {{ console.log(String(error)); }} }})()")
        page.until("true")
        assert page.complaints != [], attempt
        assert page.run("document.title") == "run · gallery"
        colours = "[...document.querySelectorAll('h1, body')].map((one) => getComputedStyle(one).color)"
        assert len(set(page.run(colours))) == 1, attempt
    assert not any("example.com" in asked for asked in page.requests)
    page.close()
