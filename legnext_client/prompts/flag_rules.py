"""Check a prompt's flags: spelling, unknown flags, flags that the model does not support, and values.

The spec's table defines which flags and values each model accepts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from legnext_client.prompts.flags import (
    BY_NAME,
    IMAGE_MODELS,
    MODEL_FLAGS,
    NAMES,
    ROWS,
    SPELLING,
    label,
    model_named,
    nearest,
    row_for,
)
from legnext_client.prompts.problems import Problem
from legnext_client.prompts.reading import NUMBER, Flag, first_word
from legnext_client.prompts.values import Fault, faults, same, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.generated.rules import Parameter

_LETTERS = re.compile(r"-*([a-z]+)")


def models(flags: tuple[Flag, ...], kind: str) -> Iterator[Problem]:
    if kind in BY_NAME:
        return
    named = [flag for flag in flags if flag.name in MODEL_FLAGS]
    for flag in named[1:]:
        if flag.name != named[0].name:
            reason = f"{_spelled(named[0])} and {_spelled(flag)} name two models"
            yield Problem(flag.position, flag.name, "two models", reason, "keep one of them")
    for flag in named:
        model = BY_NAME.get(model_named(flag.name, first_word(flag.value)) or "")
        if model and model.sunset:
            reason = f"{label(model.model)} is going to be retired"
            yield Problem(flag.position, flag.name, "sunset", reason, f"use {label(model.sunset)}", "warning")
        if model and model.seen and model.seen.second_hand:
            reason = (
                f"{label(model.model)} is not in the service's documents; known from {model.seen.by}, {model.seen.date}"
            )
            yield Problem(flag.position, flag.name, "second-hand model", reason, severity="note")


def repeated(flags: tuple[Flag, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for flag in flags:
        if flag.known and flag.name in seen:
            yield Problem(flag.position, flag.name, "repeated", f"{_spelled(flag)} is given again", "give it once")
        seen.add(flag.name)


def excluded(flags: tuple[Flag, ...], model: str | None) -> Iterator[Problem]:
    """Yield flags that conflict with another flag for this model, at the excluded one."""
    rows = {flag.name: row_for(flag.name, model) for flag in flags if flag.known} if model else {}
    for name, row in rows.items():
        for words in row.excludes if row else ():
            other, _, value = words.partition(" ")
            listed = float(value) if NUMBER.fullmatch(value) else value
            for flag in flags:
                if flag.name == other and (not value or same(first_word(flag.value), listed)):
                    reason = f"`{SPELLING[name]}` does not go together with `{f'{SPELLING[other]} {value}'.strip()}`"
                    yield Problem(flag.position, other, "excluded", reason, "leave one of them out", "warning")


def unknown(flag: Flag) -> Iterator[Problem]:
    letters = _LETTERS.match(flag.name)
    near = nearest(letters[1]) if letters else None
    rest = flag.name[letters.end() :].lstrip("=:") if letters else ""
    better = f"`--{near} {rest}`" if rest[:1].isalnum() else f"`--{near}`"
    reason = f"`--{shortened(flag.written)}` is not a flag of this API"
    yield Problem(flag.position, flag.name, "unknown flag", reason, better if near else "leave it out")


def spelling(flag: Flag) -> Iterator[Problem]:
    if flag.known and (flag.marker != "--" or flag.written != flag.written.lower()):
        reason = f"`{flag.marker}{flag.written}` is not how flags are written"
        yield Problem(flag.position, flag.name, "spelling", reason, f"`--{flag.written.lower()}`")


def by_table(flag: Flag, kind: str, model: str | None) -> Iterator[Problem]:
    """Check a known flag against the table: model support and value."""
    row = row_for(flag.name, model) if model else _any_row(flag, kind)
    if row is None:
        yield Problem(flag.position, flag.name, *_not_supported(flag, kind, model))
        return
    if row.use == "rejected":
        reason = f"{label(model) if model else 'the API'} rejects {_spelled(flag)}: the service answers 400"
        yield Problem(flag.position, flag.name, "rejected", reason, row.instead)
        return
    if row.use == "ignored":
        reason = f"{_spelled(flag)} does nothing with {label(model) if model else 'any model'}"
        yield Problem(flag.position, flag.name, "ignored", reason, row.instead, "warning")
    for fault in faults(row, flag.value):
        yield Problem(
            flag.value_position + fault.offset,
            flag.name,
            fault.kind,
            f"{_spelled(flag)} {fault.reason}",
            _better(flag, kind, fault) if fault.severity == "error" else None,
            fault.severity,
        )


def _spelled(flag: Flag) -> str:
    """Return the flag as written, or its short spelling if a value is attached to it."""
    written = flag.written.lower()
    return f"`--{written}`" if written in NAMES else f"`{SPELLING[flag.name]}`"


def _any_row(flag: Flag, kind: str) -> Parameter | None:
    """Return the row that accepts the value best, among all models of this kind; used if the model is unknown."""
    rows = [row for model in _models_of(kind) if (row := row_for(flag.name, model)) and row.use != "rejected"]
    return next((row for row in rows if not any(faults(row, flag.value))), rows[0] if rows else None)


def _models_of(kind: str) -> tuple[str, ...]:
    return (kind,) if kind in BY_NAME else IMAGE_MODELS


def _not_supported(flag: Flag, kind: str, model: str | None) -> tuple[str, str, str | None]:
    """Return the kind, reason and proposal for a flag that the model does not support."""
    rows = ROWS[flag.name]
    spelled = _spelled(flag)
    able = [other for row in rows if row.use != "rejected" for other in row.models]
    if not able:
        instead = next((row.instead for row in rows if row.instead), None)
        return "never supported", f"the API does not support {spelled}", instead
    same_kind = [other for other in able if other in _models_of(kind)]
    if not same_kind:
        meant = ", ".join(sorted({"image" if other in IMAGE_MODELS else other for other in able}))
        return f"{meant} flag", f"{spelled} is for {meant} prompts, not for {kind} prompts", "leave it out"
    taker = label(model) if model else "the model"
    return "not supported", f"{taker} does not support {spelled}", f"leave it out{_or_use(same_kind)}"


def _better(flag: Flag, kind: str, fault: Fault) -> str:
    """Propose a better value, another model, or leaving the flag out."""
    if fault.kind == "stray words":
        return f"put {shortened(fault.better or '')!r} before the first flag"
    if fault.better is not None:
        return f"`{SPELLING[flag.name]} {fault.better}`"
    able = [
        model
        for model in _models_of(kind)
        if (row := row_for(flag.name, model)) and row.use != "rejected" and not any(faults(row, flag.value))
    ]
    return _or_use(able).removeprefix(", ") or "leave it out"


def _or_use(models: list[str]) -> str:
    """Propose those of the models that the service documents."""
    documented = [label(model) for model in models if BY_NAME[model].seen is None]
    return f", or use {', '.join(documented)}" if documented else ""
