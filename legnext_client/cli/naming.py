"""What is wrong with an argument is told by the name that it has on the command line."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from legnext_client.errors import LegnextError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping


@contextmanager
def told_as(names: Mapping[str, str]) -> Generator[None]:
    """While this is open, an error that begins with one of these names begins with what stands for it here."""
    try:
        yield
    except LegnextError as error:
        name, space, rest = error.message.partition(" ")
        error.message = f"{names.get(name, name)}{space}{rest}"
        raise
