"""What models and endpoints share.

Written by `make generate`; edit `openapi.yaml` instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Literal, NamedTuple, TypeGuard, TypeVar


class Unset:
    """The type of UNSET: a field that was not given, which is something else than null."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Unset = Unset()


def is_object(data: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(data, dict)


def is_list(data: object) -> TypeGuard[list[Any]]:
    return isinstance(data, list)


ParsedT = TypeVar("ParsedT")


class Response(NamedTuple, Generic[ParsedT]):
    """An answer: `parsed` is None when the body is not what the spec describes; `content` has the bytes as they came."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]
    parsed: ParsedT | None


__all__ = ["UNSET", "Response", "Unset", "is_list", "is_object"]
