"""Which addresses a file may be fetched from, and where a redirect may lead."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import urljoin, urlsplit

_LONGEST = 8192
_SCHEMES = ("http", "https")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_CARRYING = tuple(
    map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"))
)
"""Addresses of IPv6 in which one of IPv4 is hidden, to which a gateway may lead. Files are at none of them."""


def wrong_address(url: object) -> str | None:
    """Why a file cannot be fetched from here; None when it can."""
    if not isinstance(url, str) or len(url) > _LONGEST:
        return "it is no address, or too long for one"
    if any(ord(character) <= 32 or character in "\\\x7f" for character in url):
        return "it holds a space, a backslash or a control character"
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username
        parts.netloc.encode()
        _ = parts.port  # read for its error alone
    except ValueError as error:
        return f"it cannot be read: {error}"
    if parts.scheme not in _SCHEMES:
        return f"it must begin with https:// or http://, not {parts.scheme[:40] or 'nothing'!r}"
    if not host:
        return "it names no host"
    return "it holds a user name" if user is not None else None


def redirected(url: str, location: str) -> tuple[str, str | None]:
    """Where a redirect leads, and why it must not be followed, if so.

    From `https` never to `http`, and from a public host never to an address of this machine or its network: who may
    choose the address of a file must not thereby reach what only this machine can.
    """
    if not location:
        return "", "it does not say where to"
    try:
        target = urljoin(url, location)
    except ValueError as error:
        return "", f"it cannot be read: {error}"
    reason = wrong_address(target)
    if reason is None and url.startswith("https:") and not target.startswith("https:"):
        reason = "it leads from https to http"
    if reason is None and is_inside(target) and not is_inside(url):
        reason = "it leads from a public host into a private network"
    return target, reason


def is_inside(url: str) -> bool:
    """Whether an address names this machine, or one of a private network, by number or as localhost."""
    # Letters and dots of other scripts are resolved as those of ASCII.
    host = unicodedata.normalize("NFKC", urlsplit(url).hostname or "").lower().replace("。", ".").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # 127.1, 2130706433 and 0x7f00000a are no addresses to ipaddress, and of this machine to many resolvers.
        return _NUMBER.fullmatch(host.rpartition(".")[2]) is not None
    return not address.is_global or any(address in network for network in _CARRYING)


def shown(url: str) -> str:
    """An address as it may stand in messages and logs: its query may hold a signature, a redirect anything."""
    plain = url.partition("?")[0].partition("#")[0][:300]
    return "".join(character if character.isprintable() else "?" for character in plain)
