"""The service: accepts jobs, reports their state, and keeps the account."""

from __future__ import annotations

import heapq
import math
import threading
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .account import Account, JobsAtOnce
from .answers import STYLES, Answers
from .callbacks import Callbacks, Delivery
from .faults import ACCEPTANCE, TELLING, Faults, strangely
from .jobs import NEVER, Job, JobRandom
from .prompts import AT_ONCE, FAILS, FORBIDDEN, NEVER_ENDS, Prompt, PromptReader
from .refusals import SHAPES, Refusal, respond
from .rules import SOURCE_FIELD, check_source, price, typical_seconds

if TYPE_CHECKING:
    from starlette.responses import Response

    from .clock import Clock
    from .settings import Settings
    from .spec import Operation, Spec
    from .state import Scenario

_COUNTS = {"images": 4, "image": 1, "videos": 4, "video": 1}
_BATCHES = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Submission:
    """Accepted paid request in the ledger."""

    number: int
    job_id: str
    key: str
    operation: str
    body: dict[str, Any]
    points: int
    """Points held for it."""
    at: float
    """The virtual time."""


class Service:
    """The state of one server. Every public method may be called from any thread."""

    def __init__(
        self,
        spec: Spec,
        settings: Settings,
        clock: Clock,
        files_url: str = "/files",
        scenario: Scenario | None = None,
    ) -> None:
        self.spec = spec
        self.settings = settings
        self.clock = clock
        self.answers = Answers(spec, files_url, settings.logs)
        self.faults = Faults(settings.seed, spec.base_path)
        self.callbacks = Callbacks(settings.callbacks, clock, self.settle, self.wake)
        self.lock = threading.RLock()
        self.due = threading.Condition(self.lock)
        self.reader = PromptReader(spec)
        self.scenario = scenario
        self.begin()
        clock.on_advance = self._moved
        if scenario is not None:
            scenario.apply(self)

    def begin(self) -> None:
        """Remove all jobs, faults and callbacks, and refill the account."""
        self.faults.restore([], 0)
        self.callbacks.forget()
        limit = self.spec.rules.get("jobs_at_once") if self.settings.concurrency is None else self.settings.concurrency
        self.jobs: dict[str, Job] = {}
        self.accepted: list[Job] = []
        self.account = Account(credits=self.settings.credits, points=self.settings.points)
        self.at_once = JobsAtOnce(limit or None, queues=self.settings.queues)
        most = self.settings.requests_per_second
        self._requests: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=most))
        """The times of the last requests of each key."""
        self._ending: list[tuple[float, int, Job]] = []
        self._calling = 0
        self.numbers = [0, 0]
        """The accepted jobs and the refusals so far; they seed the random numbers of the next."""

    def reset(self) -> None:
        """Start from scratch: with the scenario if there is one, without jobs and faults otherwise."""
        with self.lock:
            self.begin()
            self.clock.rewind()
            if self.scenario is not None:
                self.scenario.apply(self)

    def use(self, spec: Spec) -> None:
        """Serve another document from now on; the state is kept."""
        with self.lock:
            self.spec = spec
            self.answers = Answers(spec, self.answers.files_url, self.settings.logs)
            self.reader = PromptReader(spec)
            for job in self.jobs.values():
                job.operation = spec.operations.get(job.operation.operation_id, job.operation)

    def restore(self, job: Job, *, queued: bool) -> None:
        """Add a job of a saved state."""
        self.jobs[job.job_id] = job
        if job.number:
            self.accepted.append(job)
        if job.number and not job.settled:
            self.at_once.restore(job, queued=queued)
            self._expect(job)
            self._calling += self._calls(job)

    def restore_callback(self, due: float, delivery: Delivery) -> None:
        job = self.jobs[delivery.job_id]
        self.callbacks.enqueue(due, delivery, lambda: self.answers.job(job, job.ends))

    def source_of(self, body: dict[str, Any]) -> Job | None:
        """Return the job that a body builds on."""
        return self.jobs.get(body.get(SOURCE_FIELD, ""))

    @property
    def ledger(self) -> list[Submission]:
        """Every accepted paid request, in order."""
        with self.lock:
            return [
                Submission(job.number, job.job_id, job.key, job.operation.operation_id, job.body, job.held, job.created)
                for job in self.accepted
            ]

    def greet(self, key: str) -> None:
        """Count a request of this key; refuse it (429) above the rate limit."""
        most = self.settings.requests_per_second
        if most is None:
            return
        with self.lock:
            now, recent = self.clock.now / (self.clock.scale or 1.0), self._requests[key]
            if len(recent) == most and recent[0] > now - 1:
                raise Refusal(
                    429, f"More than {most} requests in one second. Wait, then send it again.", retry_after="1"
                )
            recent.append(now)

    def submit(self, operation: Operation, key: str, body: dict[str, Any], asked: tuple[str, str]) -> Response:
        """Accept a job, or refuse it. The order of the checks is the order in docs/mock.md."""
        with self.lock:
            now = self.settle()
            source = self.source_of(body)
            prompt = self.reader.read(operation, body, source)
            words = self._marked(operation, body)
            self._check_prompt(prompt, words)
            check_source(self.spec.rules, operation, body, source, now)
            if self.at_once.is_full(key):
                raise Refusal(
                    429,
                    f"{self.at_once.running[key]} jobs are on their way, which is as many as run at once. "
                    "Wait until one has ended, then send it again.",
                    retry_after=self.clock.hint(operation.median_seconds),
                )
            job = self.made(operation, key, body, prompt, source)
            hold = self.account.hold(job.held)
            if hold is None:
                have = self.account.available
                raise Refusal(
                    402, f"This costs {job.held} points and {have} are available. Add credits, then send it again."
                )
            job.hold = hold
            self._accept(job, words, now, asked)
            response = self._told(job, now if job.ends > now else self.settle(), asked)
            response.status_code = operation.status
            return response

    def finish(self, job: Job, *, failed: bool = False, ended_as: str | None = None) -> None:
        """End a job now; with a status of its own, at no cost."""
        with self.lock:
            now = self.settle()
            if job.has_ended(now):
                raise ValueError(f"job {job.job_id} has ended already")
            job.word = None
            job.fails = failed or ended_as is not None
            job.ended_as = ended_as
            job.staged, job.started, job.ends = min(job.staged, now), min(job.started, now), now
            if not job.settled:
                self._expect(job)
            self.settle()
            self.wake()  # a queued job may have started, or a callback may be due earlier

    def made(self, operation: Operation, key: str, body: dict[str, Any], prompt: Prompt, source: Job | None) -> Job:
        """Return the job of a request, neither accepted nor charged."""
        draws = JobRandom(self.settings.seed, self.numbers[0] + 1)
        job = Job(draws.job_id, operation, key, body, prompt)
        job.held, job.charged = price(self.spec.rules, operation, body, prompt, source)
        job.typical = typical_seconds(self.spec.rules, operation, prompt)
        job.callback = body.get(operation.callback_field or "")
        job.seed_digits = draws.seed_digits
        job.style = self.settings.answers if self.settings.answers in STYLES else STYLES[draws.among(len(STYLES))]
        batch = prompt.number("bs") if operation.makes == "videos" else None
        job.count = int(batch) if batch in _BATCHES else _COUNTS.get(operation.makes, 0)
        chain = operation.extension.get("chain", {})
        job.seconds = chain.get("adds", 0)
        if operation.resolutions is not None:
            field, sizes = operation.resolutions
            job.resolution = sizes.get(body.get(field, operation.defaults.get(field)))
        if source is not None and operation.takes == "video":
            job.resolution = source.resolution
            job.seconds += source.seconds
            job.extensions = source.extensions + ("at_most" in chain)
        return job

    def job(self, job_id: str) -> Job:
        """Return a job by id. Raises `Refusal` (404) if it does not exist."""
        job = self.jobs.get(job_id)
        if job is None:
            raise Refusal(404, f"There is no job {job_id[:80]!r}. Use a job_id that this service gave you.")
        return job

    def end(self, job_id: str, status: str) -> None:
        """End a running job with this status, at no cost."""
        with self.lock:
            job, now = self.job(job_id), self.settle()
            if job.has_ended(now):
                raise Refusal(422, f"Job {job_id} has ended already; it is {job.status(now)}. Nothing is left to end.")
            self.finish(job, ended_as=status)

    def tell(self, job_id: str, asked: tuple[str, str]) -> Response:
        """Return the response for a job."""
        with self.lock:
            now = self.settle()
            return self._told(self.job(job_id), now, asked)

    def balance(self) -> Response:
        with self.lock:
            self.settle()
            account = self.account
            told = {
                "account_id": 1,
                "balance_usd": account.available / self.points_per_usd,
                "available_credits": account.available_credits,
                "available_points": account.available_points,
                "alert_threshold": 10,
                "low_balance_alert": account.available < 10 * self.points_per_usd,
                "updated_at": self.answers.stamp(self.clock.now),
            }
        return respond({"code": 200, "data": told, "message": "success"})

    @property
    def points_per_usd(self) -> int:
        return int(self.spec.rules.get("points_per_usd", 1000))

    def error_shape(self) -> str:
        """Return the shape of the next error response."""
        if self.settings.error_shape != "drawn":
            return self.settings.error_shape
        with self.lock:
            self.numbers[1] += 1
            return SHAPES[JobRandom(self.settings.seed, -self.numbers[1]).among(len(SHAPES))]

    def settle(self) -> float:
        """Charge or release ended jobs and schedule their callbacks. Returns the time."""
        with self.lock:
            now = self.clock.now
            while self._ending and self._ending[0][0] <= now:
                _, _, job = heapq.heappop(self._ending)
                if not job.settled:
                    self._end(job)
            if self.callbacks.is_waiting:
                self.callbacks.send_due()
            return now

    def wake(self) -> None:
        """Wake the background task to check the next due time again."""
        with self.lock:
            self.due.notify_all()

    def _moved(self) -> None:
        self.settle()
        self.wake()

    def next_due(self) -> float | None:
        """Return the time of the next known event, or None."""
        with self.lock:
            ends = self._ending[0][0] if self._calling and self._ending else None
            waiting = self.callbacks.next_due
            return min((each for each in (ends, waiting) if each is not None), default=None)

    def _end(self, job: Job) -> None:
        job.settled = True
        if job.hold is not None:
            self.account.settle(job.hold, 0 if job.fails else job.charged)
        if (waiting := self.at_once.left(job)) is not None:
            waiting.begin(job.ends)
            self._expect(waiting)
        if self._calls(job) and job.callback is not None:
            self._calling -= 1
            chance = JobRandom(self.settings.seed, job.number).among(256, purpose=1) / 256
            self.callbacks.schedule(job.job_id, job.callback, job.ends, lambda: self.answers.job(job, job.ends), chance)

    def _expect(self, job: Job) -> None:
        """Schedule the job's end."""
        if job.ends < NEVER:
            heapq.heappush(self._ending, (job.ends, job.number, job))

    def _calls(self, job: Job) -> bool:
        return job.callback is not None and self.settings.callbacks.shape != "off"

    def _marked(self, operation: Operation, body: dict[str, Any]) -> set[str]:
        texts = [value for name, value in body.items() if isinstance(value, str) and name != operation.callback_field]
        return {word for word in (FORBIDDEN, FAILS, NEVER_ENDS, AT_ONCE) for text in texts if word in text}

    def _check_prompt(self, prompt: Prompt, words: set[str]) -> None:
        if rejected := self.reader.rejected(prompt):
            raise Refusal(400, "; ".join(rejected) + ".")
        if FORBIDDEN in words:
            raise Refusal(403, "The prompt may contain sensitive content. Say it in other words.")
        plan = self.reader.plan(prompt)
        if plan is not None and plan != self.settings.plan:
            raise Refusal(403, f"Version {prompt.model} needs the {plan} plan. Upgrade, or use another version.")

    def _accept(self, job: Job, words: set[str], now: float, asked: tuple[str, str]) -> None:
        self.numbers[0] += 1
        job.number = self.numbers[0]
        names = {fault.name for fault in self.faults.take(ACCEPTANCE, *asked)} if self.faults else set[str]()
        lasts = job.typical * math.exp(job.operation.spread * JobRandom(self.settings.seed, job.number).normal)
        if NEVER_ENDS in words or "never_ends" in names:
            lasts = NEVER
        elif AT_ONCE in words or "at_once" in names:
            lasts = 0.0
        job.fails = FAILS in words or "job_fails" in names
        job.live(now, now if self.at_once.entered(job) else NEVER, lasts)
        self.jobs[job.job_id] = job
        self.accepted.append(job)
        self._expect(job)
        if self._calls(job):
            self._calling += 1
            self.wake()

    def _told(self, job: Job, now: float, asked: tuple[str, str]) -> Response:
        told = self.answers.job(job, now)
        if self.faults:
            told = strangely(told, self.faults.take(TELLING, *asked))
        response = respond(told)
        if self.clock.scale not in (None, 1.0) and job.answer is None and not job.has_ended(now):
            response.headers["retry-after"] = self.clock.hint(job.typical)
        return response
