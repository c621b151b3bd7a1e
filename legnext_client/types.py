"""Request and response models, under the module name used in the service's Python docs."""

from __future__ import annotations

from legnext_client.generated.models import *  # noqa: F403
from legnext_client.generated.models import __all__ as __all__
