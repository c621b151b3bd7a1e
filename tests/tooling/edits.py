"""Edits of the document for trials of the generator: what it finds wrong with each, and whether that is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import generate
from fields import SpecError

Json = dict[str, Any]

_TEXT = (Path(__file__).resolve().parents[2] / "legnext_client" / "openapi.json").read_text(encoding="utf-8")
SPEC: Json = json.loads(_TEXT)
GONE: Any = object()
"""In the place of a value: nothing stands there."""


def path_of(**own: Any) -> str:
    """The path of the first operation whose `x-legnext` has these values; `...` is any."""
    for path, item in SPEC["paths"].items():
        has = item.get("post", {}).get("x-legnext", {})
        if all(key in has if value is ... else has.get(key) == value for key, value in own.items()):
            return str(path)
    raise LookupError(f"no operation has {own}")


def edited(changes: Json) -> Json:
    """The document with these values at these places: `/v1/pan post x-legnext price points`, a word for each key.

    A word in a list is the number of an item, or + for one more.
    """
    spec: Json = json.loads(_TEXT)
    for place, value in changes.items():
        *steps, last = place.split()
        found: Any = spec
        for step in steps:
            found = found[int(step)] if isinstance(found, list) else found[step]
        if isinstance(found, list):
            found[:] = [*found, value] if last == "+" else [*found[: int(last)], value, *found[int(last) + 1 :]]
        elif value is GONE:
            del found[last]
        else:
            found[last] = value
    return spec


def told(spec: Json) -> tuple[str, ...]:
    """What the generator says is wrong with a document, before it writes anything."""
    try:
        generate.read(spec)
    except SpecError as error:
        return error.args
    return ()
