"""What is done about the problems of a request's prompt before the request is sent."""

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
    """Check the prompt in the body of a request, if it has one.

    The model of a follow-up's prompt is that of its source, which is not known here. How long the prompt may be is a
    bound of its field, and not checked again.
    """
    prompt = operation.prompt
    text = body.get(prompt.field) if prompt is not None else None
    if prompt is None or text is None:
        return []
    follows = operation.takes in ("image", "images") and prompt.kind == "image"
    more: dict[str, Any] = {"model": None} if follows else {}
    return check_prompt(text, prompt.kind, bounded=False, **more)


def enforce(problems: Sequence[Problem], policy: PromptPolicy, where: str = "") -> PromptWarning | None:
    """Return the warning that is due, or raise `InvalidRequest` where the policy refuses.

    `where` says whose prompt it is, if it is one of several: `row 3`. Notes are for `check_prompt` only.
    """
    told = [problem for problem in problems if problem.severity != "note"]
    if not told or policy == "ignore":
        return None
    said = f"{where}{where and ': '}the prompt has problems: {'; '.join(map(str, told))}"
    if policy == "refuse" and any(problem.severity == "error" for problem in told):
        raise InvalidRequest(f"{said}. {OVERRIDE}", problems=told)
    return PromptWarning(said, tuple(told))


def heed(operation: Operation, body: Mapping[str, Any], policy: PromptPolicy, where: str = "") -> None:
    """Check the prompt of one request: refuse it, or warn of it at the line that a user wrote."""
    if policy == "ignore":
        return
    if warning := enforce(request_problems(operation, body), policy, where):
        warnings.warn(warning, stacklevel=frames_to_user())
