"""Which addresses a file may be fetched from, and where a redirect may lead."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from legnext_client._protocol.addresses import is_inside

_LONGEST = 8192
_SCHEMES = ("http", "https")


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


def shown(url: str) -> str:
    """An address as it may stand in messages and logs: its query may hold a signature, a redirect anything."""
    plain = url.partition("?")[0].partition("#")[0][:300]
    return "".join(character if character.isprintable() else "?" for character in plain)
