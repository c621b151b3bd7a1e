"""Validate download URLs and redirects."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from legnext_client._protocol.addresses import is_inside

_LONGEST = 8192
_SCHEMES = ("http", "https")


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


def shown(url: str) -> str:
    """Shorten `url` for messages and logs, without its query, which may hold a signature."""
    plain = url.partition("?")[0].partition("#")[0][:300]
    return "".join(character if character.isprintable() else "?" for character in plain)
