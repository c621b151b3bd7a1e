"""Retry limits, in a module of their own so that creating a client stays fast."""

from __future__ import annotations

from typing import NamedTuple


class Retries(NamedTuple):
    """Retry limits. If `Retry-After` exceeds `longest_wait` seconds, the error is raised instead.

    Attributes:
        attempts: Maximum attempts of one request, the first included.
        seconds: Maximum seconds for all attempts and the pauses between them.
        first_pause: Seconds of the first pause, at most; each further one may be twice as long.
        longest_pause: Maximum seconds of a pause.
        longest_wait: Maximum `Retry-After` in seconds that is waited for.
    """

    attempts: int = 5
    seconds: float = 120.0
    first_pause: float = 0.5
    longest_pause: float = 20.0
    longest_wait: float = 60.0
