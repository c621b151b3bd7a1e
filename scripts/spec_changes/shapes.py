"""Schemas in one spelling, so that two that say the same in different words compare as equal.

References are followed, `allOf` is merged, and what may be one of several things (`anyOf`, `oneOf`, a list of types,
`nullable`) becomes a list of alternatives, each of one type.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from spec_changes.change import Json, Schema, SpecError

ANNOTATIONS = {
    "$comment",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "example",
    "examples",
    "externalDocs",
    "readOnly",
    "title",
    "writeOnly",
    "xml",
}
"""Keywords that forbid no value."""

_TIGHTEST = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}


class Alternative(NamedTuple):
    """One of the things that a value may be. The label finds its counterpart in another version."""

    label: str
    schema: Json

    def covers(self, other: Alternative) -> bool:
        """Whether everything that the other admits is admitted here: a plain type covers an enum of it."""
        demands = {word for word in self.schema if word not in ANNOTATIONS and not word.startswith("x-")}
        return demands <= {"type"} and self.schema.get("type") in (None, other.schema.get("type"))


class Document:
    """A version of the description, with its references followed."""

    def __init__(self, spec: Json) -> None:
        self.spec = spec

    def resolve(self, node: Schema) -> Json:
        """Follow a `$ref`; what stands beside it wins. `true` and `false` become objects."""
        if isinstance(node, bool):
            return {} if node else {"not": {}}
        if "$ref" not in node:
            return node
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return {**self.resolve(self._target(node["$ref"])), **beside}

    def _target(self, pointer: str) -> Json:
        if not pointer.startswith("#/"):
            raise SpecError(f"{pointer} points out of the document; only references within it are followed")
        target: Any = self.spec
        for part in pointer.removeprefix("#/").split("/"):
            try:
                target = target[part.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                raise SpecError(f"{pointer} points to nothing") from None
        return cast("Json", target)

    def flat(self, schema: Schema) -> Json:
        """The schema with its references followed and its `allOf` merged, as far as the parts do not contradict."""
        whole = self.resolve(schema)
        if "allOf" not in whole:
            return whole
        merged = {key: value for key, value in whole.items() if key != "allOf"}
        left: list[Json] = []
        for part in whole["allOf"]:
            rest = _merge(merged, self.flat(part))
            if rest:
                left.append(rest)
        return {**merged, "allOf": left} if left else merged

    def alternatives(self, schema: Schema) -> list[Alternative]:
        flat = self.flat(schema)
        for word in ("anyOf", "oneOf"):
            if word in flat:
                beside = {key: value for key, value in flat.items() if key != word}
                return [
                    Alternative(_label(choice) or one.label, {**beside, **one.schema})
                    for choice in flat[word]
                    for one in self.alternatives(choice)
                ]
        named: Any = flat.get("type")
        kinds = list[Any](cast("list[str]", named)) if isinstance(named, list) else [named]
        if flat.get("nullable"):
            kinds.append("null")
        rest = {key: value for key, value in flat.items() if key not in ("type", "nullable")}
        return [
            Alternative("null", {"type": "null"})
            if kind == "null"
            else Alternative(_label(schema) or str(kind), _of_one_type(rest, kind))
            for kind in kinds
        ]


def _of_one_type(rest: Json, kind: str | None) -> Json:
    schema = rest if kind is None else {**rest, "type": kind}
    if None in schema.get("enum", ()):
        schema = {**schema, "enum": [value for value in schema["enum"] if value is not None]}
    return schema


def _label(schema: Schema) -> str:
    return "" if isinstance(schema, bool) else str(schema.get("$ref", "")).rsplit("/", 1)[-1]


def _merge(into: Json, part: Json) -> Json:
    """Add what a part of an `allOf` says; what could not be added comes back."""
    left: Json = {}
    for key, value in part.items():
        if key not in into or key in ANNOTATIONS:
            into.setdefault(key, value)
        elif key == "required":
            into[key] = [*into[key], *(name for name in value if name not in into[key])]
        elif key == "properties":
            both = {name: {"allOf": [into[key][name], value[name]]} for name in into[key] if name in value}
            into[key] = {**into[key], **value, **both}
        elif key in _TIGHTEST:
            into[key] = _TIGHTEST[key](into[key], value)
        elif into[key] != value:
            left[key] = value
    return left
