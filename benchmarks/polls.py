"""How often a job is asked for, and how late its end is noticed: `python benchmarks/polls.py`.

A simulation without a network or a clock, drawn from a fixed seed: the same figures every time.
"""

from __future__ import annotations

import random
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from legnext_client._protocol.polling import Durations, Expectation, moments, noticed

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGE, VIDEO = Expectation(45.0, 0.35), Expectation(210.0, 0.25)
JOBS = 20_000


class Figures(NamedTuple):
    """Questions for one job, and the delay as a share of its duration; both on average."""

    polls: float
    delay: float


def watch(asking: Iterator[float], lasts: float) -> tuple[int, float]:
    """How many questions find a job that lasts so long, and when."""
    return next((number, moment) for number, moment in enumerate(asking, 1) if moment >= lasts)


def _until(lasts: float, asking: Iterator[float]) -> Iterator[float]:
    for moment in asking:
        yield moment
        if moment >= lasts:
            return


def schedule(expected: Expectation, jobs: int = JOBS, *, seed: int = 1) -> Figures:
    """The schedule, when jobs last as expected."""
    dice = random.Random(seed)
    return _figures((lasts, watch(moments(expected, dice.random), lasts)) for lasts in _durations(expected, jobs, dice))


def fixed(expected: Expectation, interval: float, jobs: int = JOBS, *, seed: int = 1) -> Figures:
    """A question every so many seconds."""
    dice = random.Random(seed)
    return _figures((lasts, watch(count(interval, interval), lasts)) for lasts in _durations(expected, jobs, dice))


def learning(
    expected: Expectation,
    speed: float,
    *,
    told: bool,
    skip: int = 0,
    jobs: int = 20,
    clients: int = 1000,
    seed: int = 1,
) -> Figures:
    """Clients that see some jobs each, of a service `speed` times slower; the first `skip` of each are not counted.

    `told`: the answers tell how long a job lasted. If not, a client learns from when it noticed the end.
    """
    dice = random.Random(seed)
    slower = expected._replace(median=expected.median * speed)

    def sightings() -> Iterator[tuple[float, tuple[int, float]]]:
        for _ in range(clients):
            seen = Durations()
            for number, lasts in enumerate(_durations(slower, jobs, dice)):
                now_expected = seen.correct("x", expected)
                asked = list(_until(lasts, moments(now_expected, dice.random)))
                lasted = lasts if told else noticed(asked[-1], asked[-2] if len(asked) > 1 else 0.0, now_expected)
                if lasted is not None:
                    seen.record("x", expected.median, lasted)
                if number >= skip:
                    yield lasts, (len(asked), asked[-1])

    return _figures(sightings())


def _durations(expected: Expectation, jobs: int, dice: random.Random) -> Iterator[float]:
    return (expected.median * dice.lognormvariate(0.0, expected.spread) for _ in range(jobs))


def _figures(sightings: Iterator[tuple[float, tuple[int, float]]]) -> Figures:
    jobs = polls = 0
    delay = 0.0
    for lasts, (number, moment) in sightings:
        jobs += 1
        polls += number
        delay += (moment - lasts) / lasts
    return Figures(polls / jobs, delay / jobs)


def main() -> None:
    print(f"{'':58} {'questions':>9} {'delay':>8}")

    def show(what: str, figures: Figures) -> None:
        print(f"{what:58} {figures.polls:9.2f} {figures.delay:8.2%}")

    for name, expected in (("images, 45 s", IMAGE), ("videos, 210 s", VIDEO)):
        show(f"{name}: the schedule", schedule(expected))
        show(f"{name}: every 3 s", fixed(expected, 3.0))
        for speed, word in ((3.0, "3 × slower"), (1 / 3, "3 × faster")):
            for told, how in ((True, "durations told"), (False, "ends noticed")):
                for first, last in ((0, 1), (1, 2), (3, 4), (5, 25)):
                    numbers = f"job {last}" if last - first == 1 else f"jobs {first + 1} to {last}"
                    figures = learning(expected, speed, told=told, skip=first, jobs=last)
                    show(f"{name}: {word}, {how}, {numbers}", figures)


if __name__ == "__main__":
    main()
