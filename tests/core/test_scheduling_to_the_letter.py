"""Who waits for whom, who is woken by what, and what a halt leaves alone: the corners of many lives in one loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.core import scheduling
from legnext_client.core.flow import Collect, Emit, Ended, Start
from legnext_client.core.scheduling import DOWNLOADS, Scheduler
from legnext_client.core.wishes import Aside, Halt, Heard, Leave, LifeFlow, Occupy, Pause, Room, Stopped
from legnext_client.errors import BudgetExceeded
from tests.core.test_scheduling import World, giving, job, nothing

if TYPE_CHECKING:
    from collections.abc import Iterator


def waiting_first(world: World, seconds: float, name: str) -> LifeFlow[None]:
    yield Pause(seconds)
    yield from job(world, name, 1)


def test_who_asks_for_a_place_while_all_are_taken_waits_for_one() -> None:
    world = World(jobs=1)
    world.run(iter([waiting_first(world, 5, "late"), job(world, "first", 20)]))
    assert world.emitted == [
        ("begun", "first", 0),
        ("ended", "first", 20),
        ("begun", "late", 20),
        ("ended", "late", 21),
    ]


def test_who_asks_for_another_place_gives_back_its_own_first() -> None:
    world = World(jobs=1)

    def film() -> LifeFlow[None]:
        yield Room(nothing)
        yield Room(nothing)
        yield Emit(("second", world.now))

    world.run(iter([film()]))
    assert world.emitted == [("second", 0)]


def short_until(world: World, moment: float, tried: list[float]) -> Any:
    def attempt() -> None:
        tried.append(world.now)
        if world.now < moment:
            raise BudgetExceeded("not yet")

    return attempt


def test_who_is_short_of_points_does_not_try_again_before_any_can_have_come_back() -> None:
    world, tried = World(jobs=5), list[float]()
    lives = [job(world, "a", 10), job(world, "b", 1, short_until(world, 10, tried))]
    world.run(iter(lives), at={5.0: Heard("anything", "else")})
    assert tried == [0, 10]


def test_points_may_come_back_with_a_job_that_nobody_knew_of() -> None:
    world, tried = World(jobs=5), list[float]()

    def unknown() -> LifeFlow[None]:
        yield Room(nothing)
        yield Leave(until=30.0)

    lives = [unknown(), job(world, "long", 100), job(world, "short", 1, short_until(world, 30, tried))]
    world.run(iter(lives))
    assert tried == [0, 30]


def test_no_row_is_read_while_one_waits_for_its_place() -> None:
    world, read = World(jobs=3), list[int]()
    world.pacing.refused(30.0)

    def rows() -> Iterator[LifeFlow[None]]:
        for number in range(5):
            read.append(number)
            yield job(world, str(number), 1)

    flow = Scheduler(rows(), world.pacing, clock=lambda: 0.0).running()
    assert isinstance(next(flow), Collect)
    assert read == [0]
    flow.close()


def test_the_nearest_of_all_moments_is_waited_for() -> None:
    world = World(jobs=3)
    world.pacing.refused(30.0)

    def running() -> LifeFlow[None]:
        yield Occupy()
        yield Pause(10.0)
        yield Emit(("running ended", world.now))

    world.run(iter([running(), job(world, "later", 1)]))
    assert world.emitted[:2] == [("running ended", 10), ("begun", "later", 30)]


def test_answers_to_requests_make_no_room_for_downloads() -> None:
    world, downloads = World(jobs=100), 0

    def asking() -> LifeFlow[None]:
        yield Aside(giving("an answer"))
        yield Aside(giving("a file"), request=False)

    flow, result = Scheduler((asking() for _ in range(20)), world.pacing, clock=lambda: world.now).running(), None
    for _ in range(200):
        effect: Any = flow.send(result)
        result = None
        if isinstance(effect, Start):
            assert effect.finish is False
            downloads += effect.tag[2]
            if not effect.tag[2]:
                world.messages.append(Ended(effect.tag, "an answer"))
        else:
            world.now += min(effect.seconds, 1.0)
            result, world.messages = world.messages, []
    assert downloads == DOWNLOADS
    flow.close()


def test_requests_keep_to_the_rate_unless_said_otherwise() -> None:
    world = World(jobs=100, per_second=10)

    def asking() -> LifeFlow[None]:
        yield Aside(giving(1))

    world.run(asking() for _ in range(3))
    assert world.begun == pytest.approx([0, 0.1, 0.2])


def test_what_must_be_finished_is_begun_as_such() -> None:
    world = World()

    def submitting() -> LifeFlow[None]:
        yield Aside(giving(1), finish=True)

    flow = Scheduler(iter([submitting()]), world.pacing, clock=lambda: 0.0).running()
    effect = next(flow)
    assert isinstance(effect, Start)
    assert effect.finish
    flow.close()


def test_an_ear_is_shut_when_its_life_goes_on() -> None:
    world = World()

    def listening() -> LifeFlow[None]:
        yield Emit(((yield Pause(10.0, ear="job-1")), world.now))
        yield Emit(((yield Pause(100.0)), world.now))

    world.run(iter([listening()]), at={50.0: Heard("job-1", "too late")})
    assert world.emitted == [(None, 10), (None, 100)]


def test_an_ear_that_was_shut_does_not_shut_that_of_another() -> None:
    world = World()

    def first() -> LifeFlow[None]:
        yield Pause(10.0, ear="job-1")
        yield Pause(30.0)

    def second() -> LifeFlow[None]:
        yield Pause(20.0)
        yield Emit(((yield Pause(100.0, ear="job-1")), world.now))

    world.run(iter([first(), second()]), at={50.0: Heard("job-1", "called")})
    assert world.emitted == [("called", 50)]


def test_what_nobody_listens_for_is_forgotten_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduling, "MISSED", 2)
    world = World()

    def late(ear: str) -> LifeFlow[None]:
        yield Pause(10.0)
        yield Emit((ear, (yield Pause(20.0, ear=ear))))

    heard = {1.0: Heard("a", "called"), 2.0: Heard("b", "called"), 3.0: Heard("c", "called")}
    world.run((late(ear) for ear in "abc"), at=heard)
    assert sorted(world.emitted) == [("a", None), ("b", "called"), ("c", "called")]


def test_a_halt_leaves_alone_who_listens_for_a_job_that_runs() -> None:
    world = World(jobs=3)

    def listening() -> LifeFlow[None]:
        yield Occupy()
        yield Emit(((yield Pause(100.0, ear="job-1")), world.now))

    with pytest.raises(KeyboardInterrupt):
        world.run(iter([listening()]), at={3.0: KeyboardInterrupt(), 40.0: Heard("job-1", "done")})
    assert world.emitted == [("done", 40)]


def test_a_halt_does_not_wait_for_a_place_that_only_a_new_row_would_take() -> None:
    world = World(jobs=1)

    def unknown() -> LifeFlow[None]:
        yield Room(nothing)
        yield Leave(until=300.0)
        yield Halt(BudgetExceeded("enough"))

    with pytest.raises(BudgetExceeded):
        world.run(iter([unknown(), job(world, "never", 1)]))
    assert (world.now, world.emitted) == (0, [])


def test_who_waited_for_a_place_is_stopped_by_a_halt_and_forgotten() -> None:
    world = World(jobs=4)
    world.pacing.refused(30.0)

    def running() -> LifeFlow[None]:
        yield Occupy()
        yield Pause(50.0)
        yield Emit(("ended", world.now))

    def hoping() -> LifeFlow[None]:
        try:
            yield Room(nothing)
        except Stopped:
            yield Emit(("stopped", world.now))
            raise

    with pytest.raises(KeyboardInterrupt) as caught:
        world.run(iter([running(), hoping()]), at={3.0: KeyboardInterrupt()})
    assert world.emitted == [("stopped", 3), ("ended", 50)]
    assert not getattr(caught.value, "__notes__", []), "to be stopped is no error of its own"


def test_lives_that_are_left_alone_are_closed_though_someone_holds_them() -> None:
    closed: list[str] = []
    world = World()

    def living() -> LifeFlow[None]:
        try:
            yield Pause(100.0)
        finally:
            closed.append("a")

    held = living()
    flow = Scheduler(iter([held]), world.pacing, clock=lambda: 0.0).running()
    next(flow)
    flow.close()
    assert closed == ["a"]
