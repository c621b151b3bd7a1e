"""Bodies at and just beyond every bound of a request's schema, each with what the server owes it: yes or no.

Each case changes one thing of a sound body, so that the answer can only be about that thing.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from .description import Operation, Schema, resolved, sound_document
from .values import URL, fits, near, right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Path = tuple[str | int, ...]
GOOD_URLS = {
    "capitals": "HTTPS://EXAMPLE.COM/A.PNG",
    "http": "http://example.com",
    "a port": "http://127.0.0.1:9/a?b=c#d",
}
BAD_URLS = {
    "another scheme first": "javascript:alert(1)//http://example.com",
    "a space first": " http://example.com/a.png",
    "a line break first": "\nhttp://example.com/a.png",
    "a line break last": "http://example.com/a.png\n",
    "a space inside": "http://example.com/a b.png",
    "no host": "http://",
    "a path for a host": "http:///a.png",
    "ftp": "ftp://example.com/a.png",
    "no scheme": "example.com/a.png",
    "a file": "file:///etc/passwd",
}


_WRONG: tuple[Any, ...] = (None, True, "a", 1, 1.5, [], {})


class Variant(NamedTuple):
    """A value to put somewhere, and whether it is fit for that place."""

    label: str
    value: Any
    fits: bool


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
        """Whether the body is refused before it is compared with its schema."""
        return any(escape in self.written() for escape in (b"\\u0000", b"\\ud800"))

    def written(self) -> bytes:
        return json.dumps(self.body).encode()


def cases(operation: Operation, sound: list[dict[str, Any]]) -> Iterator[Case]:
    """Everything that can be wrong with one thing of these sound bodies, and what must not be taken for wrong."""
    schema = operation.body
    tried: set[tuple[Path, str]] = set()
    for base in sound:
        yield Case("as documented", base, True, "")
        yield from _conditions(schema, base)
        for path, inner in _places(schema, base):
            for variant in variants(inner):
                if (path, variant.label) not in tried:
                    tried.add((path, variant.label))
                    named = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
                    label = f"{'.'.join(map(str, path))}: {variant.label}"
                    yield Case(label, _put(base, path, variant.value), variant.fits, named)


def complete(operation: Operation, base: dict[str, Any]) -> dict[str, Any]:
    """The body with every optional field that goes together with what is there."""
    schema = operation.body
    conditional = {"if", "then", "else", "dependentRequired"} & schema.keys()
    whole = copy.deepcopy(base)
    for name, inner in schema["properties"].items():
        if name not in whole and not (conditional and name in _conditional_fields(schema)):
            whole[name] = sample(resolved(inner))
    return whole


def sample(schema: Schema) -> Any:
    """A value that fits."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    usual = _SAMPLES[schema["type"]](schema) if _is_usual(schema) else None
    return usual if usual is not None and fits(schema, usual) else right(schema)[0]


def _is_usual(schema: Schema) -> bool:
    """Whether the cases of this module know all that the schema says."""
    known = _KNOWN.get(schema.get("type", "") if isinstance(schema.get("type"), str) else "")
    if known is None or not schema.keys() <= known | _SAYS_NOTHING:
        return False
    if schema["type"] == "object" and schema.get("additionalProperties") is not False:
        return False
    return ("pattern" in schema) == ("format" in schema) and bool(re.search(schema.get("pattern", ""), URL))


def variants(schema: Schema) -> Iterator[Variant]:
    """Values at the bounds of a schema, and beyond them."""
    if not _is_usual(schema):
        for value in near(schema):
            yield Variant(json.dumps(value)[:60], value, fits(schema, value))
        return
    for wrong in _WRONG:
        if not _is_of(schema["type"], wrong):
            yield Variant(f"{json.dumps(wrong)} instead", wrong, False)
    if "enum" in schema:
        yield from _choices(schema)
    else:
        yield from _VARIANTS[schema["type"]](schema)


def _is_of(kind: str, value: Any) -> bool:
    types: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "array": (list,),
        "object": (dict,),
    }
    return isinstance(value, types[kind]) and not isinstance(value, bool)


def _choices(schema: Schema) -> Iterator[Variant]:
    for value in schema["enum"]:
        yield Variant(f"choice {value}", value, True)
        if isinstance(value, str) and value.swapcase() != value:
            yield Variant(f"choice {value.swapcase()}", value.swapcase(), False)
    if schema["type"] == "integer":
        yield Variant("a whole float", float(schema["enum"][0]), True)
        yield Variant("in quotes", str(schema["enum"][0]), False)
        yield Variant("below the choices", min(schema["enum"]) - 1, False)
        yield Variant("above the choices", max(schema["enum"]) + 1, False)
    else:
        for value in sorted(other_choices() - set(schema["enum"])):
            yield Variant(f"{value}, a choice of something else", value, False)
        yield Variant("empty", "", False)


@cache
def other_choices() -> set[str]:
    """The words that can be chosen anywhere in the document."""
    schemas = sound_document()["components"]["schemas"].values()
    return {value for schema in schemas for value in schema.get("enum", ()) if isinstance(value, str)}


def _texts(schema: Schema) -> Iterator[Variant]:
    is_url = "pattern" in schema
    start = "https://example.com/" if is_url else ""
    least, most = schema.get("minLength"), schema.get("maxLength")
    if most is not None:
        letters = "a" if is_url else "🦊"
        yield Variant("at its longest", start + letters * (most - len(start)), True)
        yield Variant("one too long", start + letters * (most - len(start) + 1), False)
    if least is not None:
        yield Variant("one too short", "a" * (least - 1), False)
    if is_url:
        secure = "HTTPS only" in schema.get("description", "")
        for label, url in GOOD_URLS.items():
            yield Variant(f"an address with {label}", url, not secure or url.lower().startswith("https:"))
        yield from (Variant(f"an address with {label}", url, False) for label, url in BAD_URLS.items())
    else:
        yield Variant("a NUL inside", "a\x00b", False)
        yield Variant("half a pair inside", "a\ud800b", False)


def _numbers(schema: Schema) -> Iterator[Variant]:
    whole = schema["type"] == "integer"
    step = 1 if whole else 0.001
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None:
        yield Variant("at its least", least, True)
        yield Variant("too little", least - step, False)
    if most is not None:
        yield Variant("at its most", most, True)
        yield Variant("too much", most + step, False)
    middle = 2 if least is None else least if whole else 2
    yield Variant("in quotes", str(middle), False)
    yield Variant("a whole float", float(middle), True)
    if whole:
        yield Variant("a fraction", middle + 0.5, False)


def _lists(schema: Schema) -> Iterator[Variant]:
    item = sample(resolved(schema["items"]))
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    yield Variant("at its fewest", [item] * least, True)
    if least:
        yield Variant("one too few", [item] * (least - 1), False)
    if schema.get("x-legnext", {}).get("even_length"):
        yield Variant("two too few", [item] * (least - 2), False)
        yield Variant("an odd number", [item] * (least + 1), False)
        yield Variant("the next even number", [item] * (least + 2), True)
    if most is not None:
        yield Variant("at its most", [item] * most, True)
        yield Variant("one too many", [item] * (most + 1), False)


def _objects(schema: Schema) -> Iterator[Variant]:
    properties = {name: sample(resolved(inner)) for name, inner in schema["properties"].items()}
    if "maxProperties" in schema:
        for name, value in properties.items():
            yield Variant(f"{name} alone", {name: value}, True)
        yield Variant("all of them", properties, False)
        yield Variant("none of them", {}, False)
        one = dict([next(iter(properties.items()))])
        yield Variant("an unknown one too", {**one, "unheard_of": 1}, False)
        return
    yield Variant("an unknown one too", {**properties, "unheard_of": 1}, False)
    for name in schema.get("required", []):
        yield Variant(f"without {name}", {key: value for key, value in properties.items() if key != name}, False)


def _sample_object(schema: Schema) -> dict[str, Any]:
    names = schema.get("required") or list(schema["properties"])[: schema.get("minProperties", 0)]
    return {name: sample(resolved(schema["properties"][name])) for name in names}


_SAMPLES: dict[str, Callable[[Schema], Any]] = {
    "string": lambda schema: URL if "pattern" in schema else "a fox",
    "integer": lambda schema: schema.get("minimum", 600),
    "number": lambda schema: schema.get("minimum", 1.5),
    "array": lambda schema: [sample(schema["items"])] * schema.get("minItems", 1),
    "object": _sample_object,
}
_SAYS_NOTHING = {"title", "description", "default", "deprecated", "examples", "x-enum-varnames", "x-legnext"}
_KNOWN: dict[str, set[str]] = {
    "string": {"type", "enum", "minLength", "maxLength", "pattern", "format"},
    "integer": {"type", "enum", "minimum", "maximum"},
    "number": {"type", "minimum", "maximum"},
    "array": {"type", "items", "minItems", "maxItems"},
    "object": {"type", "properties", "required", "additionalProperties", "minProperties", "maxProperties"},
}
_VARIANTS: dict[str, Callable[[Schema], Iterator[Variant]]] = {
    "string": _texts,
    "integer": _numbers,
    "number": _numbers,
    "array": _lists,
    "object": _objects,
}


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
                both = {**base, name: sample(resolved(schema["properties"][name]))}
                yield Case(f"{name} beside {chosen[0]}", both, False, name)
        needed = schema.get("else", {}).get("required", [])
        bare = without(*schema.get("dependentRequired", {}), *chosen, *needed)
        if needed:
            yield Case("neither way", bare, False, needed[0])
