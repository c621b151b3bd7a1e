"""What a batch tells: how far it is, what came of each row, and how it ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client._calls.job_view import JobView
    from legnext_client._runs.reports import RowResult
    from legnext_client.errors import LegnextError

JobT = TypeVar("JobT", bound="JobView")


class Counts(NamedTuple):
    """How many rows have come to which end; `total` is None while the rows have not all been read."""

    done: int = 0
    failed: int = 0
    unknown: int = 0
    running: int = 0
    total: int | None = None


class Update(NamedTuple):
    """How far a run is. `str()` is a line to print."""

    key: str
    step: int
    """From 1."""
    steps: int
    title: str
    job: Any
    points: int
    """Charged so far, in this run and those before it."""
    elapsed: float
    counts: Counts

    def __str__(self) -> str:
        step = f"step {self.step} of {self.steps}, {self.title}" if self.steps > 1 else self.title or self.job.task_type
        doing = f"{self.job.status} {self.job.progress} %"
        return f"{self.key}: {step}: {doing}, {self.points} points so far, {span(self.elapsed)}"


class Result(Generic[JobT]):
    """What came of one row of a batch."""

    def __init__(self, result: RowResult, jobs: list[JobT]) -> None:
        self.key: str = result.row.key
        """The row's key."""
        self.state: str = result.state
        """`done`; `failed`; `unknown`: submitted, and nobody knows what became of it; `submitted`: it goes on running;
        `new`: not sent."""
        self.jobs = jobs
        """The jobs of the steps that have ended; one, unless the row is a chain."""
        self.error: LegnextError | None = result.error
        """Why it is not done, or why its files are not there."""
        self.files = [Path(path) for path in result.files]
        """What was downloaded."""
        self.points: int = result.points
        """What its finished jobs have cost."""
        self.earlier: bool = result.earlier
        """It had come to this end before this run began."""
        self.asked: Mapping[str, Any] = result.row.described()
        """What was asked for."""

    @property
    def ok(self) -> bool:
        """Done."""
        return self.state == DONE

    @property
    def job(self) -> JobT | None:
        """The last job that has ended; None where none has, as of a row that was refused."""
        return self.jobs[-1] if self.jobs else None

    @property
    def image_urls(self) -> list[str]:
        """The images of the last job, one address each; empty where there are none."""
        return self.job.image_urls if self.job is not None else []

    @property
    def video_urls(self) -> list[str]:
        """The videos of the last job, one address each; empty where there are none."""
        return self.job.video_urls if self.job is not None else []

    def __repr__(self) -> str:
        why = f", {self.error}" if self.error is not None else ""
        return f"<{type(self).__name__} {self.key}: {self.state}, {self.points} points{why}>"


class Unsettled(NamedTuple):
    """A request whose outcome is unknown."""

    key: str
    operation: str
    price: int
    error: str


class BatchSummary(NamedTuple):
    """How a batch has ended. `str()` says what to do about what is unknown."""

    done: int
    failed: int
    unknown: tuple[Unsettled, ...]
    running: int
    """Jobs that go on at the service; another run waits for them."""
    left: int | None
    """Rows that have come to no end, and of which nothing runs; None when they have not all been read."""
    points: int
    """Charged in all, by all runs of the journal."""
    seconds: float
    journal: str | None
    earlier: int = 0
    """So many of those that are done were before this run began."""
    charged: int = 0
    """The points that were charged in this run."""
    probably_accepted: int | None = None
    """So many of those that are unknown were probably accepted, by the balance; None if it does not tell."""

    @property
    def figures(self) -> str:
        """The first line: how many rows have come to which end, and what it has cost."""
        parts = [f"{self.done} done" + (f" ({self.earlier} by earlier runs)" if self.earlier else "")]
        counted = {"failed": self.failed, "unknown": len(self.unknown), "still on their way": self.running}
        parts += [f"{number} {name}" for name, number in {**counted, "left": self.left}.items() if number]
        in_all = f", {self.points} in all" if self.points != self.charged else ""
        return f"{', '.join(parts)}; {self.charged} points charged in {span(self.seconds)}{in_all}."

    def __str__(self) -> str:
        lines = [self.figures]
        if (self.running or self.left) and self.journal:
            lines.append(f"Run it again with the journal {self.journal} to go on.")
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
    """Say how many unknown requests were probably accepted."""
    return f"By the balance before and after, {accepted or 'none'} of {unknown} unknown were probably accepted."


def span(seconds: float) -> str:
    """A span of time as one reads it on a clock."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


ENDS = {DONE: "done", FAILED: "failed", UNKNOWN: "unknown", SUBMITTED: "running", NEW: "failed"}
"""How a row's end is counted."""
