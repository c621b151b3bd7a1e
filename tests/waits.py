"""A service, callbacks and a clock that stand still until the wait under test sleeps or asks."""

from __future__ import annotations

import heapq
import json
import random
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client import Retries
from legnext_client._callbacks.hub import CallbackHub
from legnext_client._calls.wait import PollSettings, PollState, Schedule, waiting
from legnext_client._protocol.flow import Emit, NoResponse, Request, Response, Send, Sleep
from legnext_client._protocol.polling import Expectation
from legnext_client._protocol.state import COMPLETED, State
from legnext_client.errors import LegnextError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from legnext_client._calls.wait import Late
    from legnext_client._protocol.flow import Flow

IMAGE, VIDEO = Expectation(45.0, 0.35), Expectation(210.0, 0.25)
ONCE = Retries(attempts=1)

Reply = dict[str, Any] | Response | NoResponse


def told(body: Mapping[str, Any], **headers: str) -> Response:
    return Response(200, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode())


def done_at(seconds: float) -> Callable[[str, float], Reply]:
    return lambda job_id, now: {"job_id": job_id, "status": "completed" if now >= seconds else "processing"}


def target(
    job: State,
    settings: PollSettings,
    expected: Expectation | Callable[[State], Expectation] = IMAGE,
    retry_after: float | None = None,
) -> PollState:
    def schedule(state: State) -> Schedule:
        return Schedule(0.0, expected if isinstance(expected, Expectation) else expected(state))

    return PollState(job, Request("GET", f"/{job.job_id}"), schedule, settings, retry_after)


class Call(NamedTuple):
    """A callback on its way: it arrives `at` this time and says this."""

    at: float
    job_id: str
    status: str = "completed"


class World:
    """`reply` says what is answered about a job at a time; asking takes so long. `hub` makes callbacks arrive."""

    def __init__(
        self, reply: Callable[[str, float], Reply], *, takes: float = 0.0, calls: Iterable[Call] | None = None
    ) -> None:
        self.now = 0.0
        self.reply = reply
        self.takes = takes
        self.asked: list[tuple[float, str]] = []
        self.patience: list[float] = []
        self.slept: list[float] = []
        self.emitted: list[tuple[float, int, str]] = []
        self.error: LegnextError | None = None
        self.hub = CallbackHub(10_000)
        self._callbacks = None if calls is None else self.hub
        self._calls = list(calls or ())
        heapq.heapify(self._calls)

    @property
    def times(self) -> list[float]:
        return [time for time, _ in self.asked]

    @property
    def ended(self) -> dict[int, float]:
        """When each job was found to have ended."""
        return {index: time for time, index, status in self.emitted if status == COMPLETED}

    def wait(
        self,
        jobs: int | list[State] = 1,
        *,
        timeout: float | None = None,
        expected: Expectation | Callable[[State], Expectation] = IMAGE,
        retry_after: float | None = None,
        late: Late | None = None,
        **settings: Any,
    ) -> World:
        """Carry a wait out to its end."""
        if isinstance(jobs, int):
            jobs = [State({"job_id": f"j{number}", "status": "pending"}) for number in range(jobs)]
        chosen = self.settings(**settings)
        targets = [target(job, chosen, expected, retry_after) for job in jobs]
        try:
            self._carry_out(waiting(targets, chosen, timeout=timeout, late=late))
        except LegnextError as error:
            self.error = error
        return self

    def settings(self, **changes: Any) -> PollSettings:
        usual = PollSettings(ONCE, 30.0, None, 1000.0, lambda: self.now, random.Random(1).random, self._callbacks)
        return usual._replace(**changes)

    def _carry_out(self, flow: Flow[None]) -> None:
        result: Response | NoResponse | None = None
        while True:
            try:
                effect = flow.send(result)
            except StopIteration:
                return
            result = None
            match effect:
                case Sleep(seconds, wakeup):
                    assert seconds > 0
                    if wakeup is None:
                        self.sleep(seconds)
                    else:
                        wakeup.sleep(seconds, self)
                case Emit((index, state)):
                    if self.asked or self.now:  # before, each job is told of as it was accepted
                        self.emitted.append((self.now, index, state.status))
                case Send(request, timeout):
                    job_id = request.path[1:]
                    self.asked.append((self.now, job_id))
                    self.patience.append(timeout)
                    self._pass(min(self.takes, timeout))
                    reply = self.reply(job_id, self.now)
                    result = told(reply) if isinstance(reply, dict) else reply
                case _:
                    raise AssertionError(effect)

    def sleep(self, seconds: float) -> None:
        """As a clock that a wakeup sleeps by, in steps: what arrives on the way ends the step."""
        self.slept.append(seconds)
        self._pass(seconds)

    async def async_sleep(self, seconds: float) -> None:
        raise NotImplementedError(seconds)

    def _pass(self, seconds: float) -> None:
        self.now += seconds
        while self._calls and self._calls[0].at <= self.now:
            call = heapq.heappop(self._calls)
            self.hub.note(call.job_id, call.status)
