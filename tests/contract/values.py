"""Plain values for any schema of the document: right ones, on every bound, and others a step beside them.

Whether a value is right is asked of python-jsonschema, a third reading beside the client's and the server's.
"""

from __future__ import annotations

import copy
import json
import math
import re
from datetime import date, datetime
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jsonschema  # type: ignore[import-untyped]
from jsonschema import validators

from legnext_client.mock.schemas import Schemas, sample

from .description import resolved, sound_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .description import Schema

URL = "https://example.com/picture.png"
ANYTHING: list[Any] = [None, True, False, 0, 1, -1, 1.5, "", "a", [], [1], {}, {"a": 1}]
LARGEST = 2**63 - 1
_MOST = 40
_FORMATS: dict[str, Callable[[str], Any]] = {
    "date-time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "uuid": UUID,
}


def alternatives(schema: Schema) -> list[Schema]:
    """What a value may be, one type each: the parts of `anyOf` and `oneOf`, and each of a list of types."""
    flat = resolved(schema)
    for word in ("anyOf", "oneOf"):
        if word in flat:
            beside = {key: value for key, value in flat.items() if key not in (word, "discriminator")}
            return [one for part in flat[word] for one in alternatives({"allOf": [beside, part]})]
    kinds = flat.get("type")
    if isinstance(kinds, list):
        return [{**flat, "type": kind} for kind in kinds]
    return [flat]


def admits_null(schema: Schema) -> bool:
    return fits(schema, None)


def fits(schema: Schema, value: Any) -> bool:
    """Whether a value is right by a schema, in which formats count that a program can hold something against."""
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return bool(_validator(json.dumps(schema, sort_keys=True)).is_valid(value))


def right(schema: Schema) -> list[Any]:
    """Right values, each once; there is one at least."""
    return copy.deepcopy(_right(json.dumps(schema, sort_keys=True)))


@cache
def _right(written: str) -> list[Any]:
    schema: Schema = json.loads(written)
    made = [value for value in near(schema) if fits(schema, value)]
    made = made or [value for value in _made(schema) if fits(schema, value)]
    assert made, f"there is no value for {schema}"
    return list({json.dumps(value): value for value in made}.values())


def near(schema: Schema) -> list[Any]:
    """Values about the bounds of a schema, on both sides, and of other types."""
    found = chain.from_iterable(_near(one) for one in alternatives(schema))
    return list(islice({repr(value): value for value in (*found, *ANYTHING)}.values(), _MOST))


def _made(schema: Schema) -> list[Any]:
    return [sample(Schemas(sound_document()), schema, turn) for turn in (1, 2, 3)]


def _near(schema: Schema) -> Iterator[Any]:
    if "const" in schema or "enum" in schema:
        choices = [schema["const"]] if "const" in schema else schema["enum"]
        yield from choices
        yield from (f"{choice} " for choice in choices if isinstance(choice, str))
        return
    match schema.get("type"):
        case "boolean":
            yield from (True, False, "true", 1)
        case "integer" | "number":
            yield from _numbers(schema)
        case "string":
            yield from _texts(schema)
        case "array":
            yield from _lists(schema)
        case "object":
            yield from _objects(schema)
        case _:
            yield from ANYTHING


def _numbers(schema: Schema) -> Iterator[float]:
    step = schema.get("multipleOf", 1 if schema["type"] == "integer" else 0.25)
    words = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    bounds = [schema[word] for word in words if word in schema] or [0]
    yield from (bound + turn * step for bound in bounds for turn in (0, 1, -1, 4))
    yield from (math.ceil(bound / step) * step for bound in bounds)
    yield from (bounds[0] + step / 2, str(bounds[0]))  # type: ignore[misc]


def _texts(schema: Schema) -> Iterator[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 9000)
    yield from ("a" * size for size in (least, least - 1, most, most + 1) if 0 <= size <= 10000)
    yield from ("", "a", " A fox\n", URL, "yesterday")


def _lists(schema: Schema) -> Iterator[list[Any]]:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    items = right(schema.get("items", {}))
    sizes = [least, least - 1, least + 1, least + 2, *([] if most is None else [most, most + 1])]
    for size in (size for size in sizes if size >= 0):
        yield [items[number % len(items)] for number in range(size)]
        yield items[:1] * size
    yield from ([value] * max(1, least) for value in near(schema.get("items", {}))[:6])


def _objects(schema: Schema) -> Iterator[dict[str, Any]]:
    properties = {name: inner for name, inner in schema.get("properties", {}).items() if inner is not False}
    parts = {name: right(inner) for name, inner in properties.items() if not resolved(inner).get("readOnly")}
    whole = {name: values[0] for name, values in parts.items()}
    needed = {name: value for name, value in whole.items() if name in schema.get("required", ())}
    yield from (whole, needed, {})
    yield from ({**whole, name: value} for name, values in parts.items() for value in values[1:3])
    yield from ({key: value for key, value in whole.items() if key != name} for name in needed)
    others = schema.get("additionalProperties", True)
    for value in near(others)[:4] if isinstance(others, dict) else (1,):
        yield {**needed, "unheard_of": value}


@cache
def _validator(written: str) -> Any:
    components = {"components": sound_document()["components"]}
    return _Validator({"allOf": [json.loads(written)], **components}, format_checker=_checker())


def _even(_validator: Any, value: dict[str, Any], instance: Any, _schema: Any) -> Iterator[Any]:
    if value.get("even_length") and isinstance(instance, list) and len(instance) % 2:
        yield jsonschema.ValidationError("must have an even number of items")


def _matches(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    """Hold a text against a pattern of ECMAScript, in which `$` does not match before a last line break."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError("does not match")


_Validator: Any = validators.extend(jsonschema.Draft202012Validator, {"x-legnext": _even, "pattern": _matches})


@cache
def _checker() -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker(formats=())
    for name, read in _FORMATS.items():

        def is_one(value: object, read: Callable[[str], Any] = read) -> bool:
            return not isinstance(value, str) or bool(read(value))

        checker.checks(name, raises=ValueError)(is_one)
    return checker
