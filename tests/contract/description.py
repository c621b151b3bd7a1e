"""The document as the checks read it, without the server's help: operations, schemas, and what an answer may be."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
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


def resolved(schema: Schema | bool) -> Schema:
    """A schema with its reference followed, and the parts of an `allOf` laid over one another."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    if "$ref" in schema:
        target: Any = sound_document()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        return {**resolved(target), **{key: value for key, value in schema.items() if key != "$ref"}}
    if "allOf" in schema:
        whole: Schema = {}
        for part in (*schema["allOf"], {key: value for key, value in schema.items() if key != "allOf"}):
            flat = resolved(part)
            for key, join in _JOINED.items():
                if key in whole and key in flat:
                    flat = {**flat, key: join(whole[key], flat[key])}
            whole = {**whole, **flat}
        return whole
    return schema


_JOINED: dict[str, Any] = {
    "properties": lambda one, other: {**one, **other},
    "required": lambda one, other: list(dict.fromkeys([*one, *other])),
}


@dataclass(frozen=True)
class Operation:
    """One method at one path."""

    name: str
    method: str
    path: str
    item: dict[str, Any]

    @property
    def rules(self) -> dict[str, Any]:
        extension: dict[str, Any] = self.item.get("x-legnext", {})
        return extension

    @property
    def is_paid(self) -> bool:
        """Whether it makes a job, is asked for with a JSON object, and has nothing to fill in its path."""
        return self.makes_job and "properties" in self.body and "{" not in self.path

    @property
    def makes_job(self) -> bool:
        return {"price", "task_type"} <= self.rules.keys()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the paths of its requests look like."""
        return re.compile("[^/]+".join(map(re.escape, re.split("{.*?}", self.path))))

    @property
    def body(self) -> Schema:
        """The schema of the JSON object that callers write, without what the service alone writes."""
        schema = resolved(self._json.get("schema", {}))
        own = {name for name, inner in schema.get("properties", {}).items() if resolved(inner).get("readOnly")}
        if not own:
            return schema
        return {
            **schema,
            "properties": {name: inner for name, inner in schema["properties"].items() if name not in own},
            "required": [name for name in schema.get("required", ()) if name not in own],
        }

    @property
    def _json(self) -> dict[str, Any]:
        body = resolved(self.item.get("requestBody", {}))
        found: dict[str, Any] = body.get("content", {}).get("application/json", {})
        return found

    @property
    def parameters(self) -> list[Schema]:
        """Those of the path item and its own, which win."""
        found = [resolved(each) for each in self.item["parameters"]]
        return list({(each["in"], each["name"]): each for each in found}.values())

    def examples(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Those of the document, or else one that is made from the schema."""
        shown = {name: resolved(example)["value"] for name, example in self._json.get("examples", {}).items()}
        if "example" in self._json:
            shown["example"] = self._json["example"]
        if not shown:
            from .cases import sample

            shown["made"] = {name: sample(self.body["properties"][name]) for name in self.body.get("required", ())}
        for name, value in shown.items():
            yield name, copy.deepcopy(value)

    def answer_schema(self, status: int) -> Schema | None:
        """The schema that the document promises for this status; None if it does not promise the status."""
        response = self._response(status)
        if response is None:
            return None
        schema: Schema | None = resolved(response).get("content", {}).get("application/json", {}).get("schema")
        return schema

    def headers_of(self, status: int) -> list[str]:
        return list(resolved(self._response(status) or {}).get("headers", {}))

    def _response(self, status: int) -> Schema | None:
        """The response with this status. Refusals that others name, too, may be left to `default`, or unsaid."""
        own = self.item["responses"]
        found: Schema | None = own.get(str(status), own.get(f"{status // 100}XX"))
        if found is None and str(status) in refusals():
            return resolved(own.get("default", refusals()[str(status)]))
        return found

    @property
    def accepted(self) -> int:
        """The status of an accepted request."""
        statuses = [str(status).replace("X", "0") for status in self.item["responses"]]
        return min(int(status) for status in statuses if status.startswith("2"))


@cache
def operations() -> dict[str, Operation]:
    found = {}
    for path, item in sound_document()["paths"].items():
        for method in METHODS:
            if method in item:
                name = item[method]["operationId"]
                parameters = [*item.get("parameters", ()), *item[method].get("parameters", ())]
                found[name] = Operation(name, method.upper(), path, {**item[method], "parameters": parameters})
    return found


def operation_at(method: str, path: str) -> Operation | None:
    """The operation that a request is for; one whose path has nothing to fill in comes first."""
    found = [each for each in operations().values() if each.method == method and each.pattern.fullmatch(path)]
    return min(found, key=lambda each: each.path.count("{"), default=None)


@cache
def refusals() -> dict[str, Schema]:
    """The statuses of refusals that operations name, each with a response."""
    named = [pair for each in operations().values() for pair in each.item["responses"].items()]
    return {status: response for status, response in named if status.isdecimal() and int(status) >= 400}


@cache
def paid() -> tuple[Operation, ...]:
    return tuple(operation for operation in operations().values() if operation.is_paid)


@cache
def with_role(role: str) -> Operation:
    return next(operation for operation in operations().values() if operation.rules.get("role") == role)


def that(**rules: Any) -> Operation:
    """The first paid operation whose `x-legnext` has these values; one with a prompt before one without."""
    fit = (each for each in paid() if all(each.rules.get(key) == value for key, value in rules.items()))
    return min(fit, key=lambda each: "prompt" not in each.rules)


def is_job_id(text: str) -> bool:
    """Whether the document lets a job have this id."""
    schemas = [each["schema"] for each in with_role("job").parameters if each["in"] == "path"]
    return all(jsonschema_rs.is_valid(resolved(schema), text) for schema in schemas)


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
