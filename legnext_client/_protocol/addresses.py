"""Validate the URLs of files and their redirects: none leads from a public service to this machine or its network."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urljoin, urlsplit

_LONGEST = 8192
_SCHEMES = ("http", "https")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_EMBEDDING = tuple(
    map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"))
)
"""IPv6 networks whose addresses embed an IPv4 address that a gateway may reach. File URLs never need one."""
_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96")))
"""Embedding networks that a host name may resolve to; with NAT64 every name does. The embedded address decides."""
_TUN_PLACEHOLDERS = ipaddress.IPv4Network("198.18.0.0/15")
"""Addresses to which local TUN proxies resolve every name."""


def is_inside(url: str) -> bool:
    """Return whether the host of a URL is localhost, or an address of this machine or a private network."""
    import unicodedata  # making a client does without

    # Resolvers treat letters and dots of other scripts as their ASCII equivalents.
    host = unicodedata.normalize("NFKC", urlsplit(url).hostname or "").lower().replace("。", ".").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # ipaddress rejects 127.1, 2130706433 and 0x7f00000a, but many resolvers read them as this machine.
        return _NUMBER.fullmatch(host.rpartition(".")[2]) is not None
    return not address.is_global or any(address in network for network in _EMBEDDING)


def refuse_address(text: str) -> bool:
    """Return whether files from this resolved address are refused."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if not any(address in network for network in _TRANSLATED):
            return not address.is_global or any(address in network for network in _EMBEDDING)
        address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return not address.is_global and address not in _TUN_PLACEHOLDERS


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, so that http:// is safe."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class FileHosts:
    """Rules for hosts of files: any public host, or the service's own host.

    A service on this machine or in a private network, such as the mock, may use any host.
    """

    def __init__(self, base_url: str) -> None:
        self._own = urlsplit(base_url).hostname
        self._anywhere = is_inside(base_url)

    def refuse_url(self, url: str) -> str | None:
        """Return why a URL must not be fetched, or None."""
        host = urlsplit(url).hostname
        if self._anywhere or host == self._own or not is_inside(url):
            return None
        return f"{host} is this machine or in a private network"

    def refuse_connection(self, host: str, address: str) -> str | None:
        """Return why a connection to this address must not be used, or None."""
        if self._anywhere or host == self._own or not refuse_address(address):
            return None
        return f"{host} is at {address}, on this machine or in a private network"


def wrong_address(url: object) -> str | None:
    """Return why `url` cannot be fetched, or None if it can."""
    if not isinstance(url, str) or len(url) > _LONGEST:
        return "it is not a URL, or is too long"
    if any(ord(character) <= 32 or character in "\\\x7f" for character in url):
        return "it contains a space, a backslash or a control character"
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username
        parts.netloc.encode()
        _ = parts.port  # raises ValueError if the port is invalid
    except ValueError as error:
        return f"it cannot be parsed: {error}"
    if parts.scheme not in _SCHEMES:
        return f"it must begin with https:// or http://, not {parts.scheme[:40] or 'nothing'!r}"
    if not host:
        return "it has no host"
    return "it contains a user name" if user is not None else None


def redirected(url: str, location: str) -> tuple[str, str | None]:
    """Return the redirect target, and why it must not be followed (None if it may).

    A redirect never goes from `https` to `http`, nor from a public host to this machine or its network. Otherwise
    a hostile URL could reach services that only this machine can.
    """
    if not location:
        return "", "the response has no Location"
    try:
        target = urljoin(url, location)
    except ValueError as error:
        return "", f"it cannot be parsed: {error}"
    reason = wrong_address(target)
    if reason is None and urlsplit(url).scheme == "https" != urlsplit(target).scheme:
        reason = "it leads from https to http"
    if reason is None and is_inside(target) and not is_inside(url):
        reason = "it leads from a public host into a private network"
    return target, reason


def shown_url(url: str) -> str:
    """Shorten `url` for messages and logs, without its query, which may hold a signature."""
    plain = url.partition("?")[0].partition("#")[0][:300]
    return "".join(character if character.isprintable() else "?" for character in plain)
