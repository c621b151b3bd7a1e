"""Checks of arguments from programs, the command line and the control interface.

Each function raises a ValueError with the name, the bounds and the given value. Call it before any effect.
"""

from __future__ import annotations

import sys
from typing import TypeGuard

_LARGEST = sys.float_info.max
_LONGEST_SHOWN = 80


def shown(value: object) -> str:
    """Format a value for a message: surrogates are escaped, long values are cut."""
    try:
        told = repr(value)
    except (RecursionError, ValueError):  # nested too deeply, or thousands of digits
        told = f"some {type(value).__name__}"
    return told if len(told) <= _LONGEST_SHOWN else told[: _LONGEST_SHOWN - 3] + "..."


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a finite number within the range of a float."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {shown(value)}.")


def number(name: str, value: object, least: float, most: float = _LARGEST, *, bound: str = "") -> None:
    """Return a number within bounds; `bound` explains `most` in words."""
    if not is_number(value) or not least <= value <= most:
        kind = "a number" if most < _LARGEST else "a finite number"
        raise ValueError(f"{name} must be {kind}{_bounds(least, most)}{bound and f', {bound}'}; got {shown(value)}.")


def whole(
    name: str, value: object, least: float = -_LARGEST, most: float = _LARGEST, *, but: tuple[int, ...] = ()
) -> None:
    if not isinstance(value, int) or not is_number(value) or not least <= value <= most or value in but:
        excepted = f", but not {' or '.join(map(str, but))}" if but else ""
        raise ValueError(f"{name} must be a whole number{_bounds(least, most)}{excepted}; got {shown(value)}.")


def text(name: str, value: object, *, least: int = 1) -> None:
    if not isinstance(value, str) or len(value) < least:
        raise ValueError(f"{name} must be text{' that is not empty' if least else ''}; got {shown(value)}.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} must be text without half of a surrogate pair; got {shown(value)}.") from None


def yes_or_no(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false; got {shown(value)}.")


def an_object(name: str, value: object) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be an object with fields; got {shown(value)}.")


def _bounds(least: float, most: float) -> str:
    low = f" from {least:.15g}" if least > -_LARGEST else ""
    return low + (f" to {most:.15g}" if most < _LARGEST else "")
