"""Keeping the key out of what comes back: a service, or a proxy, may repeat what it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legnext_client._protocol.flow import Lost, Received

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SHORTEST = 6
"""A shorter key is none of the service's, and would be found in the midst of innocent words."""


def key_end(key: str) -> str:
    """What may be shown of a key: its last four characters, if that leaves enough to guess."""
    return key[-4:] if len(key) > 12 else ""


class Veil:
    """Takes one key out of whatever a transport brings back."""

    def __init__(self, key: str) -> None:
        self._key = key if len(key) >= _SHORTEST else ""
        self._shown = f"…{key_end(key)}"
        self._bytes, self._shown_bytes = self._key.encode(), self._shown.encode()

    def received(
        self, status: int, headers: Mapping[str, str], raw_headers: Iterable[tuple[bytes, bytes]], body: bytes
    ) -> Received:
        if self._key:
            body = self._over(body)
            if any(self._bytes in value for _, value in raw_headers):
                headers = {name.lower(): value.replace(self._key, self._shown) for name, value in headers.items()}
        return Received(status, headers, body)

    def lost(self, lost: Lost) -> Lost:
        if not self._key:
            return lost
        answer = None if lost.answer is None else self._over_end(self._over(lost.answer))
        return lost._replace(reason=lost.reason.replace(self._key, self._shown), answer=answer)

    def _over(self, body: bytes) -> bytes:
        return body.replace(self._bytes, self._shown_bytes) if self._bytes in body else body

    def _over_end(self, body: bytes) -> bytes:
        """An answer that was cut may end amid the key."""
        for length in reversed(range(_SHORTEST, len(self._bytes))):
            if body.endswith(self._bytes[:length]):
                return body[:-length] + self._shown_bytes
        return body
