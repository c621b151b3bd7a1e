"""`client.run`: run a chain step by step, and return its result."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from legnext_client._calls.job_view import JobView
from legnext_client._calls.notebook import several_html
from legnext_client._calls.results import FILE_NAME
from legnext_client._journal.files import CHAIN
from legnext_client._journal.submit import FAILED, UNKNOWN
from legnext_client._protocol.bounds import shown
from legnext_client._runs.chain_steps import judge_steps
from legnext_client._runs.chains import VideoChain
from legnext_client._runs.options import journal_path, options_of
from legnext_client.errors import ChainError, InvalidRequest
from legnext_client.jobs import AsyncJob, Job
from legnext_client.prompts.problems import frames_to_user

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client._calls.service import CallService
    from legnext_client._runs.batches import AsyncBatch, Batch
    from legnext_client._runs.options import BatchOptions, RunOptions
    from legnext_client._runs.results import Result

AnyJob = TypeVar("AnyJob", bound=JobView)

KEY = "chain"
"""The item's key in the journal; its steps are `chain/1`, `chain/2` …"""


class _ChainRun(Generic[AnyJob]):
    """A finished chain."""

    def __init__(self, chain: VideoChain, jobs: list[AnyJob], points: int) -> None:
        self.chain = chain
        self.jobs = jobs
        self.points = points

    @property
    def video_urls(self) -> list[str]:
        """The videos of the last step."""
        return self.jobs[-1].video_urls

    @property
    def seconds(self) -> int:
        """The length of each video."""
        return self.chain.seconds

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data that `json.dumps` takes."""
        return {
            "points": self.points,
            "seconds": self.seconds,
            "video_urls": self.video_urls,
            "jobs": [job.to_dict() for job in self.jobs],
        }

    def _repr_html_(self) -> str:
        return several_html(self.jobs, "chain", f"{self.seconds} s", f"{self.points} points")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {len(self.video_urls)} videos of {self.seconds} s, {self.points} points>"


class ChainRun(_ChainRun[Job]):
    """A finished chain; see `client.run`.

    Attributes:
        chain: The chain.
        jobs: The jobs of its steps, in order.
        points: The cost of all runs.
    """

    def download(self, directory: str | os.PathLike[str], name: str = FILE_NAME, **options: Any) -> list[Path]:
        """Download the videos; see `Job.download`."""
        return self.jobs[-1].download(directory, name, **options)


class AsyncChainRun(_ChainRun[AsyncJob]):
    """A finished chain; see `client.run`.

    Attributes:
        chain: The chain.
        jobs: The jobs of its steps, in order.
        points: The cost of all runs.
    """

    async def download(self, directory: str | os.PathLike[str], name: str = FILE_NAME, **options: Any) -> list[Path]:
        """Download the videos; see `Job.download`."""
        return await self.jobs[-1].download(directory, name, **options)


def work_of(
    service: CallService, chain: VideoChain, journal: str | os.PathLike[str] | None, options: RunOptions
) -> dict[str, Any]:
    """Return the arguments of a batch of one chain."""
    if not isinstance(chain, VideoChain):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidRequest(f"chain must be a VideoChain; got {shown(chain)}.")
    row = chain.row(KEY)
    if warning := judge_steps(chain.steps, service.settings.prompts):
        warnings.warn(warning, stacklevel=frames_to_user())
    return {
        "service": service,
        "kind": CHAIN,
        "items": lambda: [row],
        "again": True,
        "journal": journal_path(journal),
        "options": options_of(cast("BatchOptions", options)),
        "only": row.digest,
    }


def run(chain: VideoChain, batch: Batch, journal: str | os.PathLike[str] | None) -> ChainRun:
    """Run a chain to its end; raise `ChainError` if it stops earlier."""
    [result] = batch
    _check(result, chain, journal)
    return ChainRun(chain, result.jobs, batch.summary.points)


async def async_run(chain: VideoChain, batch: AsyncBatch, journal: str | os.PathLike[str] | None) -> AsyncChainRun:
    """Run a chain to its end, asynchronously."""
    [result] = [result async for result in batch]
    _check(result, chain, journal)
    return AsyncChainRun(chain, result.jobs, batch.summary.points)


def _check(result: Result[Any], chain: VideoChain, journal: str | os.PathLike[str] | None) -> None:
    """Raise `ChainError` if the chain is not done."""
    if result.ok:
        return
    jobs = result.jobs
    number = len(jobs) if jobs and not jobs[-1].ok else len(jobs) + 1
    step = chain.steps[number - 1]
    message = f"step {number} of {len(chain.steps)}, {step.title}: {result.error}"
    if journal is not None and result.state == UNKNOWN:
        key = f"{KEY}/{number}" if len(chain.steps) > 1 else KEY
        ways = f"adopt({key!r}, job_id), resubmit({key!r}) or give_up({key!r})"
        message += f" Settle it with Journal({os.fspath(journal)!r}): {ways}."
    elif journal is not None and result.state == FAILED:
        message += " To try this step again, run with retry_failed=True."
    finished = [job for job in jobs if job.ok]
    raise ChainError(
        message, finished=finished, step=number, journal="" if journal is None else os.fspath(journal)
    ) from result.error
