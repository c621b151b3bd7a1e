"""Jobs to build upon, and sound bodies for every operation made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .cases import complete
from .description import SOURCE, Operation, paid, that, with_role

if TYPE_CHECKING:
    from .server import Server

IMAGES = that(takes="nothing", makes="images")
TEXTS = [each for each in paid() if each.rules["makes"] == "texts" and each.rules.get("takes") in ("nothing", "url")][
    :1
]
VIDEOS = with_role("chain.start")
EXTEND = with_role("chain.extend")
ENLARGE = with_role("chain.upscale")


def grid(server: Server, prompt: str = "a fox") -> str:
    """A finished job with four images."""
    return server.finished(IMAGES, {IMAGES.rules["prompt"]["field"]: prompt})


def videos(server: Server, prompt: str = "a fox runs", **more: Any) -> str:
    """A finished job with a batch of videos."""
    return server.finished(VIDEOS, {VIDEOS.rules["prompt"]["field"]: prompt, **more})


def source_for(server: Server, operation: Operation) -> str:
    """A finished job that this operation can be applied to."""
    if operation.rules.get("takes") == "video":
        return videos(server)
    flag = operation.rules.get("source", {}).get("flag")
    return grid(server, f"a fox --{flag}" if flag else "a fox")


def sound_bodies(operation: Operation, source: str) -> list[dict[str, Any]]:
    """The documented examples, as they are and with every optional field, on a source that is there."""
    bodies = []
    for _, body in operation.examples():
        if SOURCE in body:
            body[SOURCE] = source
        bodies += [body, complete(operation, body)]
    return bodies


def follow_ups(takes: str) -> list[Operation]:
    """The operations that work on an image, on a whole job, or on a video."""
    return [each for each in paid() if each.rules.get("takes") == takes and SOURCE in each.body["properties"]]


def a_body(operation: Operation, source: str) -> dict[str, Any]:
    """One sound body that builds upon this job."""
    return next(body for body in sound_bodies(operation, source) if SOURCE in body)


def plain_body(operation: Operation, source: str) -> dict[str, Any]:
    """The first documented example, with a prompt that asks for nothing special."""
    body = sound_bodies(operation, source)[0]
    field = operation.rules.get("prompt", {}).get("field")
    return {**body, field: "a fox"} if field in body else body
