"""A house for lives: records in memory, a clock that stands, and a service that says what a test has written down."""

from __future__ import annotations

import json
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._calls.items import Call
from legnext_client._calls.wait import Pace, Schedule, Waited, Watch
from legnext_client._journal.submit import Intent
from legnext_client._protocol.flow import Ask, Do, Emit, Ended, Flow, Lost, Received, Request, Send, Sleep
from legnext_client._protocol.polling import Expectation
from legnext_client._protocol.retries import Retries
from legnext_client._protocol.state import State
from legnext_client._runs.lives import Life
from legnext_client._runs.outcomes import Outcome, Step
from legnext_client._runs.ports import Prepared
from legnext_client._runs.rate import Pacing
from legnext_client._runs.wishes import Aside, Halt, Leave, LifeFlow, Occupy, Pause, Room, Stopped
from legnext_client.errors import BudgetExceeded, InvalidRequest, JournalError, LegnextError
from legnext_client.generated.operations import OPERATIONS
from legnext_client.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from legnext_client._calls.items import Choose, Item
    from legnext_client._journal.submit import Entry, Submission

EVERY, PATIENCE, LASTS, TIMEOUT = 10.0, 100.0, 500.0, 30.0
"""Seconds: from question to question, of a wait, of such a job at most, and of a request."""
PRICE = 80
DIFFUSION = OPERATIONS["diffusion"]


class Row(NamedTuple):
    """A row of so many steps."""

    key: str = "a"
    digest: str = "d"
    steps: int = 1
    wrong: InvalidRequest | None = None
    choices: Mapping[str, Choose] = {}

    def call(self, step: int, finished: Sequence[State]) -> Call:
        fields = {"text": f"after {[state.job_id for state in finished]}"}
        return Call(DIFFUSION, fields, self.choices if step else {}, title=f"step {step + 1}")

    def price(self, step: int) -> Any:
        raise AssertionError(f"a life asks its house what step {step} costs")

    def described(self) -> Mapping[str, Any]:
        return {"row": self.key}


class Household:
    """Fulfils `core.ports.House`; carries a life out alone, and remembers what it wished for."""

    def __init__(self, *, callbacks: bool = False, retry_failed: bool = False, every: float | None = EVERY) -> None:
        self.now = 0.0
        self.days = timedelta()
        self.callbacks, self.retry_failed = callbacks, retry_failed
        self.request_timeout, self.longest_wait = TIMEOUT, 60.0
        self.unsettled: dict[str, Item] = {}
        self.book = Journal.open(None, "batch", now=self.today)
        self.pacing = Pacing(8, 10.0, Retries(), clock=self.clock, chance=lambda: 1.0)
        self.says: deque[Any] = deque()
        """What the service says, request by request; a function is called, and may move the clock."""
        self.heard: deque[tuple[float, str, str]] = deque()
        """When which ear hears what."""
        self.wait = PATIENCE
        self.late = 0.0
        """By so much each pause ends later than it should."""
        self.stops: type[Room | Aside | Pause] | None = None
        """Who wishes for this is told that nothing is begun any more."""
        self.log: list[Any] = []
        """What was wished for, sent, and told to the house, in order."""
        self.asides: list[Aside] = []
        self.emitted: list[Any] = []
        self.halted: BaseException | None = None
        self.prices: Callable[[], int] = lambda: PRICE
        self.token: str | None = None
        self.files: Flow[list[str]] | None = None
        self._pace = Pace(Retries(attempts=1), TIMEOUT, every, clock=self.clock, chance=lambda: 0.5)

    # ---- what a life needs of it --------------------------------------------------------------------------------

    def clock(self) -> float:
        return self.now

    def today(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=self.now) + self.days

    def prepare(self, call: Call, before: State | None, key: str) -> Prepared:
        self.log.append(("prepare", key, dict(call.fields), before.job_id if before else None))
        body = dict(call.fields)
        request = Request("POST", "/paint", json.dumps(body).encode(), paid=True, operation="diffusion", sent=body)
        return Prepared(request, self.prices(), f"plan of {key}", self.token)

    def refused(self, prepared: Prepared) -> None:
        self.log.append(("refused", prepared.plan))

    def accepted(self, prepared: Prepared, submission: Submission) -> Any:
        assert submission.state is not None
        return f"{prepared.plan}, accepted"

    def recalled(self, entry: Entry, call: Call | None) -> Any:
        return f"recalled {entry.key}{f' for {call.title}' if call else ''}"

    def watch(self, state: State, origin: Any, told: float | None) -> Watch:
        self.log.append(("watch", state.job_id, origin, told))
        question = Request("GET", f"/job/{state.job_id}")
        started = self.now
        waited = Waited(state, question, lambda _: Schedule(started, Expectation(20.0, 0.3)), told)
        watch = Watch(waited, self._pace)
        watch.called_back = self.callbacks
        return watch

    def patience(self, watch: Watch, silent: float) -> float:
        assert watch.state.job_id
        return self.wait + silent

    def lasts(self, operation: str, body: Mapping[str, Any]) -> float:
        assert operation == "diffusion", body
        return LASTS

    def is_another(self, entry: Entry, state: State) -> bool:
        return state.task_type not in ("", entry.operation)

    def holds(self, state: State, origin: Any, price: int) -> BudgetExceeded | None:
        assert origin
        return BudgetExceeded(f"{state.points:g} held, {price} thought") if state.points > price else None

    def saw(self, state: State, origin: Any, running: float | None, price: int) -> int:
        self.log.append(("saw", state.job_id, origin, running, price))
        return int(state.points)

    def job(self, state: State, origin: Any, /) -> Any:
        return state.job_id, origin

    def fetching(self, item: Item, made: tuple[State, Any], had: Sequence[str]) -> Flow[list[str]] | None:
        self.log.append(("fetching", item.key, made[0].job_id, tuple(had)))
        return self.files

    # ---- a life is carried out ----------------------------------------------------------------------------------

    def live(self, life: LifeFlow[Any]) -> Any:
        """Carry a life out to its end; what it returns, if it does."""
        send, given = life.send, None
        try:
            while True:
                effect = send(given)
                send = life.send
                try:
                    given = self._granted(effect)
                except Exception as error:
                    given, send = error, life.throw
        except StopIteration as end:
            return end.value

    def _granted(self, effect: Any) -> Any:
        if self.stops is not None and isinstance(effect, self.stops):
            raise Stopped
        match effect:
            case Room(attempt):
                self.log.append("room")
                return attempt()
            case Occupy():
                self.log.append("occupy")
            case Leave(until):
                self.log.append("leave" if until is None else ("leave", until))
            case Pause(until, ear, needed):
                self.log.append(("pause", until, ear, needed))
                if self.heard and self.heard[0][0] <= until and ear == self.heard[0][1]:
                    self.now, _, value = self.heard.popleft()
                    return value
                self.now = until + self.late
            case Aside(flow):
                self.asides.append(effect)
                return self._carried_out(flow)
            case Halt(error):
                self.log.append("halt")
                self.halted = self.halted or error
            case Ask(function):
                return _answered(function)
            case Emit(value):
                self.emitted.append(value)
                if isinstance(value, Step):
                    self.log.append(("step", value.state.status))
            case Do(function):
                return _done(function)
            case _:
                raise AssertionError(effect)
        return None

    def _carried_out(self, flow: Flow[Any]) -> Any:
        given: Any = None
        try:
            while True:
                effect = flow.send(given)
                given = None
                if isinstance(effect, Send):
                    self.log.append((effect.request.method, self.now, effect.timeout))
                    said = self.says.popleft()
                    given = said() if callable(said) else said
                elif isinstance(effect, Do):
                    given = _done(effect.function)
                else:
                    assert isinstance(effect, Sleep)
                    self.now += effect.seconds
        except StopIteration as end:
            return end.value

    # ---- what tests look at -------------------------------------------------------------------------------------

    @property
    def asked(self) -> list[float]:
        """When the service was asked for a job."""
        return [entry[1] for entry in self.log if entry[0] == "GET"]

    @property
    def outcome(self) -> Outcome:
        """What came of the row, told once and last."""
        assert [type(value) for value in self.emitted].count(Outcome) == 1
        outcome = self.emitted[-1]
        assert isinstance(outcome, Outcome)
        return outcome

    def entry(self, key: str = "a") -> Entry:
        found = self.book.entry(key)
        assert found is not None
        return found


def _done(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except (OSError, LegnextError) as error:
        return error


def _answered(function: Callable[[], Any]) -> Ended:
    try:
        return Ended(None, function())
    except BaseException as error:
        return Ended(None, error=error)


def job(status: str, *, job_id: str = "j-1", headers: Mapping[str, str] | None = None, **fields: Any) -> Received:
    """The service tells of a job."""
    points = fields.pop("points", None)
    meta = {"usage": {"consume" if status == "completed" else "frozen": points}} if points is not None else {}
    told = {"job_id": job_id, "status": status, "meta": {**meta, **fields.pop("meta", {})}, **fields}
    return Received(200, headers or {}, json.dumps(told).encode())


def refusal(status: int, **headers: str) -> Received:
    """The service refuses."""
    return Received(status, headers, b'{"message": "no"}')


SILENCE = Lost("the network is down", sent=True)
UNSENT = Lost("the network is down", sent=False)


# ---- lives, and what the records may know before ------------------------------------------------------------------

ROW = Row()
FILM = Row("f", steps=2)


def lived(house: Household, row: Row = ROW, *says: Any) -> Outcome:
    """Live the life of a row while the service says this; what came of it."""
    house.says.extend(says)
    house.live(Life(row, house).living())
    assert not house.says, "all of it was asked for"
    return house.outcome


def left_over(house: Household, row: Row = ROW, *says: Any, key: str = "a") -> list[Any]:
    """Wait for a job that no row asks for; what was emitted."""
    house.says.extend(says)
    house.live(Life(row, house).leftover(house.entry(key)))
    return house.emitted


def begun(house: Household, key: str = "a", row: Row = ROW, step: int = 0, **changes: Any) -> int:
    """A request is in the records, as being submitted."""
    intent = Intent(key, row.key, step, row.digest, {}, "diffusion", {"n": step}, PRICE, house.token)
    return house.book.begin(intent._replace(**changes)).entry.id


def accepted(house: Household, key: str = "a", row: Row = ROW, step: int = 0, **changes: Any) -> int:
    number = begun(house, key, row, step, **changes)
    house.book.accepted(number, State({"job_id": f"j-{number}", "status": "pending"}))
    return number


def ended(house: Household, status: str = "completed", key: str = "a", **changes: Any) -> int:
    number = accepted(house, key, **changes)
    house.book.ended(number, State({"job_id": f"j-{number}", "status": status}), 70)
    return number


def lost(house: Household, job_id: str | None = None, **changes: Any) -> int:
    number = begun(house, **changes)
    house.book.lost(number, "the line was cut", job_id)
    return number


def posts(house: Household) -> list[float]:
    """When something was submitted."""
    return [entry[1] for entry in house.log if entry[0] == "POST"]


def prepared(house: Household) -> list[Any]:
    return [entry for entry in house.log if entry[0] == "prepare"]


def broken(house: Household, method: str) -> None:
    """The disk is full when this is to be written."""

    def full(*_: Any) -> Any:
        raise JournalError("the disk is full.", journal="run.db")

    setattr(house.book, method, full)


def listening(callbacks: bool = True, token: str | None = "token") -> Household:
    house = Household(callbacks=callbacks)
    house.token = token
    return house
