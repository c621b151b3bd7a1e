"""Two versions of the operations: what is called, with what, and what comes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from spec_changes.change import (
    ADDED,
    DEMANDED,
    NARROWED,
    NOTED,
    REMOVED,
    UNDECIDED,
    WIDENED,
    Change,
    Effect,
    Finding,
    Json,
    Side,
    became,
    shown,
)
from spec_changes.prices import own_data
from spec_changes.schemas import Schemas, added, demand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spec_changes.shapes import Document

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


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


class Operations:
    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self.schemas = Schemas(old, new)

    def changes(self) -> Iterator[Change]:
        before, after = operations(self.old), operations(self.new)
        pairs = matched(before, after)
        for one in before:
            if one not in (old for old, _ in pairs):
                yield _told(one.name, REMOVED, f"operation removed ({one.method.upper()} {one.path})")
        for one in after:
            if one not in (new for _, new in pairs):
                yield _told(one.name, ADDED, f"operation added ({one.method.upper()} {one.path})")
        for old, new in pairs:
            yield from self._operation(old, new)
        hooks = (
            {name: {"": item} for name, item in one.spec.get("webhooks", {}).items()} for one in (self.old, self.new)
        )
        yield from self._callbacks("webhooks", *hooks)

    def _operation(self, old: Operation, new: Operation) -> Iterator[Change]:
        name = new.name
        for effect, text in _identity(old, new):
            yield _told(name, effect, text)
        for effect, text in _security(self.old, self.new, old, new):
            yield _told(name, effect, text)
        yield from self._parameters(name, old, new)
        yield from self._body(name, Side.REQUEST, old.data.get("requestBody"), new.data.get("requestBody"))
        yield from self._answers(name, old.data.get("responses", {}), new.data.get("responses", {}))
        yield from self._callbacks(name, old.data.get("callbacks", {}), new.data.get("callbacks", {}))
        yield from own_data(
            name, old.data.get("x-legnext", {}), new.data.get("x-legnext", {}), lambda field: self._values(old, field)
        )

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
            place, field = f"parameter in {key[0]}", key[1]
            if key not in after:
                yield _change(name, Side.REQUEST, place, Finding(REMOVED, (field,), "parameter removed"))
            elif key not in before:
                schema = self.new.flat(after[key].get("schema", {}))
                finding = added("parameter", schema, required=bool(after[key].get("required")))
                yield _change(name, Side.REQUEST, place, finding.under(field))
            else:
                for finding in self._parameter(key[0], before[key], after[key]):
                    yield _change(name, Side.REQUEST, place, finding.under(field))

    def _parameter(self, place: str, old: Json, new: Json) -> Iterator[Finding]:
        schemas = (self.old.flat(old.get("schema", {})), self.new.flat(new.get("schema", {})))
        yield from demand(bool(old.get("required")), bool(new.get("required")), *schemas)
        if not old.get("deprecated") and new.get("deprecated"):
            yield Finding(NOTED, (), "deprecated now")
        before, after = ({**_spelling(place, one), "content": one.get("content")} for one in (old, new))
        for word in before:
            if before[word] != after[word]:
                yield Finding(UNDECIDED, (), became(word, before[word], after[word]))
        if old.get("x-legnext") != new.get("x-legnext"):
            yield Finding(NOTED, (), became("x-legnext", old.get("x-legnext"), new.get("x-legnext")))
        yield from self.schemas.compare(old.get("schema", {}), new.get("schema", {}))

    def _body(self, name: str, side: Side, old: Json | None, new: Json | None, place: str = "") -> Iterator[Change]:
        """A body of either side: whether there is one, in which media types, of which shape."""
        place = place or side.value
        if old is None or new is None:
            if old is not None:
                yield _change(name, side, place, Finding(REMOVED, (), "body removed"))
            elif new is not None:
                demanded = bool(self.new.resolve(new).get("required"))
                effect = DEMANDED if demanded else ADDED
                yield _change(name, side, place, Finding(effect, (), f"body added{', required' * demanded}"))
            return
        before, after = self.old.resolve(old), self.new.resolve(new)
        if side is Side.REQUEST:
            yield from (_change(name, side, place, finding) for finding in _demand(before, after))
        types_before, types_after = before.get("content", {}), after.get("content", {})
        for media in {**types_before, **types_after}:
            if media not in types_after:
                yield _change(name, side, place, Finding(REMOVED, (), f"media type {shown(media)} removed"))
            elif media not in types_before:
                yield _change(name, side, place, Finding(ADDED, (), f"media type {shown(media)} added"))
            else:
                schemas = (types[media].get("schema", {}) for types in (types_before, types_after))
                yield from (_change(name, side, place, finding) for finding in self.schemas.compare(*schemas))

    def _answers(self, name: str, old: Json, new: Json) -> Iterator[Change]:
        for status in {**old, **new}:
            good = str(status).startswith("2")
            if status not in new:
                yield _told(name, REMOVED if good else NOTED, f"answer {shown(status)} removed")
            elif status not in old:
                yield _told(name, NOTED if good else ADDED, f"answer {shown(status)} added")
            else:
                place = f"answer {status}"
                yield from self._body(name, Side.ANSWER, old[status], new[status], place)
                headers = (
                    spec.resolve(answer[status]).get("headers", {})
                    for spec, answer in ((self.old, old), (self.new, new))
                )
                yield from self._headers(name, place, *headers)

    def _headers(self, name: str, place: str, old: Json, new: Json) -> Iterator[Change]:
        before, after = (
            {header.lower(): (header, spec.resolve(node)) for header, node in headers.items()}
            for spec, headers in ((self.old, old), (self.new, new))
        )
        for key in {**before, **after}:
            if key not in after or key not in before:
                header, node = before.get(key) or after[key]
                # Who reads a header that need not come is prepared for its absence.
                gone = REMOVED if node.get("required") else NOTED
                effect, word = (gone, "removed") if key not in after else (ADDED, "added")
                yield _change(name, Side.ANSWER, place, Finding(effect, (), f"header {shown(header)} {word}"))
                continue
            header, one = before[key]
            _, other = after[key]
            found = [*_demand(one, other), *self.schemas.compare(one.get("schema", {}), other.get("schema", {}))]
            for finding in found:
                yield _change(name, Side.ANSWER, place, finding.under(f"header {header}"))

    def _callbacks(self, name: str, old: Json, new: Json) -> Iterator[Change]:
        """The service writes what a callback carries, so it is read like an answer."""
        before, after = _posts(self.old, old), _posts(self.new, new)
        for word in {**before, **after}:
            if word not in after or word not in before:
                effect, what = (REMOVED, "removed") if word not in after else (ADDED, "added")
                yield _told(name, effect, f"callback {shown(word)} {what}")
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


def _identity(old: Operation, new: Operation) -> Iterator[tuple[Effect, str]]:
    """What callers know an operation by. Methods are named after the operationId, namespaces after the first tag."""
    if old.name != new.name:
        yield UNDECIDED, f"{became('operation renamed, and so its method:', old.name, new.name)}"
    if old.address != new.address:
        yield UNDECIDED, became("moved", f"{old.method.upper()} {old.path}", f"{new.method.upper()} {new.path}")
    tags = [operation.data.get("tags", [None])[0] for operation in (old, new)]
    if tags[0] != tags[1]:
        yield UNDECIDED, became("namespace", *tags)
    # What an operation or a path says of servers goes before what the document says.
    places = [[*map(address, one.data.get("servers") or one.item.get("servers", ()))][:1] for one in (old, new)]
    if places[0] != places[1]:
        yield UNDECIDED, became("server", *(place[0] if place else "that of the document" for place in places))
    if bool(old.data.get("deprecated")) != bool(new.data.get("deprecated")):
        yield NOTED, "deprecated now" if new.data.get("deprecated") else "no longer deprecated"


def _security(before: Document, after: Document, old: Operation, new: Operation) -> Iterator[tuple[Effect, str]]:
    ways = [_ways(before, old), _ways(after, new)]
    # What asks for less admits those who bring more.
    closed = {_opened_by(way) for way in ways[0] if not any(other <= way for other in ways[1])}
    opened = {_opened_by(way) for way in ways[1] if not any(other <= way for other in ways[0])}
    if closed:
        yield REMOVED, f"can no longer be called with {shown(closed)}"
    if opened:
        yield ADDED, f"can also be called with {shown(opened)}"


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


def address(server: Json) -> str:
    """Where a server is, with the defaults of its variables."""
    variables: Json = server.get("variables", {})
    url = re.sub(r"{([^}]*)}", lambda found: str(variables.get(found[1], {}).get("default", found[0])), server["url"])
    return url.rstrip("/")


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


def _demand(old: Json, new: Json) -> Iterable[Finding]:
    if bool(old.get("required")) == bool(new.get("required")):
        return ()
    demanded = bool(new.get("required"))
    return (Finding(NARROWED if demanded else WIDENED, (), "required now" if demanded else "no longer required"),)


def _told(name: str, effect: Effect, text: str) -> Change:
    return Change(effect.in_request, effect.kind, name, "", "", text)


def _change(name: str, side: Side, place: str, finding: Finding) -> Change:
    field = ".".join(finding.path).replace(".[]", "[]")
    return Change(finding.effect.on(side), finding.effect.kind, name, place, field, finding.text)
