"""The one error of the generated client.

Written by `make generate`; edit `openapi.yaml` instead.
"""

from __future__ import annotations


class UnexpectedStatus(Exception):
    """The service answered what the spec does not describe, and the client was told to raise then."""

    def __init__(self, status_code: int, content: bytes) -> None:
        self.status_code = status_code
        self.content = content
        super().__init__(f"unexpected answer with status {status_code}: {content[:200].decode(errors='replace')}")

    def __reduce__(self) -> tuple[type[UnexpectedStatus], tuple[int, bytes]]:
        return UnexpectedStatus, (self.status_code, self.content)


__all__ = ["UnexpectedStatus"]
