"""Request and response models, under the module name used in the service's Python docs, and the options of calls."""

from __future__ import annotations

from legnext_client.generated import models
from legnext_client.generated.models import *  # noqa: F403
from legnext_client.generated.types import CallOptions, MakeOptions, PaidOptions, Pending, ResultOptions

__all__: list[str] = ["CallOptions", "MakeOptions", "PaidOptions", "Pending", "ResultOptions"]
__all__ += models.__all__
