"""The error classes, under the module name used in the service's Python docs. See `legnext_client.errors`.

`except ValidationError` catches invalid parameters, whether this client or the service found them.
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
    QueueTimeout,
    RateLimitError,
    ServerError,
    SubmissionUnknown,
    SubmissionUnknownAPIError,
    SubmissionUnknownServerError,
    UnprocessableError,
    UploadError,
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
    "QueueTimeout",
    "RateLimitError",
    "ServerError",
    "SubmissionUnknown",
    "SubmissionUnknownAPIError",
    "SubmissionUnknownServerError",
    "UnprocessableError",
    "UploadError",
    "ValidationError",
    "WaitTimeout",
    "WebhookError",
]
