"""The OpenAPI document as the server reads it: routes, validators, and what `x-legnext` says of each operation."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from .arguments import shown
from .extras import needed

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).resolve().parent.parent / "openapi.json"
_METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")
_JSON = "application/json"
_CALLBACK_FIELD = re.compile(r"\{\$request\.body#/([^}/]+)\}")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, with everything that the server must know of it."""

    operation_id: str
    method: str
    extension: Json
    schema: Json = field(repr=False)
    validator: Any = field(repr=False)
    defaults: dict[str, Any]
    callback_field: str | None
    resolutions: tuple[str, dict[Any, str]] | None
    """The body field that chooses the size of a video, and the sizes it names."""
    example: bytes = field(repr=False)
    """The first answer that the document shows."""
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


class Spec:
    """The document, ready to serve. Reading it takes a few dozen milliseconds."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.rules: Json = document.get("x-legnext", {})
        self.base_path = urlsplit(str(document["servers"][0]["url"])).path.rstrip("/")
        self.title = str(document["info"]["title"])
        self.key_header = self._key_header()
        self._fixed: dict[bytes, Place] = {}
        self._open: list[tuple[re.Pattern[bytes], dict[str, Operation]]] = []
        self.operations: dict[str, Operation] = {}
        for path, item in document["paths"].items():
            self._add_path(path, item)

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

    def resolve(self, schema: Json) -> Json:
        """A schema with its reference, or the first of its parts, followed."""
        while True:
            if "$ref" in schema:
                target: Any = self.document
                for step in schema["$ref"].removeprefix("#/").split("/"):
                    target = target[step]
                schema = target
            elif "allOf" in schema:
                schema = schema["allOf"][0]
            else:
                return schema

    def _key_header(self) -> bytes | None:
        for scheme in self.document.get("components", {}).get("securitySchemes", {}).values():
            if scheme["type"] == "apiKey" and scheme["in"] == "header":
                return bytes(scheme["name"].lower(), "ascii")
        return None

    def _add_path(self, path: str, item: Json) -> None:
        operations = {
            method: self._operation(method, item[method.lower()]) for method in _METHODS if method.lower() in item
        }
        self.operations.update({operation.operation_id: operation for operation in operations.values()})
        wire = self.base_path + path
        if "{" not in wire:
            self._fixed[wire.encode()] = Place(operations, ())
            return
        pattern = "".join("([^/]+)" if part[0] == "{" else re.escape(part) for part in _parts(wire))
        self._open.append((re.compile(pattern.encode()), operations))

    def _operation(self, method: str, item: Json) -> Operation:
        body = item.get("requestBody")
        schema: Json = body["content"][_JSON]["schema"] if body else {}
        resolved = self.resolve(schema)
        properties: Json = resolved.get("properties", {})
        extension: Json = item.get("x-legnext", {})
        seconds: Json = extension.get("seconds", {})
        prompt: dict[str, str] = extension.get("prompt", {})
        return Operation(
            operation_id=item["operationId"],
            method=method,
            extension=extension,
            schema=resolved,
            validator=self._validator(schema) if body else None,
            defaults={name: value["default"] for name, value in properties.items() if "default" in value},
            callback_field=next(_callback_fields(item), None),
            resolutions=self._resolutions(extension.get("film", {}), properties),
            example=json.dumps(self._example(item)).encode(),
            role=extension.get("role"),
            task_type=str(extension.get("task_type", item["operationId"])),
            is_paid="price" in extension,
            takes=str(extension.get("takes", "nothing")),
            makes=str(extension.get("makes", "nothing")),
            prompt_field=prompt.get("field"),
            prompt_kind=prompt.get("kind"),
            median_seconds=float(seconds.get("median", 0)),
            spread=float(seconds.get("spread", 0)),
        )

    def _example(self, item: Json) -> Any:
        for code, response in item["responses"].items():
            content: Json = response.get("content", {}).get(_JSON, {})
            for example in content.get("examples", {}).values() if code.startswith("2") else ():
                return self.resolve(example)["value"]
        return {}

    def _validator(self, schema: Json) -> Any:
        rs = needed("jsonschema_rs")
        whole = {**schema, "components": {"schemas": self.document.get("components", {}).get("schemas", {})}}
        return rs.Draft202012Validator(whole, keywords={"x-legnext": EvenLength})

    def _resolutions(self, film: Json, properties: Json) -> tuple[str, dict[Any, str]] | None:
        if "size" not in film:
            return None
        values = self.resolve(properties[film["size"]])["enum"]
        return film["size"], dict(zip(values, film["sizes"], strict=True))


def _callback_fields(item: Json) -> Iterator[str]:
    for callback in item.get("callbacks", {}).values():
        for expression in callback:
            if found := _CALLBACK_FIELD.match(expression):
                yield found[1]


class EvenLength:
    """The keyword of ours that a validator must know: the array has an even number of items."""

    def __init__(self, _parent: object, value: Json, _path: object) -> None:
        self._demanded = value.get("even_length", False)

    def validate(self, instance: object) -> None:
        if self._demanded and isinstance(instance, list) and len(instance) % 2:  # pyright: ignore[reportUnknownArgumentType]
            raise ValueError("must have an even number of items")


def _parts(path: str) -> Iterator[str]:
    yield from (part for part in re.split(r"(\{[^}]+\})", path) if part)
