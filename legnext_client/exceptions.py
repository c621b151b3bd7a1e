"""The error classes, under the module name used in the service's Python docs. See `legnext_client.errors`.

`except ValidationError` catches invalid parameters, whether this client or the service found them.
"""

from __future__ import annotations

from legnext_client.errors import APIError as APIError
from legnext_client.errors import AuthenticationError as AuthenticationError
from legnext_client.errors import BadRequestError as BadRequestError
from legnext_client.errors import BudgetExceeded as BudgetExceeded
from legnext_client.errors import ChainError as ChainError
from legnext_client.errors import ConfigurationError as ConfigurationError
from legnext_client.errors import ConnectionError as ConnectionError
from legnext_client.errors import DownloadError as DownloadError
from legnext_client.errors import ForbiddenError as ForbiddenError
from legnext_client.errors import InsufficientCreditsError as InsufficientCreditsError
from legnext_client.errors import InvalidRequest as InvalidRequest
from legnext_client.errors import JobFailed as JobFailed
from legnext_client.errors import JournalError as JournalError
from legnext_client.errors import LegnextError as LegnextError
from legnext_client.errors import NotFoundError as NotFoundError
from legnext_client.errors import PayloadTooLargeError as PayloadTooLargeError
from legnext_client.errors import QueueTimeout as QueueTimeout
from legnext_client.errors import RateLimitError as RateLimitError
from legnext_client.errors import ServerError as ServerError
from legnext_client.errors import SubmissionUnknown as SubmissionUnknown
from legnext_client.errors import SubmissionUnknownAPIError as SubmissionUnknownAPIError
from legnext_client.errors import SubmissionUnknownServerError as SubmissionUnknownServerError
from legnext_client.errors import UnprocessableError as UnprocessableError
from legnext_client.errors import UploadError as UploadError
from legnext_client.errors import ValidationError as ValidationError
from legnext_client.errors import WaitTimeout as WaitTimeout
from legnext_client.errors import WebhookError as WebhookError

LegnextAPIError = LegnextError
