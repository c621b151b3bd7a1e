"""How long to keep trying: plain figures, apart from what is done with them so that a client is made quickly."""

from __future__ import annotations

from typing import NamedTuple


class Retries(NamedTuple):
    """How long to keep trying. A `Retry-After` of more than `longest_wait` seconds is not waited for but raised."""

    attempts: int = 5
    seconds: float = 120.0
    first_pause: float = 0.5
    longest_pause: float = 20.0
    longest_wait: float = 60.0
