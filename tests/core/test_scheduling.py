"""Many lives in one loop: places, pauses and asides, driven by hand with a clock that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._protocol.flow import Collect, Emit, Ended, Flow, Start, Told
from legnext_client._protocol.retries import Retries
from legnext_client._runs.rate import Pacing
from legnext_client._runs.scheduling import DOWNLOADS, Scheduler
from legnext_client._runs.wishes import Aside, Halt, Heard, Leave, LifeFlow, Occupy, Pause, Room, Stopped
from legnext_client.errors import BudgetExceeded, InvalidRequest, JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class World:
    """A clock, and flows beside that end at once with what they return."""

    def __init__(self, jobs: int = 3, per_second: float = 1000.0) -> None:
        self.now = 0.0
        self.emitted: list[Any] = []
        self.messages: list[Ended | Told] = []
        self.begun: list[float] = []
        self.pacing = Pacing(jobs, per_second, Retries(), clock=lambda: self.now, chance=lambda: 1.0)

    def run(self, lives: Iterator[LifeFlow[None]], at: dict[float, Any] | None = None) -> Scheduler:
        """Run all lives; `at` says what is told from outside at which moment."""
        return self.carry_out(Scheduler(lives, self.pacing, clock=lambda: self.now), at)

    def carry_out(self, scheduler: Scheduler, at: dict[float, Any] | None = None) -> Scheduler:
        told = sorted((at or {}).items())
        flow, result = scheduler.running(), None
        try:
            for _ in range(100_000):
                effect = flow.send(result)
                result = None
                if isinstance(effect, Emit):
                    self.emitted.append(effect.value)
                elif isinstance(effect, Start):
                    self.begun.append(self.now)
                    self.messages.append(ended(effect))
                else:
                    assert isinstance(effect, Collect)
                    if not self.messages:
                        until = self.now + effect.seconds
                        while told and told[0][0] <= until and not self.messages:
                            self.now, value = told.pop(0)
                            self.messages.append(Told(value))
                        if not self.messages:
                            assert until < float("inf"), "it waits for what never comes"
                            self.now = until
                    result, self.messages = self.messages, []
        except StopIteration:
            return scheduler
        raise AssertionError("it spins")


def ended(order: Start) -> Ended:
    try:
        next(order.flow)
    except StopIteration as end:
        return Ended(order.tag, end.value)
    except Exception as error:
        return Ended(order.tag, None, error)
    raise AssertionError("the flows beside are plain here")


def giving(value: Any) -> Flow[Any]:
    return value
    yield


def raising(error: Exception) -> Flow[Any]:
    raise error
    yield


def nothing() -> None:
    return None


def job(world: World, name: str, seconds: float, attempt: Callable[[], Any] = nothing) -> LifeFlow[None]:
    yield Room(attempt)
    yield Emit(("begun", name, world.now))
    yield Pause(world.now + seconds)
    yield Leave()
    yield Emit(("ended", name, world.now))


def most_at_once(emitted: list[Any]) -> int:
    running = most = 0
    for what, *_ in emitted:
        running += {"begun": 1, "ended": -1}.get(what, 0)
        most = max(most, running)
    return most


def test_no_more_jobs_run_at_once_than_there_are_places() -> None:
    world = World(jobs=3)
    world.run(job(world, str(number), 10 + number) for number in range(10))
    assert most_at_once(world.emitted) == 3
    assert len(world.emitted) == 20


def test_rows_are_read_when_there_is_room_for_them() -> None:
    world, read = World(jobs=2), list[int]()

    def rows() -> Iterator[LifeFlow[None]]:
        for number in range(6):
            read.append(number)
            yield job(world, str(number), 10)

    scheduler = Scheduler(rows(), world.pacing, clock=lambda: 0.0)
    flow = scheduler.running()
    while not isinstance(flow.send(None), Collect):
        continue
    assert read == [0, 1]
    flow.close()


def test_what_is_under_way_takes_a_place_even_where_none_is_free() -> None:
    world = World(jobs=1)

    def running_already(name: str) -> LifeFlow[None]:
        yield Occupy()
        yield Occupy()
        yield Emit(("begun", name, world.now))
        yield Pause(world.now + 10)
        yield Emit(("ended", name, world.now))

    scheduler = world.run(iter([running_already("a"), job(world, "b", 1)]))
    assert world.emitted == [("begun", "a", 0), ("ended", "a", 10), ("begun", "b", 10), ("ended", "b", 11)]
    assert scheduler.occupied == 0


def test_a_place_that_is_left_later_is_kept_until_then() -> None:
    world = World(jobs=1)

    def unknown() -> LifeFlow[None]:
        yield Room(nothing)
        yield Leave(until=300.0)
        yield Emit(("unknown", world.now))

    world.run(iter([unknown(), job(world, "b", 1)]))
    assert world.emitted == [("unknown", 0), ("begun", "b", 300), ("ended", "b", 301)]


def test_a_film_goes_on_before_another_row_is_begun() -> None:
    world = World(jobs=1)

    def film() -> LifeFlow[None]:
        yield from job(world, "film 1", 5)
        yield from job(world, "film 2", 5)

    world.run(iter([film(), job(world, "other", 1)]))
    assert [name for what, name, _ in world.emitted if what == "begun"] == ["film 1", "film 2", "other"]


def test_requests_keep_to_the_rate_and_downloads_do_not() -> None:
    world = World(jobs=100, per_second=10)

    def asking(request: bool) -> LifeFlow[None]:
        yield Aside(giving(1), request=request)

    world.run(asking(True) for _ in range(5))
    assert world.begun == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    world.begun.clear()
    before = world.now
    world.run(asking(False) for _ in range(5))
    assert set(world.begun) == {before}


def test_rows_are_not_begun_faster_than_files_are_fetched() -> None:
    world, read = World(jobs=100), list[int]()

    def rows() -> Iterator[LifeFlow[None]]:
        for number in range(50):
            read.append(number)
            yield fetching()

    def fetching() -> LifeFlow[None]:
        yield Aside(giving(None), request=False)

    flow = Scheduler(rows(), world.pacing, clock=lambda: 0.0).running()
    started = 0
    while not isinstance(effect := flow.send(None), Collect):
        started += isinstance(effect, Start)
    assert (len(read), started) == (2 * DOWNLOADS, DOWNLOADS)
    flow.close()


def test_what_a_flow_beside_gives_or_raises_comes_to_the_life() -> None:
    world = World()

    def asking() -> LifeFlow[None]:
        yield Emit((yield Aside(giving("an answer"))))
        try:
            yield Aside(raising(InvalidRequest("no")))
        except InvalidRequest as error:
            yield Emit(error.message)

    world.run(iter([asking()]))
    assert world.emitted == ["an answer", "no"]


def test_a_pause_ends_when_something_is_heard() -> None:
    world = World()

    def listening() -> LifeFlow[None]:
        yield Emit(((yield Pause(100.0, ear="job-1")), world.now))
        yield Emit(((yield Pause(200.0, ear="job-1")), world.now))

    world.run(iter([listening()]), at={40.0: Heard("job-1", "called"), 50.0: Heard("job-2", "another's")})
    assert world.emitted == [("called", 40), (None, 200)]


def test_what_was_heard_before_someone_listened_is_not_lost() -> None:
    world = World()

    def late() -> LifeFlow[None]:
        yield Pause(10.0)
        yield Emit(((yield Pause(100.0, ear="token")), world.now))

    world.run(iter([late()]), at={5.0: Heard("token", "job-1")})
    assert world.emitted == [("job-1", 10)]


def test_a_halt_begins_nothing_more_and_is_raised_when_all_that_ran_has_ended() -> None:
    world = World(jobs=2)

    def halting() -> LifeFlow[None]:
        yield from job(world, "first", 1)
        yield Halt(BudgetExceeded("enough"))
        yield Pause(world.now + 5)
        yield Emit("still there")

    with pytest.raises(BudgetExceeded, match="enough"):
        world.run(iter([halting(), job(world, "second", 20), job(world, "third", 1)]))
    assert world.emitted == [
        ("begun", "first", 0), ("begun", "second", 0), ("ended", "first", 1), "still there", ("ended", "second", 20),
    ]  # fmt: skip


def test_an_interrupt_stops_those_who_wait_for_a_place_or_for_what_may_never_come() -> None:
    world = World(jobs=2)

    def hoping() -> LifeFlow[None]:
        yield Occupy()
        try:
            yield Pause(500.0, ear="token", needed=False)
        except Stopped:
            yield Emit(("stopped", world.now))
            raise

    def film() -> LifeFlow[None]:
        yield from job(world, "step 1", 20)
        yield from job(world, "step 2", 20)

    with pytest.raises(KeyboardInterrupt):
        world.run(iter([hoping(), film(), job(world, "never", 1)]), at={3.0: KeyboardInterrupt()})
    assert world.emitted == [("begun", "step 1", 0), ("stopped", 3), ("ended", "step 1", 20)]


def test_the_error_of_one_life_lets_the_others_end_and_is_raised_then() -> None:
    world = World(jobs=2)

    def broken() -> LifeFlow[None]:
        yield Room(nothing)
        raise InvalidRequest("the first")

    with pytest.raises(InvalidRequest, match="the first") as caught:
        world.run(iter([job(world, "a", 5), broken(), broken()]))
    assert world.emitted[-1] == ("ended", "a", 5)
    assert not getattr(caught.value, "__notes__", [])


def test_more_than_one_error_is_told() -> None:
    world = World(jobs=2)

    def broken(seconds: float, said: str) -> LifeFlow[None]:
        yield Room(nothing)
        yield Pause(seconds)
        raise InvalidRequest(said)

    with pytest.raises(InvalidRequest, match="one") as caught:
        world.run(iter([broken(1, "one"), broken(2, "two")]))
    assert caught.value.__notes__ == ["Also: two. Nothing was sent."]


def test_of_several_errors_the_one_with_the_id_of_a_paid_job_is_raised() -> None:
    world = World(jobs=3)
    paid = JournalError("the disk is full")
    paid.job_id = "job-1"

    def broken(seconds: float, error: BaseException) -> LifeFlow[None]:
        yield Room(nothing)
        yield Pause(seconds)
        raise error

    with pytest.raises(JournalError) as caught:
        world.run(iter([broken(1, JournalError("no room")), broken(2, paid), broken(3, JournalError("nor here"))]))
    assert caught.value is paid
    assert [note.split(".")[0] for note in paid.__notes__] == ["Also: no room", "Also: nor here"]


@pytest.mark.parametrize(
    "first", [KeyboardInterrupt(), JournalError("no room", job_id="job-0")], ids=["Ctrl-C", "paid"]
)
def test_an_interrupt_or_an_earlier_id_stays_what_is_raised(first: BaseException) -> None:
    scheduler = Scheduler(iter(()), World().pacing, clock=lambda: 0.0)
    scheduler.halt(first)
    scheduler.halt(first)
    scheduler.halt(JournalError("the disk is full", job_id="job-1"))
    assert scheduler.halted is first
    assert [note.split(".")[0] for note in first.__notes__] == ["Also: the disk is full"]


def test_between_rows_that_are_over_at_once_it_is_heard_what_is_said() -> None:
    world, begun = World(jobs=3), list[int]()

    def over_at_once(number: int) -> LifeFlow[None]:
        begun.append(number)
        yield Emit(number)

    with pytest.raises(KeyboardInterrupt):
        world.run((over_at_once(number) for number in range(50)), {0.0: KeyboardInterrupt()})
    assert begun == [0]


def test_where_nothing_is_begun_those_who_want_to_are_sent_away_and_what_runs_is_waited_for() -> None:
    world = World(jobs=1)

    def running() -> LifeFlow[None]:
        yield Occupy()
        yield Pause(5)
        yield Leave()
        yield Emit("ended")
        yield Room(nothing)
        yield Emit("never")

    def unheard() -> LifeFlow[None]:
        yield Pause(500, "ear", needed=False)
        yield Emit("never")

    rows = [running(), unheard(), job(world, "a", 1), job(world, "b", 1)]
    scheduler = Scheduler(iter(rows), world.pacing, clock=lambda: world.now, begins=False)
    world.carry_out(scheduler)
    assert (world.emitted, world.now) == (["ended"], 5)


def test_what_was_to_be_sent_is_not_when_it_ends_before_and_who_planned_it_is_told() -> None:
    world, told = World(jobs=3, per_second=0.1), list[str]()

    def paid() -> Flow[None]:
        told.append("sent")
        yield Emit("never")

    def planning(name: str) -> LifeFlow[None]:
        yield Room(nothing)
        try:
            yield Aside(paid(), finish=True)
        except Stopped:
            told.append(f"{name} gives back")
            raise

    scheduler = Scheduler(iter([planning("a"), planning("b")]), world.pacing, clock=lambda: world.now)
    flow = scheduler.running()
    assert isinstance(flow.send(None), Start)  # the first goes out; the rate holds the second back
    flow.close()
    assert told == ["b gives back"]


def test_a_question_that_waits_for_its_turn_is_asked_after_a_halt_and_a_submission_is_not() -> None:
    world, told = World(jobs=3, per_second=0.1), list[str]()

    def asking(name: str, finish: bool) -> LifeFlow[None]:
        try:
            told.append((yield Aside(giving(name), finish=finish)))
        except Stopped:
            told.append(f"{name} stopped")

    rows = [asking("first", False), asking("paid", True), asking("free", False)]
    with pytest.raises(KeyboardInterrupt):
        world.run(iter(rows), {5.0: KeyboardInterrupt()})
    assert told == ["first", "paid stopped", "free"]
    assert world.begun == [0.0, 10.0], "nobody waits for the turn of what is not sent"


def test_what_nobody_listens_for_may_bring_a_life_or_an_error() -> None:
    world = World(jobs=3)

    def late(ear: str, value: Any) -> LifeFlow[None] | None:
        if ear == "odd":
            raise InvalidRequest("odd")
        return job(world, value, 1) if ear == "token" else None

    heard = {
        1.0: Heard("token", "late"),
        2.0: Heard("other", "kept"),
        3.0: Heard("odd", 0),
        4.0: Heard("token", "more"),
    }
    scheduler = Scheduler(iter([job(world, "row", 10)]), world.pacing, clock=lambda: world.now, late=late)
    with pytest.raises(InvalidRequest):
        world.carry_out(scheduler, heard)
    assert [what for what in world.emitted if what[0] == "ended"] == [("ended", "late", 2), ("ended", "row", 10)]
    assert scheduler.unheard == {"other": "kept", "odd": 0}


def purse(points: int) -> Callable[[int], Callable[[], None]]:
    """Points that jobs hold and never give back."""
    left = [points]

    def take(price: int) -> Callable[[], None]:
        def attempt() -> None:
            if price > left[0]:
                raise BudgetExceeded(f"{price} of {left[0]}")
            left[0] -= price

        return attempt

    return take


def test_who_is_short_of_points_waits_for_what_others_may_give_back() -> None:
    world, tried = World(jobs=5), list[float]()

    def attempt() -> None:
        tried.append(world.now)
        if world.now < 10:
            raise BudgetExceeded("not yet")

    world.run(iter([job(world, "a", 10), job(world, "b", 1, attempt)]))
    assert tried == [0, 10]
    assert ("begun", "b", 10) in world.emitted


def test_a_budget_that_nobody_can_give_back_to_halts() -> None:
    world = World(jobs=5)
    take = purse(100)
    with pytest.raises(BudgetExceeded, match="80 of 20"):
        world.run(iter([job(world, "a", 10, take(80)), job(world, "b", 1, take(80)), job(world, "c", 1, take(10))]))
    assert [name for what, name, _ in world.emitted if what == "begun"] == ["a"]


def test_what_is_refused_while_it_is_attempted_comes_to_the_life() -> None:
    world = World()

    def attempt() -> None:
        raise InvalidRequest("image_no must be below 4")

    def careful() -> LifeFlow[None]:
        try:
            yield Room(attempt)
        except InvalidRequest as error:
            yield Emit(error.message)

    world.run(iter([careful()]))
    assert world.emitted == ["image_no must be below 4"]


def test_nothing_is_submitted_before_the_service_said_so() -> None:
    world = World(jobs=3)
    world.pacing.refused(30.0)
    world.run(iter([job(world, "a", 1)]))
    assert world.emitted[0] == ("begun", "a", 30)


def test_rows_that_cannot_be_read_on_let_what_runs_end() -> None:
    world = World(jobs=3)

    def rows() -> Iterator[LifeFlow[None]]:
        yield job(world, "a", 5)
        raise UnicodeError("line 2")

    with pytest.raises(UnicodeError, match="line 2"):
        world.run(rows())
    assert world.emitted == [("begun", "a", 0), ("ended", "a", 5)]


def test_lives_that_are_left_alone_are_closed() -> None:
    closed: list[str] = []
    world = World()

    def living() -> LifeFlow[None]:
        try:
            yield Pause(100.0)
        finally:
            closed.append("a")

    flow = Scheduler(iter([living()]), world.pacing, clock=lambda: 0.0).running()
    next(flow)
    flow.close()
    assert closed == ["a"]
