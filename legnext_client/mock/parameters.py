"""Parameters of a request, parsed and validated as the document describes them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from .refusals import Refusal
from .validation import problems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Scope

    from .schemas import Json, Schemas

_WHERE = {"path": "path", "query": "query", "header": "headers", "cookie": "cookies"}
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}


class Parameter(NamedTuple):
    """One parameter of an operation."""

    name: str
    place: str
    required: bool
    schema: Json
    validator: Any
    style: str
    explode: bool
    is_json: bool
    """Whether its value is JSON text."""


def read_parameters(schemas: Schemas, parameters: Iterable[Parameter], scope: Scope, path: dict[str, str]) -> Json:
    """Return the values by name. Refuses (400) missing and invalid parameters."""
    from starlette.requests import HTTPConnection

    request = HTTPConnection(scope)
    values: Json = {}
    for parameter in parameters:
        name, where = parameter.name, _WHERE[parameter.place]
        texts = _texts(parameter, request, path)
        if not texts:
            if parameter.required:
                raise Refusal(400, f"{name} is required in the {where}.")
            continue
        values[name] = _value(schemas, parameter, texts)
        if found := problems(parameter.validator, values[name], name):
            raise Refusal(400, f"{found[0]['message']}, in the {where}.", found)
    return values


def _texts(parameter: Parameter, request: Any, path: dict[str, str]) -> list[tuple[str, str]]:
    """Return the texts given for a parameter, each with the name used, as in `filter[size]`."""
    name = parameter.name
    match parameter.place:
        case "path":
            return [(name, path[name])] if name in path else []
        case "query":
            pairs = request.query_params.multi_items()
            return [(each, text) for each, text in pairs if each == name or each.startswith(f"{name}[")]
        case "header":
            return [(name, text) for text in request.headers.getlist(name)]
        case _:
            return [(name, request.cookies[name])] if name in request.cookies else []


def _value(schemas: Schemas, parameter: Parameter, texts: list[tuple[str, str]]) -> Any:
    first = texts[0][1]
    if parameter.is_json:
        try:
            return json.loads(first)
        except ValueError:
            raise Refusal(400, f"{parameter.name} must be JSON; got {first[:60]!r}.") from None
    schema, types = schemas.flat(parameter.schema), schemas.types(parameter.schema)
    if "array" in types and "string" not in types:
        parts = [text for _, text in texts]
        if not (parameter.explode and parameter.place == "query"):
            parts = first.split(_SEPARATORS.get(parameter.style, ",")) if first else []
        return [coerced(schemas, schema.get("items", {}), part) for part in parts]
    if "object" in types and parameter.style == "deepObject":
        named = [(name.partition("[")[2].removesuffix("]"), text) for name, text in texts]
        inner: Json = schema.get("properties", {})
        return {name: coerced(schemas, inner.get(name, {}), text) for name, text in named}
    return coerced(schemas, schema, first)


def coerced(schemas: Schemas, schema: Any, text: str) -> Any:
    """Return a text as a value of a type that its schema allows; otherwise the text itself."""
    types = schemas.types(schema)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if types & {"integer", "number"} and re.fullmatch(r"-?\d+", text):
        return int(text)
    if types & {"integer", "number"} and re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text):
        return float(text)
    if "null" in types and text in ("", "null"):
        return None
    if types & {"object", "array"} and text[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
