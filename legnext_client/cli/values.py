"""From the words of a command line to the fields of a call.

Nothing is refused here that the check before sending would refuse: what cannot be read as a field's type goes on as it
was written, so that all that is wrong with a call is told at once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legnext_client._protocol.literals import NULL, chosen, pairs_of
from legnext_client.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from legnext_client.generated.operations import Field


def value_of(field: Field, given: Any) -> Any:
    """The value of a field, from a text, from several where it is a list, or from the truth of a switch."""
    if field.nullable and given in (NULL, [NULL]):
        return None
    if field.type == "array":
        return _listed(field, given)
    if not isinstance(given, str):
        return given
    if field.type == "file":
        return Path(given)
    if field.enum:
        return chosen(field, given)
    if field.type == "string":
        return text_of(given)
    if field.type == "object":
        return _object(field, text_of(given))
    found = _json(given, otherwise=given)
    return given if found is None else found  # None would count as not given


def text_of(given: str) -> str:
    """A text as it was given, or from where it points: `@file`, or `-` for standard input; `@@` is one `@`."""
    if given == "-":
        if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]  # so Python says that it is closed
            raise InvalidRequest("standard input is closed: nothing can be read from it.")
        return _stripped("standard input", sys.stdin.read)
    if given.startswith("@@"):
        return given[1:]
    if given.startswith("@"):
        path = Path(given[1:])
        return _stripped(str(path), lambda: path.read_text(encoding="utf-8"))
    return given


def _listed(field: Field, given: Any) -> Any:
    """The items of a list: each text is one, or a JSON list of several."""
    inner = field.items
    texts: Sequence[Any] = [given] if isinstance(given, str) else given
    found: list[Any] = []
    for text in texts:
        several = _json(text, otherwise=None) if text.lstrip().startswith("[") else None
        if isinstance(several, list):
            found += several
        else:
            found.append(value_of(inner, text) if inner is not None else _json(text, otherwise=text))
    return found


def _object(field: Field, text: str) -> Any:
    """An object, from JSON or from `name=value,name=value`."""
    value = _json(text, otherwise=None)
    if value is not None:
        return value
    inside = {name: inner for inner in field.fields for name in (inner.name, inner.wire)}
    pairs = pairs_of(field, text)
    return {name: value_of(inside[name], said) if name in inside else said for name, said in pairs} if pairs else text


def _json(text: str, *, otherwise: Any) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return otherwise


def _stripped(where: str, read: Any) -> str:
    try:
        text: str = read().strip()
    except OSError as error:
        raise InvalidRequest(f"{where} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidRequest(f"{where} cannot be read: it is no UTF-8 text.") from None
    if not text:
        raise InvalidRequest(f"{where} is empty.")
    return text
