"""The Python client for the Legnext image and video API.

    from legnext_client import Client

    with Client() as client:
        job = client.midjourney.diffusion(text="a lighthouse at dusk --ar 16:9 --v 7").wait()

Names are loaded on first use, to keep the import fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from legnext_client._version import __version__

if TYPE_CHECKING:
    from legnext_client import errors as errors
    from legnext_client import exceptions as exceptions
    from legnext_client import gallery as gallery
    from legnext_client import progress as progress
    from legnext_client import testing as testing
    from legnext_client import types as types
    from legnext_client import uploads as uploads
    from legnext_client import webhooks as webhooks
    from legnext_client._callbacks.receiver import CallbackReceiver
    from legnext_client._downloads.downloads import Progress
    from legnext_client._protocol.hooks import Event
    from legnext_client._protocol.responses import ResponseInfo
    from legnext_client._protocol.retries import Retries
    from legnext_client._runs.batches import AsyncChainRun, ChainRun
    from legnext_client._runs.results import Result, Update
    from legnext_client._runs.rows import BatchRow
    from legnext_client.chains import VideoChain
    from legnext_client.client import AsyncClient, Client
    from legnext_client.errors import (
        APIError,
        AuthenticationError,
        BadRequestError,
        BudgetExceeded,
        ChainError,
        ConfigurationError,
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
    from legnext_client.generated.models import Balance, Canvas, CanvasImg, Mask, Polygon, TaskResponse
    from legnext_client.jobs import AsyncJob, Job
    from legnext_client.journal import Journal
    from legnext_client.prices import Budget, Estimate, price
    from legnext_client.prompts import Prompt, PromptWarning, check_prompt
else:
    # Submodules available as attributes without an import.
    _MODULES = ("errors", "exceptions", "gallery", "progress", "testing", "types", "uploads", "webhooks")
    # Where names are at home that are not in `errors`.
    _HOMES = {
        "_runs.chains": ("VideoChain",),
        "client": ("AsyncClient", "Client"),
        "_downloads.downloads": ("Progress",),
        "_callbacks.receiver": ("CallbackReceiver",),
        "_runs.results": ("Result", "Update"),
        "_protocol.responses": ("ResponseInfo",),
        "_protocol.hooks": ("Event",),
        "_protocol.retries": ("Retries",),
        "_runs.batches": ("AsyncChainRun", "ChainRun"),
        "generated.models": ("Balance", "Canvas", "CanvasImg", "Mask", "Polygon", "TaskResponse"),
        "jobs": ("AsyncJob", "Job"),
        "journal": ("Journal",),
        "prices": ("Budget", "Estimate", "price"),
        "prompts": ("Prompt", "PromptWarning", "check_prompt"),
        "_runs.rows": ("BatchRow",),
    }

    def __dir__() -> list[str]:
        return [*__all__, *_MODULES]

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            return import_module(f"{__name__}.{name}")
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = next((home for home, names in _HOMES.items() if name in names), "errors")
        value = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


__all__ = [
    "APIError",
    "AsyncChainRun",
    "AsyncClient",
    "AsyncJob",
    "AuthenticationError",
    "BadRequestError",
    "Balance",
    "BatchRow",
    "Budget",
    "BudgetExceeded",
    "CallbackReceiver",
    "Canvas",
    "CanvasImg",
    "ChainError",
    "ChainRun",
    "Client",
    "ConfigurationError",
    "DownloadError",
    "Estimate",
    "Event",
    "ForbiddenError",
    "InsufficientCreditsError",
    "InvalidRequest",
    "Job",
    "JobFailed",
    "Journal",
    "JournalError",
    "LegnextError",
    "Mask",
    "NotFoundError",
    "PayloadTooLargeError",
    "Polygon",
    "Progress",
    "Prompt",
    "PromptWarning",
    "QueueTimeout",
    "RateLimitError",
    "ResponseInfo",
    "Result",
    "Retries",
    "ServerError",
    "SubmissionUnknown",
    "SubmissionUnknownAPIError",
    "SubmissionUnknownServerError",
    "TaskResponse",
    "UnprocessableError",
    "Update",
    "UploadError",
    "ValidationError",
    "VideoChain",
    "WaitTimeout",
    "WebhookError",
    "__version__",
    "check_prompt",
    "price",
]
