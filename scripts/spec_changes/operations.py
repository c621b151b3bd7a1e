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
from spec_changes.schemas import Schemas

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
        yield from own_data(name, old.data.get("x-legnext", {}), new.data.get("x-legnext", {}))

    def _parameters(self, name: str, old: Operation, new: Operation) -> Iterator[Change]:
        before, after = _parameters(self.old, old), _parameters(self.new, new)
        for key in {**before, **after}:
            place, field = f"parameter in {key[0]}", key[1]
            if key not in after:
                yield _change(name, Side.REQUEST, place, Finding(REMOVED, (field,), "parameter removed"))
            elif key not in before:
                demanded = bool(after[key].get("required"))
                effect = DEMANDED if demanded else ADDED
                text = f"parameter added{', required' * demanded}"
                yield _change(name, Side.REQUEST, place, Finding(effect, (field,), text))
            else:
                for finding in self._parameter(before[key], after[key]):
                    yield _change(name, Side.REQUEST, place, finding.under(field))

    def _parameter(self, old: Json, new: Json) -> Iterator[Finding]:
        yield from _demand(old, new)
        if not old.get("deprecated") and new.get("deprecated"):
            yield Finding(NOTED, (), "deprecated now")
        for word in ("style", "explode", "content"):
            if old.get(word) != new.get(word):
                yield Finding(UNDECIDED, (), became(word, old.get(word), new.get(word)))
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
        for header in {**old, **new}:
            if header not in new or header not in old:
                effect, word = (REMOVED, "removed") if header not in new else (ADDED, "added")
                yield _change(name, Side.ANSWER, place, Finding(effect, (), f"header {shown(header)} {word}"))
                continue
            before, after = self.old.resolve(old[header]), self.new.resolve(new[header])
            found = [*_demand(before, after), *self.schemas.compare(before.get("schema", {}), after.get("schema", {}))]
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
    if bool(old.data.get("deprecated")) != bool(new.data.get("deprecated")):
        yield NOTED, "deprecated now" if new.data.get("deprecated") else "no longer deprecated"


def _security(before: Document, after: Document, old: Operation, new: Operation) -> Iterator[tuple[Effect, str]]:
    ways = [_ways(before, old), _ways(after, new)]
    if ways[0] - ways[1]:
        yield REMOVED, f"can no longer be called with {shown(ways[0] - ways[1])}"
    if ways[1] - ways[0]:
        yield ADDED, f"can also be called with {shown(ways[1] - ways[0])}"


def _ways(document: Document, operation: Operation) -> set[str]:
    """The keys that open an operation: those of any one way, or none at all."""
    ways: list[Json] = operation.data.get("security", document.spec.get("security")) or []
    return {" + ".join(sorted(way)) or "no key" for way in ways or [{}]}


def _parameters(document: Document, operation: Operation) -> dict[tuple[str, str], Json]:
    """By place and name; those of the operation win over those of the path."""
    nodes = [*operation.item.get("parameters", ()), *operation.data.get("parameters", ())]
    return {(one["in"], one["name"]): one for one in map(document.resolve, nodes)}


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
