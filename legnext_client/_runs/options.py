"""Options of a batch or a chain, and their checks."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from legnext_client._downloads.file_names import ROW_FIELDS, check_names, fields_of, writable_directory
from legnext_client._protocol.addresses import wrong_address
from legnext_client._protocol.bounds import whole
from legnext_client._protocol.numbers import is_number
from legnext_client.errors import InvalidRequest
from legnext_client.prices import Budget

if TYPE_CHECKING:
    from legnext_client._protocol.callbacks import Claims

StrPath = str | os.PathLike[str]

ROW_NAME = "{key}_{n}{ext}"


class RunOptions(TypedDict, total=False):
    """Options of `client.run` and `client.batch`.

    Attributes:
        budget: Maximum points to spend, including earlier runs of this journal; or a shared `Budget`.
        retry_failed: Retry rows that failed in an earlier run.
        timeout: Seconds to wait for each job; see `Job.wait`. With 0, each job is polled once; the next run continues.
        poll_interval: Seconds between polls of a job; by default, polls follow its expected duration.
        callback: URL for the service's callbacks. A token per submission is appended, so that a callback can identify
            the job of a submission whose response was lost.
        callbacks: The receiver of these callbacks, such as a `CallbackReceiver`.
    """

    budget: int | Budget | None
    retry_failed: bool
    timeout: float | None
    poll_interval: float | None
    callback: str | None
    callbacks: Claims | None


class BatchOptions(RunOptions, total=False):
    """Options of `client.batch`: those of `RunOptions`, which are `budget`, `retry_failed`, `timeout`, `poll_interval`,
    `callback` and `callbacks`, and these.

    Attributes:
        concurrency: Maximum concurrent jobs, by default the client's `max_jobs`; lowered while the service refuses
            more.
        download: Directory to download the results to; created if missing.
        name: File names in that directory; see `Job.download`. `{key}` is the row's key; the job id is appended if a
            changed row is made again, or if another file has the name.
    """

    concurrency: int
    download: StrPath | None
    name: str


class Options(NamedTuple):
    """Validated options."""

    concurrency: int | None = None
    budgets: tuple[Budget, ...] = ()
    retry_failed: bool = False
    timeout: float | None = None
    poll_interval: float | None = None
    callback: str | None = None
    callbacks: Claims | None = None
    download: str | None = None
    root: str | None = None
    """The real path of that directory, independent of the working directory."""
    name: str = ROW_NAME


def options_of(given: BatchOptions) -> Options:
    """Validate the options; raise one error that names the invalid one."""
    values: dict[str, object] = dict(given)
    budget = values.pop("budget", None)
    values["budgets"] = () if budget is None else (_budget(budget),)
    try:
        options = Options(**values)  # type: ignore[arg-type]
    except TypeError as error:
        raise TypeError(str(error).replace("Options.__new__()", "this method")) from None
    if options.concurrency is not None:
        whole("concurrency", options.concurrency, 1)
    timeout, interval = options.timeout, options.poll_interval
    if timeout is not None and not (is_number(timeout) and 0 <= timeout < math.inf):
        raise InvalidRequest(f"timeout must be seconds, 0 or more; got {timeout!r}.")
    if interval is not None and not (is_number(interval) and 0 < interval < math.inf):
        raise InvalidRequest(f"poll_interval must be seconds above 0; got {interval!r}.")
    if options.callback is not None and (reason := wrong_address(options.callback)):
        raise InvalidRequest(f"callback must begin with http:// or https://; got {options.callback!r}: {reason}.")
    if options.callbacks is not None and not hasattr(options.callbacks, "subscribe"):
        kind = type(options.callbacks).__name__
        raise InvalidRequest(f"callbacks must be a CallbackReceiver or the like; got {kind}.")
    directory = None if options.download is None else writable_directory("download", options.download)
    root = None if directory is None else os.path.realpath(directory)
    return options._replace(download=directory, root=root, name=_name(options.name))


def journal_path(given: Any) -> str | None:
    """Return the path of a journal, or None."""
    if given is None:
        return None
    path = os.fspath(given) if isinstance(given, str | os.PathLike) else None  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not isinstance(path, str) or not path or "\0" in path or path == ":memory:" or path.endswith(("/", os.sep)):
        raise InvalidRequest(f"journal must be the path of a file, or be left out; got {given!r}.")
    return path


def _name(name: str) -> str:
    fields = fields_of(name, ROW_FIELDS)
    if not fields & {"key", "job_id"}:
        raise InvalidRequest(f"name must contain {{key}} or {{job_id}}, so that each row has its own; got {name!r}.")
    check_names(name, ROW_FIELDS)
    return name


def _budget(budget: object) -> Budget:
    if isinstance(budget, Budget):
        return budget
    if not is_number(budget):
        raise InvalidRequest(f"budget must be points, or a Budget; got {budget!r}.")
    return Budget(budget)  # type: ignore[arg-type]
