"""What the environment says of the way to the service: proxies and certificates; found wrong, it is told as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import httpx

from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

PoolT = TypeVar("PoolT")

DIRECT = {f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")}
"""What httpx must not ask a proxy for: this machine is not the proxy's."""


def proxy_for(base_url: str) -> str | None:
    """The proxy that the environment names for this address.

    None for plain http, which is for this machine alone: a proxy would get the key in the clear.
    """
    from urllib.request import getproxies, proxy_bypass

    parts, proxies = urlsplit(base_url), getproxies()
    if parts.scheme == "http" or proxy_bypass(parts.hostname or ""):
        return None
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def made(make: Callable[[], PoolT]) -> PoolT:
    """Something of httpx that looks at the environment when it is made."""
    try:
        return make()
    except ImportError:
        raise ConfigurationError(
            "the environment names a SOCKS proxy, for which httpx lacks a package: pip install 'httpx[socks]'."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read: {error}."
        ) from None
    except (ValueError, httpx.InvalidURL) as error:
        raise ConfigurationError(
            f"the proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY or NO_PROXY names cannot be used: {error}."
        ) from None
