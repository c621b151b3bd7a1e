"""The front page of what the demo has made: its images and its chain, and the way to the gallery of its batch."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from legnext_client import Journal

VIDEOS = frozenset((".mp4", ".webm"))
PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The demo</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }}
body {{ max-width: 76rem; margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 4rem; }}
body {{ color: light-dark(#1d1b18, #f0eff2); background: light-dark(#f5f4f1, #111113); }}
h1 {{ font-size: 2rem; letter-spacing: -0.02em; margin: 0.5rem 0 0; }}
h2 {{ font-size: 1.2rem; margin: 2.2rem 0 0; }}
p {{ margin: 0.2rem 0 0.8rem; color: light-dark(#635f57, #a5a3ad); }}
a {{ color: light-dark(#4a46c9, #a9a7ff); }}
.parts {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 2rem; }}
.whole {{ grid-column: 1 / -1; }}
.files {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, var(--wide)), 1fr)); gap: 0.8rem; }}
.files > * {{ display: block; border-radius: 12px; overflow: hidden; }}
img, video {{ display: block; width: 100%; }}
.small {{ grid-template-columns: repeat(auto-fill, minmax(min(100%, var(--wide)), 1fr)); }}
.small img, .small video {{ aspect-ratio: 3 / 2; object-fit: cover; }}
</style>
<h1>The demo</h1>
<main class="parts">
{parts}
</main>
</html>
"""


class Shown(NamedTuple):
    """A part of the page: what it is, what was asked for, what it took, its files, and the jobs behind it."""

    title: str
    asked: str
    took: str
    files: list[Path]
    jobs: list[str]


def write_page(target: Path, parts: list[Shown], journal: Path, batch: Path) -> Path:
    """Write the page; `batch` is the gallery of the journal."""
    folder = target.parent
    sections = [
        _section(part.title, escape(f"{part.asked} · {part.took}"), _files(part.files, folder)) for part in parts
    ]
    with Journal(journal) as opened:
        firsts = [Path(entry.files[0]) for entry in opened.entries("done") if entry.files]
        told = escape(str(opened.summary()))
    way = f'<a href="{_link(batch, folder)}">all of it, with prompts, points, times and what failed</a>'
    sections.append(_section("A batch", f"Requests: {told} · {way}", _files(firsts, folder, _link(batch, folder))))
    target.write_text(PAGE.format(parts="\n".join(sections)), encoding="utf-8")
    return target


def _section(title: str, told: str, files: str) -> str:
    whole = ' class="whole"' if files.count("<img") + files.count("<video") > 1 else ""
    return f"<section{whole}>\n<h2>{escape(title)}</h2>\n<p>{told}</p>\n{files}\n</section>"


def _files(files: list[Path], folder: Path, leads_to: str = "") -> str:
    wide, kind = ("11rem", "small") if leads_to else ("15rem", "")
    tiles = (_tile(_link(path, folder), path, leads_to) for path in files)
    return f'<div class="files {kind}" style="--wide: {wide}">\n' + "\n".join(tiles) + "\n</div>"


def _tile(link: str, path: Path, leads_to: str) -> str:
    if path.suffix in VIDEOS:
        return f'<video src="{link}#t=0.001" controls loop muted playsinline preload="metadata"></video>'
    return f'<a href="{leads_to or link}"><img src="{link}" alt="{escape(path.stem)}" loading="lazy"></a>'


def _link(path: Path, folder: Path) -> str:
    return quote(Path(os.path.relpath(path, folder)).as_posix())
