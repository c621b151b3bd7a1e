"""Output and exit code for the results of a batch."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED, UNKNOWN
from legnext_client.cli.exits import Exit
from legnext_client.cli.showing import counted, made

if TYPE_CHECKING:
    from collections.abc import Iterable

    from legnext_client._runs.results import BatchSummary, Result
    from legnext_client.jobs import Job


class Label(NamedTuple):
    """Word and style for the end of a row."""

    word: str
    style: str


LABELS = {
    DONE: Label("done", "green"),
    FAILED: Label("failed", "red"),
    UNKNOWN: Label("unknown", "yellow"),
    SUBMITTED: Label("still running", "yellow"),
    NEW: Label("not sent", "red"),
}


def value_of(result: Result[Job]) -> dict[str, Any]:
    """Return a result as a JSON value."""
    return {
        "key": result.key,
        "state": result.state,
        "points": result.points,
        "earlier": result.earlier,
        "asked": dict(result.asked),
        "jobs": [dict(job.raw) for job in result.jobs],
        "files": [str(path) for path in result.files],
        "error": None if result.error is None else str(result.error),
    }


def lines_of(result: Result[Job]) -> list[str]:
    """Return a result as lines for people."""
    word = LABELS[result.state].word + (" earlier" if result.earlier and result.ok else "")
    if not result.ok or result.job is None:
        why = "" if result.error is None else f", {result.error.message if result.state == SUBMITTED else result.error}"
        return [f"{result.key}: {word}{why}"]
    return [f"{result.key}: {', '.join(part for part in _parts(word, result, result.job) if part)}"]


def _parts(word: str, result: Result[Job], job: Job) -> Iterable[str]:
    yield word
    yield counted(job)
    yield f"{result.points} points" if result.points else ""
    if result.error is not None:
        yield f"but {result.error}"
        return
    found = [str(path) for path in result.files] or made(job)
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    yield f"{found[0]}{more}" if found else ""


class Ends:
    """Count of how rows ended, for the exit code."""

    def __init__(self) -> None:
        self._states: Counter[str] = Counter()
        self._without_files = 0

    def count(self, result: Result[Job]) -> None:
        self._states[result.state] += 1
        self._without_files += result.ok and result.error is not None

    def code(self, summary: BatchSummary) -> Exit:
        """Return the exit code; unknown outcomes come first, then running jobs, files, failures."""
        if self._states[UNKNOWN] or summary.unknown:
            return Exit.UNKNOWN
        if self._states[SUBMITTED]:
            return Exit.TIMEOUT
        if self._without_files:
            return Exit.FILES
        return Exit.JOB_FAILED if self._states[FAILED] or self._states[NEW] else Exit.OK
