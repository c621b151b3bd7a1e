"""The changes as people read them in a pull request, and as machines read them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

from spec_changes.change import Change, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEADINGS = {
    Verdict.BREAKING: ("Breaking", "Callers must change something, or stop working."),
    Verdict.WORTH_READING: ("Worth reading", "Programs go on working, but not quite as before."),
    Verdict.HARMLESS: ("Harmless", "Nobody has to do anything."),
}
_NAMED = 4
"""So many operations are named on a line before the rest is counted."""


def breaks(changes: Iterable[Change]) -> bool:
    return any(change.verdict is Verdict.BREAKING for change in changes)


def summary(changes: list[Change]) -> str:
    """One sentence: how many of which."""
    if not changes:
        return "Nothing that callers see has changed."
    lines = Counter(verdict for verdict in Verdict for _ in _lines(changes, verdict))
    counts = ", ".join(f"{lines[verdict]} {verdict.value.replace('_', ' ')}" for verdict in Verdict)
    risen = len(set(_risen(changes)))
    return f"{counts}{f'; {risen} prices raised' if risen > 1 else '; a price raised' if risen else ''}."


def markdown(changes: list[Change], since: str) -> str:
    parts = [f"# What changes for callers since {since}", f"**{summary(changes)}**"]
    risen = [f"- {line}" for line in dict.fromkeys(_risen(changes))]
    if risen:
        parts += ["## Prices raised", "\n".join(risen)]
    for verdict, (heading, meaning) in _HEADINGS.items():
        lines = list(_lines(changes, verdict))
        if lines:
            parts += [f"## {heading}", meaning, "\n".join(f"- {line}" for line in lines)]
    return "\n\n".join(parts) + "\n"


def as_json(changes: list[Change], since: str) -> str:
    sections = {
        verdict.value: [
            {name: value for name, value in asdict(change).items() if name != "verdict"}
            for change in changes
            if change.verdict is verdict
        ]
        for verdict in Verdict
    }
    return json.dumps({"since": since, "breaks": breaks(changes), **sections}, ensure_ascii=False, indent=2) + "\n"


def _risen(changes: list[Change]) -> Iterator[str]:
    for change in changes:
        if change.price and change.verdict is Verdict.WORTH_READING:
            yield f"**{change.subject}**: {change.text}"


def _lines(changes: list[Change], verdict: Verdict) -> Iterator[str]:
    """One line for what happens in many places: a shared schema is one edit, not twenty."""
    places: dict[tuple[str, str, str, str], list[Change]] = {}
    for change in changes:
        if change.verdict is verdict:
            kind_of_place = change.place.split(" ")[0]
            key = (change.kind, kind_of_place, change.field, change.text)
            places.setdefault(key, []).append(change)
    for (kind, _, field, text), found in places.items():
        subjects = _several(dict.fromkeys(change.subject for change in found))
        place = _several(dict.fromkeys(change.place for change in found if change.place))
        where = f"{subjects}{f', {place}' if place else ''}{f', `{field}`' if field else ''}"
        yield f"*{kind}* · {where}: {text}"


def _several(words: Iterable[str]) -> str:
    named = list(words)
    rest = len(named) - _NAMED
    return ", ".join(named) if rest <= 1 else f"{', '.join(named[:_NAMED])} and {rest} more"
