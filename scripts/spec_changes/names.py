"""What the document says as a whole: classes that callers import, keys, servers, roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spec_changes.change import ADDED, NOTED, REMOVED, UNDECIDED, Change, Effect, Json, became, shown
from spec_changes.operations import Operation, address, matched, operations
from spec_changes.prices import roles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_changes.shapes import Document

_SUBJECT = "the whole"
_SAME_KEY = ("type", "in", "name", "scheme")
_WHERE_FROM = ("openIdConnectUrl",)


def names(old: Document, new: Document) -> Iterator[Change]:
    yield from _classes(old, new)
    yield from _keys(_component(old, "securitySchemes"), _component(new, "securitySchemes"))
    yield from _servers(old.spec, new.spec)
    yield from _roles(old, new)


def _component(document: Document, kind: str) -> Json:
    return dict(document.spec.get("components", {}).get(kind, {}))


def _classes(old: Document, new: Document) -> Iterator[Change]:
    """Objects and enums become classes that callers import by name; other schemas leave no name behind."""
    before, after = (
        [name for name, schema in _component(document, "schemas").items() if _is_class(document.flat(schema))]
        for document in (old, new)
    )
    for name in before:
        if name not in after:
            yield _told(REMOVED, f"class {shown(name)} removed")
    for name in after:
        if name not in before:
            yield _told(ADDED, f"class {shown(name)} added")


def _is_class(schema: Json) -> bool:
    return "enum" in schema or "properties" in schema or schema.get("type") == "object"


def _keys(old: Json, new: Json) -> Iterator[Change]:
    for name in {**old, **new}:
        if name not in new:
            # An operation that could be called with it says so itself.
            yield _told(NOTED, f"key {shown(name)} removed")
        elif name not in old:
            yield _told(ADDED, f"key {shown(name)} added")
        else:
            for words, effect in ((_SAME_KEY, UNDECIDED), (_WHERE_FROM, NOTED)):
                for word in words:
                    if old[name].get(word) != new[name].get(word):
                        text = became(f"key {shown(name)}, {word}:", old[name].get(word), new[name].get(word))
                        yield _told(effect, text)
            yield from _flows(f"key {shown(name)}", old[name].get("flows", {}), new[name].get("flows", {}))


def _flows(key: str, old: Json, new: Json) -> Iterator[Change]:
    """The ways to an OAuth token, and the scopes that it can be asked for."""
    for flow in {**old, **new}:
        where = f"{key}, flow {shown(flow)}"
        if flow not in new or flow not in old:
            yield _told(*((REMOVED, f"{where} removed") if flow not in new else (ADDED, f"{where} added")))
            continue
        for word in ("authorizationUrl", "tokenUrl", "refreshUrl"):
            if old[flow].get(word) != new[flow].get(word):
                yield _told(NOTED, became(f"{where}, {word}:", old[flow].get(word), new[flow].get(word)))
        before, after = (set(flows[flow].get("scopes", {})) for flows in (old, new))
        if before - after:
            yield _told(NOTED, f"{where}: scope {shown(before - after)} removed")
        if after - before:
            yield _told(ADDED, f"{where}: scope {shown(after - before)} added")


def _servers(old: Json, new: Json) -> Iterator[Change]:
    """The first is where the client sends to, and sends the key to, when nobody names another."""
    before, after = (list(map(address, spec.get("servers", ()))) for spec in (old, new))
    if before[:1] != after[:1]:
        text = became("first server", *(found[0] if found else None for found in (before, after)))
        yield _told(UNDECIDED, f"{text}: requests, and the key with them, go to another place")
    yield from (_told(REMOVED, f"server {shown(url)} removed") for url in before[1:] if url not in after)
    yield from (_told(ADDED, f"server {shown(url)} added") for url in after[1:] if url not in before)


def _roles(old: Document, new: Document) -> Iterator[Change]:
    """An operation that was renamed has not given its role away."""
    before, after = operations(old), operations(new)
    name_now = {one.name: other.name for one, other in matched(before, after)}
    yield from roles({role: name_now.get(name, name) for role, name in _by_role(before).items()}, _by_role(after))


def _by_role(found: list[Operation]) -> dict[str, str]:
    return {one.data["x-legnext"]["role"]: one.name for one in found if "role" in one.data.get("x-legnext", {})}


def _told(effect: Effect, text: str) -> Change:
    return Change(effect.in_request, effect.kind, _SUBJECT, "", "", text)
