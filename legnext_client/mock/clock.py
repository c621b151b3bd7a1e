"""The server's clock: scaled real time, or standing until advanced."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .validation import shown

if TYPE_CHECKING:
    from collections.abc import Callable

_STANDING_START = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
# The latest time that can be formatted; the last day is spared for time zones ahead of UTC.
_LATEST = datetime(9999, 12, 31, tzinfo=UTC).timestamp()


class Clock:
    """Virtual seconds since 1970. With `scale` None, only `advance` moves it."""

    def __init__(self, scale: float | None = 1.0, *, real: Callable[[], float] = time.monotonic) -> None:
        self.scale = scale
        self.on_advance: Callable[[], object] | None = None
        self._real = real
        self._zero = real()
        self._start = time.time() if scale is not None else _STANDING_START
        self._added = 0.0

    @property
    def now(self) -> float:
        """The virtual time; it stops at the end of the year 9999."""
        if self.scale is None:
            return self._start + self._added
        return min(self._start + self._added + (self._real() - self._zero) * self.scale, _LATEST)

    def advance(self, seconds: float) -> None:
        """Advance the time. Events that fall due happen before this returns."""
        _check("advance", seconds, _LATEST - self.now)
        self._added += seconds
        if self.on_advance is not None:
            self.on_advance()

    def set(self, now: float) -> None:
        """Set the time without the events in between."""
        _check("time", now, _LATEST)
        self._added += now - self.now

    def rewind(self) -> None:
        """Undo all advances."""
        self._added = 0.0

    def as_waited(self, seconds: float) -> float:
        """Convert virtual seconds to real seconds."""
        return seconds / (self.scale or 1.0)

    def hint(self, seconds: float) -> str:
        """Return virtual seconds as a `Retry-After`.

        HTTP allows whole seconds only. Below one second, which a fast clock gives, this is a decimal number, because a
        whole number would be 0 or far too long.
        """
        waited = self.as_waited(seconds)
        return str(round(waited)) if waited >= 1 else f"{max(waited, 0.001):.3f}"


def _check(name: str, value: float, most: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:  # pyright: ignore[reportUnnecessaryIsInstance]
        end = "the end of the year 9999"
        raise ValueError(f"{name} must be a number from 0 to {most:.15g}, {end}; got {shown(value)}.")
