"""The objects of requests and answers, under the module name that the service's Python documents use."""

from __future__ import annotations

from legnext_client.generated.models import *  # noqa: F403
from legnext_client.generated.models import __all__ as __all__
