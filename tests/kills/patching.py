"""In the child: something else in the place of a part of the client. For good, as the process lives only for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def put_over(owner: object, name: str, make: Callable[[Any], Any]) -> None:
    """Put what is made of a function in its place."""
    setattr(owner, name, make(getattr(owner, name)))
