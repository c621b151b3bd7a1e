"""What both kinds of job have in common: the attributes of the answer, and what is done with what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from legnext_client._calls.planning import refuse
from legnext_client._calls.service import CallService, JobContext, PreparedCall, job_request
from legnext_client._protocol.polling import UNKNOWN
from legnext_client._protocol.send import Answer, sending
from legnext_client._protocol.state import State, failure, moment, text
from legnext_client.errors import ConfigurationError, WaitTimeout

if TYPE_CHECKING:
    from datetime import datetime

    from legnext_client._protocol.callbacks import Callbacks
    from legnext_client._protocol.flow import Flow
    from legnext_client.generated.models import TaskConfig, TaskError, TaskMeta, TaskOutput
    from legnext_client.generated.operations import Operation


class JobView:
    """A job as the service last told of it. Attributes have the names of the answer; `raw` is the answer itself."""

    def __init__(
        self,
        raw: Mapping[str, Any],
        service: CallService | None = None,
        hands: Any = None,
        context: JobContext | None = None,
    ) -> None:
        self._state = State(raw)
        self._service = service
        self._hands = hands
        self._context = context or JobContext()
        self._running = self._context.started or 0.0
        self._insisting = False

    @property
    def raw(self) -> Mapping[str, Any]:
        """The answer as it came, with fields that this client does not know."""
        return self._state.raw

    @property
    def job_id(self) -> str:
        """The id by which the service knows it."""
        return self._state.job_id

    @property
    def status(self) -> str:
        """`pending`, `staged`, `processing`, `completed`, `failed`, or another word, which means: on its way."""
        return self._state.status

    @property
    def task_type(self) -> str:
        """What kind of job it is, as the service calls it; empty when it does not say."""
        return self._state.task_type

    @property
    def model(self) -> str:
        """The family of models."""
        return text(self.raw.get("model"))

    @property
    def done(self) -> bool:
        """Completed, failed, or ended by a caller."""
        return self._state.done

    @property
    def ok(self) -> bool:
        """Completed."""
        return self._state.ok

    @property
    def progress(self) -> int:
        """From 0 to 100, by the field, a log line or the status, whichever is there."""
        return round(self._state.progress)

    @property
    def image_urls(self) -> list[str]:
        """The images, one address each; empty until it is completed."""
        return self._state.image_urls

    @property
    def video_urls(self) -> list[str]:
        """The videos, one address each; empty until it is completed."""
        return self._state.video_urls

    @property
    def texts(self) -> list[str]:
        """The prompts and descriptions that the job made."""
        return self._state.texts

    @property
    def points(self) -> float:
        """What it costs as far as the service says: charged when completed, held before, nothing when failed."""
        return self._state.points

    @property
    def created_at(self) -> datetime | None:
        """When it was accepted; None when the answer does not tell."""
        return moment(self._state.part("meta", "created_at"))

    @property
    def started_at(self) -> datetime | None:
        """When work on it began; None before."""
        return moment(self._state.part("meta", "started_at"))

    @property
    def ended_at(self) -> datetime | None:
        """When it was done; None before."""
        return moment(self._state.part("meta", "ended_at"))

    @property
    def typical_seconds(self) -> float | None:
        """Seconds from acceptance to the end of a typical job like this; None if nothing is known of it."""
        if self._service is None:
            return None
        expected = self._service.scheduler(self._context)(self._state).expected
        return None if expected is UNKNOWN else expected.median

    @property
    def output(self) -> TaskOutput:
        """What the job made; empty until it is completed."""
        output: TaskOutput = _models().TaskOutput.from_dict(self._part("output"))
        return output

    @property
    def meta(self) -> TaskMeta:
        """Times and points, as they came."""
        meta: TaskMeta = _models().TaskMeta.from_dict(self._part("meta"))
        return meta

    @property
    def config(self) -> TaskConfig:
        """How the job is run."""
        config: TaskConfig = _models().TaskConfig.from_dict(self._part("config"))
        return config

    @property
    def error(self) -> TaskError:
        """Why the job failed; its code is 0 when nothing went wrong."""
        error: TaskError = _models().TaskError.from_dict(self._part("error"))
        return error

    @property
    def input(self) -> Any:
        """What was asked for; null in every answer seen."""
        return self.raw.get("input")

    @property
    def detail(self) -> Any:
        """More about the job; usually null."""
        return self.raw.get("detail")

    @property
    def logs(self) -> list[Any]:
        """What happened so far; lines are strings or objects."""
        logs = self.raw.get("logs")
        return logs if isinstance(logs, list) else []  # pyright: ignore[reportUnknownVariableType]

    def _part(self, name: str) -> Mapping[str, Any]:
        found = self._state.part(name)
        return found if isinstance(found, Mapping) else {}  # pyright: ignore[reportUnknownVariableType]

    def insist(self) -> Self:
        """This job, with follow-ups that are sent even where they are thought not to work."""
        twin = type(self)(self.raw, self._service, self._hands, self._context)
        twin._insisting = True
        return twin

    # ---- what both colours do with what comes back ------------------------------------------------------------

    @property
    def _its_service(self) -> CallService:
        if self._service is None:
            raise ConfigurationError(
                "this job belongs to no client, like all that are read from a callback, unpickled or copied. Give it "
                f"to one by client.confirm(job), or ask for it by client.tasks.get({self.job_id!r})."
            )
        return self._service

    @property
    def _standing(self) -> tuple[State, JobContext]:
        return self._state, self._context

    def _accept(self, state: State) -> Self:
        if state is self._state:
            return self
        service = self._its_service
        before, self._state = self._state, state
        service.saw(state, self._context, None if before.done else self._running)
        if not state.done:
            self._running = service.clock.now()
        return self

    def _asking(self) -> Flow[None]:
        service = self._its_service
        service.check_open()
        settings = service.settings
        answer = yield from sending(
            job_request(self.job_id), settings.retries, settings.timeout, clock=service.clock.now
        )
        self._accept(State(answer.data))

    def _waiting(
        self, timeout: float | None, poll_interval: float | None, callbacks: Callbacks | None = None
    ) -> Flow[None]:
        return self._its_service.waiting(
            [self._standing], timeout=timeout, poll_interval=poll_interval, callbacks=callbacks, late=self._late
        )

    def _late(self, seconds: float, said: str) -> WaitTimeout:
        return WaitTimeout(f"{self!r} is not done after {seconds:.0f} seconds.{said}", job=self)

    def _ended(self) -> Self:
        if self._state.failed:
            raise failure(self._state, self)
        return self

    def _prepared(self, operation: Operation, fields: Mapping[str, Any]) -> PreparedCall:
        """An operation that is about this job, ready to be sent."""
        service = self._its_service  # without one, it makes no difference what the job has
        if not self._insisting:
            refuse(self._state, operation, fields)
        given = {"job_id": self.job_id, **fields}
        return service.prepare(operation, given, source=self._context.size, spent=self.points)

    def _made(self, call: PreparedCall, answer: Answer) -> Self:
        """The job of an answer: a new one, or this one where the operation has only changed it."""
        state = State(answer.data)
        if not call.operation.makes_job and state.job_id == self.job_id:
            return self._accept(state)
        service = self._its_service
        return type(self)(answer.data, service, self._hands, service.context(call, answer))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JobView) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.job_id)

    def __repr__(self) -> str:
        made = [
            f"{len(found)} {name if len(found) == 1 else name + 's'}"
            for name, found in (("image", self.image_urls), ("video", self.video_urls), ("text", self.texts))
            if found
        ]
        progress = [] if self.done or not self.progress else [f"{self.progress} %"]
        points = [f"{self.points:g} points"] if self.points else []
        parts = [self.job_id, self.task_type, self.status, *progress, *made, *points]
        return f"<{type(self).__name__} {', '.join(part for part in parts if part)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # The client stays behind: connections cannot be pickled, and a key should not be.
        return type(self), (dict(self.raw),)


def _models() -> Any:
    """The models, which take a while to import and which few programs need."""
    from legnext_client.generated import models

    return models
