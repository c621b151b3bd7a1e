"""A service, callbacks and a clock that stand still until the wait under test sleeps."""

from __future__ import annotations

import heapq
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client import Retries
from legnext_client._callbacks.hub import CallbackHub
from legnext_client._calls.wait import PollSettings, PollTarget, Schedule, waiting
from legnext_client._protocol.flow import Emit, Request, Response, Send, Sleep
from legnext_client._protocol.polling import Expectation
from legnext_client._protocol.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from legnext_client._protocol.flow import Flow, NoResponse

ANSWER_TAKES = 0.05
IMAGE = Expectation(45.0, 0.35)


class Call(NamedTuple):
    """A callback on its way: it arrives `at` this time and says this."""

    at: float
    job_id: str
    status: str = "completed"


class World:
    """Jobs by id, each with the time at which it ends. It starts at time 0 and does what a wait asks for."""

    def __init__(self, ends: Mapping[str, float], calls: Iterable[Call] = (), *, remember: int = 10_000) -> None:
        self.ends = dict(ends)
        self.now = 0.0
        self.asked: list[tuple[float, str]] = []
        self.ended: dict[int, float] = {}
        self.bells = CallbackHub(remember)
        self.answer: Callable[[str], Response | NoResponse] = self.truth
        self._calls = list(calls)
        heapq.heapify(self._calls)

    def questions(self, job_id: str) -> list[float]:
        return [at for at, asked in self.asked if asked == job_id]

    def truth(self, job_id: str, headers: Mapping[str, str] | None = None) -> Response:
        status = "completed" if self.ends[job_id] <= self.now else "processing"
        return Response(200, headers or {}, json.dumps({"job_id": job_id, "status": status}).encode())

    def job(self, job_id: str, raw: Mapping[str, Any] | None = None, *, retry_after: float | None = None) -> PollTarget:
        state = State({"job_id": job_id, "status": "pending"} if raw is None else raw)
        return PollTarget(state, Request("GET", job_id), lambda _: Schedule(0.0, IMAGE), retry_after)

    def pace(self, **changes: Any) -> PollSettings:
        pace = PollSettings(Retries(), 30.0, clock=lambda: self.now, chance=lambda: 0.5, callbacks=self.bells)
        return pace._replace(**changes)

    def wait(self, *jobs: PollTarget, timeout: float | None = None, **changes: Any) -> None:
        """Carry a wait out to its end."""
        waited = jobs or tuple(self.job(job_id) for job_id in self.ends)
        self.carry_out(waiting(waited, self.pace(**changes), timeout=timeout))

    def carry_out(self, flow: Flow[None]) -> None:
        result: Response | NoResponse | None = None
        while True:
            try:
                effect = flow.send(result)
            except StopIteration:
                return
            result = None
            match effect:
                case Sleep(seconds, bell):
                    if bell is None:
                        self._pass(seconds)
                    else:
                        bell.sleep(seconds, self)
                case Send(request):
                    result = self._answered(request)
                case Emit((index, state)):
                    if state.done:
                        self.ended[index] = self.now
                case _:
                    raise AssertionError(effect)

    def sleep(self, seconds: float) -> None:
        """As a clock that a bell sleeps by, in steps: what arrives on the way ends the step."""
        self._pass(seconds)

    async def async_sleep(self, seconds: float) -> None:
        self._pass(seconds)

    def _answered(self, request: Request) -> Response | NoResponse:
        job_id = request.path
        self._pass(ANSWER_TAKES)
        self.asked.append((self.now, job_id))
        return self.answer(job_id)

    def _pass(self, seconds: float) -> None:
        self.now += seconds
        while self._calls and self._calls[0].at <= self.now:
            call = heapq.heappop(self._calls)
            self.bells.note(call.job_id, call.status)
