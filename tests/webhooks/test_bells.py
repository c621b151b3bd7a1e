"""Whoever waits is woken, in threads and event loops, and what is remembered stays bounded."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack

import pytest

from legnext_client._callbacks.hub import CallbackHub, RememberedWakeup
from legnext_client._transport.clocks import SystemClock

LONG = 60.0
"""Longer than any of these tests lasts: who sleeps so long was not woken."""


class StandingClock:
    """Counts what is slept."""

    def __init__(self) -> None:
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    async def async_sleep(self, seconds: float) -> None:
        self.slept += seconds


class SleeperInThread:
    """Somebody who sleeps by a bell in a thread."""

    def __init__(self, bell: RememberedWakeup) -> None:
        self._thread = threading.Thread(target=bell.sleep, args=(LONG, SystemClock()))
        self._thread.start()

    def woke(self) -> bool:
        self._thread.join(LONG / 2)
        return not self._thread.is_alive()


def test_a_bell_rings_for_its_jobs_only() -> None:
    bells = CallbackHub(10)
    with bells.wait_for(["a", "b"]) as bell, bells.wait_for(["c"]) as other:
        bells.note("a", "completed")
        bells.note("stranger", "completed")
        assert bell.called() == ["a"]
        assert bell.called() == []
        assert other.called() == []


def test_a_bell_has_rung_for_what_came_before() -> None:
    bells = CallbackHub(10)
    bells.note("a", "completed")
    bells.note("b", "processing")
    with bells.wait_for(["a", "b", "c"]) as bell:
        assert bell.called() == ["a"]


def test_what_came_before_is_forgotten_when_too_much_came_since() -> None:
    bells = CallbackHub(2)
    for job_id in ("a", "b", "c"):
        bells.note(job_id, "completed")
    with bells.wait_for(["a", "b", "c"]) as bell:
        assert bell.called() == ["b", "c"]


def test_who_sleeps_in_threads_is_woken() -> None:
    bells = CallbackHub(10)
    with ExitStack() as stack:
        sleepers = [SleeperInThread(stack.enter_context(bells.wait_for(["job"]))) for _ in range(5)]
        bells.note("job", "completed")
        assert [sleeper.woke() for sleeper in sleepers] == [True] * 5


def test_who_sleeps_in_event_loops_is_woken_from_another_thread() -> None:
    bells = CallbackHub(10)
    asleep = threading.Barrier(3, timeout=LONG)

    async def sleeper(job_id: str) -> list[str]:
        with bells.wait_for([job_id]) as bell:
            asleep_soon = asyncio.create_task(bell.async_sleep(LONG, SystemClock()))
            await asyncio.sleep(0)
            await asyncio.to_thread(asleep.wait)
            await asleep_soon
            return bell.called()

    found: list[list[str]] = []
    loops = [threading.Thread(target=lambda: found.append(asyncio.run(sleeper("job")))) for _ in range(2)]
    for loop in loops:
        loop.start()
    asleep.wait()
    bells.note("job", "completed")
    for loop in loops:
        loop.join(LONG)
    assert found == [["job"], ["job"]]


def test_several_waits_in_one_event_loop_are_woken_each_by_its_own() -> None:
    async def scenario() -> list[list[str]]:
        bells = CallbackHub(100)

        async def wait(job_id: str) -> list[str]:
            with bells.wait_for([job_id]) as bell:
                await bell.async_sleep(LONG, SystemClock())
                return bell.called()

        waits = [asyncio.create_task(wait(f"job-{number}")) for number in range(50)]
        await asyncio.sleep(0)
        for number in reversed(range(50)):
            bells.note(f"job-{number}", "completed")
        return await asyncio.gather(*waits)

    assert asyncio.run(scenario()) == [[f"job-{number}"] for number in range(50)]


def test_a_bell_that_rang_before_the_sleep_is_not_slept_by() -> None:
    bells, clock = CallbackHub(10), StandingClock()
    with bells.wait_for(["job"]) as bell:
        bells.note("job", "completed")
        bell.sleep(LONG, SystemClock())
        asyncio.run(bell.async_sleep(LONG, SystemClock()))
        bell.sleep(LONG, clock)
        asyncio.run(bell.async_sleep(LONG, clock))
    assert clock.slept == 0.0


@pytest.mark.parametrize("seconds", [0.0, 0.25, 3.0, 7.5])
def test_a_clock_that_cannot_be_woken_is_slept_by_to_the_end(seconds: float) -> None:
    with CallbackHub(10).wait_for(["job"]) as bell:
        clock, other = StandingClock(), StandingClock()
        bell.sleep(seconds, clock)
        asyncio.run(bell.async_sleep(seconds, other))
    assert (clock.slept, other.slept) == (seconds, seconds)


def test_a_sleep_without_a_ring_ends_by_itself() -> None:
    with CallbackHub(10).wait_for(["job"]) as bell:
        bell.sleep(0.001, SystemClock())
        asyncio.run(bell.async_sleep(0.001, SystemClock()))
        assert bell.called() == []


def test_closing_wakes_everybody_who_sleeps_and_tells_who_comes_later() -> None:
    bells = CallbackHub(10)
    with bells.wait_for(["job"]) as bell:
        sleeper = SleeperInThread(bell)
        bells.close()
        assert sleeper.woke()
        assert bell.closed
    with bells.wait_for(["job"]) as later:
        assert later.closed
    bells.open()
    with bells.wait_for(["job"]) as reopened:
        assert not reopened.closed


def test_a_callback_after_a_loop_was_closed_hurts_nobody() -> None:
    bells = CallbackHub(10)
    with bells.wait_for(["job"]) as bell:
        loop = asyncio.new_event_loop()
        sleeping = loop.create_task(bell.async_sleep(LONG, SystemClock()))
        loop.run_until_complete(asyncio.sleep(0))
        asleep = bell._wake  # pyright: ignore[reportPrivateUsage]
        sleeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(sleeping)
        loop.close()
        bell._wake = asleep  # pyright: ignore[reportPrivateUsage]  # as if it rang just before the sleep was given up
        bells.note("job", "completed")
        assert bell.called() == ["job"]


def test_nobody_is_left_on_the_list() -> None:
    bells = CallbackHub(10)
    with bells.wait_for(["a", "a", "b"]), bells.wait_for(["a"]):
        assert bells.waits == 2
    assert bells.waits == 0
    assert bells._listening == {}  # pyright: ignore[reportPrivateUsage]
