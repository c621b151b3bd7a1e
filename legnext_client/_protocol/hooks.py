"""Hooks: functions of the caller that see each attempt, each paid call and each end of a job."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar

from legnext_client._protocol.flow import Flow, NoResponse, Request, Response
from legnext_client._protocol.responses import named, request_id_in
from legnext_client._protocol.state import State
from legnext_client.errors import InvalidRequest
from legnext_client.generated.types import is_object

if TYPE_CHECKING:
    from legnext_client._protocol.flow import Send

ResultT = TypeVar("ResultT")

logger = logging.getLogger("legnext_client")


class Event(NamedTuple):
    """What a hook receives. The API key is nowhere in it.

    Attributes:
        what: An attempt to send any request; a paid call with all its attempts; a job that ended.
        ended: Whether it has ended; false as it begins.
        operation: Name of the operation.
        method: HTTP method.
        path: Path of the request.
        paid: Whether the request is paid.
        call: The same number for a call and its attempts, while it lasts.
        attempt: From 1.
        elapsed: Seconds it took, once it has ended; of a job, from its acceptance as far as this client knows.
        status: Of an attempt, the HTTP status; of a job, its status.
        error: The type of the error and its text.
        request_id: Id of the request at the service.
        job_id: Id of the job, once it is known.
        points: Held, or charged once a job has ended.
        sent: The fields of the body, with the prompt.
    """

    what: Literal["attempt", "call", "job"]
    ended: bool
    operation: str
    method: str = ""
    path: str = ""
    paid: bool = False
    call: int = 0
    attempt: int = 0
    elapsed: float | None = None
    status: int | str | None = None
    error: str | None = None
    request_id: str | None = None
    job_id: str | None = None
    points: float = 0
    sent: Mapping[str, Any] | None = None


Hook: TypeAlias = Callable[[Event], object]


class Hooks(list[Hook]):
    """The hooks of a client. One that raises breaks nothing; its first error is logged."""

    def __init__(self) -> None:
        super().__init__()
        self._failed: set[int] = set()

    def append(self, hook: Hook) -> None:
        if not callable(hook) or inspect.iscoroutinefunction(hook):
            raise InvalidRequest(f"hook must be a function that takes an Event, and not async; got {hook!r}.")
        super().append(hook)

    def notify(self, event: Event) -> None:
        for hook in tuple(self):
            try:
                hook(event)
            except Exception:
                if id(hook) not in self._failed:
                    self._failed.add(id(hook))
                    logger.warning("a hook failed; further errors of it are not logged", exc_info=True)

    def attempt(self, send: Send) -> Event:
        """Report that a request is about to be sent; return the event for its end."""
        event = _about("attempt", send.request)._replace(attempt=send.attempt)
        self.notify(event)
        return event

    def answered(self, event: Event, outcome: Response | NoResponse | None, elapsed: float) -> None:
        """Report what became of an attempt; without an outcome, it was interrupted."""
        event = event._replace(ended=True, elapsed=elapsed)
        if isinstance(outcome, Response):
            headers, job_id = outcome.headers, named(Request(event.method, event.path), outcome.body)
            event = event._replace(status=outcome.status, request_id=request_id_in(headers), job_id=job_id)
        else:
            event = event._replace(error="interrupted" if outcome is None else outcome.reason)
        self.notify(event)

    def watching(self, flow: Flow[ResultT], request: Request, now: Callable[[], float]) -> Flow[ResultT]:
        """Run a flow that sends a paid request, reporting its start and end."""
        event, began = _about("call", request), now()
        self.notify(event)
        try:
            result: Any = yield from flow
        except BaseException as error:
            self.notify(_failed(event, error)._replace(elapsed=now() - began))
            raise
        event = event._replace(ended=True, elapsed=now() - began)
        refused, answer = getattr(result, "error", None), getattr(result, "answer", result)
        if refused is not None:
            event = _failed(event, refused)
        elif answer is not None and is_object(answer.data):
            state = State(answer.data)
            event = event._replace(
                status=answer.status, job_id=state.job_id, points=state.points, request_id=request_id_in(answer.headers)
            )
        self.notify(event)
        returned: ResultT = result
        return returned


def _about(what: Literal["attempt", "call"], request: Request) -> Event:
    operation, method, path, paid = request.operation, request.method, request.path, request.paid
    return Event(what, False, operation, method, path, paid, id(request), sent=request.sent, job_id=request.job_id)


def _failed(event: Event, error: BaseException) -> Event:
    status, request_id = getattr(error, "status_code", None), getattr(error, "request_id", None)
    text = "interrupted" if isinstance(error, GeneratorExit) else f"{type(error).__name__}: {error}"
    job_id = getattr(error, "job_id", None)
    return event._replace(ended=True, error=text, status=status, request_id=request_id, job_id=job_id)
