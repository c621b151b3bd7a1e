"""A batch to look at, and pages of a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import VideoChain
from legnext_client.gallery import gallery
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .chromium import Chromium, Page

ROWS: list[dict[str, Any]] = [
    {"key": "harbour", "text": "a lighthouse over a quiet harbour at dusk --ar 3:2"},
    {"key": "poster", "text": "a travel poster of a café under the stars --ar 2:3"},
    {"key": "storm", "operation": "video_diffusion", "prompt": "waves break over the pier"},
    {"key": "chain", "chain": VideoChain.start("a paper boat drifts out to sea").extend("night falls").upscale()},
    {"key": "dragon", "text": "a dragon fail-this-job"},
    {"key": "words", "operation": "describe", "imgUrl": "https://example.com/harbour.jpg"},
]
GARDEN = {"key": "garden", "text": "a walled garden"}


@pytest.fixture(scope="package")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a batch: images, videos, a chain, texts, a failure, and one of which nobody knows."""
    folder = tmp_path_factory.mktemp("batch")
    options: dict[str, Any] = {"journal": folder / "run.db", "download": folder / "shots"}
    with MockServer(in_process=True, seed=7) as server, server.client() as client:
        list(client.batch(ROWS, **options))
        server.faults.add("close_after", times=1, method="POST")
        list(client.batch([*ROWS, GARDEN], **options))
    return gallery(folder / "run.db")


@pytest.fixture
def opens(browser: Chromium, shown: Path) -> Iterator[Callable[..., Page]]:
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
        if url == shown.as_uri():
            browser.keep(page)
        else:
            page.close()
        assert complaints == []
        around = url.rsplit("/", 2)[0]
        assert [asked for asked in requests if not asked.startswith((around, "data:"))] == []


@pytest.fixture
def page(opens: Callable[..., Page], shown: Path) -> Page:
    return opens(shown)
