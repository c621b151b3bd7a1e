"""Jobs, faults and time that are put there: one job, the start from a scenario file, or the whole saved state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .account import Account, Hold
from .answers import STYLES
from .callbacks import Delivery
from .jobs import COMPLETED, FAILED, NEVER, PENDING, PROCESSING, STAGED, Job
from .refusals import Refusal, as_json
from .requests import read_json
from .rules import SOURCE_FIELD
from .settings import SETTINGS
from .validation import TEXT, an_object, call, check, check_fields, extra, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from .service import Service
    from .spec import Operation

# Progress of a seeded job, as a share of its typical duration.
_FAR = {PENDING: 0.0, STAGED: 0.03, PROCESSING: 0.5}
_VERSION = 1
_BUILT = ("operation", "prompt", "hold")
"""Parts of a job that are built from the others."""
_JOB = [each.name for each in fields(Job) if each.name not in _BUILT]


class Jobs(Mapping[str, dict[str, Any]]):
    """The current jobs of a service by id, as it would report them."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def __getitem__(self, job_id: str) -> dict[str, Any]:
        with self._service.lock:
            return self._service.answers.job(self._service.jobs[job_id], self._service.settle())

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._service.jobs))

    def __len__(self) -> int:
        return len(self._service.jobs)

    def add(
        self,
        job_id: str | None = None,
        *,
        operation: str | None = None,
        status: str = COMPLETED,
        body: dict[str, Any] | None = None,
        source: str | None = None,
        age: float = 0.0,
        answers: str = "",
        answer: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Add a job at no cost and return its response.

        `operation` is an operationId or task type; the default makes images from text. `body` is the request's body or
        a part of it, `source` its source job. A finished job ended `age` virtual seconds ago; a running job continues
        from now; any other status is fixed. `answers` is a documented style of job responses; `answer` replaces the
        response entirely. Raises ValueError for impossible arguments and then adds nothing.
        """
        service = self._service
        check("status", status, TEXT)
        check("answers", answers, {"enum": ["", *STYLES]})
        if answer is not None:
            _as_json("answer", answer)
        chosen = service.spec.first_call() if operation is None else service.spec.by_name(operation)
        content = _content(chosen, body, source)
        with service.lock:
            now = service.settle()
            source_job = service.source_of(content)
            prompt = service.reader.read(chosen, content, source_job)
            job = service.made(chosen, service.settings.keys[0], content, prompt, source_job)
            job.job_id, job.style, job.settled = _free_id(service, job_id), answers or job.style, True
            check("age", age, {"type": "number", "minimum": 0, "maximum": now - job.typical})  # since the year 1970
            if status in (COMPLETED, FAILED, *service.spec.ends):
                ended = now - age
                job.live(ended - job.typical, ended - job.typical, job.typical)
                job.fails = status != COMPLETED
                job.ended_as = status if status in service.spec.ends else None
            elif status in _FAR:
                begun = now - _FAR[status] * job.typical
                job.live(begun, begun, job.typical)
            else:
                job.live(now, now, NEVER)
                job.word = status
            job.answer = answer
            service.jobs[job.job_id] = job
            return self[job.job_id]

    def complete(self, job_id: str) -> None:
        """Complete a job now."""
        self._service.finish(self._service.jobs[job_id])

    def fail(self, job_id: str) -> None:
        """Fail a job now."""
        self._service.finish(self._service.jobs[job_id], failed=True)


def _free_id(service: Service, job_id: str | None) -> str:
    if job_id is None:
        return next(name for number in count(len(service.jobs) + 1) if (name := f"placed-{number}") not in service.jobs)
    check("job_id", job_id, TEXT)
    if job_id in service.jobs:
        raise ValueError(f"job_id must be new; job {shown(job_id)} already exists.")
    return job_id


def _content(operation: Operation, body: dict[str, Any] | None, source: str | None) -> dict[str, Any]:
    if body is not None:
        an_object("body", body)
    given = dict(body or {})
    if source is not None:
        check("source", source, TEXT)
        given.setdefault(SOURCE_FIELD, source)
    try:
        content: dict[str, Any] = read_json(_as_json("body", given))
    except Refusal as refusal:
        raise ValueError(refusal.message) from None
    check_fields("body", operation.validator, content)
    return content


def _as_json(name: str, value: object) -> bytes:
    an_object(name, value)
    try:
        return as_json(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{name} must be JSON-compatible: {error}.") from None


@dataclass(frozen=True)
class Scenario:
    """The start of a server, and of each reset: the content of a YAML file."""

    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    time: float | None = None
    jobs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    faults: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @classmethod
    def read(cls, path: str | Path) -> Scenario:
        """Read a scenario file. Raises ValueError with the field at fault."""
        with extra():
            import yaml
        try:
            content: Any = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise ValueError(f"{path} is not YAML: {error}.") from None
        an_object(str(path), content)
        known = (*SETTINGS, "time", "jobs", "faults")
        for name in content:
            if name not in known:
                raise ValueError(f"{name} is not a field of a scenario; use {', '.join(known)}.")
        rows: dict[str, list[Any]] = {name: content.get(name) or [] for name in ("jobs", "faults")}
        for name, given in rows.items():
            if not isinstance(given, list):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise ValueError(f"{name} must be a list; got {shown(given)}.")
        faults = [{"name": row} if isinstance(row, str) else row for row in rows["faults"]]
        settings = {name: content[name] for name in SETTINGS if name in content}
        return cls(settings, _time(content["time"]) if "time" in content else None, rows["jobs"], faults)

    def apply(self, service: Service) -> None:
        """Set the time, add the jobs and then the faults."""
        if self.time is not None:
            service.clock.set(self.time)
        for place, job in enumerate(self.jobs):
            _added(f"jobs[{place}]", Jobs(service).add, job)
        for place, fault in enumerate(self.faults):
            _added(f"faults[{place}]", service.faults.add, fault)


def _added(name: str, add: Callable[..., object], row: Any) -> None:
    try:
        an_object("it", row)
        call(add, **row)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from None


def _time(value: Any) -> float:
    """Return a time as seconds since 1970; YAML has parsed it already if it is not quoted."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"time must be a date and time, as 2026-03-01T12:00:00Z; got {shown(value)}.") from None
    return at.replace(tzinfo=at.tzinfo or UTC).timestamp()


def save(service: Service) -> dict[str, Any]:
    """Return the state, ready for `load`, in this server or in another."""
    with service.lock:
        service.settle()
        return {
            "version": _VERSION,
            "time": service.clock.now,
            "account": vars(service.account).copy(),
            "numbers": service.numbers,
            "jobs": [_saved(service, job) for job in service.jobs.values()],
            "faults": service.faults.told(),
            "faults_added": service.faults.added,
            "callbacks": [{"due": due, **asdict(delivery)} for due, delivery in service.callbacks.waiting()],
            "callbacks_sent": [asdict(delivery) for delivery in service.callbacks.sent],
        }


def load(service: Service, state: dict[str, Any]) -> None:
    """Replace the state by a saved one. Raises ValueError if it is not one, and then changes nothing."""
    with service.lock:
        an_object("state", state)
        if state.get("version") != _VERSION:
            raise ValueError(f"state must have version {_VERSION}; got {state.get('version')!r}. Save it again.")
        before = save(service)
        try:
            _load(service, state)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            _load(service, before)
            raise ValueError(f"This is not a saved state of this server: {type(error).__name__}: {error}.") from None


def _saved(service: Service, job: Job) -> dict[str, Any]:
    saved: dict[str, Any] = {name: getattr(job, name) for name in _JOB}
    never = {name: None for name in ("ends", "lasts", "staged", "started") if saved[name] == NEVER}
    queued = service.at_once.is_queued(job)
    return {**saved, **never, "operation": job.operation.operation_id, "hold": job.hold, "queued": queued}


def _load(service: Service, state: dict[str, Any]) -> None:
    service.begin()
    service.clock.set(state["time"])
    account = Account(credits=0)
    for name in vars(account):
        setattr(account, name, int(state["account"][name]))
    service.account = account
    service.numbers = list(map(int, state["numbers"]))
    for saved in state["jobs"]:
        operation = service.spec.operations[saved["operation"]]
        source = service.source_of(saved["body"])
        prompt = service.reader.read(operation, saved["body"], source)
        job = Job(saved["job_id"], operation, saved["key"], saved["body"], prompt)
        for name in _JOB:
            setattr(job, name, saved[name])
        for name in ("ends", "lasts", "staged", "started"):
            setattr(job, name, NEVER if saved[name] is None else float(saved[name]))
        job.hold = Hold(*saved["hold"]) if saved["hold"] is not None else None
        service.restore(job, queued=bool(saved["queued"]))
    service.faults.restore(state["faults"], int(state["faults_added"]))
    for saved in state["callbacks"]:
        due, delivery = float(saved["due"]), Delivery(**{key: saved[key] for key in saved if key != "due"})
        service.restore_callback(due, delivery)
    service.callbacks.record(*(Delivery(**saved) for saved in state["callbacks_sent"]))
