"""Running a piece of code from a page as a reader would: at the top level, `await` included, in a namespace."""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
from types import FunctionType
from typing import TYPE_CHECKING, Any

from legnext_client.client import Client

if TYPE_CHECKING:
    from pathlib import Path

Namespace = dict[str, Any]


def run(code: str, page: Path, namespace: Namespace, *, line: int = 1) -> None:
    """Run code that begins at a line of a page, so that a traceback points there."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    compiled = compile("\n" * (line - 1) + code, str(page), "exec", flags=flags, dont_inherit=True)
    namespace.setdefault("__builtins__", builtins)  # as exec does; pickle imports by way of it
    outcome: Any = FunctionType(compiled, namespace)()
    if inspect.iscoroutine(outcome):
        asyncio.run(outcome)


def close(namespace: Namespace) -> None:
    """Close the clients that a page left open, as the end of a program does."""
    for value in list(namespace.values()):
        if isinstance(value, Client):
            value.close()
