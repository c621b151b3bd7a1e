"""The Python client for the Legnext image and video API. What is imported here is loaded when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from legnext_client._version import __version__

if TYPE_CHECKING:
    from legnext_client.errors import InvalidRequest, LegnextError, ValidationError
    from legnext_client.generated.models import Balance, Canvas, CanvasImg, Mask, Polygon, TaskResponse
else:
    _HOMES = {
        "legnext_client.errors": ("InvalidRequest", "LegnextError", "ValidationError"),
        "legnext_client.generated.models": ("Balance", "Canvas", "CanvasImg", "Mask", "Polygon", "TaskResponse"),
    }

    def __getattr__(name: str) -> object:
        for home, names in _HOMES.items():
            if name in names:
                value = getattr(import_module(home), name)
                globals()[name] = value
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "Balance",
    "Canvas",
    "CanvasImg",
    "InvalidRequest",
    "LegnextError",
    "Mask",
    "Polygon",
    "TaskResponse",
    "ValidationError",
    "__version__",
]
