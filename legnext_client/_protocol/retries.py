"""Retry limits, in a module of their own so that creating a client stays fast."""

from __future__ import annotations

from typing import NamedTuple


class Retries(NamedTuple):
    """Retry limits. If `Retry-After` exceeds `longest_wait` seconds, the error is raised instead."""

    attempts: int = 5
    seconds: float = 120.0
    first_pause: float = 0.5
    longest_pause: float = 20.0
    longest_wait: float = 60.0
