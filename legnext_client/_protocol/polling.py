"""When to ask for a job: seldom, and soon after it is done.

How long a job lasts is about lognormal: the spec knows its median and spread, what this client has seen corrects the
median. The first question comes when the fastest jobs are done. After it, the questions stand the closer the likelier
it is that a job which is still running ends now, and so that the delay is a share of the duration. A job that is late
tells that the expectation was wrong: then the pauses widen.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

Chance = Callable[[], float]

# The three figures were found by simulation: they give the fewest questions for a delay of about 6 % of the duration.
FIRST = -1.4
"""Where the first question stands, in spreads from the median: one job in twelve is done by then."""
STEP = 0.108
LATE, LATE_STEP = 2.0, 0.22
"""From so many spreads after the median on a job is late, and each time is a quarter more than the last."""
SHORTEST, LONGEST = 0.25, 120.0
"""Bounds of one pause in seconds."""


class Expectation(NamedTuple):
    """How long a job is likely to last, in seconds."""

    median: float
    spread: float


BACKSTOP_FIRST, BACKSTOP_STEP = 1.5, 0.4
"""With callbacks, the first question stands where one job in fifteen is left, and each time is 1.4 times the last."""
BACKSTOP_SHORTEST, BACKSTOP_LONGEST = 10.0, 300.0
"""Bounds of one pause in seconds."""

UNKNOWN = Expectation(60.0, 0.8)
"""For a job of which nothing is known: between an image and a video, and uncertain."""


def moments(expected: Expectation, chance: Chance = random.random) -> Iterator[float]:
    """The times since the job's start at which to ask, without end."""
    place = FIRST
    moment = expected.median * math.exp(place * expected.spread)
    while True:
        yield moment
        step = LATE_STEP if place >= LATE else STEP * expected.spread ** (1 / 3) / math.sqrt(_hazard(place))
        pause = min(LONGEST, max(SHORTEST, moment * math.expm1(step * (0.9 + 0.2 * chance()))))
        moment += pause
        place = math.log(moment / expected.median) / expected.spread


def backstop(expected: Expectation, chance: Chance = random.random) -> Iterator[float]:
    """The times since the job's start at which to ask when a callback should have come, without end."""
    moment = max(BACKSTOP_SHORTEST, expected.median * math.exp(BACKSTOP_FIRST * expected.spread))
    while True:
        yield moment
        pause = min(BACKSTOP_LONGEST, max(BACKSTOP_SHORTEST, moment * BACKSTOP_STEP))
        moment += pause * (0.9 + 0.2 * chance())


def _hazard(place: float) -> float:
    """How likely a job that is still running ends about now, on the normal distribution of spreads."""
    density = math.exp(-place * place / 2) / math.sqrt(2 * math.pi)
    return density / (0.5 * math.erfc(place / math.sqrt(2)))


FOUND_DONE = 2.5
"""So many spreads before the first question a job is taken to have ended that was found done by it."""


def noticed(elapsed: float, ran: float, expected: Expectation) -> float | None:
    """How long a job lasted that still ran after `ran` seconds and was found done after `elapsed`.

    None when that tells nothing: it may have been done long before someone looked.
    """
    if ran < elapsed / 2 and elapsed > expected.median:
        return None
    first = expected.median * math.exp(FIRST * expected.spread)
    if ran > 0 or elapsed > 1.3 * first:  # so late and not seen to run: whoever looked had a reason to, a callback
        return elapsed
    return elapsed * math.exp(-FOUND_DONE * expected.spread)


class Durations:
    """What this client has seen of how long jobs last, as a correction of the spec's medians.

    Old sightings fade, so that a service that changes its speed is followed within a few jobs.
    """

    _FADE = 0.95
    _DOUBT = 0.05
    """How much the spec's own figure weighs beside one sighting."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}

    def saw(self, kind: str, expected: float, lasted: float) -> None:
        """A job of this kind, expected to last so long, lasted so long."""
        if lasted <= 0 or expected <= 0:
            return
        weight, total = self._seen.get(kind, (0.0, 0.0))
        self._seen[kind] = (weight * self._FADE + 1.0, total * self._FADE + math.log(lasted / expected))

    def correct(self, kind: str, expected: Expectation) -> Expectation:
        """The expectation, moved to where the sightings are."""
        if kind not in self._seen:
            return expected
        weight, total = self._seen[kind]
        return expected._replace(median=expected.median * math.exp(total / (weight + self._DOUBT)))


def default_timeout(expected: Expectation) -> float:
    """How long to wait when the caller did not say."""
    return max(300.0, 3.0 * expected.median)
