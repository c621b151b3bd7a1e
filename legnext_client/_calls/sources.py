"""Model and flags of a source job, and follow-ups that they rule out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client.prompts.flags import DEFAULT_MODEL, SPELLING, label
from legnext_client.prompts.reading import model_of, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client.generated.operations import Operation


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


def unsuited(operation: Operation, made: MadeWith) -> str | None:
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
