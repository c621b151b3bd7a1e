"""Schemas of one document, with their references resolved, and sample values of them: always the same, always valid."""

from __future__ import annotations

import math
import re
from importlib import import_module
from typing import Any, cast

Json = dict[str, Any]
_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
_DEEPEST = 6
_MOST_REPEATS = 200
_FORMATS = {
    "date-time": "2026-01-01T00:00:{:02d}Z",
    "date": "2026-01-{:02d}",
    "time": "00:00:{:02d}Z",
    "duration": "PT{}S",
    "uuid": "00000000-0000-4000-8000-{:012d}",
    "uri": "https://example.com/{}",
    "uri-reference": "/{}",
    "url": "https://example.com/{}",
    "email": "someone{}@example.com",
    "hostname": "host{}.example.com",
    "ipv4": "192.0.2.{}",
    "ipv6": "2001:db8::{}",
    "byte": "AAAA",
}
# Python's own parser of patterns; there is no public one.
_parser: Any = import_module("re._parser")


class Schemas:
    """Resolver of the references in one document."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._targets: dict[str, Json] = {}

    def resolve(self, node: Json) -> Json:
        """Return the target of a reference; keys next to `$ref` win."""
        if "$ref" not in node:
            return node
        reference = node["$ref"]
        if reference not in self._targets:
            target: Any = self.document
            for step in reference.removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            self._targets[reference] = self.resolve(target)
        target = self._targets[reference]
        return target if len(node) == 1 else {**target, **{key: node[key] for key in node if key != "$ref"}}

    def flat(self, schema: Any) -> Json:
        """Return a schema with its reference resolved and the parts of its `allOf` merged."""
        if isinstance(schema, bool):
            return {}
        whole = self.resolve(schema)
        if "allOf" not in whole:
            return whole
        merged: Json = {}
        for part in (*whole["allOf"], {key: value for key, value in whole.items() if key != "allOf"}):
            flat = self.flat(part)
            properties = {**merged.get("properties", {}), **flat.get("properties", {})}
            required = [*merged.get("required", ()), *flat.get("required", ())]
            merged = {**merged, **flat, "properties": properties, "required": required}
        return {key: value for key, value in merged.items() if value or key not in ("properties", "required")}

    def types(self, schema: Any) -> set[str]:
        """Return the JSON types that a schema allows; the empty set if it does not say."""
        flat = self.flat(schema)
        found: set[str] = set()
        for choice in (*flat.get("anyOf", ()), *flat.get("oneOf", ())):
            found |= self.types(choice)
        named: Any = flat.get("type", ())
        found |= {named} if isinstance(named, str) else set(named)
        values = [*flat.get("enum", ()), *([flat["const"]] if "const" in flat else [])]
        return found or {_NAMES[type(value)] for value in values if type(value) in _NAMES}


def sample(spec: Schemas, schema: Any, turn: int = 1, *, depth: int = 0) -> Any:
    """Return a value that the schema allows. Each `turn` gives another value if there is more than one."""
    flat = spec.flat(schema)
    for example in (flat.get("example"), *flat.get("examples", ()), flat.get("default"), flat.get("const")):
        if example is not None:
            return example
    if "enum" in flat:
        choices = [value for value in flat["enum"] if value is not None] or [None]
        return choices[(turn - 1) % len(choices)]
    for word in ("oneOf", "anyOf"):
        if word in flat:
            return _one_of(spec, flat, word, turn, depth)
    make = _MAKERS.get(_kind(flat))
    return None if make is None else make(spec, flat, turn, depth)


def _kind(flat: Json) -> str:
    named: Any = flat.get("type")
    if named is None:
        words = {"object": "properties", "array": "items"}
        return next((kind for kind, word in words.items() if word in flat), "string")
    kinds = cast("list[str]", named) if isinstance(named, list) else [str(named)]
    return next((kind for kind in kinds if kind != "null"), "null")


def _one_of(spec: Schemas, flat: Json, word: str, turn: int, depth: int) -> Any:
    beside = {key: value for key, value in flat.items() if key not in (word, "discriminator")}
    choices = [one for one in flat[word] if spec.flat(one).get("type") != "null"]
    chosen = choices[(turn - 1) % len(choices)] if choices else {"type": "null"}
    made = sample(spec, {"allOf": [beside, chosen]}, turn, depth=depth)
    discriminator: Json = flat.get("discriminator", {})
    if not isinstance(made, dict) or "propertyName" not in discriminator or "$ref" not in chosen:
        return cast("Any", made)
    name = str(chosen["$ref"]).rsplit("/", 1)[-1]
    by_target = {str(target).rsplit("/", 1)[-1]: key for key, target in discriminator.get("mapping", {}).items()}
    return {**cast("Json", made), discriminator["propertyName"]: by_target.get(name, name)}


def _object(spec: Schemas, flat: Json, turn: int, depth: int) -> Json:
    needed = set(flat.get("required", ()))
    most = flat.get("maxProperties", math.inf)
    made: Json = {}
    for name, inner in sorted(flat.get("properties", {}).items(), key=lambda each: each[0] not in needed):
        part = spec.flat(inner)
        wanted = name in needed or (depth < _DEEPEST and len(made) < most and inner is not False)
        if wanted and not (part.get("writeOnly") and name not in needed):
            made[name] = sample(spec, inner, turn, depth=depth + 1)
    others = flat.get("additionalProperties", True)
    for number in range(flat.get("minProperties", int(isinstance(others, dict) and not made)) - len(made)):
        made[f"name{number + 1}"] = sample(spec, others, turn, depth=depth + 1)
    return made


def _array(spec: Schemas, flat: Json, turn: int, depth: int) -> list[Any]:
    fixed = [sample(spec, each, turn, depth=depth + 1) for each in flat.get("prefixItems", ())]
    least = flat.get("minItems", int(depth < _DEEPEST and flat.get("maxItems", 1) > 0))
    more = range(len(fixed), least)
    return fixed + [sample(spec, flat.get("items", {}), turn + number, depth=depth + 1) for number in more]


def _string(_spec: Schemas, flat: Json, turn: int, _depth: int) -> str:
    least, most = flat.get("minLength", 0), flat.get("maxLength", math.inf)
    if "pattern" in flat:
        return _matching(flat["pattern"], least)
    text = _FORMATS.get(flat.get("format", ""), "text{}").format(turn).ljust(least, "a")
    return text if len(text) <= most else text[: int(most)]


def _number(_spec: Schemas, flat: Json, turn: int, _depth: int) -> float:
    """Return the smallest allowed number, or start at 1 if there is no minimum."""
    whole = _kind(flat) == "integer"
    step = flat.get("multipleOf", 1 if whole else 0.5)
    low = max(flat.get("minimum", -math.inf), flat.get("exclusiveMinimum", -math.inf))
    high = min(flat.get("maximum", math.inf), flat.get("exclusiveMaximum", math.inf))
    if low == -math.inf:
        low = 0 if high >= 0 else high - 10 * step
    if not whole and "multipleOf" not in flat and high < math.inf:
        step = (high - low) / 4
    value = low if "multipleOf" not in flat and not whole else math.ceil(low / step) * step
    if value == flat.get("exclusiveMinimum") or (value == 0 and high >= step):
        value += step
    further = value + (turn - 1) * step
    value = further if further < high or further == flat.get("maximum") else value
    return int(value) if whole else value


def _matching(pattern: str, least: int) -> str:
    """Return the shortest string that matches the pattern and has at least `least` characters."""
    try:
        tree = list(_parser.parse(pattern))
        found = (_written(tree, repeats) for repeats in range(_MOST_REPEATS))
        return next(text for text in found if len(text) >= least and re.search(pattern, text))
    except (StopIteration, re.error, LookupError):
        return "text"


def _written(tree: Any, repeats: int) -> str:
    text = ""
    for code, about in tree:
        match str(code):
            case "LITERAL":
                text += chr(about)
            case "ANY" | "NOT_LITERAL":
                text += "a" if about != ord("a") else "b"
            case "IN":
                text += _among(about)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high, inner = about
                text += _written(inner, repeats) * min(int(high), max(int(low), repeats))
            case "SUBPATTERN" | "ATOMIC_GROUP":
                text += _written(about[-1] if str(code) == "SUBPATTERN" else about, repeats)
            case "BRANCH":
                text += _written(about[1][0], repeats)
            case _:  # anchors and lookarounds add no characters
                pass
    return text


def _among(choices: Any) -> str:
    """Return a character of a set; of a negated set, an ordinary one."""
    negated = str(choices[0][0]) == "NEGATE"
    listed = [_first(*choice) for choice in choices[negated:]]
    if not negated:
        return listed[0]
    inside = re.compile("|".join(map(re.escape, listed)))
    return next(each for each in "a0-_ zA" if not inside.fullmatch(each))


def _first(code: Any, about: Any) -> str:
    match str(code):
        case "LITERAL":
            return chr(about)
        case "RANGE":
            return chr(about[0])
        case _:
            return {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " ", "CATEGORY_NOT_DIGIT": "a"}.get(str(about), "a")


def _boolean(_schemas: Schemas, _flat: Json, _turn: int, _depth: int) -> bool:
    return True


_MAKERS: dict[str, Any] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _number,
    "number": _number,
    "boolean": _boolean,
}
