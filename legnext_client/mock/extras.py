"""Import of the packages that only the server needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class MissingExtra(ImportError):
    """A package of the `mock` extra is not installed."""


def needed(module: str) -> Any:
    """Import a module of the `mock` extra. Raises `MissingExtra` if it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtra(
            f"The mock server needs {module.partition('.')[0]}, which is not installed. "
            "Run: pip install 'legnext-client[mock]'"
        ) from error
