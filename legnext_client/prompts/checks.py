"""Checking a prompt: every problem at once, with its place, the reason, and what to write instead."""

from __future__ import annotations

import warnings

from . import flag_rules, text_rules
from .flags import DEFAULT_MODEL
from .problems import Problem, PromptWarning
from .reading import model_of, read


def check_prompt(text: str, kind: str = "image", *, model: str | None = None) -> list[Problem]:
    """Everything that is wrong with a prompt, in the order of the text. Takes any text and never fails.

    `kind` says what reads the prompt, `"image"` or `"video"`. `model` is the one that works on it if the prompt names
    none: for a follow-up, that of the source job; else the service's default.
    """
    reading = read(text)
    used = model_of(reading.flags, kind, model or DEFAULT_MODEL)
    problems = [
        *text_rules.blank(text),
        *text_rules.too_long(text, kind),
        *text_rules.permutations(text),
        *text_rules.weights(reading),
        *text_rules.addresses(reading),
        *text_rules.misplaced_dashes(text),
        *flag_rules.models(reading.flags, kind),
        *flag_rules.repeated(reading.flags),
    ]
    for flag in reading.flags:
        problems += flag_rules.spelling(flag)
        problems += flag_rules.by_table(flag, kind, used) if flag.known else flag_rules.unknown(flag)
    return sorted(problems, key=lambda problem: problem.position)


def warn_about(
    text: str, kind: str = "image", *, model: str | None = None, strict: bool = False, stacklevel: int = 1
) -> list[Problem]:
    """Check a prompt before it is sent: warn of its problems, or, if `strict`, raise `InvalidRequest` with all of them.

    Strict refuses errors only; a model that will be retired stays a warning. `stacklevel` 1 is the caller of this
    function.
    """
    problems = check_prompt(text, kind, model=model)
    if problems:
        message = "the prompt has problems: " + "; ".join(map(str, problems))
        if strict and any(problem.severity == "error" for problem in problems):
            from ..errors import InvalidRequest

            raise InvalidRequest(f"{message}.", problems=problems)
        warnings.warn(PromptWarning(message, tuple(problems)), stacklevel=stacklevel + 1)
    return problems
