"""Expectations about a call before it is sent: duration, video size, and whether it can succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._protocol.bounds import wrong_value
from legnext_client._protocol.polling import Expectation
from legnext_client._protocol.state import FAILED, State
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS, Operation
from legnext_client.prices import typical_seconds
from legnext_client.prompts.flags import DEFAULT_MODEL, SPELLING, label
from legnext_client.prompts.reading import model_of, read

if TYPE_CHECKING:
    from collections.abc import Mapping

BY_TASK_TYPE = {operation.task_type: operation for operation in OPERATIONS.values() if operation.task_type}
NUMBERS = {"image": "image_no", "video": "video_no"}
"""Field that selects an image or video of a job."""


class MadeWith(NamedTuple):
    """Model and prompt flags of a job, as its request tells."""

    model: str | None
    flags: frozenset[str]


def made_with(operation: Operation, body: Mapping[str, Any], source: MadeWith | None) -> MadeWith | None:
    """Return what a job of this request is made with; None if that is unknown.

    A follow-up keeps the model of its source unless its prompt names another. A job done once more keeps everything.
    """
    if operation.takes == "images" or operation.makes not in ("images", "image"):
        return source if operation.takes == "images" else None
    prompt = operation.prompt
    if operation.takes == "image":
        otherwise = source.model if source else None
    elif prompt is None:
        return None
    else:
        otherwise = DEFAULT_MODEL
    flags = read(body.get(prompt.field) or "").flags if prompt else ()
    model = model_of(flags, "image", otherwise)
    return MadeWith(model, frozenset(flag.name for flag in flags)) if model else None


def expectation(operation: Operation, body: Mapping[str, Any], seconds: float | None = None) -> Expectation | None:
    """Return the expected duration of a job; `seconds` is given if it was estimated before."""
    if operation.seconds is None:
        return None
    return Expectation(typical_seconds(operation, body) if seconds is None else seconds, operation.seconds.spread)


def size_of(operation: Operation, body: Mapping[str, Any]) -> str | None:
    """Return the size of the videos of a call, if one of its fields selects it."""
    chain = operation.chain
    if chain is None or chain.size is None:
        return None
    field = next(field for field in operation.fields if field.wire == chain.size)
    return chain.sizes[field.enum.index(body.get(chain.size, field.default))]


def refuse(state: State, operation: Operation, fields: Mapping[str, Any], source: MadeWith | None = None) -> None:
    """Raise `InvalidRequest` for a follow-up that cannot succeed, given the state of its source."""
    name = f"{operation.name} of job {state.job_id}"
    insist = "To send it anyway, use job.insist()."
    if operation.takes is None:  # it acts on the job and needs no image or video
        return
    if state.failed:
        ending = "failed" if state.status == FAILED else f"is {state.status}"
        raise InvalidRequest(f"{name}: that job {ending}, so it has no result to use. {insist}")
    if source and (reason := _unsuited(operation, source)):
        raise InvalidRequest(f"{name}: {reason} {insist}")
    field = NUMBERS.get(operation.takes or "")
    number: Any = fields.get(field) if field else None
    bounds = next((each for each in operation.fields if each.name == field), None)
    if bounds is None or wrong_value(bounds, number):  # the field check reports it, even with `insist`
        return
    made = {"image": state.image_urls, "video": state.video_urls}[operation.takes or ""]
    if state.ok and number >= len(made):
        kind = operation.takes if len(made) == 1 else f"{operation.takes}s"
        has = f"That job has {len(made) or 'no'} {kind}"
        raise InvalidRequest(
            f"{name}: {field} must be below {len(made)}; got {number}. {has}. {insist}"
            if made
            else f"{name}: {has[0].lower()}{has[1:]}. {insist}"
        )
    allowed = state.part("output", "available_actions", operation.task_type or "")
    if allowed is False or (isinstance(allowed, list) and number not in allowed):
        raise InvalidRequest(f"{name}: the service allows it for {field} {allowed or 'none'}; got {number}. {insist}")


def _unsuited(operation: Operation, made: MadeWith) -> str | None:
    """Return why the service refuses this operation on images made like that."""
    wanted = operation.source
    if wanted is None:
        return None
    if made.model in wanted.not_models:
        return f"not possible for images of {label(made.model)}. Use an image of another version."
    for flag in wanted.not_flags:
        if flag in made.flags:
            return f"not possible for images made with `{SPELLING[flag]}`. Use an image made without it."
    if wanted.flag is not None and wanted.flag not in made.flags:
        return f"only possible for images made with `{SPELLING[wanted.flag]}`."
    return None
