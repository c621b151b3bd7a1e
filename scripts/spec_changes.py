"""Compare two versions of the API description: what changes for callers, and what breaks them.

Each version is laid out as a tree of what callers see: operations, their parameters, bodies and responses, and below
them fields with their bounds. `$ref` and `allOf` are followed and unions become alternatives, so that two spellings of
one thing are one tree. RULES decides for each kind of difference whom it affects.

Direction matters. Callers write requests, so a tighter bound there breaks them and a looser one does not; they read
responses, so there it is the other way round. Responses are open: new fields, and new values of a set that says "or any
string", break nobody. Names count as much as values, because methods, namespaces, classes and enum members are named
after them. What cannot be decided (one pattern for another) counts as breaking.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from fields import resolve
from table import METHODS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Findings = Iterable[tuple[Any, ...]]
    """An effect and a text; and True, if it is a price."""
    Values = dict[str, tuple[Any, str | None]]
    """The values of an enum by their JSON, each with its name in Python."""
    Rule = Callable[[str, Any, Any], Findings]

Json = dict[str, Any]
Key = tuple[str, str]
Tree = dict[Key, Any]
"""What callers see, by kind and name: a tree for what has parts, a value for what has none."""
INFINITE = float("inf")


class Verdict(StrEnum):
    BREAKING = "breaking"
    WORTH_READING = "worth_reading"
    HARMLESS = "harmless"


class Effect(NamedTuple):
    """A kind of change, with the verdict where callers write the value and where they read it."""

    kind: str
    written: Verdict
    read: Verdict


NARROWED = Effect("narrowed", Verdict.BREAKING, Verdict.HARMLESS)
WIDENED = Effect("widened", Verdict.HARMLESS, Verdict.BREAKING)
CHANGED = Effect("changed", Verdict.BREAKING, Verdict.BREAKING)
NOTED = Effect("changed", Verdict.WORTH_READING, Verdict.WORTH_READING)
UNNOTICED = Effect("changed", Verdict.HARMLESS, Verdict.HARMLESS)
ADDED = Effect("added", Verdict.HARMLESS, Verdict.HARMLESS)
REMOVED = Effect("removed", Verdict.BREAKING, Verdict.BREAKING)
DEMANDED = Effect("added", Verdict.BREAKING, Verdict.HARMLESS)
# The client fills in a default, but a client made from the earlier version leaves the field out.
FILLED_IN = Effect("changed", Verdict.WORTH_READING, Verdict.HARMLESS)
VALUE_ADDED = Effect("added", Verdict.HARMLESS, Verdict.BREAKING)
OPENED = Effect("widened", Verdict.HARMLESS, Verdict.HARMLESS)


@dataclass(frozen=True, slots=True)
class Change:
    """One change at one place: the part of the API, the place within it, and the field."""

    verdict: Verdict
    kind: str
    subject: str
    place: str
    field: str
    text: str
    price: bool = False


class Place(NamedTuple):
    """Where in the tree a comparison is, as a report says it."""

    subject: str = "the whole"
    place: str = ""
    field: str = ""
    is_read: bool = False
    never_sent: bool = False

    def below(self, key: Key, old: Tree, new: Tree) -> Place:
        kind, name = key
        match kind:
            case "operation" | "model" | "flag":
                return Place(f"model {name}" if kind == "model" else name)
            case "parameter":
                field, _, place = name.partition(" in ")
                return self._replace(place=f"parameter in {place}", field=field)
            case "answer" | "callback":
                return self._replace(place=f"{kind} {name}", is_read=True)
            case "request":
                return self._replace(place=kind)
            case "header":
                return self._replace(field=f"header {name}")
            case "field":
                flag = ("switch", "writeOnly" if self.is_read else "readOnly")
                never_sent = self.never_sent or bool(old.get(flag) and new.get(flag))
                return self._replace(field=f"{self.field}.{name}".strip("."), never_sent=never_sent)
            case "items":
                return self._replace(field=f"{self.field}[]")
            case "others":
                return self._replace(field=f"{self.field}.*".strip("."))
            case _:
                return self

    def change(self, effect: Effect, text: str, *, price: bool = False) -> Change:
        verdict = Verdict.HARMLESS if self.never_sent else effect.read if self.is_read else effect.written
        return Change(verdict, effect.kind, self.subject, self.place, self.field, text, price)


def compare(old: Json, new: Json) -> list[Change]:
    """Every change that callers can notice, each once, in the order of the document."""
    before, after = calls(old), calls(new)
    renamed = matched(before, after)
    trees = document(old, {renamed[name]: call for name, call in before.items()}), document(new, after)
    return list(dict.fromkeys(differences(*trees, Place())))


def breaks(changes: Iterable[Change]) -> bool:
    return any(change.verdict is Verdict.BREAKING for change in changes)


def differences(old: Tree, new: Tree, place: Place) -> Iterator[Change]:
    if old == new:
        return
    for key, one, other in unequal(old, with_types_of(old, new)):
        if has_parts(key, one) and has_parts(key, other):
            yield from differences(one, other, place.below(key, one, other))
            continue
        here = place.below(key, one or other, one or other) if PARTS.get(key[0]) else place
        for effect, text, *price in RULES.get(key[0], demand)(key[1], one, other):
            yield here.change(effect, text, price=bool(price))


ANYTHING = ("type", "anything")
PARTS = {
    **dict.fromkeys(("operation", "parameter", "field", "flag"), True),
    **dict.fromkeys(("answer", "callback", "chain", "header", "items", "key", "media type", "model", "others"), False),
    **dict.fromkeys(("request", "type"), False),
}
"""The kinds that have parts, and whether a report names such a place when it comes or goes as a whole."""


def unequal(old: Tree, new: Tree) -> Iterator[tuple[Key, Any, Any]]:
    """What differs; beside anything, another alternative makes no difference."""
    for key in {**old, **new}:
        without = old if key not in old else new if key not in new else {}
        if old.get(key) != new.get(key) and not (key[0] == "type" and ANYTHING in without):
            yield key, old.get(key), new.get(key)


def has_parts(key: Key, value: Any) -> bool:
    return key[0] in PARTS and isinstance(value, dict)


def with_types_of(old: Tree, new: Tree) -> Tree:
    """The newer alternatives under the names of the older: one that was spelled out or renamed is the same."""
    gone = [key for key in old if key[0] == "type" and key not in new]
    names: dict[Key, Key] = {}
    for key in new:
        match = (
            next((one for one in gone if old[one]["is", ""] == new[key]["is", ""]), None) if key[0] == "type" else None
        )
        if match and key not in old:
            gone.remove(match)
            names[key] = match
    return {names.get(key, key): value for key, value in new.items()}


# ---- the tree of a version -------------------------------------------------------------------------------------------


class Call(NamedTuple):
    """An operation, with what its path says of it."""

    method: str
    path: str
    item: Json
    data: Json

    @property
    def address(self) -> str:
        """Where it is called, whatever the variables of the path are named."""
        return f"{self.method} {re.sub(r'{[^}]*}', '{}', self.path)}"


def calls(spec: Json) -> dict[str, Call]:
    found = [
        Call(method.upper(), path, item, item[method])
        for path, node in spec.get("paths", {}).items()
        for item in [resolve(spec, node)]
        for method in METHODS
        if method in item
    ]
    return {call.data.get("operationId", f"{call.method} {call.path}"): call for call in found}


def matched(old: dict[str, Call], new: dict[str, Call]) -> dict[str, str]:
    """What each operation is named now: they are matched by address, and what is left by name."""
    by_address = {call.address: name for name, call in new.items()}
    found = {name: by_address[call.address] for name, call in old.items() if call.address in by_address}
    left = {name: f"{name} (before)" if name in found.values() else name for name in old}
    return {**left, **found}


def document(spec: Json, named: dict[str, Call]) -> Tree:
    tree: Tree = {("operation", name): operation(spec, call) for name, call in named.items()}
    hooks: Json = spec.get("webhooks", {})
    tree["operation", "webhooks"] = callbacks(spec, {name: {"": item} for name, item in hooks.items()})
    components: Json = spec.get("components", {})
    for name, node in components.get("schemas", {}).items():
        whole = resolve(spec, node)
        if "enum" in whole or "properties" in whole or whole.get("type") == "object":
            tree["class", name] = True  # callers import it by name
    for name, scheme in components.get("securitySchemes", {}).items():
        tree["key", name] = {
            ("identity" if key in ("type", "in", "name", "scheme") else "note", f"key `{name}`, {key}:"): value
            for key, value in scheme.items()
            if key != "description"
        }
    servers = [address(server) for server in spec.get("servers", ())]
    tree["identity", "requests, and the key with them, go to another first server"] = servers[:1]
    tree |= {("server", url): True for url in servers[1:]}
    own = {name: call.data.get("x-legnext", {}) for name, call in named.items()}
    tree |= {("role", data["role"]): name for name, data in own.items() if "role" in data}
    return {**tree, **prompts(spec.get("x-legnext", {}))}


def address(server: Json) -> str:
    """Where a server is, with the defaults of its variables."""
    variables: Json = server.get("variables", {})
    url = re.sub(r"{([^}]*)}", lambda found: str(variables.get(found[1], {}).get("default", found[0])), server["url"])
    return url.rstrip("/")


def operation(spec: Json, call: Call) -> Tree:
    data = call.data
    servers = data.get("servers") or call.item.get("servers")
    ways: list[Json] = data.get("security", spec.get("security")) or [{}]
    tree: Tree = {
        ("identity", "operation renamed, and so its method:"): data.get("operationId"),
        ("identity", "moved"): call.address,
        ("identity", "namespace"): data.get("tags", [None])[0],
        ("identity", "server"): address(servers[0]) if servers else "that of the document",
        ("switch", "deprecated"): data.get("deprecated") or None,
        ("security", ""): {
            frozenset((key, scope) for key, scopes in way.items() for scope in ("", *scopes)) for way in ways
        },
    }
    for parameter in (resolve(spec, one) for one in (*call.item.get("parameters", ()), *data.get("parameters", ()))):
        name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
        tree["parameter", f"{name} in {parameter['in']}"] = written(spec, parameter)
    body = resolve(spec, data.get("requestBody", {}))
    if body:
        tree["request", ""] = {("required", ""): need(body), **media(spec, body)}
    for status, node in data.get("responses", {}).items():
        response = resolve(spec, node)
        headers = {name.lower(): resolve(spec, header) for name, header in response.get("headers", {}).items()}
        tree["answer", str(status)] = media(spec, response) | {
            ("header", name): {("required", ""): need(header), **schema(spec, header.get("schema", {}))}
            for name, header in headers.items()
        }
    return {**tree, **callbacks(spec, data.get("callbacks", {})), **own_data(spec, data.get("x-legnext", {}), body)}


def written(spec: Json, parameter: Json) -> Tree:
    """How a parameter is written into a request; OpenAPI has defaults for that."""
    style = parameter.get("style", "form" if parameter["in"] in ("query", "cookie") else "simple")
    return {
        ("required", ""): need(parameter, resolve(spec, parameter.get("schema", {}))),
        ("identity", "style"): style,
        ("identity", "explode"): parameter.get("explode", style == "form"),
        ("identity", "content"): parameter.get("content"),
        ("note", "x-legnext"): parameter.get("x-legnext"),
        **schema(spec, parameter.get("schema", {})),
        ("switch", "deprecated"): parameter.get("deprecated") or None,
    }


def media(spec: Json, body: Json) -> Tree:
    return {
        ("media type", name): schema(spec, node.get("schema", {})) for name, node in body.get("content", {}).items()
    }


def callbacks(spec: Json, given: Json) -> Tree:
    """The service writes what a callback carries, so it is read like a response."""
    return {
        ("callback", name): media(spec, resolve(spec, data.get("requestBody", {})))
        for name, node in given.items()
        for item in resolve(spec, node).values()
        for method, data in resolve(spec, item).items()
        if method in METHODS
    }


def need(node: Json, schema: Json | None = None) -> Any:
    """Whether a value must be there: False, True, or the default that the client sends for what is left out."""
    required = bool(node.get("required"))
    return ("default", schema["default"]) if required and schema and "default" in schema else required


# ---- schemas ---------------------------------------------------------------------------------------------------------

PROSE = {"$comment", "description", "example", "examples", "externalDocs", "title", "xml"}
ON_VALUES = {"default", "deprecated", "discriminator", "readOnly", "writeOnly"}
"""Keywords that stand beside alternatives, not within one."""
APART = {
    "additionalProperties", "const", "dependentRequired", "else", "enum", "exclusiveMaximum", "exclusiveMinimum", "if",
    "items", "maximum", "minimum", "nullable", "properties", "required", "then", "type", "x-enum-varnames", "x-legnext",
}  # fmt: skip
"""Keywords that are read one by one."""
FORBIDDEN: tuple[Any, ...] = (False, {"not": {}})


def schema(spec: Json, node: Any, inside: tuple[str, ...] = ()) -> Tree:
    """What a schema admits; `inside` are the names of the schemas that it stands in."""
    whole = resolve(spec, node)
    tree: Tree = {("note", key): whole[key] for key in ("default", "discriminator") if key in whole}
    tree |= {("switch", key): True for key in ("deprecated", "readOnly", "writeOnly") if whole.get(key)}
    for name, one in alternatives(spec, node):
        kind = one.get("type", "anything")
        key = ("type", name if name and kind == "object" else kind)
        found: Tree = {("note", "the same as"): name} if name and name in inside else bounds(spec, one, (*inside, name))
        if key in tree:  # such as an enum of strings beside any string: its values are open
            both = [each.get(("values", "")) for each in (tree[key], found)]
            listed = {text: value for each in both if each for text, value in each[0].items()}
            found = {**tree[key], **found, ("values", ""): (listed, None in both)}
        tree[key] = {("is", ""): kind, **found}
    return tree


def alternatives(spec: Json, node: Any, name: str = "") -> Iterator[tuple[str, Json]]:
    """Each thing that a value may be, of one type, with the name of its schema."""
    whole = resolve(spec, node)
    if isinstance(node, dict):
        parts: list[Any] = [node, *node.get("allOf", ())]  # pyright: ignore[reportUnknownMemberType]
        name = next((str(part["$ref"]).rpartition("/")[2] for part in parts if "$ref" in part), name)
    for word in ("anyOf", "oneOf"):
        if word in whole:
            beside = {key: value for key, value in whole.items() if key not in (word, *ON_VALUES)}
            for choice in whole[word]:
                yield from ((inner, {**beside, **one}) for inner, one in alternatives(spec, choice))
            return
    kinds: Any = whole.get("type")
    named: list[Any] = kinds if isinstance(kinds, list) else [kinds]  # pyright: ignore[reportUnknownVariableType]
    for kind in (*named, *(["null"] if whole.get("nullable") else ())):
        if kind == "null":
            yield "", {"type": "null"}
        elif kind == "integer":
            yield name, {**whole, "type": "number", "whole numbers only": True}
        else:
            yield name, whole if kind is None else {**whole, "type": kind}


def bounds(spec: Json, one: Json, inside: tuple[str, ...]) -> Tree:
    """What one alternative demands, and what is inside it."""
    tree: Tree = {
        ("note" if key.startswith("x-") else key if key in RULES else "demand", key): value
        for key, value in one.items()
        if key not in PROSE | ON_VALUES | APART
    }
    tree |= {("demand", key): value for key, value in one.get("x-legnext", {}).items() if key != "means" and value}
    for word, inwards in (("minimum", 1), ("maximum", -1)):
        exclusive = one.get(f"exclusive{word.capitalize()}")
        given = [(one[word], exclusive is True)] if word in one else []  # a switch beside the bound in 3.0
        given += [(exclusive, True)] if exclusive is not None and not isinstance(exclusive, bool) else []
        tree |= {("limit", word): max((inwards * each[0], *each) for each in given)} if given else {}
    if "enum" in one or "const" in one:
        listed = [value for value in one.get("enum", [one.get("const")]) if value is not None]
        names = (*one.get("x-enum-varnames", ()), *(None for _ in listed))
        named = {json.dumps(value): (value, name) for value, name in zip(listed, names, strict=False)}
        tree["values", ""] = (named, False)
    needed, properties = one.get("required", ()), one.get("properties", {})
    for name, inner in properties.items():
        required = need({"required": name in needed}, resolve(spec, inner))
        tree["field", name] = {("required", ""): required, **schema(spec, inner, inside)}
    tree |= {("demand", f"`{name}` required"): True for name in needed if name not in properties}
    others = one.get("additionalProperties", True)
    if others not in (True, {}):
        tree["others", ""] = others and schema(spec, others, inside)
    if "items" in one:
        tree["items", ""] = schema(spec, one["items"], inside)
    return {**tree, **conditions(one)}


def conditions(one: Json) -> Tree:
    """`dependentRequired` and `if` … `then` … `else`: what each requires and forbids, and when."""
    found: dict[str, Any] = {
        f"with `{field}`, `{name}` required": True
        for field, names in one.get("dependentRequired", {}).items()
        for name in names
    }
    for word, when in (("then", "with"), ("else", "without")) if "if" in one else ():
        when = f"{when} {shown(one['if'].get('required', one['if']))}"
        branch: Json = one.get(word) or {}
        fields: Json = branch.get("properties", {})
        rest = {name: rule for name, rule in fields.items() if rule not in (*FORBIDDEN, True, {})}
        rest |= {key: value for key, value in branch.items() if key not in ("required", "properties")}
        if rest.get("additionalProperties") in (True, {}):
            del rest["additionalProperties"]  # a branch is open whether it says so or not
        found |= {f"{when}, `{name}` required": True for name in branch.get("required", ())}
        found |= {f"{when}, `{name}` forbidden": True for name, rule in fields.items() if rule in FORBIDDEN}
        found |= {f"{when}, another rule": rest} if rest else {}
    return {("demand", text): value for text, value in found.items()}


# ---- `x-legnext` -----------------------------------------------------------------------------------------------------


def own_data(spec: Json, own: Json, body: Json) -> Tree:
    """What an operation costs, takes and makes."""
    apart = {"alias", "chain", "makes", "paging", "price", "role", "seconds", "source", "takes", "unwrap"}
    tree: Tree = {("note", key): value for key, value in own.items() if key not in apart}
    tree |= {("identity", key): own[key] for key in ("takes", "makes", "unwrap", "paging") if key in own}
    tree |= {("offer", f"alias `{own['alias']}`"): True} if "alias" in own else {}
    tree |= {("unnoticed", "typical seconds"): own["seconds"]} if "seconds" in own else {}
    source: Json = own.get("source", {})
    refused = [each for key in ("not_models", "not_flags") for each in source.get(key, ())]
    tree |= {("demand", f"a source made without `{each}`"): True for each in refused}
    tree |= {("demand", f"a source with {key}"): each for key, each in source.items() if not key.startswith("not_")}
    if "chain" in own:
        parts = {
            ("ceiling" if key == "at_most" else "note", f"chain, {key}:"): each for key, each in own["chain"].items()
        }
        tree["chain", ""] = parts
    cases: dict[tuple[Any, ...], Any] = {(): own.get("price", {}).get("points")} | {
        ("source", row["source"]) if "source" in row else (row["field"], row["is"]): row["points"]
        for row in own.get("price", {}).get("when", ())
    }
    fields = [resolve(spec, one.get("schema", {})).get("properties", {}) for one in body.get("content", {}).values()]
    inside = {name: resolve(spec, inner) for one in fields for name, inner in one.items()}
    tree["price", ""] = (cases, inside)
    return tree


def prompts(own: Json) -> Tree:
    """Models, the parameters of prompts by model, and what multiplies prices."""
    tree: Tree = {
        ("model", row["model"]): {
            ("identity" if key in ("flag", "value") else "note", key): row[key] for key in row if key != "seen"
        }
        for row in own.get("models", ())
    }
    for row in own.get("parameters", ()):
        for model in row["models"] if row.get("use") != "rejected" else ():
            tree["flag", f"--{row['flag']} on {model}"] = flag(row)
    for row in own.get("price_factors", ()):
        for model in row["models"]:
            node = tree.get(("flag", f"--{row['flag']} on {model}") if "flag" in row else ("model", model), {})
            factors, _ = node.setdefault(("factor", ""), ({}, node.get(("values", ""))))
            factors[row.get("value")] = row["factor"]
            node |= {("note", f"price factor: {key}"): row[key] for key in ("reserve", "tier") if key in row}
    apart = {"models", "parameters", "price_factors", "duration_factors"}
    tree |= {("unnoticed", "duration factors"): own.get("duration_factors")}
    return {**tree, **{("note", key): value for key, value in own.items() if key not in apart}}


def flag(row: Json) -> Tree:
    low, high = row.get("range", (None, None))
    tree: Tree = {
        ("note", "use"): row.get("use", "supported"),
        ("identity", "takes"): row.get("takes"),
        ("floor", "range from"): low,
        ("ceiling", "range to"): high,
        ("ceiling", "values at most"): row.get("at_most"),
        ("admit", "its value may be left out"): row.get("optional"),
        ("note", "default"): row.get("default"),
    }
    if "values" in row:
        tree["values", ""] = ({json.dumps(value): (value, None) for value in row["values"]}, False)
    tree |= {("demand", f"excludes --{each}"): True for each in row.get("excludes", ())}
    tree |= {("offer", f"{key} spelling `{row[key]}`"): True for key in ("short", "long") if key in row}
    return {key: value for key, value in tree.items() if value is not None}


# ---- rules: what a difference means, by its kind ---------------------------------------------------------------------


def shown(value: Any) -> str:
    """A value as the report prints it."""
    if isinstance(value, str):
        return f"`{value}`" if value else '`""`'
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(shown(each) for each in value)) or "nothing"  # pyright: ignore[reportUnknownVariableType]
    return "nothing" if value is None else f"`{json.dumps(value, ensure_ascii=False)}`"


def became(word: str, old: Any, new: Any) -> str:
    if old is None or new is None:
        return f"{word} {shown(new)} added" if old is None else f"{word} {shown(old)} removed"
    return f"{word} {shown(old)} → {shown(new)}"


def entity(what: str, added: Effect = ADDED, removed: Effect = REMOVED) -> Rule:
    """A thing that comes or goes, with all that is in it."""
    return lambda name, old, _: [
        (added, f"{what} {shown(name)} added") if old is None else (removed, f"{what} {shown(name)} removed")
    ]


def either(on: Effect, off: Effect, changed: Effect) -> Rule:
    """A statement that appears, disappears or changes."""

    def rule(name: str, old: Any, new: Any) -> Findings:
        if (old, new) == (None, True):
            yield on, f"{name} now"
        elif (old, new) == (True, None):
            yield off, f"no longer: {name}"
        else:
            yield (on if old is None else off if new is None else changed), became(name, old, new)

    return rule


demand = either(NARROWED, WIDENED, CHANGED)


def always(effect: Effect) -> Rule:
    return either(effect, effect, effect)


def bound(inwards: int, absent: float) -> Rule:
    """A bound that tightens as it grows (`inwards` 1) or falls (-1)."""

    def rule(name: str, old: Any, new: Any) -> Findings:
        before, after = (absent if value is None else value for value in (old, new))
        if before != after:
            yield NARROWED if inwards * after > inwards * before else WIDENED, became(name, old, new)

    return rule


def limit(name: str, old: Any, new: Any) -> Findings:
    """A minimum or maximum; one that excludes its own value is tighter."""
    said = [value and f"{value[1]}{' excluded' * value[2]}" for value in (old, new)]
    narrowed = old is None or (new is not None and (new[0], new[2]) > (old[0], old[2]))
    yield NARROWED if narrowed else WIDENED, became(name, *said)


def multiple(name: str, old: Any, new: Any) -> Findings:
    wider = new is None or (old is not None and old % new == 0)
    narrower = old is None or (new is not None and new % old == 0)
    yield WIDENED if wider else NARROWED if narrower else CHANGED, became(name, old, new)


def form(name: str, old: Any, new: Any) -> Findings:
    """A format: some are a Python type of their own, the others a hint."""
    typed = {old, new} & {"binary", "byte", "date", "date-time", "uuid"}
    yield CHANGED if typed or (old and new) else WIDENED if new is None else NARROWED, became(name, old, new)


def required(_: str, old: Any, new: Any) -> Findings:
    if new and not old:
        if isinstance(new, tuple):
            yield FILLED_IN, f"required now, with default {shown(new[1])}"  # pyright: ignore[reportUnknownArgumentType]
        else:
            yield NARROWED, "required now"
    elif old and not new:
        yield WIDENED, "no longer required"
    elif isinstance(old, tuple) and new is True:
        yield NARROWED, "required, and no default any more"


def needed(what: str) -> Rule:
    """Something that comes or goes, and may have to be given."""

    def rule(_name: str, _old: Any, new: Any) -> Findings:
        need = new and new["required", ""]
        if new is None:
            yield REMOVED, f"{what} removed"
        elif isinstance(need, tuple):
            yield FILLED_IN, f"{what} added, required, with default {shown(need[1])}"  # pyright: ignore[reportUnknownArgumentType]
        else:
            yield DEMANDED if need else ADDED, f"{what} added{', required' * need}"

    return rule


def answer(status: str, old: Any, _: Any) -> Findings:
    good = status.startswith("2")
    if old is None:
        yield NOTED if good else ADDED, f"answer `{status}` added"
    else:
        yield REMOVED if good else NOTED, f"answer `{status}` removed"


def header(name: str, old: Any, new: Any) -> Findings:
    """Readers of a header that may be missing are prepared for its absence."""
    yield from entity("header", removed=REMOVED if old and old["required", ""] else NOTED)(name, old, new)


def values(_: str, old: Any, new: Any) -> Findings:
    if old is None:
        yield NARROWED, f"only {listed(new)} admitted now"
    elif new is None:
        yield WIDENED, f"no longer only {listed(old)}"
    else:
        yield from changed_values(*old, *new)


def listed(values: tuple[Values, bool]) -> str:
    return shown([value for value, _name in values[0].values()])


def changed_values(before: Values, was_open: bool, after: Values, is_open: bool) -> Findings:
    if was_open != is_open:
        yield (WIDENED, "other values admitted now") if is_open else (NARROWED, "other values refused now")
    for key, (value, name) in before.items():
        if key not in after:
            yield REMOVED, f"value {shown(value)} removed"
        elif name != after[key][1]:
            yield CHANGED, f"value {shown(value)} has another name: {shown(after[key][1])}"
    for key, (value, _name) in after.items():
        if key not in before:
            yield ADDED if is_open else VALUE_ADDED, f"value {shown(value)} added"


def others(_: str, old: Any, new: Any) -> Findings:
    """Fields without a name in the schema; readers ignore them."""
    if new is False:
        yield NARROWED, "unknown fields refused now"
    elif old is False:
        yield OPENED, "unknown fields admitted now"
    else:
        yield (NARROWED, "unknown fields confined now") if new else (WIDENED, "unknown fields may be anything now")


def security(_: str, old: Any, new: Any) -> Findings:
    """What asks for less admits those who bring more."""
    closed = {opened_by(way) for way in old if not any(other <= way for other in new)}
    opened = {opened_by(way) for way in new if not any(other <= way for other in old)}
    if closed:
        yield REMOVED, f"can no longer be called with {shown(closed)}"
    if opened:
        yield ADDED, f"can also be called with {shown(opened)}"


def opened_by(way: frozenset[tuple[str, str]]) -> str:
    scopes = {key: sorted(scope for name, scope in way if name == key and scope) for key, _ in sorted(way)}
    return " + ".join(f"{key} ({', '.join(each)})" if each else key for key, each in scopes.items()) or "no key"


def role(name: str, old: Any, new: Any) -> Findings:
    if old is None or new is None:
        yield from entity("role")(name, old, new)
    else:
        yield NOTED, f"{shown(new)} plays the role {shown(name)} now; before, {shown(old)} did"


def risen(what: str, old: Any, new: Any) -> tuple[Any, ...]:
    up = (new or 0) > (old or 0)
    return NOTED if up else UNNOTICED, f"{what} {'raised' if up else 'lowered'}: {shown(old)} → {shown(new)}", True


def price(_: str, old: Any, new: Any) -> Findings:
    """Case by case; what a case that only one version names costs in the other is that version's plain price."""
    (before, fields), (after, _fields) = old, new
    for case in {**before, **after}:
        points = (before.get(case, before[()]), after.get(case, after[()]))
        what = f"price{f' with {case[0]} {shown(case[1])}' if case else ''} in points"
        if points[0] == points[1]:
            continue
        if not case or case in before or case[0] == "source" or could_be(case[1], fields.get(case[0])):
            yield risen(what, *points)
        else:
            yield ADDED, became(what, None, points[1])


def could_be(value: Any, schema: Json | None) -> bool:
    """Whether a caller could send this before: what nobody could ask for did not become more expensive."""
    return schema is not None and value in schema.get("enum", (value,)) and value == schema.get("const", value)


def factor(_: str, old: Any, new: Any) -> Findings:
    """Factors of prices by value; 1 where none is named."""
    known: tuple[Values, bool] | None = (old or new)[1]
    before: dict[Any, float] = old[0] if old else {}
    after: dict[Any, float] = new[0] if new else {}
    for value in {**before, **after}:
        what = "price factor" if value is None else f"price factor of {shown(value)}"
        factors = (before.get(value, 1), after.get(value, 1))
        if value is not None and known is not None and json.dumps(value) not in known[0]:
            yield ADDED, became(what, None, factors[1])
        elif factors[0] != factors[1]:
            yield risen(what, *factors)


RULES: dict[str, Rule] = {
    **{what: entity(what) for what in ("operation", "class", "server", "media type", "callback", "model", "flag")},
    "key": entity("key", removed=NOTED),  # an operation that could be called with it says so itself
    "parameter": needed("parameter"),
    "field": needed("field"),
    "request": needed("body"),
    "answer": answer,
    "header": header,
    "type": lambda name, old, _: [
        (WIDENED, f"can also be `{name}`") if old is None else (NARROWED, f"can no longer be `{name}`")
    ],
    "required": required,
    "values": values,
    "others": others,
    "limit": limit,
    **dict.fromkeys(("floor", "minLength", "minItems", "minProperties", "minContains"), bound(1, 0)),
    **dict.fromkeys(("ceiling", "maxLength", "maxItems", "maxProperties", "maxContains"), bound(-1, INFINITE)),
    "multipleOf": multiple,
    "format": form,
    "items": demand,
    "demand": demand,
    "admit": either(WIDENED, NARROWED, CHANGED),
    "offer": either(WIDENED, REMOVED, CHANGED),
    "identity": always(CHANGED),
    "note": always(NOTED),
    "switch": always(NOTED),
    "unnoticed": always(UNNOTICED),
    "security": security,
    "role": role,
    "chain": lambda _, old, _new: [
        (WIDENED, "makes a chain longer now") if old is None else (REMOVED, "no longer makes a chain longer")
    ],
    "price": price,
    "factor": factor,
}
