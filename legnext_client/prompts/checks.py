"""Checking a prompt: every problem at once, with its place, the reason, and what to write instead."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from legnext_client.errors import InvalidRequest
from legnext_client.prompts import flag_rules, text_rules
from legnext_client.prompts.flags import BY_NAME, DEFAULT_MODEL, KINDS
from legnext_client.prompts.reading import model_of, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from legnext_client.generated.rules import ModelName, PromptKind
    from legnext_client.prompts.problems import Problem

_POSITION = attrgetter("position")


def check_prompt(
    text: str, kind: PromptKind = "image", *, model: ModelName | None = DEFAULT_MODEL, bounded: bool = True
) -> list[Problem]:
    """Everything that is wrong with a prompt, in the order of the text. Takes any text.

    `kind` says what reads the prompt, `"image"` or `"video"`. `model` is the one that works on it if the prompt names
    none: that of the source job for a follow-up, or None if that is not known; then what some model takes passes.
    `bounded` says that it may have no more characters than the operations that have a bound take; some have none.
    Another `kind` or `model` than there is raises `InvalidRequest`.
    """
    _must_be_one_of(KINDS, "kind", kind)
    _must_be_one_of((*BY_NAME, None), "model", model)
    reading = read(text)
    used = model_of(reading.flags, kind, model)
    problems = [
        *text_rules.blank(text),
        *(text_rules.too_long(text, kind) if bounded else ()),
        *text_rules.permutations(text),
        *text_rules.weights(reading),
        *text_rules.addresses(reading),
        *text_rules.misplaced_dashes(text),
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
