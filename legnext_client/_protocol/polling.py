"""Poll times: few polls, and a short delay after the job is done.

Job durations are roughly lognormal. The spec gives the median and spread, and observed durations correct the median.
The first poll comes when the fastest jobs are done. Later polls are closer together the more likely the job is to end
now, so that the delay stays proportional to the duration. If a job is late, the expectation was wrong and the pauses
grow.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

Chance = Callable[[], float]

# Found by simulation: these three give the fewest polls for a delay of about 6 % of the duration.
FIRST = -1.4
"""Time of the first poll, in spreads from the median. One job in twelve is done by then."""
STEP = 0.108
LATE, LATE_STEP = 2.0, 0.22
"""A job is late this many spreads after the median; from then on each poll time is a quarter later."""
SHORTEST, LONGEST = 0.25, 120.0
"""Bounds of one pause, in seconds."""


class Expectation(NamedTuple):
    """Expected duration of a job, in seconds."""

    median: float
    spread: float


BACKSTOP_FIRST, BACKSTOP_STEP = 1.5, 0.4
"""With callbacks, the first poll comes when one job in fifteen is left; each poll time is 1.4 times the last."""
BACKSTOP_SHORTEST, BACKSTOP_LONGEST = 10.0, 300.0
"""Bounds of one pause, in seconds."""

UNKNOWN = Expectation(60.0, 0.8)
"""Expectation for an unknown job: between an image and a video."""


def moments(expected: Expectation, chance: Chance = random.random) -> Iterator[float]:
    """Yield poll times in seconds since the job's start, endlessly."""
    place = FIRST
    moment = expected.median * math.exp(place * expected.spread)
    while True:
        yield moment
        step = LATE_STEP if place >= LATE else STEP * expected.spread ** (1 / 3) / math.sqrt(_hazard(place))
        pause = min(LONGEST, max(SHORTEST, moment * math.expm1(step * (0.9 + 0.2 * chance()))))
        moment += pause
        place = math.log(moment / expected.median) / expected.spread


def backstop(expected: Expectation, chance: Chance = random.random) -> Iterator[float]:
    """Yield poll times in seconds since the job's start, for a job with callbacks."""
    moment = max(BACKSTOP_SHORTEST, expected.median * math.exp(BACKSTOP_FIRST * expected.spread))
    while True:
        yield moment
        pause = min(BACKSTOP_LONGEST, max(BACKSTOP_SHORTEST, moment * BACKSTOP_STEP))
        moment += pause * (0.9 + 0.2 * chance())


def _hazard(place: float) -> float:
    """Return the normal hazard rate `place` spreads from the median."""
    density = math.exp(-place * place / 2) / math.sqrt(2 * math.pi)
    return density / (0.5 * math.erfc(place / math.sqrt(2)))


FOUND_DONE = 2.5
"""A job found done by its first poll is assumed to have ended this many spreads earlier."""


def noticed(elapsed: float, ran: float, expected: Expectation) -> float | None:
    """Estimate the duration of a job last seen running after `ran` seconds and found done after `elapsed`.

    Returns None if the job may have been done long before the poll.
    """
    if ran < elapsed / 2 and elapsed > expected.median:
        return None
    first = expected.median * math.exp(FIRST * expected.spread)
    if ran > 0 or elapsed > 1.3 * first:  # such a late first poll was probably triggered by a callback
        return elapsed
    return elapsed * math.exp(-FOUND_DONE * expected.spread)


class Durations:
    """Observed job durations that correct the spec's medians.

    Old observations fade, so that a change in the service's speed is followed within a few jobs.
    """

    _FADE = 0.95
    _DOUBT = 0.05
    """Weight of the spec's median relative to one observation."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}

    def record(self, kind: str, expected: float, lasted: float) -> None:
        """Record the duration of a job."""
        if lasted <= 0 or expected <= 0:
            return
        weight, total = self._seen.get(kind, (0.0, 0.0))
        self._seen[kind] = (weight * self._FADE + 1.0, total * self._FADE + math.log(lasted / expected))

    def correct(self, kind: str, expected: Expectation) -> Expectation:
        """Return the expectation corrected by the observations."""
        if kind not in self._seen:
            return expected
        weight, total = self._seen[kind]
        return expected._replace(median=expected.median * math.exp(total / (weight + self._DOUBT)))


def default_timeout(expected: Expectation) -> float:
    """Return the timeout in seconds for a wait without one."""
    return max(300.0, 3.0 * expected.median)
