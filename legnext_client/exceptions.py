"""The errors under the names that the service's Python documents use; `legnext_client.errors` says what each means.

`except ValidationError` catches a wrong parameter wherever it is found, here before sending or there by the service.
"""

from __future__ import annotations

from legnext_client.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    BudgetExceeded,
    ChainError,
    ConfigurationError,
    ConnectionError,
    DownloadError,
    ForbiddenError,
    InsufficientCreditsError,
    InvalidRequest,
    JobFailed,
    JournalError,
    LegnextError,
    NotFoundError,
    PayloadTooLargeError,
    RateLimitError,
    ServerError,
    SubmissionUnknown,
    SubmissionUnknownAPIError,
    SubmissionUnknownServerError,
    UnprocessableError,
    ValidationError,
    WaitTimeout,
    WebhookError,
)

LegnextAPIError = LegnextError

__all__ = [
    "APIError",
    "AuthenticationError",
    "BadRequestError",
    "BudgetExceeded",
    "ChainError",
    "ConfigurationError",
    "ConnectionError",
    "DownloadError",
    "ForbiddenError",
    "InsufficientCreditsError",
    "InvalidRequest",
    "JobFailed",
    "JournalError",
    "LegnextAPIError",
    "LegnextError",
    "NotFoundError",
    "PayloadTooLargeError",
    "RateLimitError",
    "ServerError",
    "SubmissionUnknown",
    "SubmissionUnknownAPIError",
    "SubmissionUnknownServerError",
    "UnprocessableError",
    "ValidationError",
    "WaitTimeout",
    "WebhookError",
]
