"""The OpenAPI document as the server reads it: routes, validators, and what `x-legnext` says of each operation."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import unquote_to_bytes, urlsplit

from .arguments import shown
from .bodies import JSON, Media
from .extras import needed
from .parameters import Parameter
from .schemas import Schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).resolve().parent.parent / "openapi.json"
_METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")
_CALLBACK_FIELD = re.compile(r"\{\$request\.body#/([^}/]+)\}")

# Formats that are a remark; those that a program reads (times, UUIDs) are checked.
_ONLY_NAMED = (
    *("uri", "uri-reference", "uri-template", "iri", "iri-reference", "email", "idn-email", "hostname", "idn-hostname"),
    *("ipv4", "ipv6", "regex", "json-pointer", "relative-json-pointer"),
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, with everything that the server must know of it."""

    operation_id: str
    method: str
    extension: Json
    schema: Json = field(repr=False)
    validator: Any = field(repr=False)
    """The JSON body's, if there is one."""
    bodies: dict[str, Media] = field(repr=False)
    """What a body may be, by media type."""
    needs_body: bool
    parameters: tuple[Parameter, ...] = field(repr=False)
    path_names: tuple[str, ...]
    responses: Json = field(repr=False)
    status: int
    """The status of an answer that is no refusal."""
    needs_key: bool
    makes_job: bool
    about_job: str | None
    """The path parameter that names a job."""
    tells_job: bool
    """Whether the answer is a job."""
    is_plain: bool
    """Whether the server has no state for its answer, and the document has to say what it is."""
    defaults: dict[str, Any]
    callback_field: str | None
    resolutions: tuple[str, dict[Any, str]] | None
    """The body field that chooses the size of a video, and the sizes it names."""
    role: str | None
    task_type: str
    is_paid: bool
    takes: str
    makes: str
    prompt_field: str | None
    prompt_kind: str | None
    median_seconds: float
    spread: float


class Place(NamedTuple):
    """What stands at a path: an operation by method, and the values that the path carried."""

    operations: dict[str, Operation]
    values: tuple[str, ...]


class Spec(Schemas):
    """The document, ready to serve. Reading it takes a few dozen milliseconds."""

    def __init__(self, document: Json) -> None:
        super().__init__(document)
        self.rules: Json = document.get("x-legnext", {})
        self.base_path = urlsplit(str(document["servers"][0]["url"])).path.rstrip("/")
        self.title = str(document["info"]["title"])
        self.key_header = self._key_header()
        self._fixed: dict[bytes, Place] = {}
        self._open: list[tuple[re.Pattern[bytes], dict[str, Operation]]] = []
        self.operations: dict[str, Operation] = {}
        self._has_read_only = '"readOnly"' in json.dumps(document.get("components", {}))
        self._job, self._job_names = self._the_job()
        for path, item in document["paths"].items():
            self._add_path(path, self.resolve(item))
        self.ends = {each.extension["ends"] for each in self.operations.values() if "ends" in each.extension}

    @classmethod
    def load(cls, path: str | Path | None = None) -> Spec:
        """Read a document from a file; the package's own if none is named."""
        document = json.loads(Path(path or DOCUMENT).read_text(encoding="utf-8"))
        try:
            return cls(document)
        except (AttributeError, LookupError, TypeError) as error:
            raise ValueError(f"{path} is no OpenAPI document that can be served: {error!r}.") from error

    def find(self, raw_path: bytes) -> Place | None:
        """What stands at a path, as it came over the wire: `%2F` is part of a value, not the end of it."""
        place = self._fixed.get(raw_path)
        if place is not None:
            return place
        for pattern, operations in self._open:
            if match := pattern.fullmatch(raw_path):
                values = tuple(unquote_to_bytes(value).decode("utf-8", "replace") for value in match.groups())
                return Place(operations, values)
        if b"%" in raw_path and b"%2f" not in raw_path.lower():
            return self._fixed.get(unquote_to_bytes(raw_path))
        return None

    def by_name(self, name: str) -> Operation:
        """A paid operation by operationId, task type or alias."""
        paid = [operation for operation in self.operations.values() if operation.is_paid]
        for operation in paid:
            if name in (operation.operation_id, operation.task_type, operation.extension.get("alias")):
                return operation
        names = ", ".join(operation.operation_id for operation in paid)
        raise ValueError(f"operation must be one that makes something: {names}; got {shown(name)}.")

    def first_call(self) -> Operation:
        """What a newcomer begins with: images from nothing but a text, wherever that stands in the document."""
        posts = [each for each in self.operations.values() if each.method == "POST"]
        return min(posts, key=lambda each: (each.takes, each.makes) != ("nothing", "images"))

    def _the_job(self) -> tuple[Json, set[str]]:
        """The schema of a job, and what the path calls its id where it is asked for."""
        for item in map(self.resolve, self.document["paths"].values()):
            for method in _METHODS:
                operation: Json = item.get(method.lower(), {})
                if operation.get("x-legnext", {}).get("role") == "job":
                    parameters: list[Json] = [*item.get("parameters", ()), *operation.get("parameters", ())]
                    names = {each["name"] for each in map(self.resolve, parameters) if each["in"] == "path"}
                    return self._answer_schema(operation["responses"]), names
        return {}, set()

    def good(self, responses: Json) -> tuple[int, Json]:
        """The status and the description of the answer to a request that is accepted."""
        codes = sorted(str(code) for code in responses if str(code).startswith("2")) or ["default"]
        code = codes[0]
        return int(code) if code.isdigit() else 200, self.resolve(responses.get(code, {}))

    def _answer_schema(self, responses: Json) -> Json:
        _, response = self.good(responses)
        schema: Json = response.get("content", {}).get(JSON, {}).get("schema", {})
        return schema

    def _key_header(self) -> bytes | None:
        for scheme in self.document.get("components", {}).get("securitySchemes", {}).values():
            if scheme["type"] == "apiKey" and scheme["in"] == "header":
                return bytes(scheme["name"].lower(), "ascii")
        return None

    def _add_path(self, path: str, item: Json) -> None:
        operations = {
            method: self._operation(method, path, item, item[method.lower()])
            for method in _METHODS
            if method.lower() in item
        }
        self.operations.update({operation.operation_id: operation for operation in operations.values()})
        wire = self.base_path + path
        if "{" not in wire:
            self._fixed[wire.encode()] = Place(operations, ())
            return
        pattern = "".join("([^/]+)" if part[0] == "{" else re.escape(part) for part in _parts(wire))
        self._open.append((re.compile(pattern.encode()), operations))

    def _operation(self, method: str, path: str, whole: Json, item: Json) -> Operation:
        body = self.resolve(item.get("requestBody", {}))
        bodies = {
            media.lower(): Media(about.get("schema", {}), self._validator(about.get("schema", {}), of_a_request=True))
            for media, about in body.get("content", {}).items()
        }
        resolved = self.flat(next(iter(bodies.values())).schema if bodies else {})
        properties: Json = resolved.get("properties", {})
        extension: Json = item.get("x-legnext", {})
        names = tuple(part[1:-1] for part in _parts(path) if part[0] == "{")
        about_job = next((name for name in names if name in self._job_names), None)
        tells_job = bool(self._job) and self._answer_schema(item["responses"]) == self._job
        security: Any = item.get("security", self.document.get("security", []))
        status, _ = self.good(item["responses"])
        makes_job = "makes" in extension or (tells_job and method == "POST" and about_job is None)
        seconds: Json = extension.get("seconds", {})
        prompt: dict[str, str] = extension.get("prompt", {})
        role = extension.get("role")
        return Operation(
            operation_id=item["operationId"],
            method=method,
            extension=extension,
            schema=resolved,
            validator=bodies[JSON].validator if JSON in bodies else None,
            bodies=bodies,
            needs_body=bool(body.get("required")),
            parameters=self._parameters([*whole.get("parameters", ()), *item.get("parameters", ())], about_job),
            path_names=names,
            responses=item["responses"],
            status=status,
            needs_key=bool(security) and all(security),
            makes_job=makes_job,
            about_job=about_job,
            tells_job=tells_job,
            is_plain=not (makes_job or role == "balance" or (about_job and tells_job)),
            defaults={name: value["default"] for name, value in properties.items() if "default" in value},
            callback_field=next(_callback_fields(item), None),
            resolutions=self._resolutions(extension.get("chain", {}), properties),
            role=role,
            task_type=str(extension.get("task_type", item["operationId"])),
            is_paid="price" in extension,
            takes=str(extension.get("takes", "nothing")),
            makes=str(extension.get("makes", "nothing")),
            prompt_field=prompt.get("field"),
            prompt_kind=prompt.get("kind"),
            median_seconds=float(seconds.get("median", 0)),
            spread=float(seconds.get("spread", 0)),
        )

    def _parameters(self, nodes: list[Json], job: str | None) -> tuple[Parameter, ...]:
        """Those of the operation win over those of the path. Whether there is such a job is another matter."""
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
                place == "path" or bool(node.get("required")),
                schema,
                self._validator(schema, of_a_request=True),
                style,
                bool(node.get("explode", style == "form")),
                bool(content),
            )
        return tuple(found.values())

    def _validator(self, schema: Json, *, of_a_request: bool = False) -> Any:
        rs = needed("jsonschema_rs")
        whole = {**schema, "components": {"schemas": self.document.get("components", {}).get("schemas", {})}}
        if of_a_request and self._has_read_only:
            whole = _as_sent(whole)
        return rs.Draft202012Validator(
            whole,
            keywords={"x-legnext": EvenLength},
            validate_formats=True,
            formats=dict.fromkeys(_ONLY_NAMED, _anything),
        )

    def _resolutions(self, chain: Json, properties: Json) -> tuple[str, dict[Any, str]] | None:
        if "size" not in chain:
            return None
        values = self.flat(properties[chain["size"]])["enum"]
        return chain["size"], dict(zip(values, chain["sizes"], strict=True))


def _as_sent(node: Any) -> Any:
    """A schema as it holds for requests: what the service alone writes need not be there."""
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


def _anything(_text: str) -> bool:
    return True


class EvenLength:
    """The keyword of ours that a validator must know: the array has an even number of items."""

    def __init__(self, _parent: object, value: Json, _path: object) -> None:
        self._demanded = value.get("even_length", False)

    def validate(self, instance: object) -> None:
        if self._demanded and isinstance(instance, list) and len(instance) % 2:  # pyright: ignore[reportUnknownArgumentType]
            raise ValueError("must have an even number of items")


def _parts(path: str) -> Iterator[str]:
    yield from (part for part in re.split(r"(\{[^}]+\})", path) if part)
