"""Take the picture of a gallery that the README shows: `python -m tests.gallery.picture`."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from PIL import Image, ImageOps

from legnext_client import VideoChain
from legnext_client._runs import batch_work
from legnext_client.gallery import gallery
from legnext_client.testing import MockServer

from .chromium import Chromium

TARGET = Path(__file__).parents[2] / "docs" / "assets" / "gallery.png"
SIZE = (1160, 1052)
ROWS: list[dict[str, Any]] = [
    {"key": "harbour", "text": "a lighthouse over a quiet harbour at dusk, gouache --ar 3:2 --v 7"},
    {"key": "fox", "text": "a fox crossing a snowy forest at dawn, long shadows --ar 16:9"},
    {"key": "poster", "text": "travel poster of a mountain village under the stars --ar 2:3"},
    {
        "key": "storm",
        "operation": "video_diffusion",
        "prompt": "waves break over the pier, a lighthouse in the storm --motion high",
    },
    {"key": "canyon", "text": "a hot-air balloon above desert canyons --ar 1:1 --v 7"},
    {"key": "city", "text": "skyline of a coastal city, rain, neon reflections --ar 16:9 --v 7"},
    {
        "key": "crossing",
        "chain": VideoChain.start("a paper boat drifts out to sea at golden hour --motion low", video_type=1)
        .extend("it reaches the open sea")
        .extend("night falls, the moon rises over the boat", video_no=2)
        .upscale(),
    },
    {"key": "castle", "text": "a knight before a castle, golden hour --ar 2:3"},
    {"key": "dragon", "text": "a dragon over a burning castle fail-this-job --ar 2:3"},
    {"key": "valley", "text": "a green valley with pine trees, birds --ar 3:2"},
    {"key": "island", "text": "an island village at noon, bright sea, sailing boats --ar 3:2"},
]
LAST = {"key": "garden", "text": "a walled garden with a fountain, watercolour --ar 1:1"}
BOXES = """[...document.querySelectorAll(".frames")].map((one) => one.getBoundingClientRect())
    .map(({ left, top, right, bottom }) => [left, top, right, bottom])"""
START = datetime(2026, 11, 21, 9, tzinfo=UTC)


def batch(folder: Path) -> Path:
    """Run a batch on the mock, and make its page."""
    options: dict[str, Any] = {"journal": folder / "coast.db", "download": folder / "coast", "concurrency": 4}
    with MockServer(in_process=True, seed=7, answers="plain") as server, server.client() as client:
        begun = server.clock.now

        def today() -> datetime:
            return START + timedelta(seconds=server.clock.now - begun)

        with mock.patch.object(batch_work, "_utc_now", today):
            list(client.batch(ROWS, **options))
            server.faults.add("close_after", times=1, method="POST")
            list(client.batch([*ROWS, LAST], **options))
    return gallery(folder / "coast.db")


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shown = batch(folder)
        with Chromium(folder / "profile") as browser:
            page = browser.page(shown.as_uri(), width=SIZE[0], height=SIZE[1])
            page.until("document.images.length && [...document.images].slice(0, 12).every((one) => one.naturalWidth)")
            page.until("document.querySelector('.reel video').readyState >= 2")
            page.run("new Promise((done) => setTimeout(done, 1500))")  # the player's own signs fade away
            page.picture(folder / "large.png")
            boxes = page.run(BOXES)
        picture = Image.open(folder / "large.png").convert("RGB")
        for left, top, right, bottom in boxes:
            box = (round(left), round(top), round(right), min(round(bottom), SIZE[1]))
            if box[1] < SIZE[1]:
                # Six bits of each colour: nobody sees the difference, and it takes a third less.
                picture.paste(ImageOps.posterize(picture.crop(box), 6), box)
        picture.save(TARGET, optimize=True)
    print(f"{TARGET}: {TARGET.stat().st_size // 1024} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
