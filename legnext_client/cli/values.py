"""Field values read from command-line arguments.

A value that does not parse as the field's type is passed on as a string, so that the check before sending reports all
problems of a call at once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legnext_client._downloads.local_files import path_of
from legnext_client._protocol.literals import NULL, chosen, fields_by_name, pairs_of
from legnext_client.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from legnext_client.generated.operations import Field


def value_of(field: Field, given: Any) -> Any:
    """Return a field's value from a string, several strings for a list, or a switch's boolean."""
    if field.nullable and given in (NULL, [NULL]):
        return None
    if field.type == "array":
        return _listed(field, given)
    if not isinstance(given, str):
        return given
    if field.type == "file":
        return Path(given)
    if field.file and (path := path_of(given)):
        return path
    if field.enum:
        return chosen(field, given)
    if field.type == "string":
        return text_of(given)
    if field.type == "object":
        return _object(field, text_of(given))
    found = _json(given, otherwise=given)
    return given if found is None else found  # None means not given


def text_of(given: str) -> str:
    """Return a string as given, or read it from `@file` or `-` (standard input); `@@` stands for `@`."""
    if given == "-":
        if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]  # Python sets it to None when it is closed
            raise InvalidRequest("standard input is closed; pass the value itself or @FILE.")
        return _stripped("standard input", sys.stdin.read)
    if given.startswith("@@"):
        return given[1:]
    if given.startswith("@"):
        path = Path(given[1:])
        return _stripped(str(path), lambda: path.read_text(encoding="utf-8"))
    return given


def _listed(field: Field, given: Any) -> Any:
    """Return a list's items; each string is one item or a JSON list."""
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
    """Return an object from JSON or from `name=value,name=value`."""
    value = _json(text, otherwise=None)
    if value is not None:
        return value
    inside = fields_by_name(field.fields)
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
        raise InvalidRequest(f"{where} cannot be read: it is not UTF-8 text.") from None
    if not text:
        raise InvalidRequest(f"{where} is empty.")
    return text
