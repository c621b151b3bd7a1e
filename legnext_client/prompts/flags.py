"""The prompt flags and models of the spec's table, looked up by name. Nothing here is about text.

A flag that is added to the table is known to everything in this package at once.
"""

from __future__ import annotations

import functools
from typing import get_args

from legnext_client.generated.rules import MODELS, PARAMETERS, Model, ModelName, Parameter, PromptKind


def _names(row: Parameter) -> tuple[str, ...]:
    return tuple(name for name in (row.short, row.flag, row.long) if name)


NAMES: dict[str, str] = {name: row.flag for row in PARAMETERS for name in _names(row)}
"""Every way to write a flag, and the flag that is meant."""

ROWS: dict[str, tuple[Parameter, ...]] = {
    flag: tuple(row for row in PARAMETERS if row.flag == flag) for flag in dict.fromkeys(NAMES.values())
}

SPELLING: dict[str, str] = {flag: f"--{_names(rows[0])[0]}" for flag, rows in ROWS.items()}
"""How a flag is written here: by its short name if it has one."""

TAKES: dict[str, str | None] = {
    flag: next((row.takes for row in rows if row.takes), None) for flag, rows in ROWS.items()
}

ORDER: dict[str, int] = {flag: place for place, flag in enumerate(ROWS)}
"""The table's own order, which is the one that the service's documents recommend."""

KINDS: tuple[PromptKind, ...] = get_args(PromptKind)
MODEL_FLAGS = frozenset(model.flag for model in MODELS if model.flag)
BY_NAME: dict[str, Model] = {model.model: model for model in MODELS}
IMAGE_MODELS: tuple[str, ...] = tuple(model.model for model in MODELS if model.flag)
DEFAULT_MODEL: ModelName = next(model.model for model in MODELS if model.default)


@functools.cache
def row_for(flag: str, model: str) -> Parameter | None:
    """The flag as it is with this model; None: not supported there."""
    return next((row for row in ROWS[flag] if model in row.models), None)


def model_named(flag: str, value: str) -> str | None:
    """The model that `--v 8.1`, `--niji 6` or `--niji` names; None when there is no such model."""
    value = value or next((str(row.default) for row in ROWS[flag] if row.default is not None), "")
    return next((model.model for model in MODELS if (model.flag, model.value) == (flag, value)), None)


def label(model: str) -> str:
    """A model as a prompt names it, for messages."""
    known = BY_NAME[model]
    return f"`{SPELLING[known.flag]} {known.value}`" if known.flag else f"the {model} model"


@functools.lru_cache(maxsize=1024)
def nearest(written: str) -> str | None:
    """The known flag that somebody who wrote `written` probably meant, if one is near."""
    if written in NAMES:
        return written
    if not 3 <= len(written) <= 24:
        return None
    neighbours = _neighbours()
    for variant in (written, *_shortened(written)):
        if variant in neighbours:
            return neighbours[variant]
    alike = {NAMES[name]: name for name in NAMES if len(name) > 2 and _one_begins_the_other(name, written)}
    return next(iter(alike.values())) if len(alike) == 1 else None


def _one_begins_the_other(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _shortened(name: str) -> list[str]:
    return [name[:at] + name[at + 1 :] for at in range(len(name))]


@functools.cache
def _neighbours() -> dict[str, str]:
    """Known names by each of their spellings with one letter left out.

    Two words that differ by one letter, or by two that changed places, share such a spelling; so a few look-ups find
    what a distance between the word and every known name would, however many unknown flags a text has.
    """
    long_names = [name for name in NAMES if len(name) > 2]
    return {short: name for name in reversed(long_names) for short in (*_shortened(name), name)}
