"""The document as the checks read it, without the server's help: operations, schemas, and what an answer may be."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jsonschema_rs

import legnext_client

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
SOURCE, IMAGE_NUMBER, VIDEO_NUMBER = "jobId", "imageNo", "videoNo"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@cache
def sound_document() -> dict[str, Any]:
    path = Path(legnext_client.__file__).with_name("openapi.json")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def copy_of_the_document() -> dict[str, Any]:
    return copy.deepcopy(sound_document())


def resolved(schema: Schema) -> Schema:
    """A schema with its reference followed, and the parts of an `allOf` laid over one another."""
    if "$ref" in schema:
        target: Any = sound_document()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return {**resolved(target), **{key: value for key, value in schema.items() if key != "$ref"}}
    if "allOf" in schema:
        whole: Schema = {}
        for part in schema["allOf"]:
            whole |= resolved(part)
        return {**whole, **{key: value for key, value in schema.items() if key != "allOf"}}
    return schema


@dataclass(frozen=True)
class Operation:
    """One method at one path."""

    name: str
    method: str
    path: str
    item: dict[str, Any]

    @property
    def rules(self) -> dict[str, Any]:
        extension: dict[str, Any] = self.item["x-legnext"]
        return extension

    @property
    def is_paid(self) -> bool:
        return "price" in self.rules

    @property
    def body(self) -> Schema:
        return resolved(self.item["requestBody"]["content"]["application/json"]["schema"])

    def examples(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, example in self.item["requestBody"]["content"]["application/json"]["examples"].items():
            yield name, copy.deepcopy(example["value"])

    def answer_schema(self, status: int) -> Schema | None:
        """What the document promises of an answer with this status; None if it promises nothing by that number."""
        response = self.item["responses"].get(str(status))
        return None if response is None else resolved(response)["content"]["application/json"]["schema"]

    def headers_of(self, status: int) -> list[str]:
        response = self.item["responses"].get(str(status), {})
        return list(resolved(response).get("headers", {}))


@cache
def operations() -> dict[str, Operation]:
    found = {}
    for path, item in sound_document()["paths"].items():
        for method in METHODS:
            if method in item:
                name = item[method]["operationId"]
                found[name] = Operation(name, method.upper(), path, item[method])
    return found


@cache
def paid() -> tuple[Operation, ...]:
    return tuple(operation for operation in operations().values() if operation.is_paid)


@cache
def with_role(role: str) -> Operation:
    return next(operation for operation in operations().values() if operation.rules.get("role") == role)


def that(**rules: Any) -> Operation:
    """The first paid operation whose `x-legnext` has these values."""
    return next(each for each in paid() if all(each.rules.get(key) == value for key, value in rules.items()))


@cache
def base_path() -> str:
    return urlsplit(str(sound_document()["servers"][0]["url"])).path


@cache
def _validator(pointer: str) -> jsonschema_rs.Draft202012Validator:
    schema = json.loads(pointer)
    return jsonschema_rs.Draft202012Validator({**schema, "components": sound_document()["components"]})


def breaks(schema: Schema, value: Any) -> list[str]:
    """What is wrong with a value by a schema of the document."""
    return [error.message for error in _validator(json.dumps(schema)).iter_errors(value)]
