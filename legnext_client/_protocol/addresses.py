"""Which addresses belong to this machine or to a private network, where files of a public service cannot be."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_CARRYING = tuple(
    map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"))
)
"""Addresses of IPv6 in which one of IPv4 is hidden, to which a gateway may lead. No URL of a file names one."""
_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96")))
"""Those that a name may resolve to all the same: with NAT64, every name does. The one inside counts."""
_STANDING_IN = ipaddress.IPv4Network("198.18.0.0/15")
"""Local proxies that take all traffic (TUN) resolve every name to one of these."""


def is_inside(url: str) -> bool:
    """Whether a URL names this machine, or one of a private network, by number or as localhost."""
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


def refuse_address(text: str) -> bool:
    """Whether no file may come from an address that a name was resolved to."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if not any(address in network for network in _TRANSLATED):
            return not address.is_global or any(address in network for network in _CARRYING)
        address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return not address.is_global and address not in _STANDING_IN


class FileHosts:
    """Where files may come from, by the service: anywhere in public, or at the service's own host.

    A service on this machine or in a private network, such as a mock, may name any host.
    """

    def __init__(self, base_url: str) -> None:
        self._own = urlsplit(base_url).hostname
        self._anywhere = is_inside(base_url)

    def refuse_url(self, url: str) -> str | None:
        """Why a URL must not be fetched; None when it may be."""
        host = urlsplit(url).hostname
        if self._anywhere or host == self._own or not is_inside(url):
            return None
        return f"{host} is this machine or in a private network"

    def refuse_connection(self, host: str, address: str) -> str | None:
        """Why nothing must be asked for over a connection to this address of a host; None when it may be."""
        if self._anywhere or host == self._own or not refuse_address(address):
            return None
        return f"{host} is at {address}, on this machine or in a private network"
