"""Read schemas of the spec into rows of fields: their names, types and bounds, and the fields inside them.

A keyword that is not known here stops the generation: a bound that the spec states and the client does not check would
be a bound in name only.
"""

from __future__ import annotations

import difflib
import keyword
import re
from typing import Any

Json = dict[str, Any]

_NOTES = {
    "title", "description", "examples", "example", "deprecated", "x-enum-varnames", "$comment", "externalDocs", "xml",
    "writeOnly", "contentEncoding", "contentMediaType",
}  # fmt: skip
BOUNDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
    "uniqueItems": "unique",
    "minProperties": "min_properties",
    "maxProperties": "max_properties",
    "pattern": "pattern",
}
_STRUCTURE = {
    "type", "enum", "const", "default", "format", "items", "properties", "required", "additionalProperties",
    "x-legnext", "discriminator", "anyOf", "oneOf", "readOnly",
}  # fmt: skip
_CONDITIONS = {"dependentRequired", "if", "then", "else"}
_KNOWN = _NOTES | set(BOUNDS) | _STRUCTURE | _CONDITIONS
_TYPES: dict[type[object], str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
}
_CHECKED_FORMATS = {"date-time", "date", "uuid"}
_FILE = "binary"
_OWN = {"even_length", "means", "file", "max_bytes"}
"""What `x-legnext` of a schema may say."""


class SpecError(Exception):
    """The spec says something that nothing can follow. Each argument is one thing that is wrong."""


def snake_case(wire: str) -> str:
    """The name a Python caller writes for a field of the wire: `imgUrls` is `img_urls`, `type` stays `type`."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+", "_", wire).lower()
    return name + "_" if keyword.iskeyword(name) else name


def target(spec: Json, reference: str) -> Json:
    """What a `$ref` refers to."""
    found: Json = spec
    for part in reference.removeprefix("#/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if not reference.startswith("#/") or key not in found:
            raise SpecError(f"{reference} leads nowhere")
        found = found[key]
    return found


def resolve(spec: Json, schema: Any) -> Json:
    """Follow a `$ref` and merge an `allOf`; what stands beside either wins."""
    return _resolved(spec, schema, ())[0]


def _resolved(spec: Json, schema: Any, seen: tuple[str, ...]) -> tuple[Json, tuple[str, ...]]:
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}, seen
    if "$ref" in schema:
        reference = schema["$ref"]
        if reference in seen:
            raise SpecError(f"{reference} contains itself, which nothing here can check; write out one level of it")
        inner, seen = _resolved(spec, target(spec, reference), (*seen, reference))
        return {**inner, **{key: value for key, value in schema.items() if key != "$ref"}}, seen
    if "allOf" in schema:
        beside = {key: value for key, value in schema.items() if key != "allOf"}
        merged: Json = {}
        for part in (*schema["allOf"], beside):
            inner, seen = _resolved(spec, part, seen) if part is not beside else (beside, seen)
            merged = _merged(merged, inner, last=part is beside)
        return merged, seen
    return schema, seen


def _merged(one: Json, other: Json, *, last: bool) -> Json:
    """Two parts of an `allOf` as one schema; `last`: the other stands beside it, and wins."""
    found = {**one, **other}
    for key in set(one) & set(other):
        if key == "properties":
            found[key] = {**one[key], **other[key]}
        elif key == "required":
            found[key] = [*one[key], *(each for each in other[key] if each not in one[key])]
        elif one[key] != other[key] and not last and key not in _NOTES:
            raise SpecError(f"allOf: two parts differ in {key}; write it once")
    return found


def field(spec: Json, wire: str, schema: Any, *, required: bool, where: str = "", seen: tuple[str, ...] = ()) -> Json:
    """A row for one field, with its bounds, and with rows of its own for what is inside it."""
    where = where or wire
    try:
        schema, seen = _resolved(spec, schema, seen)
        schema, nullable = _without_null(spec, schema)
        schema, seen = _resolved(spec, schema, seen)
    except SpecError as error:
        raise SpecError(f"{where}: {error}") from None
    if unknown := sorted(key for key in set(schema) - _KNOWN if not key.startswith("x-") or _mistyped(key)):
        raise SpecError(
            f"{where}: nothing here checks {', '.join(unknown)}; say it in other words, "
            "or teach scripts/fields.py and the checks before sending"
        )
    own = schema.get("x-legnext", {})
    if set(own) - _OWN:
        raise SpecError(f"{where}: x-legnext of a schema knows {', '.join(sorted(_OWN))}; got {sorted(own)}")
    if "file" in own:
        own = {**own, "file": tuple(own["file"])}
    row: Json = {
        "name": snake_case(wire),
        "wire": wire,
        "type": "",
        "required": required,
        "description": " ".join(schema.get("description", "").split()),
        **{name: schema[key] for key, name in BOUNDS.items() if key in schema},
        **own,
    }
    row |= {key: schema[key] for key in ("default", "deprecated") if key in schema}
    if nullable or not schema.keys() - _NOTES - {"default", "x-legnext"}:
        row["nullable"] = True  # where nothing is said, null may be too
    choices = schema.get("oneOf", schema.get("anyOf"))
    named = _types(where, schema)
    if choices is None and len(named) > 1:
        choices, schema = [{**schema, "type": kind} for kind in named], {}
    if choices is not None:
        inside = [field(spec, wire, choice, required=True, where=where, seen=seen) for choice in choices]
        row |= {"type": "union", "choices": _told_apart(where, schema, choices, inside)}
        if "discriminator" in schema:
            row["discriminator"] = schema["discriminator"]["propertyName"]
        return row
    kind = row["type"] = named[0] if named else "any"
    if kind == "null":
        raise SpecError(f"{where}: a field that can only be null says nothing; leave it out")
    try:
        re.compile(schema.get("pattern", ""))
    except re.error as error:
        raise SpecError(f"{where}: pattern must be one that Python's re can read, too: {error}") from None
    if "const" in schema or "enum" in schema:
        row["enum"] = tuple(schema["enum"]) if "enum" in schema else (schema["const"],)
        row["enum_names"] = tuple(schema.get("x-enum-varnames", ()))
        _check_enum(where, schema, kind)
    if kind == "string" and schema.get("format") == _FILE:
        row["type"] = "file"
    elif schema.get("format") in _CHECKED_FORMATS:
        row["format"] = schema["format"]
    if kind == "array" and "items" not in schema:
        raise SpecError(f"{where}: an array must have items; write items: {{}} for items of any kind")
    if "items" in schema:
        row["items"] = field(spec, wire, schema["items"], required=True, where=f"{where}[]", seen=seen)
    if kind == "object":
        row["fields"] = fields(spec, schema, where=where, seen=seen)
        more = schema.get("additionalProperties", True)
        row["closed"] = more is False
        if not isinstance(more, bool) and more:
            row["values"] = field(spec, wire, more, required=True, where=f"{where}.*", seen=seen)
        row["rules"] = conditions(where, schema)
    return row


def fields(spec: Json, schema: Json, *, where: str = "", seen: tuple[str, ...] = ()) -> tuple[Json, ...]:
    """Rows for what is inside an object: first what is required, as the generated models write it."""
    required = set(schema.get("required", ()))
    if absent := sorted(required - set(schema.get("properties", ()))):
        raise SpecError(f"{where}: required names {', '.join(absent)}, which properties does not have")
    found = [
        field(spec, wire, inner, required=wire in required, where=f"{where}.{wire}".strip("."), seen=seen)
        for wire, inner in schema.get("properties", {}).items()
        if not _read_only(spec, inner)
    ]
    check_names(where, found)
    return tuple(sorted(found, key=lambda row: not row["required"]))


def check_names(where: str, rows: list[Json]) -> None:
    """Refuse what cannot be an argument in Python, or would be one twice."""
    taken = {"self"}
    for row in rows:
        if row["name"] in taken or not row["name"].isidentifier():
            raise SpecError(
                f"{where}: {row['wire']}: {row['name']} is taken already, or is no name for an argument in Python"
            )
        taken.add(row["name"])


def _mistyped(key: str) -> bool:
    """Whether a key of somebody else's extension looks like one of those that are read here."""
    return bool(difflib.get_close_matches(key, [known for known in _KNOWN if known.startswith("x-")], cutoff=0.8))


def _read_only(spec: Json, schema: Any) -> bool:
    """Whether a property is for answers only."""
    return not isinstance(schema, bool) and bool(resolve_shallow(spec, schema).get("readOnly"))


def resolve_shallow(spec: Json, schema: Json) -> Json:
    return {**resolve_shallow(spec, target(spec, schema["$ref"])), **schema} if "$ref" in schema else schema


def _without_null(spec: Json, schema: Json) -> tuple[Json, bool]:
    """A schema without the null that it allows, and whether it does."""
    for word in ("anyOf", "oneOf"):
        if word in schema:
            given: list[Any] = schema[word]
            resolved = [each if isinstance(each, bool) else resolve_shallow(spec, each) for each in given]
            choices = [each for each, whole in zip(schema[word], resolved, strict=True) if whole != {"type": "null"}]
            nullable = len(choices) < len(schema[word])
            beside = {key: value for key, value in schema.items() if key != word}
            if len(choices) == 1:
                return {"allOf": [choices[0]], **beside}, nullable
            return {**beside, word: choices}, nullable
    kinds = schema.get("type")
    if isinstance(kinds, list) and "null" in kinds:
        left: list[str] = [kind for kind in kinds if kind != "null"]  # pyright: ignore[reportUnknownVariableType]
        return {**schema, "type": left[0] if len(left) == 1 and "enum" not in schema else left}, True
    return schema, False


def _types(where: str, schema: Json) -> list[str]:
    """The types that a schema names, or means."""
    kinds = schema.get("type")
    if kinds is None:
        if {"properties", "additionalProperties"} & set(schema):
            return ["object"]
        if "items" in schema:
            return ["array"]
        values: list[object] = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
        return list(dict.fromkeys(_TYPES.get(type(value), "null") for value in values))
    named: list[str] = [kinds] if isinstance(kinds, str) else list(kinds)
    if not named or set(named) - set(_TYPES.values()):
        raise SpecError(f"{where}: a field needs a type of {', '.join(_TYPES.values())}; got {kinds!r}")
    return named


def _check_enum(where: str, schema: Json, kind: str) -> None:
    kinds = schema.get("type", kind)
    if "enum" in schema and (not isinstance(kinds, str) or kind == "any"):
        # The generator would make a class of it for each of the types.
        raise SpecError(f"{where}: an enum must have one type; got {kinds}. Write anyOf, of the enum and of type null")
    if "enum" in schema and kind not in ("string", "integer"):
        raise SpecError(
            f"{where}: an enum must be of strings or integers; got {kind}. Write its bounds, or anyOf consts"
        )
    if "x-enum-varnames" in schema and len(schema["x-enum-varnames"]) != len(schema.get("enum", ())):
        raise SpecError(f"{where}: x-enum-varnames must have one name for each value of the enum")


def _told_apart(where: str, schema: Json, choices: list[Json], rows: list[Json]) -> tuple[Json, ...]:
    """The choices of a union; with a discriminator, each knows the values by which it is told."""
    if (discriminator := schema.get("discriminator")) is None:
        return tuple(rows)
    wire = discriminator["propertyName"]
    mapping: Json = discriminator.get("mapping", {})
    for choice, row in zip(choices, rows, strict=True):
        tag = next((inner for inner in row.get("fields", ()) if inner["wire"] == wire), None)
        if tag is None or not tag["required"]:
            raise SpecError(f"{where}: each choice must be an object that requires the discriminator {wire}")
        name = choice.get("$ref", "").rsplit("/", 1)[-1]
        tags = [value for value, ref in mapping.items() if ref.rsplit("/", 1)[-1] == name] or [name]
        if "enum" not in tag and tags:
            tag["enum"] = tuple(tags)
            tag["enum_names"] = ()
    return tuple(rows)


def conditions(where: str, schema: Json) -> tuple[Json, ...]:
    """`dependentRequired` and `if` … `then` … `else` as rows: when these are there or not, require and forbid those."""
    rows: list[Json] = [
        {"present": (wire,), "require": tuple(needed)} for wire, needed in schema.get("dependentRequired", {}).items()
    ]
    if "if" in schema:
        asked = _branch(where, schema["if"])
        if asked["forbid"] or len(asked["require"]) != 1:
            raise SpecError(f"{where}: an `if` may ask whether one field is there, got {schema['if']}")
        for word, side in (("then", "present"), ("else", "absent")):
            if word in schema:
                branch = _branch(where, schema[word])
                rows.append({side: asked["require"], **{key: value for key, value in branch.items() if value}})
    return tuple(rows)


def _branch(where: str, schema: Json) -> Json:
    if set(schema) - {"required", "properties", "additionalProperties"}:
        raise SpecError(f"{where}: a branch may say required, and {{not: {{}}}} for a property, got {schema}")
    verdicts = schema.get("properties", {})
    if any(verdict not in (*_ALLOWED, *_FORBIDDEN) for verdict in verdicts.values()):
        raise SpecError(f"{where}: a property in a branch is {{}} or {{not: {{}}}}, got {verdicts}")
    return {
        "require": tuple(schema.get("required", ())),
        "forbid": tuple(wire for wire, verdict in verdicts.items() if verdict in _FORBIDDEN),
    }


_ALLOWED: tuple[Any, ...] = (True, {})
_FORBIDDEN: tuple[Any, ...] = (False, {"not": {}})
