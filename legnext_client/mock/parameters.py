"""Parameters of a request: read from where the document says that they stand, and held against their schemas."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from .refusals import Refusal
from .validation import problems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .schemas import Schemas

Json = dict[str, Any]
_WHERE = {"path": "path", "query": "query", "header": "headers", "cookie": "cookies"}
_BETWEEN = {"spaceDelimited": " ", "pipeDelimited": "|"}


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
    """Whether it is written as JSON."""


class Given(NamedTuple):
    """Where the parameters of one request are read from."""

    path: dict[str, str]
    query: list[tuple[str, str]]
    headers: Iterable[tuple[bytes, bytes]]

    @classmethod
    def of(cls, scope: Json, names: tuple[str, ...], values: tuple[str, ...]) -> Given:
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        return cls(dict(zip(names, values, strict=True)), query, scope["headers"])

    def texts(self, parameter: Parameter) -> list[tuple[str, str]]:
        """What was given for a parameter, each with the name that it stands under."""
        match parameter.place:
            case "path":
                return [(parameter.name, self.path[parameter.name])] if parameter.name in self.path else []
            case "query":
                within = re.compile(rf"{re.escape(parameter.name)}(\[.*\])?")
                return [(name, text) for name, text in self.query if within.fullmatch(name)]
            case "header":
                wanted = parameter.name.lower().encode()
                return [(parameter.name, text.decode("latin-1")) for name, text in self.headers if name == wanted]
            case _:
                cookies = b"; ".join(text for name, text in self.headers if name == b"cookie").decode("latin-1")
                pairs = [pair.strip().partition("=") for pair in cookies.split(";")]
                return [(name, unquote(text)) for name, _, text in pairs if name == parameter.name]


def read_parameters(spec: Schemas, parameters: Iterable[Parameter], given: Given) -> Json:
    """The values by name. Refuses (400) what is missing and what breaks its schema."""
    values: Json = {}
    for parameter in parameters:
        texts = given.texts(parameter)
        if not texts:
            if parameter.required:
                raise Refusal(400, f"{parameter.name} is required in the {_WHERE[parameter.place]}.")
            continue
        value = _value(spec, parameter, texts)
        if wrong := problems(spec, parameter.schema, parameter.validator, value, parameter.name):
            raise Refusal(400, f"{wrong[0]['message']}, in the {_WHERE[parameter.place]}.", wrong)
        values[parameter.name] = value
    return values


def _value(spec: Schemas, parameter: Parameter, texts: list[tuple[str, str]]) -> Any:
    first = texts[0][1]
    if parameter.is_json:
        try:
            return json.loads(first)
        except ValueError:
            raise Refusal(400, f"{parameter.name} must be JSON; got {first[:60]!r}.") from None
    schema, kinds = spec.flat(parameter.schema), kinds_of(spec, parameter.schema)
    if "array" in kinds and not (kinds & {"string"}):
        parts = [text for _, text in texts]
        if not (parameter.explode and parameter.place == "query"):
            parts = first.split(_BETWEEN.get(parameter.style, ",")) if first else []
        return [coerced(spec, schema.get("items", {}), part) for part in parts]
    if "object" in kinds and parameter.style == "deepObject":
        named = [(name.partition("[")[2].removesuffix("]"), text) for name, text in texts]
        inner: Json = schema.get("properties", {})
        return {name: coerced(spec, inner.get(name, {}), text) for name, text in named}
    return coerced(spec, schema, first)


def coerced(spec: Schemas, schema: Any, text: str) -> Any:
    """A text as the value that its schema asks for; what cannot be one stays a text."""
    kinds = kinds_of(spec, schema)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if kinds & {"integer", "number"} and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kinds & {"integer", "number"} and re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text):
        return float(text)
    if "null" in kinds and text in ("", "null"):
        return None
    if kinds & {"object", "array"} and text[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def kinds_of(spec: Schemas, schema: Any) -> set[str]:
    """The types that a schema admits, by their JSON names; none where it says nothing."""
    flat = spec.flat(schema)
    found: set[str] = set()
    for choice in (*flat.get("anyOf", ()), *flat.get("oneOf", ())):
        found |= kinds_of(spec, choice)
    named: Any = flat.get("type", ())
    found |= {named} if isinstance(named, str) else set(named)
    values = [*flat.get("enum", ()), *([flat["const"]] if "const" in flat else [])]
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    return found or {names[type(value)] for value in values if type(value) in names}
