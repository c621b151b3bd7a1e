"""How a command ends: the exit codes, and the lines that say what went wrong and what to do."""

from __future__ import annotations

import json
import shlex
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from legnext_client import errors
from legnext_client.generated.operations import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from legnext_client.generated.operations import Operation

_LONGEST = 500


class Exit(IntEnum):
    """The exit codes; each says what a script may do next."""

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
    Exit.OK: "It worked.",
    Exit.UNEXPECTED: "Something that should not happen: a mistake in this program, most likely.",
    Exit.BAD_INPUT: "Bad input: refused here, nothing was sent. Correct the command.",
    Exit.CONFIGURATION: "No key, a bad base URL, an extra that is not installed. Nothing was sent.",
    Exit.REFUSED: "The service refused it: the key, the credits, the content, the state of a job, too many at once.",
    Exit.UNREACHABLE: "The network or the service is down. Nothing was charged; try again later.",
    Exit.JOB_FAILED: "A job ended without a result; so did a step of a chain, or rows of a batch of which all else is "
    "done. Nothing is charged for them.",
    Exit.TIMEOUT: "The wait is over and the job is not. It goes on; wait again.",
    Exit.UNKNOWN: "A paid request was sent and its outcome is not known. **Do not send it again** before you know.",
    Exit.FILES: "A file or a journal could not be fetched, read or written. What was paid is kept; try again.",
    Exit.BUDGET: "The budget would be passed, or the account has too little. What was begun is kept.",
    Exit.INTERRUPTED: "Interrupted by Ctrl-C. Jobs that were accepted go on.",
    Exit.NOBODY_READS: "Whoever read the output has closed it, as `head` does.",
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
    (BrokenPipeError, Exit.NOBODY_READS),
    (OSError, Exit.FILES),
    (KeyboardInterrupt, Exit.INTERRUPTED),
)
"""The first that fits counts: an error can be of several kinds."""


def exit_code(error: BaseException) -> Exit:
    """The exit code for an error."""
    if isinstance(error, KeyboardInterrupt) and cut_a_paid_request(error):
        return Exit.UNKNOWN
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.UNEXPECTED)


def explained(error: BaseException, way: Sequence[str] = ()) -> Iterator[str]:
    """What to print of an error: what happened and what to do, a line for each thing to know.

    `way` are the options by which the service was found; the commands that are named get them, too.
    """
    match error:
        case KeyboardInterrupt():
            yield "Interrupted."
        case errors.WaitTimeout():
            yield f"Error: {error.message}"
        case errors.LegnextError():
            yield f"Error: {error}".replace('pass prompts="warn"', "give --prompts warn")
        case OSError():
            yield f"Error: {error.strerror or error}{f': {error.filename}' if error.filename else ''}."
        case _:
            yield f"Error: {type(error).__name__}: {error}. This is a mistake of the program; --debug shows where."
    if isinstance(error, errors.SubmissionUnknown):
        yield from told_of_sent(error.sent, way, error.answer)
    job_id = getattr(error, "job_id", None)
    if job_id:
        yield f"A job was named: look at it with {_command(ROLES['job'], job_id, *way)}"
    yield from getattr(error, "__notes__", ())


def told_of_sent(sent: Mapping[str, Any] | None, way: Sequence[str], answer: bytes | None = None) -> Iterator[str]:
    """What was sent and what came back, of what nobody knows the outcome, and how to find out."""
    yield f"Sent: {json.dumps(sent, ensure_ascii=False)}"
    if answer:
        yield f"Answer: {_short(answer.decode(errors='replace'))}"
    balance = _command(ROLES["balance"], *way)
    yield f"To find out: {balance} tells whether points are gone; a --callback names the job."


def cut_a_paid_request(error: KeyboardInterrupt) -> bool:
    """Whether Ctrl-C came in the midst of a paid request."""
    from legnext_client._transport.drivers import INTERRUPTED  # imported long ago, if so

    return INTERRUPTED in getattr(error, "__notes__", ())


def _command(operation: Operation, *more: str) -> str:
    return shlex.join(["legnext", operation.name, *more])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
