"""Everything that can go wrong, as one tree. Whatever this package raises on purpose is a `LegnextError`.

Each error has a `message`, prints as one line that ends with what to do, and survives pickling and copying.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class LegnextError(Exception):
    """The base of all errors of this package."""

    advice: str = ""
    """What to do about it; printed behind the message."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        message = self.message.rstrip()
        stop = "." if message and message[-1] not in ".!?…:" else ""
        return " ".join(f"{message}{stop} {self.advice}".split())

    def __reduce__(self) -> tuple[Any, ...]:
        # Rebuilt from its attributes, so that subclasses may have any signature.
        return _rebuild, (type(self), self.args, self.__dict__.copy())


def _rebuild(kind: type[LegnextError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> LegnextError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(attributes)
    return error


class ConfigurationError(LegnextError):
    """No key, a bad base URL, an extra that is not installed."""


CLIENT_CLOSED = "this client is closed: make a new one, or keep it open with `with`."
"""Said by the client, and by its connections when they are closed under a call."""


class ValidationError(LegnextError):
    """The request is wrong, whether that was found here or there."""


class Problem(NamedTuple):
    """One wrong field: its name as the caller wrote it, what it must be, and what came."""

    field: str
    must: str
    got: str = ""

    def __str__(self) -> str:
        return f"{self.field} {self.must}; got {self.got}" if self.got else f"{self.field} {self.must}"


class InvalidRequest(ValidationError, ValueError):
    """Refused before sending: nothing was sent and nothing is charged.

    `problems` has everything that is wrong: a `Problem` for each field, a `prompts.Problem` for each spot of a prompt.
    """

    advice = "Nothing was sent."

    def __init__(self, message: str = "", *, problems: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class APIError(LegnextError):
    """The service answered with an error. `message` and `raw_message` are its own words, `body` is what came."""

    def __init__(
        self,
        message: str = "",
        *,
        status_code: int = 0,
        code: int | None = None,
        raw_message: str = "",
        detail: Any = None,
        body: Any = None,
        request_id: str | None = None,
        method: str = "",
        path: str = "",
        retry_after: float | None = None,
        job_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.code = status_code if code is None else code
        self.raw_message = raw_message
        self.detail = detail
        self.body = body
        self.request_id = request_id
        self.method = method
        self.path = path
        self.retry_after = retry_after
        self.job_id = job_id

    def __str__(self) -> str:
        where = f" ({self.method} {self.path})" if self.path else ""
        request = f" [request {self.request_id}]" if self.request_id else ""
        said = (self.message or self.raw_message or "no message").rstrip(" .")
        return " ".join(f"{self.code or self.status_code} {said}{where}{request}. {self.advice}".split())


class BadRequestError(ValidationError, APIError):
    """400: the service refuses the request as it stands."""

    advice = "Nothing is charged; correct the request."


class AuthenticationError(APIError):
    """401: the key is missing or not valid."""

    advice = "Check the key in LEGNEXT_API_KEY."


class InsufficientCreditsError(APIError):
    """402: not enough points for this job."""

    advice = "Nothing is charged; top up the balance, or make something cheaper."


class ForbiddenError(APIError):
    """403: against the content policy, or not in the plan."""

    advice = "Nothing is charged; change the prompt, or look whether the plan includes this."


class NotFoundError(APIError):
    """404: there is no such job, or nothing at this path."""

    advice = "Check the id of the job, that the key is of the same account, and the base URL."
    without_job = "Check the base URL: the service has nothing at this path."
    """What to do instead where the request named no job."""


class PayloadTooLargeError(APIError):
    """413: the request, or the file behind an address, is too large."""

    advice = "Use a smaller file."


class UnprocessableError(APIError):
    """422: the state of things refuses it; the source is not finished, has no such image, is too old …"""

    advice = "Nothing is charged; look at the source job."


class RateLimitError(APIError):
    """429: too many requests or jobs at once; `retry_after` says how many seconds to wait, if the service did."""

    advice = "The request was not accepted; wait, then send it again."

    def __str__(self) -> str:
        told = super().__str__()
        if self.retry_after is None:
            return told
        return f"{told.removesuffix(self.advice)}The service asks to wait {self.retry_after:g} seconds. {self.advice}"


class ServerError(APIError):
    """5xx: something broke on the other side."""

    advice = "Try again later."


class ConnectionError(LegnextError, builtins.ConnectionError):
    """No connection or, to a free request, no whole answer. A paid request was not sent: nothing is charged."""

    advice = "Nothing is charged; check the network and the base URL, then try again."


class SubmissionUnknown(LegnextError):
    """A paid request was sent and its outcome is not known: **it may have been accepted and charged**.

    It is never sent again by itself. `sent` is the body that was sent, `answer` what came back, as bytes, and `job_id`
    the id that stands in it, if one does: `client.tasks.get` tells whether it is there.
    """

    advice = "It may have been charged: look at the balance or your callbacks before you send it again."

    def __init__(
        self,
        message: str = "",
        *,
        operation: str = "",
        sent: Mapping[str, Any] | None = None,
        answer: bytes | None = None,
        job_id: str | None = None,
        **api: Any,
    ) -> None:
        super().__init__(message, **api)
        self.job_id = job_id
        self.operation = operation
        self.sent = sent
        self.answer = answer


class SubmissionUnknownAPIError(SubmissionUnknown, APIError):
    """A paid request was answered with an error, and yet a job may exist: the answer names one, or is a 5xx.

    The status tells what the service said: `status_code`, `code`, `retry_after`.
    """


class SubmissionUnknownServerError(SubmissionUnknownAPIError, ServerError):
    """A paid request was answered with 5xx: the service may be working on it all the same."""


class JobFailed(LegnextError):
    """The job ended without a result; its points are released. `code` and `message` are the service's."""

    advice = "Nothing is charged for it."

    def __init__(self, message: str = "", *, job: Any = None, code: int | None = None) -> None:
        super().__init__(message)
        self.job = job
        self.code = code


class WaitTimeout(LegnextError, builtins.TimeoutError):
    """The timeout elapsed; the job is still running. `job` is its last known state."""

    advice = "The job is still running: resume with client.tasks.get(job_id)."

    def __init__(self, message: str = "", *, job: Any = None) -> None:
        super().__init__(message)
        self.job = job


class ChainError(LegnextError):
    """A chain stopped. `finished` are the jobs of the steps that are done and paid, `step` is the one that was not."""

    advice = "The finished steps are kept: run the chain again with the same journal."
    without_journal = (
        "There is no journal, so run again it would pay for the finished steps again: go on with "
        "VideoChain.from_video(error.finished[-1]), and give a journal next time."
    )
    """What to do instead where nothing remembers the steps."""
    with_nothing = "There is no journal to go on with: give one next time."

    def __init__(
        self, message: str = "", *, finished: Sequence[Any] = (), step: int | None = None, journal: str = ""
    ) -> None:
        super().__init__(message)
        self.finished = tuple(finished)
        self.step = step
        self.journal = journal

    def __str__(self) -> str:
        told = super().__str__()
        if self.journal:
            return told
        return f"{told.removesuffix(self.advice)}{self.without_journal if self.finished else self.with_nothing}"


class BudgetExceeded(LegnextError):
    """The next call would pass the budget; it was not sent."""

    advice = "Nothing more was sent; raise the budget, or make something cheaper."

    def __init__(
        self,
        message: str = "",
        *,
        budget: float | None = None,
        counted: float | None = None,
        price: float | None = None,
    ) -> None:
        super().__init__(message)
        self.budget = budget
        self.counted = counted
        self.price = price


class DownloadError(LegnextError):
    """A file could not be fetched or has the wrong content. No incomplete file has the final name."""

    advice = "Fix the cause, then try again: complete files are kept, and no incomplete file has the final name."

    def __init__(self, message: str = "", *, url: str = "", path: str = "") -> None:
        super().__init__(message)
        self.url = url
        self.path = path


class WebhookError(LegnextError):
    """What arrived is not a callback of the service, or its signature is not good."""

    advice = "Do not trust it; fetch the job by its id."


class JournalError(LegnextError):
    """The journal cannot be used: in use, of something else, of a newer version, damaged, or the disk is full.

    A file that is not a sound journal is left as it is. `job_id` is set when a job was accepted and paid, and its id
    could not be written down: keep it.
    """

    def __init__(self, message: str = "", *, journal: str = "", job_id: str | None = None) -> None:
        super().__init__(message)
        self.journal = journal
        self.job_id = job_id


_BY_STATUS: Mapping[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: InsufficientCreditsError,
    403: ForbiddenError,
    404: NotFoundError,
    413: PayloadTooLargeError,
    422: UnprocessableError,
    429: RateLimitError,
}


def error_class(status: int) -> type[APIError]:
    """The class of the error for a status: its own, `ServerError` for 5xx, `APIError` for any other."""
    return _BY_STATUS.get(status, ServerError if 500 <= status <= 599 else APIError)
