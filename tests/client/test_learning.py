"""A client learns how long jobs last from what it sees, and is not taught nonsense."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .worlds import Colour, HandClock, Service, done, job, told

BEGIN = datetime(2025, 11, 5, tzinfo=UTC)


class Lasting:
    """Jobs that last so many seconds on the clock; their answers may tell so."""

    def __init__(self, clock: HandClock, seconds: float, *, tells: bool) -> None:
        self._clock = clock
        self._seconds = seconds
        self._tells = tells
        self._dice = random.Random(2)
        self._ends: dict[str, tuple[float, float]] = {}
        self.polls = 0
        self.late: list[float] = []

    def __call__(self, send: Any) -> dict[str, Any]:
        if send.request.paid:
            job_id = f"j{len(self._ends)}"
            lasts = self._seconds * self._dice.lognormvariate(0, 0.35)
            self._ends[job_id] = (self._clock.time, lasts)
            return job(job_id=job_id)
        self.polls += 1
        job_id = send.request.path.rsplit("/", 1)[1]
        began, lasts = self._ends[job_id]
        if self._clock.time < began + lasts:
            return job("processing", job_id)
        self.late.append((self._clock.time - began - lasts) / lasts)
        ended = (BEGIN + timedelta(seconds=lasts)).isoformat() if self._tells else ""
        return done(job_id, meta={"created_at": BEGIN.isoformat() if self._tells else "", "ended_at": ended})


def polls_of(colour: Colour, client: Any, world: Lasting, jobs: int) -> float:
    before = world.polls
    for _ in range(jobs):
        made = colour.do(client.midjourney.diffusion(text="x"))
        colour.do(made.wait(timeout=float("inf")))
    return (world.polls - before) / jobs


@pytest.mark.parametrize("tells", [True, False])
def test_a_slower_service_is_asked_less_often_once_that_is_known(colour: Colour, tells: bool) -> None:
    world = Lasting(colour.clock, 135.0, tells=tells)
    client = colour.client(Service(answer=world))
    first = polls_of(colour, client, world, 1)
    polls_of(colour, client, world, 4)
    later = polls_of(colour, client.with_options(timeout=5), world, 40)
    assert first > 10
    assert later < 7.5


def test_a_service_that_says_when_to_ask_teaches_nothing(colour: Colour) -> None:
    def answer(send: Any) -> Any:
        return told(job() if send.request.paid else done(), retry_after="0.01")

    client = colour.client(Service(answer=answer))
    colour.do(colour.do(client.midjourney.diffusion(text="x")).wait())
    assert colour.do(client.midjourney.diffusion(text="x")).typical_seconds == 45.0
