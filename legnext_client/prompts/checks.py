"""Check a prompt: report all problems at once, each with its position, reason and proposal."""

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
