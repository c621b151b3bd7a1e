"""Write the sync half of the package: each module in SOURCES, without `async` and `await`, goes into `generated/`.

A line that ends with `# async only` is left out; one that begins with `# sync only:` becomes code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = {
    "client": "client.py",
    "jobs": "jobs.py",
    "caller": "_client/async_caller.py",
    "driver": "_transport/async_driver.py",
    "batches": "_runs/batches.py",
}
"""The async modules, by the names of their sync halves: `generated/sync/client.py`."""

_MODULES = {path.removesuffix(".py").replace("/", "."): f"generated.sync.{name}" for name, path in SOURCES.items()}
SYNTAX = (
    (r".*# async only\n", ""),
    (r"# sync only: ", ""),
    *((rf"from legnext_client\.{source} ", f"from legnext_client.{half} ") for source, half in _MODULES.items()),
    (r"\basync (?=def |for |with )", ""),
    (r"\bawait ", ""),
    (r"\b__a(?=(enter|exit|iter)__)", "__"),
    (r"\ba(?=clos(e|ing)\b)", ""),
    (r"\benter_async_context\b", "enter_context"),
    (r"\bpush_async_callback\b", "callback"),
    (r"\bAbstractAsync(?=[A-Z])", "Abstract"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\b(_?)async_(?=\w)", r"\1"),
)
WORDING = {
    "Client for asyncio programs.": "Client for synchronous programs. Safe to share between threads.",
    "must be an Client": "must be a Client",
    "Leaving an `with": "Leaving a `with",
    " `on_progress` may be a coroutine function.": "",
    " May be a coroutine function, as may functions that choose a field of a step.": "",
    " May be a coroutine function.": "",
    " Without it, Python delays that after a `break`.": "",
    "a function, which may be async, or an object": "a function, or an object",
    " May be an async iterable.": "",
}
"""Phrases that differ."""


def write(package: Path, output: Path) -> None:
    """Write the sync half of `package` into its generated folder."""
    (output / "sync").mkdir()
    (output / "sync" / "__init__.py").write_text('"""Sync halves of async modules."""\n', encoding="utf-8")
    for name, path in SOURCES.items():
        heading = f'"""Sync half of `{path}`.\n\nWritten by `make generate`; edit that module instead.\n"""\n'
        code = (package / path).read_text(encoding="utf-8").partition('"""\n')[2]
        (output / "sync" / f"{name}.py").write_text(heading + sync(code), encoding="utf-8")


def sync(code: str) -> str:
    """Return the sync form of async code."""
    for pattern, plain in SYNTAX:
        code = re.sub(pattern, plain, code)
    for phrase, plain in WORDING.items():
        code = re.sub(re.escape(phrase).replace(r"\ ", r"\s+"), plain, code)
    return code
