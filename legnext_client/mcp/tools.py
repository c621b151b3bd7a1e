"""The tools, described from the table of operations: a new operation needs no change here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mcp_types as types

from legnext_client._calls.items import CALLBACK
from legnext_client._protocol.literals import names_of
from legnext_client.generated.operations import OPERATIONS, ROLES, Field, Operation
from legnext_client.generated.rules import FOLLOW_UP_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

IMAGE, VIDEO, FOLLOW_UP = "make_image", "make_video", "follow_up"
JOB, BALANCE, CHECK = "get_job", "get_balance", "check_prompt"
OPERATION, AGAIN, JOB_ID = "operation", "again", "job_id"
LONGEST_WAIT = 45
"""Seconds; clients give up on a call after about 60."""

_AGAIN = "To pay for the same once more: the job_id that these arguments made before."
_ONCE = "Returns a job_id at once; then call get_job. The same arguments within an hour return the same job, unpaid."
_LONGEST_DESCRIPTION = 60
_OWN = (OPERATION, AGAIN)
_OPENINGS = {
    IMAGE: "Make images or texts from a text or image URLs. Costs points.",
    VIDEO: "Make or continue a video. Costs points. For a long one, extend each finished job in turn.",
    FOLLOW_UP: f"Build on a finished job of the last {FOLLOW_UP_DAYS} days. Costs points.",
}


def fields_of(operation: Operation) -> list[Field]:
    """Return the fields that an agent may give: no callback, and no file, which would be one of this machine."""
    fields = (*operation.parameters, *operation.fields)
    return [field for field in fields if field.name != CALLBACK and not _is_file(field)]


def _is_file(field: Field) -> bool:
    inner = (*field.fields, *([field.items] if field.items else []))
    return field.type == "file" or any(map(_is_file, inner))


def _group(operation: Operation) -> str | None:
    """Return the tool of an operation; None if an agent cannot call it."""
    if operation.role == ROLES["job"].role or any(
        field.required for field in (*operation.parameters, *operation.fields) if _is_file(field)
    ):
        return None
    if operation.makes in ("video", "videos"):
        return VIDEO
    builds = any(field.name == JOB_ID for field in fields_of(operation))
    return FOLLOW_UP if builds else IMAGE if operation.makes_job else None


GROUPS: Mapping[str, Mapping[str, Operation]] = {
    tool: {each.name: each for each in OPERATIONS.values() if _group(each) == tool} for tool in _OPENINGS
}
"""The operations of each tool."""
PROMPTED = {each.name: each for each in OPERATIONS.values() if each.prompt}
"""The operations whose prompt can be checked."""


def _rank(operation: Operation) -> tuple[bool, ...]:
    """Return what sorts first the operation that makes something of a prompt alone, wherever the document has it."""
    starts = operation.role in (None, ROLES["chain.start"].role)
    return operation.prompt is None, not starts, operation.alias is None, operation.takes != "nothing"


def operation_of(tool: str, name: object) -> Operation | None:
    """Return the operation that a call means; without a name, the one that a newcomer calls first, if there is one."""
    listed = GROUPS[tool]
    if name is None:
        return min(listed.values(), key=_rank) if tool != FOLLOW_UP else None
    return listed.get(name.replace("-", "_")) if isinstance(name, str) else None


def tools() -> list[types.Tool]:
    """Return all tools."""
    prompted = list(PROMPTED)
    usual = min(PROMPTED.values(), key=_rank).name
    return [
        *map(_paid, GROUPS),
        _tool(
            JOB,
            f"State and results of a job. Waits until it is done, at most {LONGEST_WAIT} s; if it is not, call again.",
            {
                JOB_ID: {"type": "string"},
                "wait": {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT, "default": LONGEST_WAIT},
                "preview": {"type": "boolean", "description": "Also show small versions of its images."},
            },
            (JOB_ID,),
        ),
        _tool(BALANCE, "Points of the account, and what is left of the budget of this server. Free.", {}, ()),
        _tool(
            CHECK,
            "Find mistakes in a prompt and its flags, and the price and time of the call. Free; do it before paying. "
            "The resource legnext://prompt-guide lists the flags.",
            {"prompt": {"type": "string"}, OPERATION: {"type": "string", "enum": prompted, "default": usual}},
            ("prompt",),
        ),
    ]


def _tool(
    name: str, description: str, properties: dict[str, Any], required: Iterable[str], *, paid: bool = False
) -> types.Tool:
    schema = {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}
    return types.Tool(
        name=name,
        description=description,
        input_schema=schema,
        annotations=types.ToolAnnotations(read_only_hint=not paid, destructive_hint=False, open_world_hint=paid),
    )


def _paid(tool: str) -> types.Tool:
    listed = GROUPS[tool]
    first = operation_of(tool, None)
    names: dict[str, Any] = {"type": "string", "enum": list(listed)}
    if first is not None:
        names["default"] = first.name
    properties: dict[str, Any] = {OPERATION: names}
    for field in (each for operation in listed.values() for each in fields_of(operation) if each.name not in _OWN):
        schema, known = _schema(field), properties.get(field.name)
        properties[field.name] = schema if known is None else _merged(known, schema)
    properties[AGAIN] = {"type": "string", "description": _AGAIN}
    lines = [_OPENINGS[tool], _ONCE, *(_line(each, listed.values()) for each in listed.values())]
    return _tool(tool, "\n".join(lines), properties, (OPERATION,) if first is None else (), paid=True)


def _line(operation: Operation, listed: Iterable[Operation]) -> str:
    """Return the line on an operation: its price, time and fields, with the words of an enum where others differ."""
    seconds = f", {operation.seconds.median:g} s" if operation.seconds else ""
    alike = [field for each in listed for field in fields_of(each)]

    def named(field: Field) -> str:
        several = {names_of(other) for other in alike if other.name == field.name}
        return f"{field.name}: {'|'.join(names_of(field))}" if field.enum and len(several) > 1 else field.name

    fields = fields_of(operation)
    needed = [named(field) for field in fields if field.required]
    optional = [named(field) for field in fields if not field.required]
    takes = ", ".join(needed) + (f" [{', '.join(optional)}]" if optional else "")
    return f"- {operation.name} ({_points(operation)}{seconds}): {operation.summary}. {takes.strip()}"


def _points(operation: Operation) -> str:
    """Return the price range; flags of a prompt may change it."""
    price = operation.price
    if price is None:
        return "free"
    points = {price.points, *(row.points for row in price.when)}
    return f"{min(points)}{f'-{max(points)}' if len(points) > 1 else ''}{'+' if price.again else ''} points"


def _schema(field: Field) -> dict[str, Any]:
    """Return the schema of a field: enums as words, and what a model needs to give it."""
    text = field.description.partition(". ")[0].rstrip(".")
    about = {"description": text} if text and len(text) <= _LONGEST_DESCRIPTION else {}
    if field.enum:
        return {"type": "string", "enum": list(names_of(field))}
    schema: dict[str, Any] = about if field.type == "any" else {"type": field.type, **about}
    bounds = {
        "minimum": field.minimum,
        "maximum": field.maximum,
        "minItems": field.min_items,
        "maxItems": field.max_items,
    }
    schema |= {name: value for name, value in bounds.items() if value is not None}
    if field.items is not None:
        schema["items"] = _schema(field.items)
    if field.fields:
        schema["properties"] = {inner.name: _schema(inner) for inner in field.fields}
        schema["required"] = [inner.name for inner in field.fields if inner.required]
    return schema


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return a schema for what fits either; the call checks the field of its operation."""
    if one == other:
        return one
    if "enum" in one and "enum" in other:
        return {"type": "string", "enum": list(dict.fromkeys([*one["enum"], *other["enum"]]))}
    return {name: value for name, value in one.items() if other.get(name) == value}
