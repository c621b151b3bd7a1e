"""Two versions of the API: what is called, with what, and what comes back; and what the document says as a whole."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from spec_changes.change import (
    ADDED,
    DEMANDED,
    NOTED,
    REMOVED,
    UNDECIDED,
    Change,
    Finding,
    Json,
    Rule,
    Side,
    always,
    became,
    each,
    flag,
    keyed,
    members,
    required,
    shown,
)
from spec_changes.prices import own_data, roles
from spec_changes.schemas import Schemas, added, demand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spec_changes.shapes import Document

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_WHOLE = "the whole"


class Operation(NamedTuple):
    method: str
    path: str
    item: Json
    data: Json

    @property
    def name(self) -> str:
        return self.data.get("operationId") or f"{self.method.upper()} {self.path}"

    @property
    def address(self) -> str:
        """Where it is called, whatever the variables of the path are named."""
        return f"{self.method} {re.sub(r'{[^}]*}', '{}', self.path)}"

    @property
    def own(self) -> Json:
        own: Json = self.data.get("x-legnext", {})
        return own

    @property
    def place(self) -> str:
        return f"{self.method.upper()} {self.path}"


class Operations:
    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self.schemas = Schemas(old, new)

    def changes(self) -> Iterator[Change]:
        before, after = operations(self.old), operations(self.new)
        pairs = matched(before, after)
        for one in before:
            if one not in (old for old, _ in pairs):
                yield Finding(REMOVED, f"operation removed ({one.place})").at(one.name)
        for one in after:
            if one not in (new for _, new in pairs):
                yield Finding(ADDED, f"operation added ({one.place})").at(one.name)
        for old, new in pairs:
            found = [*_identity(old, new), *_security(self.old, self.new, old, new)]
            found += own_data(old.own, new.own, partial(self._values, old))
            yield from (finding.at(new.name) for finding in found)
            yield from self._parameters(new.name, old, new)
            yield from self._body(new.name, Side.REQUEST, old.data.get("requestBody"), new.data.get("requestBody"))
            yield from self._answers(new.name, old.data.get("responses", {}), new.data.get("responses", {}))
            yield from self._callbacks(new.name, old.data.get("callbacks", {}), new.data.get("callbacks", {}))
        hooks = (
            {name: {"": item} for name, item in one.spec.get("webhooks", {}).items()} for one in (self.old, self.new)
        )
        yield from self._callbacks("webhooks", *hooks)
        # An operation that was renamed has not given its role away.
        name_now = {old.name: new.name for old, new in pairs}
        yield from roles({role: name_now.get(name, name) for role, name in _by_role(before)}, dict(_by_role(after)))
        yield from (finding.at(_WHOLE) for finding in _whole(self.old, self.new))

    def _values(self, operation: Operation, field: str) -> Json | None:
        """What a field of the body could be before; None: it was not there."""
        body = self.old.resolve(operation.data.get("requestBody", {}))
        for media in body.get("content", {}).values():
            fields = self.old.flat(media.get("schema", {})).get("properties", {})
            if field in fields:
                return self.old.flat(fields[field])
        return None

    def _parameters(self, name: str, old: Operation, new: Operation) -> Iterator[Change]:
        before, after = _parameters(self.old, old), _parameters(self.new, new)
        for key in {**before, **after}:
            if key not in after:
                found: Iterable[Finding] = [Finding(REMOVED, "parameter removed")]
            elif key not in before:
                schema = self.new.flat(after[key].get("schema", {}))
                found = [added("parameter", schema, required=bool(after[key].get("required")))]
            else:
                found = self._parameter(key[0], before[key], after[key])
            yield from (finding.under(key[1]).at(name, f"parameter in {key[0]}") for finding in found)

    def _parameter(self, place: str, old: Json, new: Json) -> Iterator[Finding]:
        schemas = (self.old.flat(old.get("schema", {})), self.new.flat(new.get("schema", {})))
        yield from demand(bool(old.get("required")), bool(new.get("required")), *schemas)
        rules: dict[str, Rule] = {
            **dict.fromkeys(("style", "explode", "content"), always(UNDECIDED)),
            "deprecated": flag,
            "x-legnext": always(NOTED),
        }
        yield from keyed({**old, **_spelling(place, old)}, {**new, **_spelling(place, new)}, rules)
        yield from self.schemas.compare(old.get("schema", {}), new.get("schema", {}))

    def _body(self, name: str, side: Side, old: Json | None, new: Json | None, place: str = "") -> Iterator[Change]:
        """A body of either side: whether there is one, in which media types, of which shape."""
        for finding in self._body_findings(side, old, new):
            yield finding.at(name, place or side.value, side)

    def _body_findings(self, side: Side, old: Json | None, new: Json | None) -> Iterator[Finding]:
        if old is None or new is None:
            if old is not None:
                yield Finding(REMOVED, "body removed")
            elif new is not None:
                demanded = bool(self.new.resolve(new).get("required"))
                yield Finding(DEMANDED if demanded else ADDED, f"body added{', required' * demanded}")
            return
        before, after = self.old.resolve(old), self.new.resolve(new)
        if side is Side.REQUEST:
            yield from keyed(before, after, {"required": required})
        one, other = before.get("content", {}), after.get("content", {})
        for media, finding in each(one, other, "media type"):
            schemas = (one.get(media, {}).get("schema", {}), other.get(media, {}).get("schema", {}))
            yield from [finding] if finding else self.schemas.compare(*schemas)

    def _answers(self, name: str, old: Json, new: Json) -> Iterator[Change]:
        for status, finding in each(old, new, "answer"):
            if finding:
                good = str(status).startswith("2")
                effect = (ADDED, NOTED)[good] if status in new else (NOTED, REMOVED)[good]
                yield finding._replace(effect=effect).at(name)
                continue
            place = f"answer {status}"
            yield from self._body(name, Side.ANSWER, old[status], new[status], place)
            headers = self._headers(self.old.resolve(old[status]), self.new.resolve(new[status]))
            yield from (found.at(name, place, Side.ANSWER) for found in headers)

    def _headers(self, old: Json, new: Json) -> Iterator[Finding]:
        before, after = (
            {header.lower(): (header, spec.resolve(node)) for header, node in headers.items()}
            for spec, headers in ((self.old, old.get("headers", {})), (self.new, new.get("headers", {})))
        )
        for key, finding in each(before, after, "header"):
            header, node = before.get(key) or after[key]
            if finding:
                # Readers of a header that need not come are prepared for its absence.
                optional = key in before and not node.get("required")
                text = finding.text.replace(shown(key), shown(header))
                yield finding._replace(text=text, effect=NOTED if optional else finding.effect)
                continue
            other = after[key][1]
            found = [*keyed(node, other, {"required": required})]
            found += self.schemas.compare(node.get("schema", {}), other.get("schema", {}))
            yield from (one.under(f"header {header}") for one in found)

    def _callbacks(self, name: str, old: Json, new: Json) -> Iterator[Change]:
        """The service writes what a callback carries, so it is read like an answer."""
        before, after = _posts(self.old, old), _posts(self.new, new)
        for word, finding in each(before, after, "callback"):
            if finding:
                yield finding.at(name)
            else:
                bodies = (before[word].get("requestBody"), after[word].get("requestBody"))
                yield from self._body(name, Side.ANSWER, *bodies, place=f"callback {word}")


def operations(document: Document) -> list[Operation]:
    return [
        Operation(method, path, item, item[method])
        for path, node in document.spec.get("paths", {}).items()
        for item in [document.resolve(node)]
        for method in _METHODS
        if method in item
    ]


def matched(old: list[Operation], new: list[Operation]) -> list[tuple[Operation, Operation]]:
    """Which operation became which: by address, and of those that are left, by name."""
    pairs: list[tuple[Operation, Operation]] = []
    gone, come = list(old), list(new)
    for likeness in ("address", "name"):
        for one in list(gone):
            other = next((two for two in come if getattr(one, likeness) == getattr(two, likeness)), None)
            if other is not None:
                pairs.append((one, other))
                gone.remove(one)
                come.remove(other)
    return pairs


def _by_role(found: list[Operation]) -> Iterator[tuple[str, str]]:
    return ((one.own["role"], one.name) for one in found if "role" in one.own)


def _identity(*pair: Operation) -> Iterator[Finding]:
    """What callers know an operation by. Methods are named after the operationId, namespaces after the first tag."""
    rules: dict[str, Rule] = {
        "name": always(UNDECIDED, "operation renamed, and so its method:"),
        "address": lambda _, _old, _new: [Finding(UNDECIDED, became("moved", *(one.place for one in pair)))],
        **dict.fromkeys(("namespace", "server"), always(UNDECIDED)),
        "deprecated": flag,
    }
    old, new = (
        {
            "name": one.name,
            "address": one.address,
            "namespace": one.data.get("tags", [None])[0],
            # What an operation or a path says of servers goes before what the document says.
            "server": _first(one.data.get("servers") or one.item.get("servers"), "that of the document"),
            "deprecated": bool(one.data.get("deprecated")),
        }
        for one in pair
    )
    yield from keyed(old, new, rules)


def _security(before: Document, after: Document, old: Operation, new: Operation) -> Iterator[Finding]:
    ways = [_ways(before, old), _ways(after, new)]
    # What asks for less admits those who bring more.
    closed = {_opened_by(way) for way in ways[0] if not any(other <= way for other in ways[1])}
    opened = {_opened_by(way) for way in ways[1] if not any(other <= way for other in ways[0])}
    if closed:
        yield Finding(REMOVED, f"can no longer be called with {shown(closed)}")
    if opened:
        yield Finding(ADDED, f"can also be called with {shown(opened)}")


def _ways(document: Document, operation: Operation) -> set[frozenset[tuple[str, str]]]:
    """The keys that open an operation, each with each scope that it must have: those of any one way, or none at all."""
    ways: list[Json] = operation.data.get("security", document.spec.get("security")) or [{}]
    return {frozenset((key, scope) for key, scopes in way.items() for scope in ("", *scopes)) for way in ways}


def _opened_by(way: frozenset[tuple[str, str]]) -> str:
    scopes = {key: sorted(scope for name, scope in way if name == key and scope) for key, _ in sorted(way)}
    return " + ".join(f"{key} ({', '.join(needed)})" if needed else key for key, needed in scopes.items()) or "no key"


def _parameters(document: Document, operation: Operation) -> dict[tuple[str, str], Json]:
    """By place and name; those of the operation win over those of the path."""
    nodes = [*operation.item.get("parameters", ()), *operation.data.get("parameters", ())]
    found = [document.resolve(node) for node in nodes]
    return {(one["in"], one["name"].lower() if one["in"] == "header" else one["name"]): one for one in found}


def _spelling(place: str, parameter: Json) -> Json:
    """How a parameter is written into a request; OpenAPI has defaults for that."""
    style = parameter.get("style", "form" if place.endswith(("query", "cookie")) else "simple")
    return {"style": style, "explode": parameter.get("explode", style == "form")}


def _posts(document: Document, callbacks: Json) -> dict[str, Json]:
    return {
        word: operation
        for word, node in callbacks.items()
        for item in document.resolve(node).values()
        for method, operation in document.resolve(item).items()
        if method in _METHODS
    }


# ---- the document as a whole: classes that callers import, keys, servers -------------------------------------------

_FLOW: dict[str, Rule] = {
    **dict.fromkeys(("authorizationUrl", "tokenUrl", "refreshUrl"), always(NOTED, "{}:")),
    "scopes": members((ADDED, "scope {1} added"), (NOTED, "scope {1} removed")),
}


def _flows(_: str, old: Json | None, new: Json | None) -> Iterator[Finding]:
    """The ways to an OAuth token, and the scopes that it can be asked for."""
    old, new = old or {}, new or {}
    for way, finding in each(old, new, "flow"):
        found = (
            [finding] if finding else (one.after(f"flow {shown(way)}, ") for one in keyed(old[way], new[way], _FLOW))
        )
        yield from found


_KEY: dict[str, Rule] = {
    **dict.fromkeys(("type", "in", "name", "scheme"), always(UNDECIDED, "{}:")),
    "openIdConnectUrl": always(NOTED, "{}:"),
    "flows": _flows,
}


def _whole(old: Document, new: Document) -> Iterator[Finding]:
    # Objects and enums become classes that callers import by name; other schemas leave no name behind.
    before, after = (
        {name: schema for name, schema in _component(document, "schemas").items() if _is_class(document.flat(schema))}
        for document in (old, new)
    )
    yield from (finding for _, finding in each(before, after, "class") if finding)
    # An operation that could be called with a key says so itself.
    before, after = _component(old, "securitySchemes"), _component(new, "securitySchemes")
    for name, finding in each(before, after, "key", gone=NOTED):
        found = [finding] if finding else keyed(before[name], after[name], _KEY)
        yield from (one if finding else one.after(f"key {shown(name)}, ") for one in found)
    # The first server is where the client sends to, and sends the key to, when nobody names another.
    servers = [[_address(server) for server in document.spec.get("servers", ())] for document in (old, new)]
    if servers[0][:1] != servers[1][:1]:
        text = became("first server", *(found[0] if found else "none" for found in servers))
        yield Finding(UNDECIDED, f"{text}: requests, and the key with them, go to another place")
    yield from (Finding(REMOVED, f"server {shown(url)} removed") for url in servers[0][1:] if url not in servers[1])
    yield from (Finding(ADDED, f"server {shown(url)} added") for url in servers[1][1:] if url not in servers[0])


def _component(document: Document, kind: str) -> Json:
    return dict(document.spec.get("components", {}).get(kind, {}))


def _is_class(schema: Json) -> bool:
    return "enum" in schema or "properties" in schema or schema.get("type") == "object"


def _first(servers: list[Json] | None, otherwise: str) -> str:
    return _address(servers[0]) if servers else otherwise


def _address(server: Json) -> str:
    """Where a server is, with the defaults of its variables."""
    variables: Json = server.get("variables", {})
    url = re.sub(r"{([^}]*)}", lambda found: str(variables.get(found[1], {}).get("default", found[0])), server["url"])
    return url.rstrip("/")
