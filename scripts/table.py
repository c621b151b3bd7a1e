"""Read the operations and the `x-legnext` data of the spec into rows that a template can print.

The rows are plain dictionaries named after the classes in `templates/operations.py.jinja` and
`templates/rules.py.jinja`; `fields.py` reads the schemas.
"""

from __future__ import annotations

import re
from typing import Any, cast

from fields import SpecError, check_names, field, resolve, resolve_shallow

Json = dict[str, Any]

HTTP_METHODS = ("get", "put", "post", "delete", "patch")
METHODS = (*HTTP_METHODS, "head", "options", "trace")
SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""
JOB_FIELD, JOB_NAME, JOB_ROLE = "jobId", "job_id", "job"
"""The body field by which an operation builds on an earlier job, its name in Python, and the role that asks for one."""
WHOLE = "body"
"""The argument for a body that has no fields."""
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}

_ROWS = ("models", "parameters", "price_factors", "duration_factors")
_OWN = (
    "role", "alias", "task_type", "takes", "makes", "unwrap", "ends", "price", "seconds", "prompt", "source", "chain",
    "long_edge", "paging",
)  # fmt: skip
"""What stands under `x-legnext` of an operation."""
_OPERATION_NEEDS = ("operationId", "tags", "summary", "description", "responses")


def called_back(operation: Json) -> set[str]:
    """The body fields that hold an address to call back."""
    callbacks = operation.get("callbacks", {}).values()
    return {expression.strip("{}").rpartition("#/")[2] for callback in callbacks for expression in callback}


def job_field(operation: Json) -> Json | None:
    """The parameter of the path, or the field of the body, by which an operation builds on a job or acts on it."""
    if operation["role"] == JOB_ROLE:
        return None
    in_path = [row for row in operation["parameters"] if row["place"] == "path"]
    return next((row for row in (*in_path, *operation["fields"]) if row["name"] == JOB_NAME), None)


def follow_up_fields(operation: Json) -> tuple[Json, ...]:
    """The fields of an operation that builds on a job, seen from that job: its id is known, and what that excludes."""
    known = job_field(operation)
    present = set[str]() if known is None else {known["wire"]}
    require, forbid = set[str](), set[str]()
    for rule in operation["rules"]:
        if set(rule.get("present", ())) <= present and not set(rule.get("absent", ())) & present:
            require |= set(rule.get("require", ()))
            forbid |= set(rule.get("forbid", ()))
    return tuple(
        {**row, "required": row["required"] or row["wire"] in require}
        for row in (*operation["fields"], *operation["parameters"])
        if row["wire"] not in forbid and row is not known
    )


def data_of(spec: Json, row: Json) -> Json:
    """What the document says of an operation."""
    data: Json = resolve(spec, spec["paths"][row["path"]])[row["method"].lower()]
    return data


def content_of(spec: Json, row: Json) -> Json | None:
    """What the document says of the body of an operation: its schema and its examples."""
    content: Json = resolve(spec, data_of(spec, row).get("requestBody", {})).get("content", {})
    return next(iter(content.values()), None)


def parameters_of(spec: Json, row: Json) -> dict[tuple[str, str], Json]:
    """What the document says of each parameter, by its place and its name."""
    shared = resolve(spec, spec["paths"][row["path"]]).get("parameters", ())
    nodes = [resolve(spec, each) for each in (*shared, *data_of(spec, row).get("parameters", ()))]
    return {(each["in"], each["name"]): each for each in nodes}


def operations(spec: Json) -> list[Json]:
    """A row for each operation of the document, in its order."""
    rows: list[Json] = []
    for path, item in spec["paths"].items():
        item = resolve(spec, item)
        for method in (each for each in item if each in METHODS):
            try:
                rows.append(_operation(spec, path, method, item))
            except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError) as error:
                raise SpecError(f"{method.upper()} {path} cannot be read: {type(error).__name__}: {error}") from error
    names = [row["name"] for row in rows]
    for word in ("name", "role", "alias", "task_type"):
        given = [row[word] for row in rows if row[word]]
        twice = {one for one in given if given.count(one) > 1 or (word == "alias" and one in names)}
        if twice:
            raise SpecError(f"{'operationId' if word == 'name' else word} used twice: {', '.join(sorted(twice))}")
    return rows


def _operation(spec: Json, path: str, method: str, item: Json) -> Json:
    data = item[method]
    absent = [key for key in _OPERATION_NEEDS if not data.get(key)]
    if absent:
        raise SpecError(f"{method.upper()} {path}: an operation needs {', '.join(absent)}")
    if method not in HTTP_METHODS:
        raise SpecError(f"{method.upper()} {path}: nothing here sends {method.upper()}; write one of {HTTP_METHODS}")
    name = data["operationId"]
    row: Json = {
        "name": name,
        "namespace": data["tags"][0],
        "method": method.upper(),
        "path": path,
        "summary": data["summary"],
        "description": data["description"].strip(),
        **_body(spec, name, data),
        "parameters": _parameters(spec, name, path, item, data),
        **_answers(spec, name, data),
        "deprecated": data.get("deprecated", False),
    }
    check_names(name, [*row["parameters"], *row["fields"]])
    _security(spec, name, data)
    own = data.get("x-legnext", {})
    row |= {key: own.get(key) for key in _OWN}
    if row["price"]:
        row["price"] = {**row["price"], "when": tuple(map(_price_row, row["price"].get("when", ())))}
    row["free"] = row["method"] in SAFE or (row["method"] in ("PUT", "DELETE") and row["price"] is None)
    if row["paging"]:
        row["paging"] = dict(row["paging"])
    return row


def _body(spec: Json, name: str, data: Json) -> Json:
    """The fields of a body; what is no object is one field, the whole of it."""
    row: Json = {"fields": (), "rules": (), "request_model": None}
    if "requestBody" not in data:
        return row
    content = resolve(spec, data["requestBody"])["content"]
    if len(content) != 1:
        raise SpecError(f"{name}: requestBody must have one media type; got {', '.join(content) or 'none'}")
    ((media, described),) = content.items()
    media = media.partition(";")[0].strip() if _is_json(media) else media
    schema = described.get("schema", {"type": "string", "format": "binary"})
    body = field(spec, name, schema, required=True, where=name)
    if media != "application/json":
        row["media"] = media
    if body["type"] == "object" and "values" not in body:
        if not body["closed"] and not body["fields"]:
            raise SpecError(f"{name}: the body must have properties; an open object can be one of them")
        return row | {
            "fields": body["fields"],
            "rules": body["rules"],
            "request_model": schema["$ref"].rsplit("/", 1)[1] if "$ref" in schema else None,
        }
    if media in _FORMS:
        raise SpecError(f"{name}: a body of {media} must be an object; got {body['type']}")
    required = resolve(spec, data["requestBody"]).get("required", False)
    described = body["description"] or "The body of the request."
    whole = {**body, "name": WHOLE, "wire": WHOLE, "required": required, "description": described}
    return row | {"fields": (whole,), "whole": True}


def _answers(spec: Json, name: str, data: Json) -> Json:
    """What a good answer is: its statuses, the media types that are no JSON, and the name of its schema."""
    statuses: list[int] = []
    accepts: list[str] = []
    model: str | None = None
    unwrap = data.get("x-legnext", {}).get("unwrap")
    for status, answer in data["responses"].items():
        if not str(status).startswith("2"):
            continue
        statuses.append(int(str(status).replace("X", "0")))
        content: Json = resolve(spec, answer).get("content", {})
        if not content:
            accepts.append("")
        for media, described in content.items():
            if not _is_json(media):
                accepts.append(media)
                continue
            schema: Json = described.get("schema", {})
            if unwrap:
                inside = resolve(spec, schema).get("properties", {})
                if unwrap not in inside:
                    raise SpecError(f"{name}: unwrap must be a property of the answer; got {unwrap!r}")
                schema = inside[unwrap]
            if resolve(spec, schema).get("type") != "object":
                accepts.append("application/json")
            if "$ref" in schema and model is None:
                model = str(schema["$ref"].rsplit("/", 1)[1])
    if not statuses:
        raise SpecError(f"{name}: responses must have one of 200 to 299; got {', '.join(map(str, data['responses']))}")
    row: Json = {"answer_model": model, "accepts": tuple(dict.fromkeys(accepts))}
    return row if statuses == [200] else {**row, "statuses": tuple(statuses)}


def server(spec: Json) -> str:
    """The address of the service: the first server, with the defaults of its variables."""
    servers: list[Json] = spec.get("servers") or [{}]
    first = servers[0]
    url: str = first.get("url", "")
    for name, variable in first.get("variables", {}).items():
        url = url.replace(f"{{{name}}}", str(variable["default"]))
    if not re.fullmatch(r"https?://[^\s{}]+", url):
        raise SpecError(
            f"servers: the first must be where the service is, such as https://example.com/api; got {url!r}"
        )
    return url.rstrip("/")


def key_header(spec: Json) -> str:
    """The header that carries the caller's key."""
    schemes: Json = spec.get("components", {}).get("securitySchemes", {})
    asked: Json = next((one for one in spec.get("security", ()) if one), schemes)
    found = [schemes[name] for name in asked if name in schemes]
    if not found or found[0].get("type") != "apiKey" or found[0].get("in") != "header" or len(asked) != 1:
        raise SpecError("security: must ask for one key, an apiKey in a header; that is all that is sent here")
    return str(found[0]["name"])


def _security(spec: Json, name: str, data: Json) -> None:
    """Refuse an operation that wants something else than the key of the document, or nothing."""
    ways: list[Json] = data.get("security", [])
    if ways and not any(way in ({}, *spec.get("security", ())) for way in ways):
        raise SpecError(f"{name}: security must be left out or be [], for only the document's key is sent; got {ways}")


def other_media(spec: Json) -> set[str]:
    """The media types of answers that openapi-python-client does not know; they are bytes."""
    found: set[str] = set()
    for item in spec["paths"].values():
        for data in (each for method, each in resolve(spec, item).items() if method in METHODS):
            for answer in data["responses"].values():
                content: Json = resolve(spec, answer).get("content", {})
                found |= {media for media in content if not _is_json(media) and not media.startswith("text/")}
    return found


def with_schemas(spec: Json, part: Any) -> Any:
    """The document for the generator, in the words that it knows.

    A body of another media type is bytes to it, and what has no schema a file. Parts of one value that is no object are
    one schema, and a property of which nothing is said has an empty one.
    """
    if isinstance(part, list):
        return [with_schemas(spec, each) for each in part]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(part, dict):
        return part
    return _filled(spec, part)  # pyright: ignore[reportUnknownArgumentType]


def _filled(spec: Json, part: Json) -> Json:
    if isinstance(part.get("allOf"), list) and len(part["allOf"]) > 1:
        kinds = {resolve_shallow(spec, each).get("type") for each in part["allOf"]} - {None}
        part = resolve(spec, part) if kinds and "object" not in kinds else part
    if isinstance(part.get("properties"), dict):
        part = {**part, "properties": {name: {} if one is True else one for name, one in part["properties"].items()}}
    found = {key: with_schemas(spec, value) for key, value in part.items()}
    bodies: list[Any] = [found.get("requestBody"), *found.get("requestBodies", {}).values()]
    for body in (cast("Json", each) for each in bodies if isinstance(each, dict)):  # in a link it is a text
        if isinstance(body.get("content"), dict):
            content: Json = body["content"]
            body["content"] = {
                media if _is_json(media) or media in _FORMS else _BYTES: described
                for media, described in content.items()
            }
    if isinstance(found.get("content"), dict):
        whole: Json = found["content"]
        content = {media.partition(";")[0].strip() if _is_json(media) else media: whole[media] for media in whole}
        found["content"] = content
        for media in (media for media, value in content.items() if value == {} and not _is_json(media)):
            content[media] = {"schema": _FILE}
    return found


_BYTES = "application/octet-stream"
_FILE: Json = {"type": "string", "format": "binary"}


def _is_json(media: str) -> bool:
    plain = media.partition(";")[0].strip()  # such as `application/json; charset=utf-8`
    return plain == "application/json" or plain.endswith("+json")


def _price_row(when: Json) -> Json:
    return {key: when.get("is" if key == "value" else key) for key in ("points", "field", "value", "source")}


def _parameters(spec: Json, name: str, path: str, item: Json, data: Json) -> tuple[Json, ...]:
    """A row for each parameter: those of the path in its order, then the others; the operation's own win."""
    found: dict[tuple[str, str], Json] = {}
    for parameter in (*item.get("parameters", ()), *data.get("parameters", ())):
        parameter = resolve(spec, parameter)
        found[parameter["in"], parameter["name"]] = _parameter(spec, name, parameter)
    in_path = re.findall(r"{(.*?)}", path)
    if sorted(in_path) != sorted(wire for place, wire in found if place == "path"):
        raise SpecError(f"{name}: {path} must have exactly the parameters that are described as in path")
    return (*(found["path", wire] for wire in in_path), *(row for row in found.values() if row["place"] != "path"))


def _parameter(spec: Json, name: str, parameter: Json) -> Json:
    wire, place = parameter["name"], parameter["in"]
    where = f"{name}: the parameter {wire}"
    if place == "header" and wire.lower() in {"accept", "authorization", "content-type", key_header(spec).lower()}:
        raise SpecError(f"{where} must be left out: this header is written for every request")
    if "schema" not in parameter:
        raise SpecError(f"{where} must have a schema; got content")
    exploded = _STYLES[place] == "form"
    if (parameter.get("style", _STYLES[place]), parameter.get("explode", exploded)) != (_STYLES[place], exploded):
        raise SpecError(f"{where}: style and explode must be left out; the default ones are written")
    row = field(
        spec, wire, parameter["schema"], required=place == "path" or parameter.get("required", False), where=where
    )
    if row["type"] in ("object", "union", "file") or (row["type"] == "array" and place != "query"):
        raise SpecError(f"{where}: a parameter in {place} cannot be of type {row['type']}")
    own = parameter.get("x-legnext", {})
    if own not in ({}, {"idempotency": True}, {"idempotency": False}):
        raise SpecError(f"{where}: x-legnext of a parameter knows idempotency, true or false; got {own}")
    if own.get("idempotency"):
        row["idempotency"] = True
    if parameter.get("deprecated"):
        row["deprecated"] = True
    return {**row, "place": place, "description": parameter.get("description", row["description"])}


def rules(spec: Json) -> Json:
    """The data under the root's `x-legnext`: models, prompt parameters, factors, and what is left: plain numbers."""
    own = spec["x-legnext"]
    return {
        **{name: own.get(name, []) for name in _ROWS},
        "numbers": {name.upper(): value for name, value in own.items() if name not in _ROWS},
    }
