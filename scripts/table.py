"""Read the operations, their fields and the `x-legnext` data of the spec into rows that a template can print.

The rows are plain dictionaries named after the classes in `templates/operations.py.jinja` and
`templates/rules.py.jinja`. A keyword that is not known here stops the generation: a bound that the spec states and
the client does not check would be a bound in name only.
"""

from __future__ import annotations

import keyword
import re
from typing import Any

Json = dict[str, Any]

HTTP_METHODS = ("get", "put", "post", "delete", "patch")
JOB_FIELD = "jobId"
"""The body field by which an operation builds on an earlier job."""

_NOTES = {"title", "description", "examples", "example", "format", "deprecated", "x-enum-varnames"}
_BOUNDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
    "minProperties": "min_properties",
    "maxProperties": "max_properties",
    "pattern": "pattern",
}
_STRUCTURE = {"type", "enum", "default", "items", "properties", "required", "additionalProperties", "x-legnext"}
_CONDITIONS = {"dependentRequired", "if", "then", "else"}
_KNOWN = _NOTES | set(_BOUNDS) | _STRUCTURE | _CONDITIONS


_PARAMETER = "flag short long takes models values range default optional use instead at_most excludes"
_FACTOR = "flag value models factor tier reserve"
_ROWS = {
    "models": {"model", "flag", "value", "default", "plan", "sunset"},
    "parameters": set(_PARAMETER.split()),
    "price_factors": set(_FACTOR.split()),
    "duration_factors": set(_FACTOR.split()),
}
_ROW_NEEDS = {"models": {"model"}, "parameters": {"flag", "models"}}
_FACTOR_NEEDS = {"models", "factor"}

_OPERATION_NEEDS = ("operationId", "tags", "summary", "description", "responses")
_KEYS = {
    "price": {"points", "when", "again"},
    "when": {"points", "field", "is", "source"},
    "seconds": {"median", "spread"},
    "prompt": {"field", "kind"},
    "source": {"not_models", "not_flags", "flag"},
    "film": {"adds", "at_most", "size", "sizes"},
    "long_edge": {"field", "pixels"},
}
"""What the rows under an operation's `x-legnext` may say."""


class SpecError(Exception):
    """The spec says something that nothing can follow. Each argument is one thing that is wrong."""


def snake_case(wire: str) -> str:
    """The name a Python caller writes for a field of the wire: `imgUrls` is `img_urls`, `type` stays `type`."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+", "_", wire).lower()
    return name + "_" if keyword.iskeyword(name) else name


def called_back(operation: Json) -> set[str]:
    """The body fields that hold an address to call back."""
    callbacks = operation.get("callbacks", {}).values()
    return {expression.strip("{}").rpartition("#/")[2] for callback in callbacks for expression in callback}


def resolve(spec: Json, schema: Json) -> Json:
    """Follow a `$ref`, and the `allOf` that carries a default beside one; what stands beside it wins."""
    if "$ref" in schema:
        target: Json = spec
        for part in schema["$ref"].removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if key not in target:
                raise SpecError(f"{schema['$ref']} leads nowhere")
            target = target[key]
        return {**resolve(spec, target), **{key: value for key, value in schema.items() if key != "$ref"}}
    if len(schema.get("allOf", ())) == 1:
        beside = {key: value for key, value in schema.items() if key != "allOf"}
        return {**resolve(spec, schema["allOf"][0]), **beside}
    return schema


def field(spec: Json, wire: str, schema: Json, *, required: bool) -> Json:
    """A row for one field of a body, with its bounds, and with rows of its own for what is inside it."""
    schema = resolve(spec, schema)
    nullable = False
    if "anyOf" in schema:
        choices = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
        if len(choices) != 1:
            raise SpecError(f"{wire}: anyOf of {len(choices)} types has no row in the table; write one type, or null")
        beside = {key: value for key, value in schema.items() if key != "anyOf"}
        schema, nullable = {**resolve(spec, choices[0]), **beside}, True
    kinds = schema.get("type", "object")
    named: list[str] = [kinds] if isinstance(kinds, str) else list(kinds)
    nullable = nullable or "null" in named
    kind = next((one for one in named if one != "null"), None)
    if len(set(named) - {"null"}) != 1 or kind not in ("string", "integer", "number", "boolean", "array", "object"):
        raise SpecError(f"{wire}: a field needs one type, got {schema.get('type')!r}")
    if "enum" in schema and not isinstance(kinds, str):
        # The generator would make a class of it for each of the types.
        raise SpecError(f"{wire}: an enum must have one type; got {kinds}. Write anyOf, of the enum and of type null")
    unknown = set(schema) - _KNOWN
    if unknown:
        words = ", ".join(sorted(unknown))
        raise SpecError(f"{wire}: nothing here checks {words}; teach scripts/table.py and the checks before sending")
    own = schema.get("x-legnext", {})
    if set(own) - {"even_length", "means"}:
        raise SpecError(f"{wire}: x-legnext of a schema knows even_length and means, got {sorted(own)}")
    row: Json = {
        "name": snake_case(wire),
        "wire": wire,
        "type": kind,
        "required": required,
        "description": " ".join(schema.get("description", "").split()),
        **{name: schema[key] for key, name in _BOUNDS.items() if key in schema},
    }
    if "default" in schema:
        row["default"] = schema["default"]
    if "enum" in schema:
        row["enum"] = tuple(schema["enum"])
        row["enum_names"] = tuple(schema.get("x-enum-varnames", ()))
    if nullable:
        row["nullable"] = True
    row |= own
    if schema.get("deprecated"):
        row["deprecated"] = True
    if "items" in schema:
        row["items"] = field(spec, wire, schema["items"], required=True)
    if kind == "object":
        row["fields"] = fields(spec, schema)
        row["closed"] = schema.get("additionalProperties") is False
        row["rules"] = conditions(wire, schema)
    return row


def fields(spec: Json, schema: Json) -> tuple[Json, ...]:
    """Rows for what is inside an object: first what is required, as the generated models write it."""
    required = set(schema.get("required", ()))
    inside = schema.get("properties", {}).items()
    found = [field(spec, wire, inner, required=wire in required) for wire, inner in inside]
    rows = tuple(sorted(found, key=lambda row: not row["required"]))
    taken = {"self"}
    for row in rows:
        if row["name"] in taken or not row["name"].isidentifier():
            raise SpecError(f"{row['wire']}: {row['name']} is taken already, or is no name for an argument in Python")
        taken.add(row["name"])
    return rows


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
        raise SpecError(f"{where}: a branch may say required, and false for a property, got {schema}")
    verdicts = schema.get("properties", {})
    if any(verdict not in (True, False) for verdict in verdicts.values()):
        raise SpecError(f"{where}: a property in a branch is true or false, got {verdicts}")
    return {
        "require": tuple(schema.get("required", ())),
        "forbid": tuple(wire for wire, verdict in verdicts.items() if verdict is False),
    }


def follow_up_fields(operation: Json) -> tuple[Json, ...]:
    """The fields of an operation that builds on a job, seen from that job: its id is known, and what that excludes."""
    present, require, forbid = {JOB_FIELD}, set[str](), set[str]()
    for rule in operation["rules"]:
        if set(rule.get("present", ())) <= present and not set(rule.get("absent", ())) & present:
            require |= set(rule.get("require", ()))
            forbid |= set(rule.get("forbid", ()))
    return tuple(
        {**row, "required": row["required"] or row["wire"] in require}
        for row in operation["fields"]
        if row["wire"] not in forbid | {JOB_FIELD}
    )


def operations(spec: Json) -> list[Json]:
    """A row for each operation of the document, in its order."""
    rows = [
        _operation(spec, path, method, item)
        for path, item in spec["paths"].items()
        for method in HTTP_METHODS
        if method in item
    ]
    names = [row["name"] for row in rows]
    for word in ("name", "role", "alias", "task_type"):
        given = [row[word] for row in rows if row[word]]
        twice = {one for one in given if given.count(one) > 1 or (word == "alias" and one in names)}
        if twice:
            raise SpecError(f"{'operationId' if word == 'name' else word} used twice: {', '.join(sorted(twice))}")
    return rows


def _operation(spec: Json, path: str, method: str, item: Json) -> Json:
    data = item[method]
    own = dict(data.get("x-legnext", {}))
    absent = [key for key in _OPERATION_NEEDS if not data.get(key)]
    if absent:
        raise SpecError(f"{method.upper()} {path}: an operation needs {', '.join(absent)}")
    name = data["operationId"]
    body: Json = {"fields": (), "rules": (), "closed": True}
    if "requestBody" in data:
        content = resolve(spec, data["requestBody"])["content"]["application/json"]["schema"]
        body = field(spec, name, content, required=True)
    row: Json = {
        "name": name,
        "namespace": data["tags"][0],
        "method": method.upper(),
        "path": path,
        "summary": data["summary"],
        "description": data["description"].strip(),
        "fields": body["fields"],
        "rules": body["rules"],
        "parameters": _parameters(spec, name, path, item, data),
        "request_model": _request_model(data),
        "answer_model": _answer_model(spec, data, own.get("unwrap")),
    }
    for key in ("role", "alias", "task_type", "takes", "makes", "unwrap"):
        row[key] = own.pop(key, None)
    for key in ("price", "seconds", "prompt", "source", "film", "long_edge"):
        row[key] = own.pop(key, None)
        _only(f"{name}: {key}", {} if row[key] is None else row[key], _KEYS[key])
    _only(name, own, set())
    if row["price"]:
        changes = row["price"].get("when", ())
        for change in changes:
            _only(f"{name}: price", change, _KEYS["when"])
        row["price"] = {**row["price"], "when": tuple(map(_price_row, changes))}
    return row


def _only(where: str, own: Json, known: set[str]) -> None:
    if not isinstance(own, dict):  # pyright: ignore[reportUnnecessaryIsInstance]  # it is what somebody wrote
        raise SpecError(f"{where} must be an object; got {own!r}")
    unread = sorted(set(own) - known)
    if unread:
        raise SpecError(f"{where}: x-legnext has {', '.join(unread)}, which nothing reads")


def _price_row(when: Json) -> Json:
    return {key: when.get("is" if key == "value" else key) for key in ("points", "field", "value", "source")}


def _parameters(spec: Json, name: str, path: str, item: Json, data: Json) -> tuple[Json, ...]:
    """A row for each parameter: those of the path in its order, then the others; the operation's own win."""
    found: dict[tuple[str, str], Json] = {}
    for parameter in (*item.get("parameters", ()), *data.get("parameters", ())):
        parameter = resolve(spec, parameter)
        found[parameter["in"], parameter["name"]] = _parameter(spec, parameter)
    in_path = re.findall(r"{(.*?)}", path)
    if sorted(in_path) != sorted(wire for place, wire in found if place == "path"):
        raise SpecError(f"{name}: {path} must have exactly the parameters that are described as in path")
    return (*(found["path", wire] for wire in in_path), *(row for row in found.values() if row["place"] != "path"))


def _parameter(spec: Json, parameter: Json) -> Json:
    required = parameter["in"] == "path" or parameter.get("required", False)
    row = field(spec, parameter["name"], parameter["schema"], required=required)
    return {**row, "place": parameter["in"], "description": parameter.get("description", row["description"])}


def _request_model(data: Json) -> str | None:
    schema = data.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return schema["$ref"].rsplit("/", 1)[1] if "$ref" in schema else None


def _answer_model(spec: Json, data: Json, unwrap: str | None) -> str | None:
    """The name of the schema of a good answer; None where it has no name."""
    for status, answer in data["responses"].items():
        content: Json = resolve(spec, answer).get("content", {}) if str(status).startswith("2") else {}
        for media in content.values():
            schema: Json = media.get("schema", {})
            if unwrap:
                schema = resolve(spec, schema)["properties"][unwrap]
            if "$ref" in schema:
                return str(schema["$ref"].rsplit("/", 1)[1])
    return None


def rules(spec: Json) -> Json:
    """The data under the root's `x-legnext`: models, prompt parameters, factors, and what is left: plain numbers."""
    own = spec["x-legnext"]
    for name, known in _ROWS.items():
        for row in own.get(name, ()):
            if set(row) - known or None in row.values():
                raise SpecError(f"x-legnext: a row of {name} has a key that nothing reads, or no value: {row}")
            if absent := sorted(_ROW_NEEDS.get(name, _FACTOR_NEEDS) - set(row)):
                raise SpecError(f"x-legnext: a row of {name} must have {', '.join(absent)}: {row}")
    return {
        **{name: own.get(name, []) for name in _ROWS},
        "numbers": {name.upper(): value for name, value in own.items() if name not in _ROWS},
    }
