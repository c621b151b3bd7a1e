"""Faults that come from reading the document wrongly: the server is made from a spoiled copy of it."""

from __future__ import annotations

from functools import reduce
from typing import Any

from .description import sound_document
from .faults import Document, Fault

Step = str | int | dict[str, Any]
Path = tuple[Step, ...]
REMOVED: Any = object()


def spoiled(name: str, what: str, *changes: tuple[Path, Any]) -> list[Fault]:
    """A fault that puts other values at places of the document, or removes what is there; none without the place."""

    def spoil(document: Document) -> None:
        for path, value in changes:
            *way, last = path
            assert not isinstance(last, dict)
            target: Any = document
            for step in way:
                target = inside(target, step)
            if value is REMOVED:
                del target[last]
            else:
                target[last] = value

    try:
        for path, _ in changes:
            reduce(inside, path[:-1], sound_document())
    except (KeyError, StopIteration):
        return []
    return [Fault(name, what, document=spoil)]


def inside(target: Any, step: Step) -> Any:
    """What a step leads to; a step that is a dict leads to the row of a list that has these values."""
    if isinstance(step, dict):
        return next(row for row in target if all(row.get(key) == value for key, value in step.items()))
    return target[step]


def schema(name: str, *way: Step) -> Path:
    return ("components", "schemas", name, *way)


def operation(path: str, *way: Step) -> Path:
    return ("paths", path, "post", "x-legnext", *way)


BODY_FAULTS = [
    spoiled("prompt_one_longer", "takes a prompt of 8,193 characters", (schema("PromptText", "maxLength"), 8193)),
    spoiled("unknown_field", "takes fields it does not know", (schema("RerollRequest", "additionalProperties"), True)),
    spoiled("both_mask_ways", "takes a mask by areas and by address", (schema("Mask", "maxProperties"), REMOVED)),
    spoiled(
        "odd_points", "takes an odd number of coordinates", (schema("Polygon", "properties", "points", "x-legnext"), {})
    ),
    spoiled("fifth_image", "takes image number 4", (schema("ImageNo", "maximum"), 4)),
    spoiled("one_image", "blends one image", (schema("BlendRequest", "properties", "imgUrls", "minItems"), 1)),
    spoiled("missing_field", "remixes without a prompt", (schema("RemixRequest", "required"), ["jobId", "imageNo"])),
    spoiled(
        "neither_job_nor_url", "takes neither a job nor an address", (schema("EnhanceUpscaleRequest", "else"), REMOVED)
    ),
]

RULE_FAULTS = [
    spoiled("files_a_day_longer", "keeps files a day too long", (("x-legnext", "output_days"), 31)),
    spoiled(
        "other_default_format",
        "delivers PNG when nothing is said",
        (schema("EnhanceUpscaleRequest", "properties", "output_format", "default"), "png"),
    ),
    spoiled("enhance_anything", "enhances what is no draft", (operation("/v1/enhance", "source"), REMOVED)),
    spoiled("old_sources", "builds upon jobs that are too old", (("x-legnext", "follow_up_days"), 3000)),
    spoiled("fifth_extension", "extends a video five times", (operation("/v1/extend-video", "chain", "at_most"), 5)),
    spoiled("other_task_type", "names a job after another operation", (operation("/v1/outpaint", "task_type"), "pan")),
    spoiled(
        "v8_for_all", "makes v8 images on the free plan", (("x-legnext", "models", {"model": "8"}, "plan"), REMOVED)
    ),
    spoiled("seventh_job", "runs seven jobs at once", (("x-legnext", "jobs_at_once"), 7)),
    spoiled(
        "silent_v8_1",
        "accepts a flag that v8.1 rejects",
        (("x-legnext", "parameters", {"flag": "cw", "use": "rejected"}, "use"), "ignored"),
    ),
]

DOCUMENT_FAULTS = [fault for faults in (*BODY_FAULTS, *RULE_FAULTS) for fault in faults]
