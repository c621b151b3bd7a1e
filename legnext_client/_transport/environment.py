"""What the environment says of the way to the service: proxies and certificates; found wrong, it is told as such."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import httpx

from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

PoolT = TypeVar("PoolT")


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for this URL.

    None for this machine, which is not the proxy's, and for plain http: a proxy would get the key in the clear.
    """
    from urllib.request import getproxies, proxy_bypass

    parts, proxies = urlsplit(url), getproxies()
    host = parts.hostname or ""
    if parts.scheme == "http" or _is_loopback(host) or proxy_bypass(host):
        return None
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def shown_proxy(proxy: str) -> str:
    """A proxy as errors name it: without the user and the password that may stand in it."""
    return urlsplit(proxy).netloc.rpartition("@")[2]


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
