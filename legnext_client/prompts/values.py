"""Check the values of flags, with one function per kind of value in the table."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from legnext_client.generated.rules import MODELS, Parameter
from legnext_client.prompts.reading import ADDRESS_BEGINS, NUMBER, WORD

if TYPE_CHECKING:
    from legnext_client.prompts.problems import Severity

_VERSION = re.compile(r"[1-9][0-9]?(?:\.[0-9])?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,20}")
_RATIO = re.compile(r"([0-9]{1,9}):([0-9]{1,9})")
_LIKE_A_RATIO = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?(?:[:/xX×*-]([0-9]{1,9})(?:\.([0-9]{1,6}))?)?")
_CODE = re.compile(r"[\w-]+(?:::[0-9.]*)?")


class Fault(NamedTuple):
    """A problem of a value: its offset, its reason, and a better value if one is known."""

    offset: int
    kind: str
    reason: str
    better: str | None = None
    severity: Severity = "error"


def faults(row: Parameter, value: str) -> Iterator[Fault]:
    """Yield the problems of a flag's value. Unknown kinds of values pass."""
    check, most = _CHECKS.get(row.takes, _NO_CHECK)
    if not value:
        if most and not row.optional:
            yield Fault(0, "missing value", f"needs {expected(row)}")
        return
    words = list(WORD.finditer(value))
    if check and (fault := check(row, words[0][0])):
        yield fault
    taken = min(most, 1)
    while taken < min(most, len(words)) and (check is None or _continues(words[taken][0])):
        taken += 1
    if row.at_most is not None and taken > row.at_most:
        begin = words[row.at_most].start()
        yield Fault(begin, "too many", f"takes no more than {row.at_most}; got {taken}", value[:begin].rstrip())
    if taken < len(words):
        stray = value[words[taken].start() :]
        yield Fault(words[taken].start(), "stray words", f"takes no {shortened(stray)!r}", stray)


def expected(row: Parameter) -> str:
    """Describe the values that a flag takes, for messages."""
    options = [str(value) for value in row.values]
    if row.takes == "model":
        options = [str(model.value) for model in MODELS if model.flag == row.flag]
    if options:
        return options[0] if len(options) == 1 else f"one of {', '.join(options)}"
    bounds = f" from {row.range[0]:g} to {_plain(row.range[1])}" if row.range else ""
    return _EXPECTED.get(row.takes or "", "a value") + bounds


def shortened(text: str) -> str:
    """Shorten a text for messages."""
    return text if len(text) <= 40 else f"{text[:39]}…"


def same(value: str, listed: str | float | None) -> bool:
    """Compare a written value with one of the table, as text or as a number."""
    if value.lower() == str(listed):
        return True
    return isinstance(listed, (int, float)) and NUMBER.fullmatch(value) is not None and float(value) == listed


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _wrong(row: Parameter, word: str, better: str | None = None) -> Fault:
    return Fault(0, "bad value", f"must be {expected(row)}; got {shortened(word)!r}", better)


def _number(row: Parameter, word: str) -> Fault | None:
    if not NUMBER.fullmatch(word):
        return _wrong(row, word)
    if row.range and not row.range[0] <= float(word) <= row.range[1]:
        bound = row.range[0] if float(word) < row.range[0] else row.range[1]
        return Fault(0, "out of range", f"must be {expected(row)}; got {word}", _plain(bound))
    return None


def _integer(row: Parameter, word: str) -> Fault | None:
    if NUMBER.fullmatch(word) and not _WHOLE.fullmatch(word):
        return _wrong(row, word, _plain(round(float(word))))
    return _number(row, word)


def _choice(row: Parameter, word: str) -> Fault | None:
    return None if any(same(word, value) for value in row.values) else _wrong(row, word)


def _model(row: Parameter, word: str) -> Fault | None:
    known = [model.value for model in MODELS if model.flag == row.flag]
    if word in known:
        return None
    if _is_newer(word, known):
        reason = (
            f"{shortened(word)} is newer than the versions that this package knows: {', '.join(filter(None, known))}"
        )
        return Fault(0, "newer model", reason, severity="note")
    near = [
        value
        for value in known
        if value and NUMBER.fullmatch(word) and (float(value) == float(word) or value.replace(".", "") == word)
    ]
    return Fault(0, "unknown model", f"must be {expected(row)}; got {shortened(word)!r}", near[0] if near else None)


def _is_newer(word: str, known: Sequence[str | None]) -> bool:
    """Return whether a version may be newer than the table. `81` is not: it is `8.1` without its point."""
    newest = max((float(value) for value in known if value and NUMBER.fullmatch(value)), default=math.inf)
    without_points = [value.replace(".", "") for value in known if value]
    return _VERSION.fullmatch(word) is not None and newest < float(word) and word not in without_points


def _ratio(row: Parameter, word: str) -> Fault | None:
    sides = _RATIO.fullmatch(word)
    if sides and int(sides[1]) and int(sides[2]):
        return None
    return _wrong(row, word, _whole_ratio(word))


def _whole_ratio(word: str) -> str | None:
    """Convert `1.39:1` and `1.39` to `139:100`, and `16x9` to `16:9`."""
    sides = _LIKE_A_RATIO.fullmatch(word)
    if not sides or not (sides[2] or sides[3]):
        return None
    places = max(len(sides[2] or ""), len(sides[4] or ""))
    width = int(sides[1] + (sides[2] or "").ljust(places, "0"))
    height = int((sides[3] or "1") + (sides[4] or "").ljust(places, "0"))
    return f"{width}:{height}" if width and height else None


def _reference(row: Parameter, word: str) -> Fault | None:
    # A single word may be a code of the service, so it is never refused.
    if word.lower().startswith(ADDRESS_BEGINS) or _CODE.fullmatch(word):
        return None
    looks_like_address = "." in word.strip(".") and not word.startswith(("[", "<", "(", "/"))
    return _wrong(row, word, f"https://{word}" if looks_like_address else None)


def _continues(word: str) -> bool:
    """Return whether a further word belongs to the preceding URLs or codes."""
    if word.lower().startswith(ADDRESS_BEGINS):
        return True
    return _CODE.fullmatch(word) is not None and (word == "random" or any(letter.isdigit() for letter in word))


_EXPECTED = {
    "integer": "a whole number",
    "number": "a number",
    "ratio": "a ratio of whole numbers, such as 16:9",
    "urls": "an address (https://…) or a code",
    "code": "a code",
    "words": "words",
}

# The check of a value's first word, and the maximum number of words.
_Check: TypeAlias = Callable[[Parameter, str], Fault | None]
_NO_CHECK: tuple[_Check | None, int] = (None, sys.maxsize)
_CHECKS: dict[str | None, tuple[_Check | None, int]] = {
    "switch": (None, 0),
    "integer": (_integer, 1),
    "number": (_number, 1),
    "choice": (_choice, 1),
    "model": (_model, 1),
    "ratio": (_ratio, 1),
    "urls": (_reference, sys.maxsize),
    "code": (_reference, sys.maxsize),
    "words": _NO_CHECK,
}
