"""How a check gets its servers: it says what they must be like, and never which fault they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .server import Server


class Start(Protocol):
    """Starts a server with these settings."""

    def __call__(self, **settings: Any) -> AbstractContextManager[Server]: ...
