"""The packages that only the server needs, and what to say when they are not installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class MissingExtra(ImportError):
    """A package of the `mock` extra is not installed."""


def needed(module: str) -> Any:
    """Import a module of the `mock` extra."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtra(
            f"The mock server needs {module.partition('.')[0]}, which is not installed. "
            "Run: pip install 'legnext-client[mock]'"
        ) from error
