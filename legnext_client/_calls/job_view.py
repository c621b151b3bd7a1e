"""Base class of `Job` and `AsyncJob`: attributes of the response, and handling of new states."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self

from legnext_client._calls.notebook import job_html
from legnext_client._calls.planning import refuse
from legnext_client._calls.requests import job_request
from legnext_client._calls.service import CallService, JobContext, PreparedCall, Received
from legnext_client._protocol.bounds import shown
from legnext_client._protocol.polling import UNKNOWN
from legnext_client._protocol.responses import is_job_id, job_id_of
from legnext_client._protocol.send import sending
from legnext_client._protocol.state import State, failure, moment, text
from legnext_client.errors import ConfigurationError, InvalidRequest, WaitTimeout
from legnext_client.generated.types import is_object

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from legnext_client._protocol.callbacks import Callbacks
    from legnext_client._protocol.flow import Flow
    from legnext_client._protocol.responses import ResponseInfo
    from legnext_client.generated.models import TaskConfig, TaskError, TaskMeta, TaskOutput
    from legnext_client.generated.operations import Operation


def check_job(data: object) -> None:
    """Raise `InvalidRequest` unless `data` is the response of a job."""
    if not (is_object(data) and is_job_id(job_id_of(data))):
        raise InvalidRequest(f"data must be a dict with a job_id, such as job.to_dict(); got {shown(data)}.")


class JobView:
    """Last known state of a job. Attributes are named as in the response; `raw` is the response itself."""

    def __init__(
        self,
        raw: Mapping[str, Any],
        sender: Any = None,
        context: JobContext | None = None,
        state: State | None = None,
    ) -> None:
        self._state = state or State(raw)
        self._sender = sender
        self._context = context or JobContext()
        self._running = self._context.started or 0.0
        self._insisting = False
        self._files: list[Path] = []

    @classmethod
    def _of(cls, state: State, sender: Any, context: JobContext | None) -> Self:
        return cls(state.raw, sender, context, state)

    @property
    def raw(self) -> Mapping[str, Any]:
        """The unchanged response, including fields unknown to this client."""
        return self._state.raw

    @property
    def response(self) -> ResponseInfo | None:
        """Status, headers, request id and duration of the last response; None if no service sent it just now."""
        response = self._state.response
        return None if response is None else response._replace(headers=dict(response.headers))

    @property
    def job_id(self) -> str:
        """Id of the job at the service."""
        return self._state.job_id

    @property
    def status(self) -> str:
        """`pending`, `staged`, `processing`, `completed` or `failed`. Any other value means: still running."""
        return self._state.status

    @property
    def task_type(self) -> str:
        """Kind of job, as named by the service; empty if missing."""
        return self._state.task_type

    @property
    def model(self) -> str:
        """Model family."""
        return text(self.raw.get("model"))

    @property
    def done(self) -> bool:
        """Whether the job has completed, failed, or been ended by a caller."""
        return self._state.done

    @property
    def ok(self) -> bool:
        """Whether the job has completed."""
        return self._state.ok

    @property
    def progress(self) -> int:
        """Progress from 0 to 100, from the field, a log line or the status."""
        return round(self._state.progress)

    @property
    def image_urls(self) -> list[str]:
        """One URL per image; empty until the job has completed."""
        return self._state.image_urls

    @property
    def video_urls(self) -> list[str]:
        """One URL per video; empty until the job has completed."""
        return self._state.video_urls

    @property
    def texts(self) -> list[str]:
        """Prompts and descriptions that the job produced."""
        return self._state.texts

    @property
    def files(self) -> list[Path]:
        """Paths of the files that the last `download` or `result` of this object saved."""
        return self._files

    @property
    def points(self) -> float:
        """Known cost: points charged once completed, points held before, usually 0 if failed."""
        return self._state.points

    @property
    def created_at(self) -> datetime | None:
        """Time of acceptance, if known."""
        return moment(self._state.part("meta", "created_at"))

    @property
    def started_at(self) -> datetime | None:
        """Time when work began, or None."""
        return moment(self._state.part("meta", "started_at"))

    @property
    def ended_at(self) -> datetime | None:
        """Time when the job ended, or None."""
        return moment(self._state.part("meta", "ended_at"))

    @property
    def typical_seconds(self) -> float | None:
        """Typical duration of such a job in seconds, from acceptance to the end; None if unknown."""
        if self._sender is None:
            return None
        expected = self._service.scheduler(self._context)(self._state).expected
        return None if expected is UNKNOWN else expected.median

    @property
    def output(self) -> TaskOutput:
        """Output of the job; empty until it has completed."""
        output: TaskOutput = self._parsed("TaskOutput", "output")
        return output

    @property
    def meta(self) -> TaskMeta:
        """Times and points, as in the response."""
        meta: TaskMeta = self._parsed("TaskMeta", "meta")
        return meta

    @property
    def config(self) -> TaskConfig:
        """Configuration of the job."""
        config: TaskConfig = self._parsed("TaskConfig", "config")
        return config

    @property
    def error(self) -> TaskError:
        """Reason of a failure; its code is 0 if there was none."""
        error: TaskError = self._parsed("TaskError", "error")
        return error

    @property
    def input(self) -> Any:
        """Input of the job; null in every response seen so far."""
        return self.raw.get("input")

    @property
    def detail(self) -> Any:
        """Details of the job; usually null."""
        return self.raw.get("detail")

    @property
    def logs(self) -> list[Any]:
        """Log lines, as strings or objects."""
        logs = self.raw.get("logs")
        return logs if isinstance(logs, list) else []  # pyright: ignore[reportUnknownVariableType]

    def _parsed(self, model: str, name: str) -> Any:
        from legnext_client.generated import models  # slow to import and rarely needed

        part = self._state.part(name)
        return getattr(models, model).from_dict(part if isinstance(part, Mapping) else {})

    def to_dict(self) -> dict[str, Any]:
        """Return the last response as plain data that `json.dumps` and `from_dict` take."""
        return deepcopy(dict(self.raw))

    def insist(self) -> Self:
        """Return this job with follow-ups that are sent even if this client expects them to fail."""
        twin = self._of(self._state, self._sender, self._context)
        twin._insisting = True
        return twin

    # ---- shared by `Job` and `AsyncJob` ------------------------------------------------------------------------

    @property
    def _attached(self) -> Any:
        if self._sender is None:
            raise ConfigurationError(
                "this job is not attached to a client, because it was read from a callback, unpickled or copied. "
                f"Attach it with client.confirm(job), or fetch it with client.tasks.get({self.job_id!r})."
            )
        return self._sender

    @property
    def _service(self) -> CallService:
        service: CallService = self._attached.service
        return service

    def _accept(self, state: State) -> Self:
        if state is self._state:
            return self
        service = self._service
        before, self._state = self._state, state
        service.record(state, self._context, None if before.done else self._running)
        if not state.done:
            self._running = service.clock.now()
        return self

    def _polling(self) -> Flow[None]:
        service = self._service
        service.check_open()
        settings = service.settings
        answer = yield from sending(
            job_request(self.job_id), settings.retries, settings.timeout, clock=service.clock.now
        )
        self._accept(answer.state)

    def _waiting(
        self, timeout: float | None, poll_interval: float | None, callbacks: Callbacks | None = None
    ) -> Flow[None]:
        return self._service.waiting(
            [(self._state, self._context)],
            timeout=timeout,
            poll_interval=poll_interval,
            callbacks=callbacks,
            late=self._late,
        )

    def _late(self, seconds: float, reason: str) -> WaitTimeout:
        return WaitTimeout(f"{self!r} is not done after {seconds:.0f} seconds.{reason}", job=self)

    def _ended(self) -> Self:
        if self._state.failed:
            raise failure(self._state, self)
        return self

    def _prepared(self, operation: Operation, fields: Mapping[str, Any], options: Mapping[str, Any]) -> PreparedCall:
        """Prepare a follow-up operation on this job."""
        service = self._service  # raises first if there is no client
        if not self._insisting:
            refuse(self._state, operation, fields, self._context.made)
        given = {"job_id": self.job_id, **fields}
        known = self._context
        return service.single(operation, given, options, source=known.size, made=known.made, spent=self.points)

    def _made(self, operation: Operation, received: Received) -> Self:
        """Return the job in a response: a new one, or this one if the operation only changed it."""
        state = received.state
        if not operation.makes_job and state.job_id == self.job_id:
            return self._accept(state)
        return self._of(state, self._attached, received.context)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JobView) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.job_id)

    def _repr_html_(self) -> str:
        return job_html(self)

    def __repr__(self) -> str:
        made = [
            f"{len(items)} {name if len(items) == 1 else name + 's'}"
            for name, items in (("image", self.image_urls), ("video", self.video_urls), ("text", self.texts))
            if items
        ]
        progress = [] if self.done or not self.progress else [f"{self.progress} %"]
        points = [f"{self.points:g} points"] if self.points else []
        parts = [self.job_id, self.task_type, self.status, *progress, *made, *points]
        return f"<{type(self).__name__} {', '.join(part for part in parts if part)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # The client is dropped: connections cannot be pickled, and a key should not be.
        return type(self), (dict(self.raw),)
