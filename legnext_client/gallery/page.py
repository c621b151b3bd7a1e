"""`gallery`: build the page of a journal from its parts in `web/`, and write it atomically.

The content security policy allows only the page's own scripts, by digest, and no network access.
"""

from __future__ import annotations

import base64
import functools
import glob
import hashlib
import html
import json
import os
import secrets
import shutil
import time
from collections import Counter
from contextlib import suppress
from importlib.resources import files as resources
from itertools import islice
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from legnext_client._journal.journal import Journal
from legnext_client._version import __version__
from legnext_client.errors import ConfigurationError
from legnext_client.gallery.files import common_directory, links, locate
from legnext_client.gallery.rows import kinds_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    StrPath = str | os.PathLike[str]

NAME = "index.html"
AT_ONCE = 500
"""Rows that the page has at first, and in each part that it loads later."""
GENERATOR = "legnext-client"
_MARK = f'<meta name="generator" content="{GENERATOR} '
_HEAD = 4096
_SCRIPTS = ("shared.js", "rows.js", "frames.js", "cards.js", "details.js", "viewer.js", "list.js")
"""In dependency order."""


def gallery(journal_path: StrPath, out: StrPath | None = None) -> Path:
    """Write the page of a journal and return its path. Also works while the batch is running.

    The rows of a long batch, after the first, go to a directory beside the page, which loads them as they are viewed.

    Args:
        journal_path: The journal of a batch or a chain.
        out: A directory, or a file name that ends in `.html`. By default, `index.html` goes to the common directory of
            the downloaded files, or beside the journal if there are none.
    """
    journal_path = os.fspath(journal_path)
    beside = os.path.dirname(os.path.abspath(journal_path))
    with Journal(journal_path) as journal:
        if out is None:
            out = common_directory((locate(path, beside) for path in journal.files()), otherwise=beside)
        target = Path(out) if Path(out).suffix.lower() in (".html", ".htm") else Path(out) / NAME
        try:
            _write(target, journal, beside)
        except OSError as error:
            raise ConfigurationError(f"{target} cannot be written ({error}). Choose another path.") from error
    return target


def _write(target: Path, journal: Journal, beside: str) -> None:
    """Write atomically, so a reload never sees a partial page."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError), open(target, encoding="utf-8", errors="replace") as file:
        if _MARK not in file.read(_HEAD):
            raise ConfigurationError(f"{target} exists and is not a gallery. Choose another path, or remove it.")
    token = secrets.token_hex(4)
    unfinished, parts = target.with_name(f".{target.name}.{token}"), target.with_name(f"{target.name}.rows-{token}")
    earlier = list(target.parent.glob(f"{glob.escape(target.name)}.rows-*"))
    try:
        unfinished.write_bytes(_page(journal, _rows(journal, str(target.parent.absolute()), beside), parts))
        os.replace(unfinished, target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        shutil.rmtree(parts, ignore_errors=True)
        raise
    for directory in earlier:
        shutil.rmtree(directory, ignore_errors=True)


def _rows(journal: Journal, directory: str, beside: str) -> Iterator[dict[str, Any]]:
    for row in rows_of(journal):
        for step in row["steps"] + row.get("earlier", []):
            if "files" in step:
                step |= links(step["files"], directory, beside)
        yield row


def _page(journal: Journal, rows: Iterator[dict[str, Any]], parts: Path) -> bytes:
    """Return the page with the first rows; write the others to `parts`."""
    first = list(islice(rows, AT_ONCE))
    made = sum(map(kinds_of, first), Counter[str]())
    rest: dict[str, list[Any]] = {"states": [], "points": [], "seconds": []}
    number = 0
    while chunk := list(islice(rows, AT_ONCE)):
        number += 1
        parts.mkdir(exist_ok=True)
        (parts / f"{number}.html").write_bytes(_part_page(chunk))
        made += sum(map(kinds_of, chunk), Counter[str]())
        for row in chunk:
            rest["states"].append(row["state"])
            rest["points"].append(sum(step.get("points", 0) for step in row["steps"] + row.get("earlier", [])))
            rest["seconds"].append(round(sum(step.get("seconds", 0) for step in row["steps"]), 1))
    summary = journal.summary()
    totals = {"points": summary.points, "held": summary.frozen, "uncertain": summary.uncertain}
    data = {"journal": journal.path, "kind": journal.about.kind, "made": round(time.time())}
    data |= {"totals": {**totals, "seconds": journal.busy_seconds()}, "files": made, "rows": first}
    if number:
        names = list(dict.fromkeys(rest["states"]))
        rest["states"] = [names.index(state) for state in rest["states"]]
        data |= {"rest": {"names": names, **rest}, "parts": quote(parts.name), "at_once": AT_ONCE}
    style, theme = _web("look.css"), _web("theme.js")
    script = "\n".join(map(_web, _SCRIPTS))  # a module has its own scope, and runs once the page is parsed
    return _filled(
        "page.html",
        data,
        script,
        policy=_policy(style, (theme, script), framed=number > 0),
        generator=f"{GENERATOR} {__version__}",
        title=html.escape(Path(journal.path).stem),
        style=style,
        theme=theme,
    )


def _part_page(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a page that posts its rows to the gallery that frames it, because a page may not read other files."""
    script = _web("part.js")
    return _filled("part.html", rows, script, policy=_digest(script))


def _filled(name: str, data: Any, script: str, **parts: str) -> bytes:
    # Without `<`, so that the data cannot end its script element.
    embedded = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return Template(_web(name)).substitute(data=embedded, script=script, **parts).encode("utf-8", "replace")


@functools.cache
def _web(name: str) -> str:
    return resources("legnext_client.gallery").joinpath("web", name).read_text(encoding="utf-8")


def _policy(style: str, scripts: Sequence[str], *, framed: bool) -> str:
    # Pages opened from disk have no origin, and not all browsers let 'self' match them, so `file:` is added.
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(map(_digest, scripts)),
        "style-src": _digest(style),
        "img-src": "'self' file: data:",
        "media-src": "'self' file:",
        **({"frame-src": "'self' file:"} if framed else {}),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
