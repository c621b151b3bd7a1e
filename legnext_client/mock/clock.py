"""The server's time: real time, faster or slower, or time that stands still until it is moved by hand."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .arguments import is_number, number, shown

if TYPE_CHECKING:
    from collections.abc import Callable

_STANDING_START = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
# No later time can be written; the rest of the last day is left for zones that are ahead.
_LATEST = datetime(9999, 12, 31, tzinfo=UTC).timestamp()


class Clock:
    """Seconds since 1970 in the server's world. With `scale` None it moves only when `advance` is called."""

    def __init__(self, scale: float | None = 1.0, *, real: Callable[[], float] = time.monotonic) -> None:
        if scale is not None and not (is_number(scale) and scale > 0):
            raise ValueError(
                f"time_scale must be greater than 0; got {shown(scale)}. It is virtual seconds per real second."
            )
        self.scale = scale
        self.on_advance: Callable[[], object] | None = None
        self._real = real
        self._zero = real()
        self._start = time.time() if scale is not None else _STANDING_START
        self._added = 0.0

    @property
    def now(self) -> float:
        """The virtual time. It stops at the end of the year 9999."""
        if self.scale is None:
            return self._start + self._added
        return min(self._start + self._added + (self._real() - self._zero) * self.scale, _LATEST)

    def advance(self, seconds: float) -> None:
        """Move on. What falls due on the way happens before this returns."""
        number("advance", seconds, 0, _LATEST - self.now, bound="the end of the year 9999")
        self._added += seconds
        if self.on_advance is not None:
            self.on_advance()

    def rewind(self) -> None:
        """Take back what was added by hand."""
        self._added = 0.0

    def as_waited(self, seconds: float) -> float:
        """How long somebody outside waits for so many virtual seconds."""
        return seconds / (self.scale or 1.0)

    def hint(self, seconds: float) -> str:
        """Virtual seconds as a `Retry-After`.

        HTTP knows whole seconds only; less than one, which a fast clock gives, is written as a decimal number all the
        same, because a whole number would be 0 or far too long.
        """
        waited = self.as_waited(seconds)
        return str(round(waited)) if waited >= 1 else f"{max(waited, 0.001):.3f}"
