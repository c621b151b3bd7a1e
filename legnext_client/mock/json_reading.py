"""Strict JSON parsing: ambiguous input is refused with a reason."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from .refusals import Refusal

Value = dict[str, Any] | list[Any] | str | float | None
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
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise Refusal(400, f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    except ValueError as error:  # `int` refuses thousands of digits
        raise Refusal(400, f"The body has a number that is too long: {error}.") from None
    _check(value, 0, escapes=b"\\u" in body)
    return value


def _check(value: Value, depth: int, *, escapes: bool) -> None:
    """Refuse deep nesting, NUL and lone surrogates: valid JSON as `\\u…`, but they break later readers."""
    if depth >= _DEEPEST:
        raise _too_deep()
    if isinstance(value, str):
        if escapes and "\x00" in value:
            raise Refusal(400, "The body has a NUL character in a string. Leave it out.")
        if escapes and any("\ud800" <= character <= "\udfff" for character in value):
            raise Refusal(400, "The body has half of a surrogate pair in a string. Send whole characters.")
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1, escapes=escapes)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check(name, depth + 1, escapes=escapes)
            _check(item, depth + 1, escapes=escapes)


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


def _too_deep() -> Refusal:
    return Refusal(400, f"The body is nested too deeply; at most {_DEEPEST} levels are read.")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
