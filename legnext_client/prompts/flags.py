"""Look up the flags and models of the spec's table by name.

A flag added to the table is available everywhere in this package.
"""

from __future__ import annotations

import functools
from typing import get_args

from legnext_client.generated.rules import MODELS, PARAMETERS, Model, ModelName, Parameter, PromptKind


def _names(row: Parameter) -> tuple[str, ...]:
    return tuple(name for name in (row.short, row.flag, row.long) if name)


NAMES: dict[str, str] = {name: row.flag for row in PARAMETERS for name in _names(row)}
"""All spellings of each flag, mapped to its name in the table."""

ROWS: dict[str, tuple[Parameter, ...]] = {
    flag: tuple(row for row in PARAMETERS if row.flag == flag) for flag in dict.fromkeys(NAMES.values())
}

SPELLING: dict[str, str] = {flag: f"--{_names(rows[0])[0]}" for flag, rows in ROWS.items()}
"""The preferred spelling of each flag: its short name if it has one."""

TAKES: dict[str, str | None] = {
    flag: next((row.takes for row in rows if row.takes), None) for flag, rows in ROWS.items()
}

ORDER: dict[str, int] = {flag: place for place, flag in enumerate(ROWS)}
"""The order of the table, which the service's documentation recommends."""

KINDS: tuple[PromptKind, ...] = get_args(PromptKind)
MODEL_FLAGS = frozenset(model.flag for model in MODELS if model.flag)
BY_NAME: dict[str, Model] = {model.model: model for model in MODELS}
IMAGE_MODELS: tuple[str, ...] = tuple(model.model for model in MODELS if model.flag)
DEFAULT_MODEL: ModelName = next(model.model for model in MODELS if model.default)


@functools.cache
def row_for(flag: str, model: str) -> Parameter | None:
    """Return the row of a flag for this model, or None if it is not supported."""
    return next((row for row in ROWS[flag] if model in row.models), None)


@functools.lru_cache(maxsize=1024)
def model_named(flag: str, value: str) -> str | None:
    """Return the model named by `--v 8.1`, `--niji 6` or `--niji`; None if there is no such model."""
    value = value or next((str(row.default) for row in ROWS[flag] if row.default is not None), "")
    return next((model.model for model in MODELS if (model.flag, model.value) == (flag, value)), None)


def label(model: str) -> str:
    """Return a model as a prompt names it, for messages."""
    known = BY_NAME[model]
    return f"`{SPELLING[known.flag]} {known.value}`" if known.flag else f"the {model} model"


@functools.lru_cache(maxsize=1024)
def nearest(written: str) -> str | None:
    """Return the known flag closest to `written`, if any is close."""
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
    """Map each known name with one letter left out to that name.

    Two words that differ by one letter, or by two swapped ones, share such a spelling. A few look-ups therefore
    replace a distance to every known name, even for a text full of unknown flags.
    """
    long_names = [name for name in NAMES if len(name) > 2]
    return {short: name for name in reversed(long_names) for short in (*_shortened(name), name)}
