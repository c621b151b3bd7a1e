"""`openapi.portable.yaml`: the same API in OpenAPI 3.0.3, for generators and tools that read no 3.1.

It says less: no links, callbacks, conditions or `x-legnext`. An open enum is a string, what can be null is `nullable`,
and a union of objects is one object with the fields of all. Whoever must know more reads `openapi.yaml`.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

import yaml

Json = dict[str, Any]

HEAD = "# Written by `make generate` from openapi.yaml; do not edit it.\n"
ABOUT = """\
Images and videos by Midjourney models. A POST under `/v1` is a paid job: it costs points once accepted, so a POST whose
response was lost must not be retried blindly. Poll the job at `POLL_PATH` until its status is `completed` or
`failed`; any other status means that it is still running. Responses can have fields that are not listed here.
"""
DROPPED = {"x-legnext", "links", "callbacks", "if", "then", "else", "dependentRequired", "discriminator"}
"""Keys that 3.0 does not know, or that generators stumble over."""


def portable(spec: Json) -> str:
    """The document in 3.0.3, as the file holds it."""
    components: Json = spec["components"]
    schemas: Json = components["schemas"]
    items: list[Json] = [*spec["paths"].values()]
    operations = [cast("Json", each) for item in items for each in item.values() if isinstance(each, dict)]
    sent = {*_refs([each.get("requestBody") for each in operations])}
    made: Json = {name: _schema(schema, schemas) for name, schema in schemas.items()}
    for name in _nullable(schemas):
        made[name]["nullable"] = True  # otherwise the reference within `allOf` would forbid null
    for name, schema in made.items():
        if "enum" in schema:
            schema["x-enum-varnames"] = _names(name, schema)
        if name in sent:
            _nullable_integers(schema, made)
    info = {key: value for key, value in spec["info"].items() if key != "summary"}
    identifier = info.get("license", {}).get("identifier")
    if identifier:
        info["license"] = {"name": info["license"]["name"], "url": f"https://spdx.org/licenses/{identifier}.html"}
    document: Json = {
        "openapi": "3.0.3",
        "info": {**info, "description": ABOUT.replace("POLL_PATH", _poll_path(spec))},
        **{key: spec[key] for key in ("servers", "security", "tags") if key in spec},
        "paths": _walk(spec["paths"], schemas),
        "components": {
            key: made if key == "schemas" else _walk(part, schemas)
            for key, part in components.items()
            if key not in ("links", "callbacks", "pathItems")
        },
    }
    _prune(document)
    return HEAD + yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes each value out: some readers know no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


_METHODS = ("get", "put", "post", "delete", "patch")


def _poll_path(spec: Json) -> str:
    """Return the path of the operation that shows a job."""
    for path, item in spec["paths"].items():
        for method in item:
            operation: Any = item[method]
            if method in _METHODS and operation.get("x-legnext", {}).get("role") == "job":
                return str(path)
    raise ValueError("no operation has the role job")


def _walk(part: Any, schemas: Json) -> Any:
    """Everything around the schemas; examples are values, so they stay as they are."""
    if isinstance(part, list):
        return [_walk(each, schemas) for each in part]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(part, dict):
        return part
    found: Json = {}
    for key, value in cast("Json", part).items():
        if key == "schema":
            found[key] = _schema(value, schemas)
        elif key in ("example", "examples", "value"):
            found[key] = value
        elif key not in DROPPED:
            found[key] = _walk(value, schemas)
    return found


def _schema(schema: Any, schemas: Json) -> Json:
    """One schema, and all in it."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    if "$ref" in schema:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return {"allOf": [{"$ref": schema["$ref"]}], **beside} if beside else schema
    found: Json = {}
    for key, value in schema.items():
        if key == "examples":
            found |= {"example": value[0]} if value else {}
        elif key == "properties":
            found[key] = {name: _schema(inner, schemas) for name, inner in value.items()}
        elif key in ("items", "additionalProperties"):
            found[key] = value if isinstance(value, bool) else _schema(value, schemas)
        elif key == "allOf":
            found[key] = [_schema(inner, schemas) for inner in value]
        elif key == "type" and isinstance(value, list):
            found |= _types(cast("list[str]", value))
        elif key == "const":
            found["enum"] = [value]
        elif key in ("anyOf", "oneOf"):
            found |= _union(value, schemas)
        elif key not in DROPPED:
            found[key] = value
    if found.get("type") == "number":
        found.setdefault("format", "double")  # otherwise some languages take half of it
    for bound, tighter in (("minimum", max), ("maximum", min)):
        if (exclusive := f"exclusive{bound.capitalize()}") in schema:  # a bound of its own since 3.1
            found[bound] = tighter(schema[exclusive], schema.get(bound, schema[exclusive]))
            found[exclusive] = found[bound] == schema[exclusive]
    return found


def _types(kinds: list[str]) -> Json:
    """A list of types; 3.0 knows one type and null, so several others are anything."""
    others = [kind for kind in kinds if kind != "null"]
    null: Json = {"nullable": True} if len(others) < len(kinds) else {}
    return {"type": others[0], **null} if len(others) == 1 else {}


def _union(choices: list[Json], schemas: Json) -> Json:
    """A union as generators of every language can read it."""
    others = [each for each in choices if each.get("type") != "null"]
    null: Json = {"nullable": True} if len(others) < len(choices) else {}
    targets = [schemas[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in others]
    kinds = {each.get("type") for each in targets}
    if len(others) == 1:
        one = others[0]
        # Validators of 3.0 take `nullable` beside a type only.
        return (
            {"type": targets[0]["type"], "allOf": [one], **null} if "$ref" in one else {**_schema(one, schemas), **null}
        )
    if kinds == {"string"}:
        return {"type": "string", **null}
    if kinds == {"object"}:
        flat = [_schema(each, schemas) for each in targets]
        properties: Json = {}
        for each in reversed(flat):
            for name, inner in each.get("properties", {}).items():
                properties[name] = _either(inner, properties.get(name, inner))
        return {"type": "object", "properties": properties, **null}
    return {}  # a number or a string: anything


def _either(one: Json, other: Json) -> Json:
    """What a field may be that two objects have: the values of both enums, as of a discriminator's."""
    if "enum" in one and "enum" in other:
        return {**one, "enum": [*one["enum"], *(each for each in other["enum"] if each not in one["enum"])]}
    return one


def _nullable(part: Any) -> set[str]:
    """The names of the schemas that stand beside null in a union of two."""
    found: set[str] = set()
    if isinstance(part, dict):
        for key, value in cast("Json", part).items():
            if key == "anyOf" and len(value) == 2 and {"type": "null"} in value:
                found |= _refs(value)
            found |= _nullable(value)
    return found


def _names(schema: str, enum: Json) -> list[str]:
    """The names of an enum's values with that of the enum before them: some languages have one room for all."""
    prefix = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", schema).upper()
    names = enum.get("x-enum-varnames") or [str(value) for value in enum["enum"]]
    words = [f"{prefix}_{re.sub(r'[^A-Z0-9]+', '_', name.upper())}" for name in names]
    return [word if words.index(word) == at else f"{word}_{at}" for at, word in enumerate(words)]


def _nullable_integers(schema: Json, made: Json) -> None:
    """Let an optional integer be null: where a language has no missing one, it would be sent as 0."""
    for name, inner in schema.get("properties", {}).items():
        refs = [inner, *inner.get("allOf", ())]
        target = next((made[each["$ref"].rpartition("/")[2]] for each in refs if "$ref" in each), inner)
        if name in schema.get("required", ()) or target.get("type") != "integer":
            continue
        beside = {key: value for key, value in inner.items() if key not in ("$ref", "allOf")}
        enum = {"type": "integer", "allOf": [each for each in refs if "$ref" in each]}
        whole = enum if "enum" in target else target
        schema["properties"][name] = {**whole, **beside, "nullable": True}


def _refs(part: Any) -> set[str]:
    """The names of the components that are referred to."""
    return set(re.findall(r'"\$ref": "#/components/\w+/([^"]+)"', json.dumps(part)))


def _prune(document: Json) -> None:
    """Drop the components that nothing refers to any more."""
    components: Json = document["components"]
    while True:
        used = _refs(document)
        unused = [
            (kind, name)
            for kind, part in components.items()
            for name in part
            if kind != "securitySchemes" and name not in used
        ]
        if not unused:
            return
        for kind, name in unused:
            del components[kind][name]
