"""The Python client for the Legnext image and video API.

    from legnext_client import Client

    with Client() as client:
        job = client.midjourney.diffusion(text="a lighthouse at dusk --ar 16:9 --v 7").wait()

What is imported from here is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from legnext_client._version import __version__

if TYPE_CHECKING:
    from legnext_client.chains import VideoChain
    from legnext_client.client import AsyncClient, Client
    from legnext_client.core.retries import Retries
    from legnext_client.downloads import Progress
    from legnext_client.errors import (
        APIError,
        BudgetExceeded,
        ChainError,
        DownloadError,
        InvalidRequest,
        JobFailed,
        JournalError,
        LegnextError,
        SubmissionUnknown,
        ValidationError,
        WaitTimeout,
        WebhookError,
    )
    from legnext_client.films import AsyncFilm, Film
    from legnext_client.generated.models import Balance, Canvas, CanvasImg, Mask, Polygon, TaskResponse
    from legnext_client.jobs import AsyncJob, Job
    from legnext_client.journal import Journal
    from legnext_client.prices import Budget, Estimate, price
    from legnext_client.prompts import Prompt, PromptWarning, check_prompt
    from legnext_client.receiving import CallbackReceiver
    from legnext_client.results import Result, Update
else:
    _HOMES = {
        "chains": ("VideoChain",),
        "client": ("AsyncClient", "Client"),
        "downloads": ("Progress",),
        "receiving": ("CallbackReceiver",),
        "results": ("Result", "Update"),
        "core.retries": ("Retries",),
        "errors": (
            "APIError",
            "BudgetExceeded",
            "ChainError",
            "DownloadError",
            "InvalidRequest",
            "JobFailed",
            "JournalError",
            "LegnextError",
            "SubmissionUnknown",
            "ValidationError",
            "WaitTimeout",
            "WebhookError",
        ),
        "films": ("AsyncFilm", "Film"),
        "generated.models": ("Balance", "Canvas", "CanvasImg", "Mask", "Polygon", "TaskResponse"),
        "jobs": ("AsyncJob", "Job"),
        "journal": ("Journal",),
        "prices": ("Budget", "Estimate", "price"),
        "prompts": ("Prompt", "PromptWarning", "check_prompt"),
    }

    def __getattr__(name: str) -> object:
        for home, names in _HOMES.items():
            if name in names:
                value = getattr(import_module(f"{__name__}.{home}"), name)
                globals()[name] = value
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "APIError",
    "AsyncClient",
    "AsyncFilm",
    "AsyncJob",
    "Balance",
    "Budget",
    "BudgetExceeded",
    "CallbackReceiver",
    "Canvas",
    "CanvasImg",
    "ChainError",
    "Client",
    "DownloadError",
    "Estimate",
    "Film",
    "InvalidRequest",
    "Job",
    "JobFailed",
    "Journal",
    "JournalError",
    "LegnextError",
    "Mask",
    "Polygon",
    "Progress",
    "Prompt",
    "PromptWarning",
    "Result",
    "Retries",
    "SubmissionUnknown",
    "TaskResponse",
    "Update",
    "ValidationError",
    "VideoChain",
    "WaitTimeout",
    "WebhookError",
    "__version__",
    "check_prompt",
    "price",
]
