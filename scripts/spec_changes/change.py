"""What a change of the API description is called, and whom it breaks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, cast

Json = dict[str, Any]
Schema = Json | bool


class SpecError(Exception):
    """A description that cannot be compared: it is missing, unreadable, or refers to what is not there."""


class Verdict(StrEnum):
    BREAKING = "breaking"
    WORTH_READING = "worth_reading"
    HARMLESS = "harmless"


class Side(StrEnum):
    """Who writes the value in question: the caller (a request) or the service (an answer, a callback)."""

    REQUEST = "request"
    ANSWER = "answer"


class Effect(NamedTuple):
    """A kind of change, with the verdict where callers write the value and where they read it."""

    kind: str
    in_request: Verdict
    in_answer: Verdict

    def on(self, side: Side) -> Verdict:
        return self.in_request if side is Side.REQUEST else self.in_answer


NARROWED = Effect("narrowed", Verdict.BREAKING, Verdict.HARMLESS)
WIDENED = Effect("widened", Verdict.HARMLESS, Verdict.BREAKING)
# What cannot be decided is taken for the worse.
UNDECIDED = Effect("changed", Verdict.BREAKING, Verdict.BREAKING)
NOTED = Effect("changed", Verdict.WORTH_READING, Verdict.WORTH_READING)
ADDED = Effect("added", Verdict.HARMLESS, Verdict.HARMLESS)
DEMANDED = Effect("added", Verdict.BREAKING, Verdict.HARMLESS)
REMOVED = Effect("removed", Verdict.BREAKING, Verdict.BREAKING)
# Required with a default: the client fills it in, but a client made from the earlier version leaves it out.
FILLED_IN = Effect("changed", Verdict.WORTH_READING, Verdict.HARMLESS)
# A closed set in an answer: the callers' own model of it chokes on a value that it does not know.
VALUE_ADDED_TO_CLOSED = Effect("added", Verdict.HARMLESS, Verdict.BREAKING)
# Readers pass over fields that they do not know, so opening an answer's object hurts nobody.
OPENED = Effect("widened", Verdict.HARMLESS, Verdict.HARMLESS)


class Finding(NamedTuple):
    """A change inside a schema, before it is known where the schema is used."""

    effect: Effect
    path: tuple[str, ...]
    text: str

    def under(self, *names: str) -> Finding:
        return self._replace(path=(*names, *self.path))

    def harmless_on(self, side: Side) -> Finding:
        """The same where the value is never written by that side: `readOnly` in a request, `writeOnly` in an answer."""
        kind, request, answer = self.effect
        if side is Side.REQUEST:
            return self._replace(effect=Effect(kind, Verdict.HARMLESS, answer))
        return self._replace(effect=Effect(kind, request, Verdict.HARMLESS))


@dataclass(frozen=True, slots=True)
class Change:
    """One change, at one place: `subject` says what of the API it concerns, `place` where in there."""

    verdict: Verdict
    kind: str
    subject: str
    place: str
    field: str
    text: str
    price: bool = False


def shown(value: object) -> str:
    """A value as the report prints it."""
    if isinstance(value, Collection) and not isinstance(value, str):
        return ", ".join(sorted(map(shown, cast("Collection[object]", value)))) or "nothing"
    if value is None:
        return "nothing"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != "" else '`""`'


def became(word: str, old: object, new: object) -> str:
    return f"{word} {shown(old)} → {shown(new)}"
