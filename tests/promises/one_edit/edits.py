"""The edits of `edits.yaml`, applied to a document."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]


DOCUMENT: Json = json.loads(
    Path(__file__).resolve().parents[3].joinpath("legnext_client/openapi.json").read_text(encoding="utf-8")
)


def _chosen() -> dict[str, str]:
    """The operations that some edits change, whatever they are called: found by their shape."""
    found: dict[str, str] = {}
    for path, item in DOCUMENT["paths"].items():
        operation = item.get("post", {})
        own = operation.get("x-legnext", {})
        if "makes" not in own or "role" in own or "alias" in own:
            continue
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        body = schema.get("$ref", "").rpartition("/")[2]
        needs = DOCUMENT["components"]["schemas"].get(body, schema).get("required")
        kind = "FOLLOW_UP" if needs == ["jobId"] else "OTHER" if own["takes"] == "nothing" else None
        if kind:
            own_names = {"": operation["operationId"], "_PATH": path.replace("/", "~"), "_BODY": body}
            found |= {f"{kind}{part}": name for part, name in own_names.items()}
    return found


_TEXT = Template(Path(__file__).with_name("edits.yaml").read_text(encoding="utf-8")).safe_substitute(_chosen())
_DATA: Json = yaml.load(_TEXT, Loader=yaml.CSafeLoader)
FIELDS: dict[str, Json] = _DATA["fields"]
"""Schemas of every kind, with values that are right by them and values that are not."""


class Edit(NamedTuple):
    """One change of the document, and what must hold once everything was made anew from it."""

    name: str
    set: Json
    each_post: Json
    holds: str
    alone: bool = False

    def of(self, document: Json) -> Json:
        """The document with this edit."""
        edited = copy.deepcopy(document)
        self.make(edited)
        return edited

    def make(self, edited: Json) -> None:
        """Make this edit in a document."""
        for place, value in self.set.items():
            put(edited, place, value)
        for item in edited["paths"].values():
            for place, value in self.each_post.items() if "post" in item else ():
                item["post"].setdefault(place.split("/")[0], [])
                put(item["post"], place, value)


def put(document: Json, place: str, value: Any) -> None:
    """Set a value; what leads there is made where it is missing. `~` is a slash, `+` one more item, (gone) deletes."""
    *way, last = (step.replace("~", "/") for step in place.split("/"))
    found: Any = document
    for step in way:
        try:
            found = found[_key(found, step)]
        except KeyError:
            found[step] = {}
            found = found[step]
    if value == "(gone)":
        del found[last]
    elif last == "+":
        found.append(copy.deepcopy(value))
    else:
        found[_key(found, last)] = copy.deepcopy(value)


def _key(found: Any, step: str) -> Any:
    if not isinstance(found, list):
        return step
    key, _, value = step.partition("=")
    return next(number for number, item in enumerate(found) if item.get(key) == value) if value else int(step)


def _of_a_field(kind: str, about: Json) -> Edit:
    """An operation that makes a job, with a field of this kind that must be there and one that may."""
    name = f"probe_{kind}"
    request = f"Probe{kind.title().replace('_', '')}Request"
    schema = about["schema"]
    operation = {
        "operationId": name,
        "tags": ["midjourney"],
        "summary": "Probe",
        "description": "Probes. **Costs 10 points.**",
        "x-legnext": {
            "task_type": name,
            "takes": "nothing",
            "makes": "images",
            "price": {"points": 10},
            "seconds": {"median": 9, "spread": 0.2},
        },
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{request}"}}},
        },
        "responses": {
            "200": {
                "description": "Accepted.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TaskResponse"}}},
            },
            "default": {"$ref": "#/components/responses/Failure"},
        },
    }
    body = {
        "type": "object",
        "additionalProperties": False,
        "required": ["needed"],
        "properties": {"needed": schema, "optional": schema},
    }
    schemas = {f"components/schemas/{other}": part for other, part in about.get("schemas", {}).items()}
    holds = f"sends('{name}', {about['good']!r}, {about['bad']!r})"
    place = {f"paths/~v1~{name}": {"post": operation}, f"components/schemas/{request}": body}
    return Edit(f"a field: {kind}", {**place, **schemas}, {}, holds)


EDITS: dict[str, Edit] = {
    edit.name: edit
    for edit in (
        *(_of_a_field(kind, about) for kind, about in FIELDS.items()),
        *(
            Edit(name, one.get("set", {}), one.get("each_post", {}), one["try"], one.get("alone", False))
            for name, one in _DATA["edits"].items()
            if not re.search(r"\$[A-Z]", str(one))  # no operation has the shape that it needs
        ),
    )
}


def together(edits: Iterable[Edit], document: Json) -> tuple[Json, list[Edit]]:
    """The document with those of the edits that do not touch the same places, and these edits."""
    places: set[str] = set()
    made: list[Edit] = []
    document = copy.deepcopy(document)
    for edit in edits:
        own = {place for place in edit.set if not place.startswith("components/schemas/Probe")}
        if not own & places and not edit.alone:
            places |= own
            edit.make(document)
            made.append(edit)
    return document, made
