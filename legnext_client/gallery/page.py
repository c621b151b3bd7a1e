"""`gallery`: build the page of a journal from its parts in `web/`, and write it atomically.

The content security policy allows only the page's own scripts, by digest, and no network access.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import secrets
import time
from contextlib import suppress
from importlib.resources import files as resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from legnext_client._journal.journal import Journal
from legnext_client._version import __version__
from legnext_client.errors import ConfigurationError
from legnext_client.gallery.files import Links, common_directory, locate
from legnext_client.gallery.rows import read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from legnext_client.gallery.rows import Totals

    StrPath = str | os.PathLike[str]

NAME = "index.html"
GENERATOR = "legnext-client"
_MARK = f'<meta name="generator" content="{GENERATOR} '
_HEAD = 4096
_SCRIPTS = ("shared.js", "rows.js", "frames.js", "cards.js", "details.js", "viewer.js", "list.js")
"""In dependency order."""


def gallery(journal_path: StrPath, out: StrPath | None = None) -> Path:
    """Write the page of a journal and return its path. Also works while the batch is running.

    Args:
        journal_path: The journal of a batch or a chain.
        out: A directory, or a file name that ends in `.html`. By default, `index.html` goes to the common directory of
            the downloaded files, or beside the journal if there are none.
    """
    journal_path = os.fspath(journal_path)
    with Journal(journal_path) as journal:
        kind = journal.about.kind
        rows, totals = read(journal)
    steps = [step for row in rows for step in row["steps"] if "files" in step]
    located = locate(journal_path, (path for step in steps for path in step["files"]))
    beside = os.path.dirname(os.path.abspath(journal_path))
    given = Path(common_directory(located.values(), otherwise=beside) if out is None else out)
    target = given if given.suffix.lower() in (".html", ".htm") else given / NAME
    links = Links(os.path.dirname(os.path.abspath(target)), located)
    for step in steps:
        step |= links(step["files"])
    try:
        _write(target, _page(journal_path, kind, rows, totals).encode("utf-8", "replace"))
    except OSError as error:
        raise ConfigurationError(f"{target} cannot be written ({error}). Choose another path.") from error
    return target


def _write(target: Path, content: bytes) -> None:
    """Write atomically, so a reload never sees a partial page."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError), open(target, encoding="utf-8", errors="replace") as file:
        if _MARK not in file.read(_HEAD):
            raise ConfigurationError(f"{target} exists and is not a gallery. Choose another path, or remove it.")
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def _page(journal: str, kind: str, rows: Sequence[Mapping[str, Any]], totals: Totals) -> str:
    name = Path(journal).stem
    data = {"journal": journal, "kind": kind, "made": round(time.time()), "totals": totals._asdict(), "rows": rows}
    style, theme = _part("look.css"), _part("theme.js")
    # A module has its own scope, and runs once the page is parsed.
    script = "\n".join(map(_part, _SCRIPTS))
    return Template(_part("page.html")).substitute(
        policy=_policy(style, (theme, script)),
        generator=f"{GENERATOR} {__version__}",
        title=html.escape(name),
        style=style,
        theme=theme,
        data=_embedded(data),
        script=script,
    )


def _part(name: str) -> str:
    return resources("legnext_client.gallery").joinpath("web", name).read_text(encoding="utf-8")


def _embedded(data: Any) -> str:
    """Encode as JSON without `<`, so the data cannot end its script element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _policy(style: str, scripts: Sequence[str]) -> str:
    # Pages opened from disk have no origin, and not all browsers let 'self' match them, so `file:` is added.
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(map(_digest, scripts)),
        "style-src": _digest(style),
        "img-src": "'self' file: data:",
        "media-src": "'self' file:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
