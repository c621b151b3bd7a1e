"""Exit codes, and the messages for errors."""

from __future__ import annotations

import json
import shlex
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from legnext_client import errors

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

_LONGEST = 500


class Exit(IntEnum):
    """Exit codes, by what a script can do next."""

    OK = 0
    UNEXPECTED = 1
    BAD_INPUT = 2
    CONFIGURATION = 3
    REFUSED = 4
    UNREACHABLE = 5
    JOB_FAILED = 6
    TIMEOUT = 7
    UNKNOWN = 8
    FILES = 9
    BUDGET = 10
    INTERRUPTED = 130
    NOBODY_READS = 141


MEANINGS = {
    Exit.OK: "Success.",
    Exit.UNEXPECTED: "Unexpected error, most likely a bug in this program.",
    Exit.BAD_INPUT: "Bad input. Nothing was sent; correct the command.",
    Exit.CONFIGURATION: "Missing key, bad base URL, or an extra that is not installed. Nothing was sent.",
    Exit.REFUSED: "The service refused the request: key, credits, content, state of a job, or too many at once.",
    Exit.UNREACHABLE: "The network or the service is down. Nothing was charged; try again later.",
    Exit.JOB_FAILED: "A job, a chain step, or some rows of a finished batch failed. Nothing is charged for them.",
    Exit.TIMEOUT: "The timeout elapsed; the job is still running. Wait again.",
    Exit.UNKNOWN: "A paid request was sent and its outcome is unknown. **Do not send it again** before you know.",
    Exit.FILES: "A file or a journal could not be transferred, read or written. Paid work is kept; try again.",
    Exit.BUDGET: "The budget would be exceeded, or the balance is too low. Started work is kept.",
    Exit.INTERRUPTED: "Interrupted by Ctrl-C. Accepted jobs keep running.",
    Exit.NOBODY_READS: "The reader closed the output, as `head` does.",
}

_CODES: tuple[tuple[type[BaseException], Exit], ...] = (
    (errors.SubmissionUnknown, Exit.UNKNOWN),
    (errors.InvalidRequest, Exit.BAD_INPUT),
    (errors.BudgetExceeded, Exit.BUDGET),
    (errors.ConfigurationError, Exit.CONFIGURATION),
    (errors.ConnectionError, Exit.UNREACHABLE),
    (errors.ServerError, Exit.UNREACHABLE),
    (errors.APIError, Exit.REFUSED),
    (errors.JobFailed, Exit.JOB_FAILED),
    (errors.ChainError, Exit.JOB_FAILED),
    (errors.WaitTimeout, Exit.TIMEOUT),
    (errors.DownloadError, Exit.FILES),
    (errors.JournalError, Exit.FILES),
    (errors.UploadError, Exit.FILES),
    (BrokenPipeError, Exit.NOBODY_READS),
    (OSError, Exit.FILES),
    (KeyboardInterrupt, Exit.INTERRUPTED),
)
"""Ordered: the first matching type counts."""


def exit_code(error: BaseException) -> Exit:
    """Return the exit code for an error."""
    if isinstance(error, KeyboardInterrupt) and cut_a_paid_request(error):
        return Exit.UNKNOWN
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.UNEXPECTED)


def explained(error: BaseException, way: Sequence[str] = ()) -> Iterator[str]:
    """Yield the lines to print for an error: what happened and what to do.

    `way` holds the options for the service; suggested commands repeat them.
    """
    match error:
        case KeyboardInterrupt():
            yield "Interrupted."
        case errors.WaitTimeout():
            yield f"Error: {error.message}"
        case errors.LegnextError():
            yield _as_options(f"Error: {error}")
        case OSError():
            yield f"Error: {error.strerror or error}{f': {error.filename}' if error.filename else ''}."
        case _:
            yield f"Error: {type(error).__name__}: {error}. This is a bug; --debug shows the traceback."
    if isinstance(error, errors.SubmissionUnknown):
        yield from unknown_lines(error.sent, way, error.answer)
    job_id = getattr(error, "job_id", None)
    if job_id:
        yield f"The error names a job; look at it with {command_for('job', job_id, *way)}"
    yield from getattr(error, "__notes__", ())


def unknown_lines(sent: Mapping[str, Any] | None, way: Sequence[str], answer: bytes | None = None) -> Iterator[str]:
    """Yield what was sent, what was answered, and how to find out the outcome."""
    yield f"Sent: {json.dumps(sent, ensure_ascii=False)}"
    if answer:
        yield f"Answer: {_short(answer.decode(errors='replace'))}"
    balance = command_for("balance", *way)
    yield f"To find out: {balance} shows whether points are gone; a --callback names the job."


def cut_a_paid_request(error: KeyboardInterrupt) -> bool:
    """Return whether Ctrl-C interrupted a paid request."""
    from legnext_client._transport.drivers import INTERRUPTED  # already imported if a request was sent

    return INTERRUPTED in getattr(error, "__notes__", ())


def command_for(role: str, *more: str) -> str:
    """Return the command line of the operation with a role."""
    from legnext_client.generated.operations import ROLES

    return shlex.join(["legnext", ROLES[role].name, *more])


@contextmanager
def report_as(names: Mapping[str, str]) -> Generator[None]:
    """Replace the name at the start of an error's message by its command-line name while open."""
    try:
        yield
    except errors.LegnextError as error:
        name, space, rest = error.message.partition(" ")
        error.message = f"{names.get(name, name)}{space}{rest}"
        raise


def _as_options(text: str) -> str:
    """Replace Python's arguments in advice by options."""
    text = text.replace('pass prompts="warn"', "give --prompts warn")
    return text.replace('Client(ledger="legnext.db")', "give --ledger FILE")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
