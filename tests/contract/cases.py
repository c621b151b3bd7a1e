"""Bodies at and just beyond every bound of a request's schema, each with what the server owes it: yes or no.

Each case changes one thing of a sound body, so that the answer can only be about that thing. Whether a value is right
is asked of python-jsonschema.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .description import Operation, Schema, resolved
from .values import alternatives, fits, near, right

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]
ADDRESSES = (
    "HTTPS://EXAMPLE.COM/A.PNG",
    "http://example.com",
    "http://127.0.0.1:9/a?b=c#d",
    "javascript:alert(1)//http://example.com",
    " http://example.com/a.png",
    "http://example.com/a.png\n",
    "http://example.com/a b.png",
    "http://",
    "http:///a.png",
    "ftp://example.com/a.png",
    "file:///etc/passwd",
)
UNREADABLE = {"a NUL inside": "a\x00b", "half a pair inside": "a\ud800b"}
"""Refused before they are compared with a schema."""


@dataclass(frozen=True)
class Case:
    """A body, and whether it must be accepted. `place` is the field that a refusal should name."""

    label: str
    body: dict[str, Any]
    fits: bool
    place: str

    @property
    def is_text(self) -> bool:
        """Whether the last step of the place got another text, which can be the wrong one but is one."""
        return isinstance(self.body.get(self.place), str) and bool(self.body[self.place])

    @property
    def is_unreadable(self) -> bool:
        return any(escape in self.written() for escape in (b"\\u0000", b"\\ud800"))

    def written(self) -> bytes:
        return json.dumps(self.body).encode()


def cases(operation: Operation, sound: list[dict[str, Any]]) -> Iterator[Case]:
    """Everything that can be wrong with one thing of these sound bodies, and what must not be taken for wrong."""
    tried: set[tuple[Path, str]] = set()
    for base in sound:
        yield Case("as documented", base, True, "")
        yield from _conditions(operation.body, base)
        for path, inner in _places(operation.body, base):
            named = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
            for label, value, is_right in _variants(inner):
                if (path, label) not in tried:
                    tried.add((path, label))
                    yield Case(f"{'.'.join(map(str, path))}: {label}", _put(base, path, value), is_right, named)


def complete(operation: Operation, base: dict[str, Any]) -> dict[str, Any]:
    """The body with every optional field that goes together with what is there."""
    whole = copy.deepcopy(base)
    conditional = _conditional_fields(operation.body)
    for name, inner in operation.body["properties"].items():
        if name not in whole and name not in conditional:
            whole[name] = sample(inner)
    return whole


def sample(schema: Schema) -> Any:
    """A value that fits."""
    return right(schema)[0]


def _variants(schema: Schema) -> Iterator[tuple[str, Any, bool]]:
    """Values at the bounds of a schema and beyond them, and whether each is right."""
    values = near(schema)
    for kind in alternatives(schema):
        if kind.get("type") == "string" and not {"enum", "const"} & kind.keys():
            yield from ((label, value, False) for label, value in UNREADABLE.items())
            values += ADDRESSES if "pattern" in kind else ()
            most = kind.get("maxLength", 0)
            values += ["🦊" * most, "🦊" * (most + 1)] if most and "pattern" not in kind else []
    is_even = resolved(schema).get("x-legnext", {}).get("even_length")
    for value in values:
        label = "null instead" if value is None else f"{json.dumps(value)[:40]} of {len(str(value))}"
        if is_even and isinstance(value, list) and len(value) % 2:
            label = f"an odd number, {label}"
        yield label, value, fits(schema, value)


def _places(schema: Schema, value: Any, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Every field of a body that is there, and every field inside it. What a value of a union is, is left alone."""
    if {"anyOf", "oneOf"} & schema.keys():
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            more = schema.get("additionalProperties")
            below = resolved(schema.get("properties", {}).get(name, more if isinstance(more, dict) else {}))
            yield (*path, name), below
            yield from _places(below, inner, (*path, name))
    elif isinstance(value, list) and value:
        below = resolved(schema.get("items", {}))
        yield (*path, 0), below
        yield from _places(below, value[0], (*path, 0))


def _put(body: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return changed


def _conditional_fields(schema: Schema) -> set[str]:
    named = set(schema.get("if", {}).get("required", []))
    for branch in ("then", "else"):
        named |= schema.get(branch, {}).get("properties", {}).keys()
    for name, others in schema.get("dependentRequired", {}).items():
        named |= {name, *others}
    return named


def _conditions(schema: Schema, base: dict[str, Any]) -> Iterator[Case]:
    """What the body as a whole must have: required fields, no unknown ones, and one way instead of two or none."""

    def without(*names: str) -> dict[str, Any]:
        return {key: value for key, value in base.items() if key not in names}

    yield Case("an unknown field", {**base, "unheard_of": 1}, False, "unheard_of")
    for name in schema.get("required", []):
        yield Case(f"without {name}", without(name), False, name)
    for name, others in schema.get("dependentRequired", {}).items():
        for other in others:
            if name in base and other in base:
                yield Case(f"{name} without {other}", without(other), False, other)
    chosen = schema.get("if", {}).get("required", [])
    if chosen and all(name in base for name in chosen):
        for name, inner in schema.get("then", {}).get("properties", {}).items():
            if inner in (False, {"not": {}}):
                both = {**base, name: sample(schema["properties"][name])}
                yield Case(f"{name} beside {chosen[0]}", both, False, name)
        needed = schema.get("else", {}).get("required", [])
        bare = without(*schema.get("dependentRequired", {}), *chosen, *needed)
        if needed:
            yield Case("neither way", bare, False, needed[0])
