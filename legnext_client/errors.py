"""The error classes. Every error that this package raises on purpose is a `LegnextError`.

Each error has a `message`, prints as one line that ends with advice, and can be pickled and copied.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "APIError", "AuthenticationError", "BadRequestError", "BudgetExceeded", "ChainError", "ConfigurationError",
    "ConnectionError", "DownloadError", "ForbiddenError", "InsufficientCreditsError", "InvalidRequest", "JobFailed",
    "JournalError", "LegnextError", "NotFoundError", "PayloadTooLargeError", "QueueTimeout", "RateLimitError",
    "ServerError", "SubmissionUnknown", "SubmissionUnknownAPIError", "SubmissionUnknownServerError",
    "UnprocessableError", "UploadError", "ValidationError", "WaitTimeout", "WebhookError",
]  # fmt: skip


class LegnextError(Exception):
    """Base class of all errors of this package."""

    advice: str = ""
    """Suggested action, printed after the message."""

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        for name, value in details.items():  # each is declared in the class, with its default
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}.")
            setattr(self, name, value)

    def __str__(self) -> str:
        message = self.message.rstrip()
        stop = "." if message and message[-1] not in ".!?…:" else ""
        return " ".join(f"{message}{stop} {self.advice}".split())

    def __reduce__(self) -> tuple[Any, ...]:
        # Rebuilding from attributes lets subclasses have any signature.
        return _rebuild, (type(self), self.args, self.__dict__.copy())


def _rebuild(kind: type[LegnextError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> LegnextError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(attributes)
    return error


class ConfigurationError(LegnextError):
    """The client is misconfigured: no API key, an invalid base URL, or a missing extra, for example."""


CLIENT_CLOSED = "this client is closed: create a new one, or keep it open with `with`."


class ValidationError(LegnextError):
    """The request is invalid, as found by this client or by the service."""


class Problem(NamedTuple):
    """An invalid field: its name as the caller wrote it, what it must be, and the value given."""

    field: str
    must: str
    got: str = ""

    def __str__(self) -> str:
        return f"{self.field} {self.must}; got {self.got}" if self.got else f"{self.field} {self.must}"


class InvalidRequest(ValidationError, ValueError):
    """The request was refused before sending. Nothing was sent or charged.

    `problems` lists every error: a `Problem` for each field, a `prompts.Problem` for each place in a prompt.
    """

    advice = "Nothing was sent."
    problems: tuple[Any, ...] = ()

    def __init__(self, message: str = "", *, problems: Iterable[Any] = ()) -> None:
        super().__init__(message, problems=tuple(problems))


class APIError(LegnextError):
    """The service returned an error. `message` and `raw_message` come from the service.

    `body` is the body of the response, and `headers` has its headers by lower-case name.
    """

    status_code: int = 0
    code: int = 0
    raw_message: str = ""
    detail: Any = None
    body: Any = None
    request_id: str | None = None
    method: str = ""
    path: str = ""
    retry_after: float | None = None
    job_id: str | None = None
    headers: Mapping[str, str] = {}

    def __init__(self, message: str = "", *, code: int | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.code = self.status_code if code is None else code

    def __str__(self) -> str:
        where = f" ({self.method} {self.path})" if self.path else ""
        request = f" [request {self.request_id}]" if self.request_id else ""
        message = (self.message or self.raw_message or "no message").rstrip(" .")
        return " ".join(f"{self.code or self.status_code} {message}{where}{request}. {self.advice}".split())


class BadRequestError(ValidationError, APIError):
    """400: the service rejected the request as invalid."""

    advice = "Nothing was charged; correct the request."


class AuthenticationError(APIError):
    """401: the API key is missing or invalid."""

    advice = "Check the key in LEGNEXT_API_KEY."


class InsufficientCreditsError(APIError):
    """402: the balance is too low for this job."""

    advice = "Nothing was charged; top up the balance, or choose a cheaper job."


class ForbiddenError(APIError):
    """403: the request violates the content policy, or your plan does not include it."""

    advice = "Nothing was charged; change the prompt, or check that your plan includes this."


class NotFoundError(APIError):
    """404: the job or the path does not exist."""

    advice = "Check the job id, the account of the API key, and the base URL."
    without_job = "Check the base URL: the service has nothing at this path."
    """Advice for a request that names no job."""


class PayloadTooLargeError(APIError):
    """413: the request, or the file at a URL, is too large."""

    advice = "Use a smaller file."


class UnprocessableError(APIError):
    """422: the source job does not allow it; for example, it is not finished or has no such image."""

    advice = "Nothing was charged; check the source job."


class RateLimitError(APIError):
    """429: too many requests or concurrent jobs. `retry_after` is the delay in seconds, if the service gave one."""

    advice = "The request was not accepted; wait, then send it again."

    def __str__(self) -> str:
        line = super().__str__()
        if self.retry_after is None:
            return line
        return f"{line.removesuffix(self.advice)}The service asks to wait {self.retry_after:g} seconds. {self.advice}"


class ServerError(APIError):
    """5xx: the service failed."""

    advice = "Try again later."


class ConnectionError(LegnextError, builtins.ConnectionError):
    """The connection failed, or a free request got no complete response. A paid request was not sent."""

    advice = "Nothing was charged; check the network and the base URL, then try again."


class SubmissionUnknown(LegnextError):
    """A paid request was sent and its outcome is unknown. **It may have been accepted and charged.**

    It is never retried automatically. `sent` is the request body, `answer` the bytes of the response, `headers` its
    headers, and `job_id` the id found in it, if any. Look for the job with `client.tasks.get`.
    """

    advice = "It may have been charged: check the balance or your callbacks before you send it again."

    operation: str = ""
    sent: Mapping[str, Any] | None = None
    answer: bytes | None = None
    job_id: str | None = None
    headers: Mapping[str, str] = {}


class SubmissionUnknownAPIError(SubmissionUnknown, APIError):
    """A paid request got an error, yet a job may exist: the response names one, or its status is 5xx.

    `status_code`, `code` and `retry_after` come from the service.
    """


class SubmissionUnknownServerError(SubmissionUnknownAPIError, ServerError):
    """A paid request got a 5xx response. The service may still be working on it."""


class JobFailed(LegnextError):
    """The job ended without a result; its points are released. `code` and `message` are the service's."""

    advice = "Nothing was charged for it."
    job: Any = None
    code: int | None = None


class WaitTimeout(LegnextError, builtins.TimeoutError):
    """The timeout elapsed; the job is still running. `job` is its last known state."""

    advice = "The job is still running: resume with client.tasks.get(job_id)."
    job: Any = None


class QueueTimeout(LegnextError, builtins.TimeoutError):
    """The call waited for one of the client's places for jobs, and `max_wait` elapsed. `place` was its number."""

    advice = "Nothing was sent; try again later."
    place: int | None = None


class ChainError(LegnextError):
    """A chain stopped. `finished` has the jobs of the finished steps; `step` is the step that did not finish."""

    advice = "The finished steps are kept: run the chain again with the same journal."
    without_journal = (
        "This run had no journal; running it again would pay for the finished steps again. Continue with "
        "VideoChain.from_video(error.finished[-1]), and pass journal= next time."
    )
    """Advice for a chain run without a journal."""
    with_nothing = "This run had no journal to resume from; pass journal= next time."
    finished: tuple[Any, ...] = ()
    step: int | None = None
    journal: str = ""

    def __init__(self, message: str = "", *, finished: Iterable[Any] = (), **details: Any) -> None:
        super().__init__(message, finished=tuple(finished), **details)

    def __str__(self) -> str:
        line = super().__str__()
        if self.journal:
            return line
        return f"{line.removesuffix(self.advice)}{self.without_journal if self.finished else self.with_nothing}"


class BudgetExceeded(LegnextError):
    """The next call would exceed the budget; it was not sent."""

    advice = "Nothing more was sent; raise the budget, or choose a cheaper job."
    budget: float | None = None
    counted: float | None = None
    price: float | None = None


class DownloadError(LegnextError):
    """A file could not be fetched or has the wrong content. No incomplete file has the final name."""

    advice = "Fix the cause, then try again: complete files are kept, and no incomplete file has the final name."
    url: str = ""
    path: str = ""


class UploadError(LegnextError):
    """A local file could not be uploaded, so the request that uses it was not sent."""

    advice = "Nothing was sent or charged."


class WebhookError(LegnextError):
    """The request is not a callback of the service, or its signature is invalid."""

    advice = "Do not trust it; fetch the job by its id."


class JournalError(LegnextError):
    """The journal cannot be used: it is in use, not a journal, newer, damaged, or on a full disk.

    A file that is not a valid journal is left unchanged. `job_id` is set if a paid job was accepted but its id could
    not be recorded: keep it.
    """

    journal: str = ""
    job_id: str | None = None


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
    """Return the error class for a status: a specific one, `ServerError` for other 5xx, else `APIError`."""
    return _BY_STATUS.get(status, ServerError if 500 <= status <= 599 else APIError)
