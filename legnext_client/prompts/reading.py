"""Parse a prompt into image URLs, words and flags, with their positions.

A flag is a word that begins with `--`; its value extends to the next flag, as in Midjourney. Parsing checks nothing:
unknown flags and odd values are kept as they are. All patterns run in linear time.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from legnext_client.prompts.flags import BY_NAME, DEFAULT_MODEL, MODEL_FLAGS, NAMES, TAKES, model_named

# Word processors turn `--` into em and en dashes. They begin a flag only before a known name.
_MARKED = re.compile(r"(?<!\S)(--|[—–])(\S+)")
_LETTERS = re.compile(r"[A-Za-z]+")
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
WORD = re.compile(r"\S+")
ADDRESS_BEGINS = ("http://", "https://")


class Flag(NamedTuple):
    """A flag in a prompt. `name` is its name in the table, or its spelling if it is unknown."""

    position: int
    marker: str
    written: str
    name: str
    known: bool
    value: str
    value_position: int


class Reading(NamedTuple):
    """A parsed prompt. `words` is the text between the image URLs and the first flag."""

    images: tuple[str, ...]
    words: str
    words_position: int
    flags: tuple[Flag, ...]


@functools.lru_cache(maxsize=64)  # checks, prices and durations each read the same prompt
def read(text: str) -> Reading:
    """Parse a prompt. Never fails."""
    marks = [mark for mark in _MARKED.finditer(text) if _begins_flag(mark[1], mark[2])]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    flags = tuple(_flag(text, mark, end) for mark, end in zip(marks, ends, strict=False))
    return Reading(*_head(text[: marks[0].start()] if marks else text), flags)


def resolve(written: str) -> tuple[str, str] | None:
    """Return the flag spelled `written` (without dashes) and the value attached to it; None if it is unknown.

    Only a flag that selects a model may have an attached value, as in the documented `--v7`.
    """
    if written.lower() in NAMES:
        return NAMES[written.lower()], ""
    letters = _LETTERS.match(written)
    name = NAMES.get(letters[0].lower()) if letters else None
    if letters is None or name is None or TAKES[name] != "model" or not written[letters.end()].isdecimal():
        return None
    return name, written[letters.end() :]


def model_of(flags: tuple[Flag, ...], kind: str, otherwise: str | None = DEFAULT_MODEL) -> str | None:
    """Return the model that a prompt names, `otherwise` if it names none, and None if the named one is unknown.

    A kind with a model of its own, such as `video`, always uses that model.
    """
    if kind in BY_NAME:
        return kind
    named = [flag for flag in flags if flag.name in MODEL_FLAGS]
    return model_named(named[-1].name, first_word(named[-1].value)) if named else otherwise


def first_word(value: str) -> str:
    """Return the first word of a flag's value, which is the whole value of a flag that takes one."""
    return value.split(maxsplit=1)[0] if value else ""


def _begins_flag(marker: str, written: str) -> bool:
    if marker == "--":
        return written.lstrip("-")[:1].isalnum()
    return resolve(written) is not None


def _flag(text: str, mark: re.Match[str], end: int) -> Flag:
    written = mark[2]
    resolved = resolve(written)
    name, joined = resolved or (written.lower(), "")
    begin = mark.end() - len(joined)
    behind = text[begin:end]
    value = behind.strip()
    return Flag(mark.start(), mark[1], written, name, resolved is not None, value, begin + behind.find(value))


def _head(head: str) -> tuple[tuple[str, ...], str, int]:
    images: list[str] = []
    begin = len(head)
    for word in WORD.finditer(head):
        if not word[0].lower().startswith(ADDRESS_BEGINS):
            begin = word.start()
            break
        images.append(word[0])
    return tuple(images), head[begin:].rstrip(), begin
