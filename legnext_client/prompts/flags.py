"""Look up the flags and models of the spec's table by name.

A flag added to the table is available everywhere in this package.
"""

from __future__ import annotations

import difflib
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
    names = [name for name in NAMES if len(name) > 2] if 3 <= len(written) <= 24 else []
    return next(iter(difflib.get_close_matches(written, names, n=1, cutoff=0.7)), None)
