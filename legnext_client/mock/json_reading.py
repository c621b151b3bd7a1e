"""Strict JSON parsing: ambiguous input is refused with a reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from .refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

_Json = dict[str, Any] | list[Any] | str | float | None
_DEEPEST = 32


def read_json(body: bytes) -> Any:
    """Parse a body. Raises `Refusal` (400) if it is not plain JSON."""
    if not body:
        raise Refusal(400, "The body is empty. Send a JSON object.")
    try:
        value: Any = _decoder.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Refusal(400, f"The body is not UTF-8: {error.reason} at byte {error.start}.") from None
    except RecursionError:
        raise Refusal(400, _too_deep()) from None
    except json.JSONDecodeError as error:
        raise Refusal(400, f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    except ValueError as error:  # `int` refuses thousands of digits
        raise Refusal(400, f"The body has a number that is too long: {error}.") from None
    _check_inside(value, escapes=b"\\u" in body)
    return value


def _check_inside(value: _Json, *, escapes: bool) -> None:
    level: list[_Json] = [value]
    for _ in range(_DEEPEST):
        below: list[_Json] = []
        for item in level:
            if isinstance(item, str):
                if escapes:
                    _check_text(item)
                continue
            below.extend(_inside(item))
        if not below:
            return
        level = below
    raise Refusal(400, _too_deep())


def _inside(item: _Json) -> Iterator[Any]:
    if isinstance(item, dict):
        yield from item
        yield from item.values()
    elif isinstance(item, list):
        yield from item


def _check_text(text: str) -> None:
    """Refuse NUL and lone surrogates: valid JSON as `\\u…`, but they break later readers."""
    if "\x00" in text:
        raise Refusal(400, "The body has a NUL character in a string. Leave it out.")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise Refusal(400, "The body has half of a surrogate pair in a string. Send whole characters.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for at, name in enumerate(names) if name in names[:at])
        raise Refusal(400, f"The body names {json.dumps(twice)[:80]} twice. Send each field once.")
    return made


def _constant(word: str) -> NoReturn:
    raise Refusal(400, f"The body has {word}, which is not JSON. Send a number.")


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Refusal(400, f"The body has a number that is too large: {text[:40]}.")
    return value


def _too_deep() -> str:
    return f"The body is nested too deeply; at most {_DEEPEST} levels are read."


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
