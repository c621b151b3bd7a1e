"""Check the examples of the document by the schemas that they stand beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import jsonschema_rs
from fields import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
VALUES = {"const", "default", "enum", "example", "examples", "value", "x-legnext"}
"""Keys of values, in which nothing else is looked for."""


def problems(spec: Json) -> list[str]:
    """Each example that its own schema refuses, with its place and the reason."""
    return [
        f"{' '.join(place)}: {name} is refused by its own schema: {'.'.join([*path, reason])}"
        for place, name, schema, value in _examples(spec, spec, ())
        for path, reason in _refusals(spec, schema, value)
    ]


def _refusals(spec: Json, schema: Any, value: Any) -> Iterator[tuple[list[str], str]]:
    whole = {"allOf": [schema], "components": spec.get("components", {})}
    error = next(jsonschema_rs.Draft202012Validator(whole).iter_errors(value), None)
    if error is not None:
        path = [str(step) for step in error.instance_path]
        yield path[:-1], f"{path[-1]}: {error.message}" if path else error.message


def _examples(spec: Json, node: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, Any, Any]]:
    """Each example below a node, with its place, its name and its schema."""
    if isinstance(node, list):
        for number, inner in enumerate(node):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            yield from _examples(spec, inner, (*place, str(number)))
    if not isinstance(node, dict):
        return
    node = cast("Json", node)
    if place[-1:] != ("properties",):
        yield from _beside(spec, node, place)
    for key, inner in node.items():
        if place[-1:] == ("properties",) or key not in VALUES:
            yield from _examples(spec, inner, (*place, key))


def _beside(spec: Json, node: Json, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, Any, Any]]:
    """The examples of a node: a list stands in a schema, an object beside one."""
    named: Any = node.get("examples", {})
    if isinstance(named, list):
        yield from ((place, f"example {number}", node, value) for number, value in enumerate(named))  # pyright: ignore
    elif "schema" in node:
        for name, one in ((name, resolve(spec, one)) for name, one in named.items()):
            if "value" in one:
                yield place, f"example {name}", node["schema"], one["value"]
        if "example" in node:
            yield place, "example", node["schema"], node["example"]
