"""Uploads to a file host. They share nothing with the service's connections, so the API key cannot get there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from legnext_client._transport.environment import made, proxy_for
from legnext_client.errors import UploadError

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT = 300.0
"""Seconds without progress."""
ATTEMPTS = 3
"""Sending the same bytes to the same place again is harmless."""
_SAID = 200


def put(url: str, content: bytes, headers: Mapping[str, str]) -> None:
    """Send a file with PUT. Raises `UploadError`, which never shows the query: it may hold a signature."""
    import httpx

    host, trusted = urlsplit(url).hostname, made(httpx.create_ssl_context)
    with made(lambda: httpx.Client(proxy=proxy_for(url), verify=trusted, trust_env=False, timeout=TIMEOUT)) as client:
        for left in reversed(range(ATTEMPTS)):
            try:
                response = client.put(url, content=content, headers=headers)
            except httpx.HTTPError as error:
                if not left:
                    raise UploadError(f"{host} cannot be reached: {type(error).__name__}: {error}.") from error
                continue
            if response.is_success:
                return
            if response.status_code < 500 or not left:
                said = " ".join(response.text.split())[:_SAID]
                raise UploadError(f"{host} refused it with {response.status_code}: {said}.")
