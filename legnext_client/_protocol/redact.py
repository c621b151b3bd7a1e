"""Redaction of the API key from responses; a service or proxy may echo it."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING

from legnext_client._protocol.flow import NoResponse, Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SHORTEST = 6
"""Shorter keys are not redacted: the service issues none, and they would match ordinary words."""

_GAP = r"\x00{0,3}"
"""Null bytes between two characters, as in UTF-16 and UTF-32."""
_LONGEST_SPELLING = 4 * len(r"\\\\u0000")


def key_end(key: str) -> str:
    """Return the last four characters of a key, or nothing if the key is short."""
    return key[-4:] if len(key) > 12 else ""


class KeyRedactor:
    """Redactor of one key in responses, in every spelling that JSON allows."""

    def __init__(self, key: str) -> None:
        self._key = key if len(key) >= _SHORTEST else ""
        self._shown = f"…{key_end(key)}"
        self._bytes, self._shown_bytes = self._key.encode(), self._shown.encode()

    def received(
        self, status: int, headers: Mapping[str, str], raw_headers: Iterable[tuple[bytes, bytes]], body: bytes
    ) -> Response:
        if self._key:
            body = self._over(body)
            if any(self._bytes in value or b"\\" in value for _, value in raw_headers):
                headers = {name.lower(): self._over_text(value) for name, value in headers.items()}
        return Response(status, headers, body)

    def redacted(self, failure: NoResponse) -> NoResponse:
        if not self._key:
            return failure
        answer = None if failure.answer is None else self._over_end(self._over(failure.answer))
        return failure._replace(reason=self._over_text(failure.reason), answer=answer)

    def _over(self, body: bytes) -> bytes:
        if self._bytes in body:
            body = body.replace(self._bytes, self._shown_bytes)
        if b"\0" in body and (encoding := json.detect_encoding(body)) != "utf-8":
            body = body.decode(encoding, "ignore").encode()
            body = body.replace(self._bytes, self._shown_bytes)
        return self._spelled.sub(self._shown_bytes, body) if b"\\" in body or b"\0" in body else body

    def _over_text(self, text: str) -> str:
        text = text.replace(self._key, self._shown)
        return re.sub(self._spelling, self._shown, text) if "\\" in text else text

    def _over_end(self, body: bytes) -> bytes:
        """Redact the start of the key at the end of a truncated body."""
        for length in reversed(range(_SHORTEST, len(self._bytes))):
            if body.endswith(self._bytes[:length]):
                return body[:-length] + self._shown_bytes
        if b"\\" not in body and b"\0" not in body:
            return body
        for length in reversed(range(_SHORTEST, len(self._spellings))):
            partial = _GAP.join(
                [*self._spellings[:length], rf"(?:(?:\\{_GAP}){{1,4}}(?:u(?:{_GAP}\w){{0,3}})?)?{_GAP}\Z"]
            )
            if match := re.search(partial.encode(), body[-_LONGEST_SPELLING * length :]):
                return body[: len(body) - len(match[0])] + self._shown_bytes
        return body

    @cached_property
    def _spellings(self) -> list[str]:
        """A pattern per character: itself or its escape, with or without backslashes."""
        return [rf"(?:\\{_GAP}){{0,4}}(?:{re.escape(each)}|u{_digits(each)})" for each in self._key]

    @cached_property
    def _spelling(self) -> str:
        return _GAP.join(self._spellings)

    @cached_property
    def _spelled(self) -> re.Pattern[bytes]:
        return re.compile(self._spelling.encode())


def _digits(character: str) -> str:
    return "".join(rf"{_GAP}[{digit}{digit.upper()}]" for digit in f"{ord(character):04x}")
