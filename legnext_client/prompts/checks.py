"""Check a prompt: report all problems at once, each with its position, reason and proposal."""

from __future__ import annotations

import functools
import re
from operator import attrgetter
from typing import TYPE_CHECKING

from legnext_client.errors import InvalidRequest
from legnext_client.prompts import flag_rules
from legnext_client.prompts.flags import BY_NAME, DEFAULT_MODEL, KINDS
from legnext_client.prompts.problems import Problem
from legnext_client.prompts.reading import ADDRESS_BEGINS, NUMBER, WORD, Reading, model_of, read, resolve
from legnext_client.prompts.values import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from legnext_client.generated.rules import ModelName, PromptKind

_POSITION = attrgetter("position")
_JOINED = re.compile(r"[^\s-](--[A-Za-z]\S*)")
_SPACED = re.compile(r"(?<!\S)--\s+([A-Za-z]+)(?!\S)")
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")


def check_prompt(
    text: str, kind: PromptKind = "image", *, model: ModelName | None = DEFAULT_MODEL, bounded: bool = True
) -> list[Problem]:
    """Return all problems of a prompt, in the order of the text. Accepts any string.

    `kind` is `"image"` or `"video"`. `model` is the model to assume if the prompt names none: for a follow-up, that of
    the source job. With None, a flag passes if any model accepts it. `bounded` applies the shortest length limit of the
    operations that have one. An unknown `kind` or `model` raises `InvalidRequest`.
    """
    _must_be_one_of(KINDS, "kind", kind)
    _must_be_one_of((*BY_NAME, None), "model", model)
    reading = read(text)
    used = model_of(reading.flags, kind, model)
    problems = [
        *_blank(text),
        *(_too_long(text, kind) if bounded else ()),
        *_permutations(text),
        *_weights(reading),
        *_addresses(reading),
        *_misplaced_dashes(text),
        *flag_rules.models(reading.flags, kind),
        *flag_rules.repeated(reading.flags),
        *flag_rules.excluded(reading.flags, used),
    ]
    for flag in reading.flags:
        problems += flag_rules.spelling(flag)
        problems += flag_rules.by_table(flag, kind, used) if flag.known else flag_rules.unknown(flag)
    return sorted(problems, key=_POSITION)


def _must_be_one_of(known: Sequence[str | None], name: str, given: object) -> None:
    if given not in known:
        raise InvalidRequest(f"{name} must be one of {', '.join(filter(None, known))}; got {given!r}.")


# ---- the text, apart from its flags --------------------------------------------------------------------------------


def _blank(text: str) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(0, None, "empty", "the prompt is empty", "describe what to show")


def _too_long(text: str, kind: str) -> Iterator[Problem]:
    longest = _longest_prompt(kind)
    if longest is not None and len(text) > longest:
        reason = f"the prompt has {len(text)} characters; {longest} are allowed"
        yield Problem(longest, None, "too long", reason, "leave out what matters least")


@functools.cache
def _longest_prompt(kind: str) -> int | None:
    """Return the character limit of prompts of this kind, from the table of operations."""
    from legnext_client.generated.operations import OPERATIONS

    bounds = [
        field.max_length
        for operation in OPERATIONS.values()
        for field in operation.fields
        if operation.prompt and operation.prompt == (field.wire, kind) and field.max_length
    ]
    return min(bounds, default=None)


def _permutations(text: str) -> Iterator[Problem]:
    last = text.rfind("}")
    begin = text.find("{")
    while -1 < begin < last:
        reason = "the API does not expand {…} into several prompts"
        yield Problem(begin, None, "permutation", reason, "send a request for each variant")
        begin = text.find("{", text.find("}", begin))


def _weights(reading: Reading) -> Iterator[Problem]:
    """Check `::` weights: each must be a number, and their sum must be positive."""
    total, lowest, words_behind = 0.0, None, False
    for word in WORD.finditer(reading.words):
        if "::" not in word[0] or word[0].lower().startswith(ADDRESS_BEGINS):
            words_behind = True
            continue
        place = reading.words_position + word.start()
        for part in word[0].split("::")[1:]:
            number = NUMBER.match(part)
            weight = float(number[0]) if number else 1.0
            behind = part[number.end() :] if number else part
            words_behind = bool(behind)
            if number and behind[:1].isalnum():
                reason = f"the weight `::{shortened(part)}` runs into the next word"
                yield Problem(place, None, "weight", reason, f"`::{number[0]} {shortened(behind)}`")
            total += weight
            if weight < 0 and lowest is None:
                lowest = place
    if lowest is not None and total + words_behind <= 0:
        reason = "the weights of all parts together must be more than 0"
        yield Problem(lowest, None, "weight", reason, "raise the other weights")


def _addresses(reading: Reading) -> Iterator[Problem]:
    """Warn of image URLs after the beginning, which are read as words."""
    for word in WORD.finditer(reading.words) if "://" in reading.words else ():
        bare = word[0].strip("[](){}<>\"',").lower()
        bracketed = not reading.images and not word.start() and bare != word[0].lower()
        if bare.startswith(ADDRESS_BEGINS) and (bracketed or bare.endswith(_PICTURES)):
            place = reading.words_position + word.start()
            reason = f"{shortened(word[0])!r} is read as words"
            yield Problem(place, None, "address", reason, "put the bare address before the words", "warning")


def _misplaced_dashes(text: str) -> Iterator[Problem]:
    """Find flags that are not read as flags, because of a missing or an extra space."""
    if "--" not in text:
        return
    for spaced in _SPACED.finditer(text):
        if resolve(spaced[1]):
            yield Problem(spaced.start(), spaced[1], "spelling", "a space follows the dashes", f"`--{spaced[1]}`")
    for word in WORD.finditer(text):
        if "--" not in word[0] or "://" in word[0]:
            continue
        joined = _JOINED.search(word[0])
        if joined and resolve(joined[1][2:]):
            reason = f"no space before `{joined[1]}`, so that it is read as words"
            yield Problem(word.start() + joined.start(1), joined[1][2:], "spelling", reason, f"` {joined[1]}`")
