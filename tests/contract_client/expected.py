"""What a call must come to, read from the document alone: the body on the line, the points, and what an answer says."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from tests.contract.description import base_path, operations, resolved, sound_document

if TYPE_CHECKING:
    from tests.contract.description import Operation

Json = dict[str, Any]


class Asked(NamedTuple):
    """What a prompt asks for: a model, if it names one, and flags with their values."""

    model: str | None = None
    flags: tuple[tuple[str, Any], ...] = ()


class Points(NamedTuple):
    """What is held for a job when it is accepted, and charged when it is completed."""

    held: int
    charged: int


def python_name(wire: str) -> str:
    """How a field of the document is called in Python."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+", "_", wire).lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def wire_names(operation: Operation) -> dict[str, str]:
    """The fields of a body, by their names in Python."""
    return {python_name(wire): wire for wire in operation.body["properties"]}


def body_of(operation: Operation, given: Json) -> Json:
    """The body that must be on the line for these plain values by their Python names: they, and the plain defaults."""
    names = wire_names(operation)
    fields = {wire: resolved(schema) for wire, schema in operation.body["properties"].items()}
    defaults = {wire: schema["default"] for wire, schema in fields.items() if "default" in schema}
    defaults = {wire: value for wire, value in defaults.items() if not isinstance(value, list | dict)}
    return defaults | {names[name]: value for name, value in given.items()}


def path_of(operation: Operation, **values: str) -> str:
    """The path that must be on the line; a value is one step of it, whatever it holds."""
    path = operation.path
    for name, value in values.items():
        # A step of dots alone is the one thing that quoting leaves as it was, and that leads elsewhere.
        step = quote(value, safe="") if value.strip(".") else value.replace(".", "%2E")
        path = path.replace("{" + name + "}", step)
    return base_path() + path


def image_models() -> list[str]:
    """The models that work on image prompts: those that a flag names."""
    return [each["model"] for each in sound_document()["x-legnext"]["models"] if "flag" in each]


def all_models() -> list[str]:
    return [each["model"] for each in sound_document()["x-legnext"]["models"]]


def usual_model() -> str:
    models = sound_document()["x-legnext"]["models"]
    return str(next(each["model"] for each in models if each.get("default")))


def points_of(operation: Operation, body: Json, asked: Asked, size: str | None, model: str | None) -> Points:
    """The price of a body whose prompt asks for this, when `model` works on it and the source video has this size."""
    price = operation.rules["price"]
    points = price["points"]
    for row in price.get("when", []):
        if body.get(row["field"]) == row["is"] if "field" in row else size == row["source"]:
            points = row["points"]
    held = charged = points
    for row in _rows(asked, model):
        held *= row.get("reserve", row["factor"])
        charged *= row["factor"]
    return Points(round(held), round(charged))


def _rows(asked: Asked, model: str | None) -> list[Json]:
    rows = [
        row
        for row in sound_document()["x-legnext"]["price_factors"]
        if model in row["models"]
        and any(flag == row["flag"] and row.get("value", value) == value for flag, value in asked.flags)
    ]
    tiers = {row["tier"] for row in rows if "tier" in row}
    dearest = [max((row for row in rows if row.get("tier") == tier), key=lambda row: row["factor"]) for tier in tiers]
    return [row for row in rows if "tier" not in row] + dearest


def counterpart(name: str) -> Operation:
    """The operation of this name, as the document has it."""
    return operations()[name]
