"""What differs between two versions of the API description, and whom it breaks; and rules that tell it by key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar, cast

Json = dict[str, Any]
Schema = Json | bool
Key = TypeVar("Key")
INFINITE = float("inf")


class SpecError(Exception):
    """A description that cannot be compared: it is missing, unreadable, or refers to what is not there."""


class Verdict(StrEnum):
    BREAKING = "breaking"
    WORTH_READING = "worth_reading"
    HARMLESS = "harmless"


class Side(StrEnum):
    """The writer of a value: the caller (a request) or the service (an answer, a callback)."""

    REQUEST = "request"
    ANSWER = "answer"


class Effect(NamedTuple):
    """A kind of change, with the verdict where callers write the value and where they read it."""

    kind: str
    in_request: Verdict
    in_answer: Verdict


NARROWED = Effect("narrowed", Verdict.BREAKING, Verdict.HARMLESS)
WIDENED = Effect("widened", Verdict.HARMLESS, Verdict.BREAKING)
# What cannot be decided is taken for the worse.
UNDECIDED = Effect("changed", Verdict.BREAKING, Verdict.BREAKING)
NOTED = Effect("changed", Verdict.WORTH_READING, Verdict.WORTH_READING)
UNNOTICED = Effect("changed", Verdict.HARMLESS, Verdict.HARMLESS)
ADDED = Effect("added", Verdict.HARMLESS, Verdict.HARMLESS)
DEMANDED = Effect("added", Verdict.BREAKING, Verdict.HARMLESS)
REMOVED = Effect("removed", Verdict.BREAKING, Verdict.BREAKING)
# Required with a default: the client fills it in, but a client made from the earlier version leaves it out.
FILLED_IN = Effect("changed", Verdict.WORTH_READING, Verdict.HARMLESS)
# A closed set in an answer: a caller's own model of it fails on a value that it does not know.
VALUE_ADDED_TO_CLOSED = Effect("added", Verdict.HARMLESS, Verdict.BREAKING)
# Readers ignore fields that they do not know, so opening an answer's object breaks nobody.
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


class Finding(NamedTuple):
    """A change, before it is known where its schema is used."""

    effect: Effect
    text: str
    path: tuple[str, ...] = ()
    price: bool = False

    def under(self, name: str) -> Finding:
        return self._replace(path=(name, *self.path))

    def after(self, words: str) -> Finding:
        return self._replace(text=words + self.text)

    def harmless_on(self, side: Side) -> Finding:
        """The same for a value that this side never writes: `readOnly` in a request, `writeOnly` in an answer."""
        word = "in_request" if side is Side.REQUEST else "in_answer"
        return self._replace(effect=self.effect._replace(**{word: Verdict.HARMLESS}))

    def at(self, subject: str, place: str = "", side: Side = Side.REQUEST) -> Change:
        verdict = self.effect.in_request if side is Side.REQUEST else self.effect.in_answer
        field = ".".join(self.path).replace(".[]", "[]")
        return Change(verdict, self.effect.kind, subject, place, field, self.text, self.price)


def shown(value: object) -> str:
    """A value as the report prints it."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "(a rule)" if any(map(_is_inner, cast("Json", value).values())) else shown(_words(value))
        case str():
            return f"`{value}`" if value else '`""`'
        case bool():
            return f"`{str(value).lower()}`"
        case Collection():
            items = cast("Collection[object]", value)
            said = ", ".join(sorted(map(shown, items))) or "nothing"
            return "(a rule)" if any(isinstance(item, dict) for item in items) else said
        case _:
            return f"`{value}`"


def _is_inner(value: object) -> bool:
    return isinstance(value, dict | list)


def _words(value: Any) -> str:
    return " ".join(f"{key}={part}" for key, part in value.items())


def became(word: str, old: object, new: object) -> str:
    if old is None or new is None:
        return f"{word} {shown(new)} added" if old is None else f"{word} {shown(old)} removed"
    return f"{word} {shown(old)} → {shown(new)}"


# ---- rules: the findings of one key whose value changed, given the key and both values ----------------------------

Rule = Callable[[str, Any, Any], Iterable[Finding]]


def keyed(
    old: Json | None, new: Json | None, rules: Mapping[str, Rule], other: Rule | None = None
) -> Iterator[Finding]:
    """The findings of every key that has a rule and, with `other`, of all the rest."""
    old, new = old or {}, new or {}
    for key in dict.fromkeys((*rules, *sorted({*old, *new} if other else ()))):
        rule = rules.get(key, other)
        if rule and old.get(key) != new.get(key):
            yield from rule(key, old.get(key), new.get(key))


def ignored(*_: object) -> Iterable[Finding]:
    """Nothing: compared elsewhere, or prose."""
    return ()


def always(effect: Effect, word: str = "{}") -> Rule:
    return lambda key, old, new: [Finding(effect, became(word.format(key), old, new))]


def appearing(added: Effect, removed: Effect, changed: Effect, word: str = "{}") -> Rule:
    def rule(key: str, old: Any, new: Any) -> Iterable[Finding]:
        effect = added if old is None else removed if new is None else changed
        return [Finding(effect, became(word.format(key), old, new))]

    return rule


def bounded(inwards: int, absent: float, word: str = "{}") -> Rule:
    """A bound that tightens as it grows (`inwards` 1) or falls (-1)."""

    def rule(key: str, old: Any, new: Any) -> Iterable[Finding]:
        before, after = (absent if value is None else value for value in (old, new))
        if before != after:
            effect = NARROWED if inwards * after > inwards * before else WIDENED
            yield Finding(effect, became(word.format(key), old, new))

    return rule


def members(added: tuple[Effect, str], removed: tuple[Effect, str]) -> Rule:
    """A set; {0} in a text is the member as it is, {1} as a report shows it."""

    def rule(_: str, old: Any, new: Any) -> Iterable[Finding]:
        for (effect, text), these, those in ((removed, old or (), new or ()), (added, new or (), old or ())):
            yield from (Finding(effect, text.format(one, shown(one))) for one in these if one not in those)

    return rule


def switch(on: tuple[Effect, str], off: tuple[Effect, str]) -> Rule:
    def rule(_: str, old: Any, new: Any) -> Iterable[Finding]:
        if bool(old) != bool(new):
            yield Finding(*(on if new else off))

    return rule


def flag(key: str, old: Any, new: Any) -> Iterable[Finding]:
    return switch((NOTED, f"{key} now"), (NOTED, f"no longer {key}"))(key, old, new)


def typed(key: str, old: Any, new: Any) -> Iterable[Finding]:
    """A type: a number may be an integer, and anything may be what has no type."""
    wider = new is None or (old, new) == ("integer", "number")
    narrower = old is None or (old, new) == ("number", "integer")
    effect = WIDENED if wider else NARROWED if narrower else UNDECIDED
    return [Finding(effect, became(key, old or "anything", new or "anything"))]


def each(
    old: Mapping[Key, object], new: Mapping[Key, object], what: str, come: Effect = ADDED, gone: Effect = REMOVED
) -> Iterator[tuple[Key, Finding | None]]:
    """Every key of two objects, with a finding where only one has it; `what` may say where the key's name goes."""
    for key in {**old, **new}:
        if key in old and key in new:
            yield key, None
        else:
            effect, word = (gone, "removed") if key in old else (come, "added")
            yield key, Finding(effect, f"{what} {shown(key)} {word}")


required = switch((NARROWED, "required now"), (WIDENED, "no longer required"))
