"""Errors about arguments under their command-line names."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from legnext_client.errors import LegnextError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping


@contextmanager
def report_as(names: Mapping[str, str]) -> Generator[None]:
    """Replace the name at the start of an error's message by its command-line name while open."""
    try:
        yield
    except LegnextError as error:
        name, space, rest = error.message.partition(" ")
        error.message = f"{names.get(name, name)}{space}{rest}"
        raise
