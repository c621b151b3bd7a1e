"""Proxies and certificates from environment variables, with errors that name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from legnext_client._protocol.addresses import is_loopback
from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

PoolT = TypeVar("PoolT")


def proxy_for(url: str, given: str | None = None) -> str | None:
    """Return the given proxy for this URL, or the one that the environment sets.

    None for this machine, and for plain http, because the proxy would see the API key.
    """
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http" or host.endswith(".localhost") or is_loopback(host):
        return None
    if given is not None:
        return given
    proxies = getproxies()
    if proxy_bypass(host):
        return None
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def shown_proxy(proxy: str) -> str:
    """Return a proxy for display, without its user and password."""
    return proxy.rpartition("@")[2].rpartition("://")[2].partition("/")[0]  # by hand: it may not be a URL


def made(make: Callable[[], PoolT]) -> PoolT:
    """Call a constructor of httpx that reads the environment, and explain its errors."""
    import httpx

    try:
        return make()
    except ImportError:
        raise ConfigurationError(
            "the environment sets a SOCKS proxy, but SOCKS support is not installed. Run: pip install 'httpx[socks]'."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"the certificates in SSL_CERT_FILE or SSL_CERT_DIR cannot be read: {error}."
        ) from None
    except (ValueError, httpx.InvalidURL) as error:
        raise ConfigurationError(
            f"the proxy in HTTP_PROXY, HTTPS_PROXY, ALL_PROXY or NO_PROXY cannot be used: {error}."
        ) from None
