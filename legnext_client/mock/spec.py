"""The OpenAPI document as the server reads it: paths, operations, and their `x-legnext` extensions."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from .requests import JSON, Media, Parameter
from .schemas import Schemas
from .validation import extra, shown, validator

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).resolve().parent.parent / "openapi.json"
_METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")
_CALLBACK_FIELD = re.compile(r"\{\$request\.body#/([^}/]+)\}")
_PATH_NAME = re.compile(r"\{([^}]+)\}")

Json = dict[str, Any]


class Operation:
    """One method of one path."""

    def __init__(self, spec: Spec, method: str, path: str, item: Json, shared: list[Json]) -> None:
        self.method = method
        self.path = path
        self.operation_id: str = item["operationId"]
        self.extension: Json = item.get("x-legnext", {})
        self.responses: Json = item["responses"]
        self.status, _ = spec.success(self.responses)
        security: Any = item.get("security", spec.document.get("security", []))
        self.needs_key = bool(security) and all(security)

        body = spec.resolve(item.get("requestBody", {}))
        self.needs_body = bool(body.get("required"))
        self.bodies = {
            media.lower(): Media(about.get("schema", {}), spec.request_validator(about.get("schema", {})))
            for media, about in body.get("content", {}).items()
        }
        self.validator = self.bodies[JSON].validator if JSON in self.bodies else None
        properties: Json = spec.flat(next(iter(self.bodies.values())).schema if self.bodies else {}).get(
            "properties", {}
        )
        flat = {name: spec.flat(value) for name, value in properties.items()}
        self.defaults = {name: value["default"] for name, value in flat.items() if "default" in value}
        self.callback_field = next(_callback_fields(item), None)

        self.path_names = _PATH_NAME.findall(path)
        # The path parameter that is a job's id. Whether the job exists is not a matter of its schema.
        self.about_job = next((name for name in self.path_names if name in spec.job_names), None)
        self.parameters = spec.parameters([*shared, *item.get("parameters", ())], self.about_job)

        self.role: str | None = self.extension.get("role")
        self.is_paid = "price" in self.extension
        self.task_type = str(self.extension.get("task_type", self.operation_id))
        self.takes = str(self.extension.get("takes", "nothing"))
        self.makes = str(self.extension.get("makes", "nothing"))
        self.tells_job = bool(spec.job_schema) and spec.answer_schema(self.responses) == spec.job_schema
        self.makes_job = "makes" in self.extension or (self.tells_job and method == "POST" and self.about_job is None)
        # Without state on the server, the response comes from the document.
        self.is_plain = not (self.makes_job or self.role == "balance" or (self.about_job and self.tells_job))
        prompt: dict[str, str] = self.extension.get("prompt", {})
        self.prompt_field, self.prompt_kind = prompt.get("field"), prompt.get("kind")
        seconds: Json = self.extension.get("seconds", {})
        self.median_seconds, self.spread = float(seconds.get("median", 0)), float(seconds.get("spread", 0))
        # The body field that chooses a video's size, and the size for each of its values.
        self.resolutions: tuple[str, dict[Any, str]] | None = None
        chain: Json = self.extension.get("chain", {})
        if "size" in chain:
            values = spec.flat(properties[chain["size"]])["enum"]
            self.resolutions = chain["size"], dict(zip(values, chain["sizes"], strict=True))


class Spec(Schemas):
    """The document, ready to serve. Reading it takes a few dozen milliseconds."""

    def __init__(self, document: Json) -> None:
        super().__init__(document)
        self.rules: Json = document.get("x-legnext", {})
        self.base_path = urlsplit(_address(document["servers"][0])).path.rstrip("/")
        self.title = str(document["info"]["title"])
        self.key_header = self._key_header()
        self._has_read_only = '"readOnly"' in json.dumps(document.get("components", {}))
        self.job_schema, self.job_names = self._job()
        self.paths: dict[str, dict[str, Operation]] = {}
        """The operations of each path, by method."""
        for path, item in ((path, self.resolve(item)) for path, item in document["paths"].items()):
            self.paths[path] = {
                method: Operation(self, method, path, item[method.lower()], item.get("parameters", []))
                for method in _METHODS
                if method.lower() in item
            }
        self.operations = {each.operation_id: each for place in self.paths.values() for each in place.values()}
        self.ends = {each.extension["ends"] for each in self.operations.values() if "ends" in each.extension}

    @staticmethod
    def load(path: str | Path | None = None) -> Spec:
        """Load a document from a JSON or YAML file; by default, the package's own. A server changes nothing in it."""
        file = Path(path or DOCUMENT)
        status = file.stat()
        return _loaded(file, status.st_mtime_ns, status.st_size)

    def by_name(self, name: str) -> Operation:
        """Return a paid operation by operationId, task type or alias."""
        paid = [operation for operation in self.operations.values() if operation.is_paid]
        for operation in paid:
            if name in (operation.operation_id, operation.task_type, operation.extension.get("alias")):
                return operation
        names = ", ".join(operation.operation_id for operation in paid)
        raise ValueError(f"operation must be one that makes something: {names}; got {shown(name)}.")

    def first_call(self) -> Operation:
        """Return the operation a newcomer calls first: images from a prompt alone."""
        posts = [each for each in self.operations.values() if each.method == "POST"]
        images = ("nothing", "images")
        return min(posts, key=lambda each: ((each.takes, each.makes) != images, each.prompt_field is None))

    def success(self, responses: Json) -> tuple[int, Json]:
        """Return the status and description of the response to an accepted request."""
        code = min((str(code) for code in responses if str(code).startswith("2")), default="default")
        return int(code) if code.isdigit() else 200, self.resolve(responses.get(code, {}))

    def answer_schema(self, responses: Json) -> Json:
        _, response = self.success(responses)
        schema: Json = response.get("content", {}).get(JSON, {}).get("schema", {})
        return schema

    def request_validator(self, schema: Json) -> Any:
        whole = {**schema, "components": {"schemas": self.document.get("components", {}).get("schemas", {})}}
        return validator(_as_sent(whole) if self._has_read_only else whole)

    def parameters(self, nodes: list[Json], job: str | None) -> tuple[Parameter, ...]:
        """Return the parameters without the job's id; an operation's own override those of its path."""
        found: dict[tuple[str, str], Parameter] = {}
        for node in map(self.resolve, nodes):
            place: str = node["in"]
            content: Json = node.get("content", {})
            if place == "path" and node["name"] == job:
                continue
            schema: Json = (next(iter(content.values())) if content else node).get("schema", {})
            style = node.get("style", "form" if place in ("query", "cookie") else "simple")
            found[place, node["name"].lower()] = Parameter(
                node["name"],
                place,
                required=place == "path" or bool(node.get("required")),
                schema=schema,
                validator=self.request_validator(schema),
                style=style,
                explode=bool(node.get("explode", style == "form")),
                is_json=bool(content),
            )
        return tuple(found.values())

    def _job(self) -> tuple[Json, set[str]]:
        """Return the schema of a job and the names of the path parameter with its id."""
        for item in map(self.resolve, self.document["paths"].values()):
            for method in _METHODS:
                operation: Json = item.get(method.lower(), {})
                if operation.get("x-legnext", {}).get("role") == "job":
                    parameters: list[Json] = [*item.get("parameters", ()), *operation.get("parameters", ())]
                    names = {each["name"] for each in map(self.resolve, parameters) if each["in"] == "path"}
                    return self.answer_schema(operation["responses"]), names
        return {}, set()

    def _key_header(self) -> bytes | None:
        schemes: Json = self.document.get("components", {}).get("securitySchemes", {})
        asked = [name for way in self.document.get("security", ()) for name in way]
        for scheme in [schemes[name] for name in asked if name in schemes] or schemes.values():
            if scheme["type"] == "apiKey" and scheme["in"] == "header":
                return bytes(scheme["name"].lower(), "ascii")
        return None


def _address(server: Json) -> str:
    url = str(server["url"])
    for name, variable in server.get("variables", {}).items():
        url = url.replace(f"{{{name}}}", str(variable["default"]))
    return url


@lru_cache(maxsize=2)
def _loaded(path: Path, _changed: int, _size: int) -> Spec:
    content = path.read_text(encoding="utf-8")
    if path.suffix in (".yaml", ".yml"):
        with extra():
            import yaml
        # Through JSON, which has no numbers as names and no dates.
        content = json.dumps(yaml.safe_load(content), default=str)
    document = json.loads(content)
    try:
        return Spec(document)
    except (AttributeError, LookupError, TypeError) as error:
        raise ValueError(f"{path} is not an OpenAPI document that can be served: {error!r}.") from error


def _as_sent(node: Any) -> Any:
    """Return a schema for requests: read-only fields are not required."""
    if isinstance(node, list):
        return list(map(_as_sent, node))  # pyright: ignore[reportUnknownArgumentType]
    if not isinstance(node, dict):
        return node
    sent: Json = {name: _as_sent(each) for name, each in cast("Json", node).items()}
    properties: Any = sent.get("properties")
    if isinstance(properties, dict) and isinstance(sent.get("required"), list):
        named = cast("Json", properties)
        own = {name for name, each in named.items() if isinstance(each, dict) and cast("Json", each).get("readOnly")}
        sent["required"] = [name for name in sent["required"] if name not in own]
    return sent


def _callback_fields(item: Json) -> Iterator[str]:
    for callback in item.get("callbacks", {}).values():
        for expression in callback:
            if found := _CALLBACK_FIELD.match(expression):
                yield found[1]
