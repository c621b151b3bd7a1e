"""The error classes, under the module name used in the service's Python docs. See `legnext_client.errors`.

`except ValidationError` catches invalid parameters, whether this client or the service found them.
"""

from __future__ import annotations

from legnext_client.errors import *  # noqa: F403
from legnext_client.errors import LegnextError

LegnextAPIError = LegnextError
