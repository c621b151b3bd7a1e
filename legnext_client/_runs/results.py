"""The results of a run: progress, rows and summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from attrs import define

from legnext_client._calls.notebook import several_html
from legnext_client._journal.submit import DONE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from legnext_client._calls.items import Row
    from legnext_client._calls.job_view import JobView
    from legnext_client._protocol.state import State
    from legnext_client.errors import LegnextError

Job = TypeVar("Job", bound="JobView")


# ---- what a row reports -------------------------------------------------------------------------------------------


class RowProgress(NamedTuple):
    """The current step of a row, and its job as last reported by the service."""

    row: Row
    step: int
    title: str
    state: State


class RowEnded(Exception):
    """Ends a row before its last step."""

    def __init__(self, state: str, error: LegnextError) -> None:
        super().__init__(state)
        self.state, self.error = state, error


class Stopped(Exception):
    """Raised in a row that waits to begin something once the run begins nothing more."""


def key_of(row: Row, step: int) -> str:
    """The key of a step in the journal."""
    return row.key if row.steps == 1 else f"{row.key}/{step + 1}"


# ---- what the caller gets -----------------------------------------------------------------------------------------


class Counts(NamedTuple):
    """Number of rows by outcome; `total` is None until all rows are read.

    Attributes:
        done: Rows that are done.
        failed: Rows that failed.
        unknown: Rows whose outcome is unknown.
        running: Rows whose job is running.
        total: All rows; None until they are read.
    """

    done: int = 0
    failed: int = 0
    unknown: int = 0
    running: int = 0
    total: int | None = None


class Update(NamedTuple):
    """The progress of a run. `str()` is one line.

    Attributes:
        key: The row's key.
        step: From 1.
        steps: The number of steps; 1 unless the row is a chain.
        title: Name of the step.
        job: The job, as last reported.
        points: Points charged so far, including earlier runs.
        elapsed: Seconds since the run began.
        counts: Rows by outcome, as `Counts`.
    """

    key: str
    step: int
    steps: int
    title: str
    job: Any
    points: int
    elapsed: float
    counts: Counts

    def __str__(self) -> str:
        step = f"step {self.step} of {self.steps}, {self.title}" if self.steps > 1 else self.title or self.job.task_type
        doing = f"{self.job.status} {self.job.progress} %"
        return f"{self.key}: {step}: {doing}, {self.points} points so far, {span(self.elapsed)}"


@define(eq=False, repr=False)
class Result(Generic[Job]):
    """The result of one row of a batch.

    Attributes:
        key: The row's key.
        state: `done`; `failed`; `unknown`: submitted, with unknown outcome; `submitted`: still running; `new`: not
            sent.
        jobs: The jobs of the finished steps; one, unless the row is a chain.
        error: The reason why the row is not done, or its files are missing.
        files: The downloaded files.
        points: The cost of its finished jobs.
        earlier: Whether an earlier run had finished it.
        asked: The request.
    """

    key: str
    state: str
    jobs: list[Job]
    error: LegnextError | None
    files: list[Path]
    points: int
    earlier: bool
    asked: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        """Whether the row is done."""
        return self.state == DONE

    @property
    def job(self) -> Job | None:
        """The last finished job; None if there is none, as for a refused row."""
        return self.jobs[-1] if self.jobs else None

    @property
    def image_urls(self) -> list[str]:
        """The image URLs of the last job; may be empty."""
        return self.job.image_urls if self.job is not None else []

    @property
    def video_urls(self) -> list[str]:
        """The video URLs of the last job; may be empty."""
        return self.job.video_urls if self.job is not None else []

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data that `json.dumps` takes."""
        return {
            "key": self.key,
            "state": self.state,
            "points": self.points,
            "earlier": self.earlier,
            "asked": dict(self.asked),
            "jobs": [job.to_dict() for job in self.jobs],
            "files": [str(path) for path in self.files],
            "error": None if self.error is None else str(self.error),
        }

    def _repr_html_(self) -> str:
        why = "" if self.error is None else str(self.error)
        return several_html(self.jobs, self.key, self.state, f"{self.points} points", why)

    def __repr__(self) -> str:
        why = f", {self.error}" if self.error is not None else ""
        return f"<{type(self).__name__} {self.key}: {self.state}, {self.points} points{why}>"


class Unsettled(NamedTuple):
    """A request whose outcome is unknown.

    Attributes:
        key: Its key in the journal.
        operation: Name of the operation.
        price: The points that it may have cost.
        error: The reason why its outcome is unknown.
    """

    key: str
    operation: str
    price: int
    error: str


class BatchSummary(NamedTuple):
    """The summary of a batch. `str()` includes advice about unknown requests.

    Attributes:
        done: Rows that are done.
        failed: Rows that failed.
        unknown: Requests whose outcome is unknown.
        running: Jobs still running at the service; another run waits for them.
        left: Rows without a result and without a running job; None if not all rows were read.
        points: Points charged by all runs of the journal.
        seconds: Duration of this run.
        journal: The journal's path; None without one.
        earlier: Rows done before this run began.
        charged: Points charged in this run.
        probably_accepted: Unknown requests that were probably accepted, judged by the balance; None if that is unclear.
    """

    done: int
    failed: int
    unknown: tuple[Unsettled, ...]
    running: int
    left: int | None
    points: int
    seconds: float
    journal: str | None
    earlier: int = 0
    charged: int = 0
    probably_accepted: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain data that `json.dumps` takes."""
        return {**self._asdict(), "unknown": [one._asdict() for one in self.unknown]}

    @property
    def figures(self) -> str:
        """The first line: rows by outcome, and their cost."""
        parts = [f"{self.done} done" + (f" ({self.earlier} by earlier runs)" if self.earlier else "")]
        counted = {"failed": self.failed, "unknown": len(self.unknown), "still on their way": self.running}
        parts += [f"{number} {name}" for name, number in {**counted, "left": self.left}.items() if number]
        in_all = f", {self.points} in all" if self.points != self.charged else ""
        return f"{', '.join(parts)}; {self.charged} points charged in {span(self.seconds)}{in_all}."

    def __str__(self) -> str:
        lines = [self.figures]
        if (self.running or self.left) and self.journal:
            lines.append(f"Run it again with the journal {self.journal} to resume.")
        lines += [f"Unknown: {one.key} ({one.operation}, {one.price} points): {one.error}" for one in self.unknown]
        if self.unknown and self.probably_accepted is not None:
            lines.append(by_the_balance(self.probably_accepted, len(self.unknown)))
        if self.unknown and self.journal:
            lines.append(
                "Each may have been charged. Look at your callbacks or the balance, then settle it with "
                f"Journal({self.journal!r}): adopt(key, job_id), resubmit(key) or give_up(key)."
            )
        return "\n".join(lines)


def by_the_balance(accepted: int, unknown: int) -> str:
    """Describe how many unknown requests were probably accepted."""
    return f"By the balance before and after, {accepted or 'none'} of {unknown} unknown were probably accepted."


def span(seconds: float) -> str:
    """Format seconds as on a clock."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
