"""Apply the prompt policy of a client before a request is sent."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from legnext_client.errors import InvalidRequest
from legnext_client.prompts.checks import check_prompt
from legnext_client.prompts.problems import PromptWarning, frames_to_user

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from legnext_client._prompt_policy import PromptPolicy
    from legnext_client.generated.operations import Operation
    from legnext_client.prompts.problems import Problem


OVERRIDE = 'Correct it, or pass prompts="warn".'


def request_problems(operation: Operation, body: Mapping[str, Any]) -> list[Problem]:
    """Check the prompt in a request body, if it has one.

    The model of a follow-up is that of its source, which is unknown here. The length is checked with the other fields.
    """
    prompt = operation.prompt
    text = body.get(prompt.field) if prompt is not None else None
    if prompt is None or text is None:
        return []
    follows = operation.takes in ("image", "images") and prompt.kind == "image"
    more: dict[str, Any] = {"model": None} if follows else {}
    return check_prompt(text, prompt.kind, bounded=False, **more)


def enforce(problems: Sequence[Problem], policy: PromptPolicy, where: str = "") -> PromptWarning | None:
    """Return the warning to issue, or raise `InvalidRequest` if the policy refuses the prompt.

    `where` names one of several prompts, such as `row 3`. Notes are reported by `check_prompt` only.
    """
    reported = [problem for problem in problems if problem.severity != "note"]
    if not reported or policy == "ignore":
        return None
    message = f"{where}{where and ': '}the prompt has problems: {'; '.join(map(str, reported))}"
    if policy == "refuse" and any(problem.severity == "error" for problem in reported):
        raise InvalidRequest(f"{message}. {OVERRIDE}", problems=reported)
    return PromptWarning(message, tuple(reported))


def heed(operation: Operation, body: Mapping[str, Any], policy: PromptPolicy, where: str = "") -> None:
    """Check the prompt of one request; refuse it, or warn at the user's line."""
    if policy == "ignore":
        return
    if warning := enforce(request_problems(operation, body), policy, where):
        warnings.warn(warning, stacklevel=frames_to_user())
