"""Faults that come from reading the document wrongly: the server is made from a spoiled copy of it."""

from __future__ import annotations

from typing import Any

from .faults import Document, Fault

Step = str | int | dict[str, Any]
Path = tuple[Step, ...]
REMOVED: Any = object()


def spoiled(name: str, what: str, *changes: tuple[Path, Any]) -> Fault:
    """A fault that puts other values at places of the document, or removes what is there."""

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

    return Fault(name, what, document=spoil)


def inside(target: Any, step: Step) -> Any:
    """What a step leads to; a step that is a dict leads to the row of a list that has these values."""
    if isinstance(step, dict):
        return next(row for row in target if all(row.get(key) == value for key, value in step.items()))
    return target[step]


def schema(name: str, *way: Step) -> Path:
    return ("components", "schemas", name, *way)


def operation(path: str, *way: Step) -> Path:
    return ("paths", path, "post", "x-legnext", *way)


LOOSE_URL = "[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$"

BODY_FAULTS = [
    spoiled("prompt_one_longer", "takes a prompt of 8,193 characters", (schema("PromptText", "maxLength"), 8193)),
    spoiled(
        "url_not_anchored", "takes javascript:…//http://x as an address", (schema("HttpUrl", "pattern"), LOOSE_URL)
    ),
    spoiled("callback_unchecked", "takes anything as a callback", (schema("Callback", "pattern"), REMOVED)),
    spoiled("unknown_field", "takes fields it does not know", (schema("RerollRequest", "additionalProperties"), True)),
    spoiled("both_mask_ways", "takes a mask by areas and by address", (schema("Mask", "maxProperties"), REMOVED)),
    spoiled(
        "odd_points", "takes an odd number of coordinates", (schema("Polygon", "properties", "points", "x-legnext"), {})
    ),
    spoiled("wide_polygon", "takes a polygon 4,097 wide", (schema("Polygon", "properties", "width", "maximum"), 4097)),
    spoiled(
        "scale_of_pan",
        "lets outpaint scale as far as pan",
        (schema("OutpaintRequest", "properties", "scale", "maximum"), 3.0),
    ),
    spoiled("fifth_image", "takes image number 4", (schema("ImageNo", "maximum"), 4)),
    spoiled("negative_video", "takes video number −1", (schema("VideoNo", "minimum"), -1)),
    spoiled("retired_types", "takes the retired types of upscale", (schema("UpscaleType", "enum"), [0, 1, 2, 3])),
    spoiled("other_ratio", "blends at 16:9", (schema("BlendAspectRatio", "enum"), ["2:3", "1:1", "3:2", "16:9"])),
    spoiled("six_images", "blends six images", (schema("BlendRequest", "properties", "imgUrls", "maxItems"), 6)),
    spoiled("one_image", "blends one image", (schema("BlendRequest", "properties", "imgUrls", "minItems"), 1)),
    spoiled("missing_field", "remixes without a prompt", (schema("RemixRequest", "required"), ["jobId", "imageNo"])),
    spoiled(
        "job_without_image",
        "takes a job without saying which image",
        (schema("EnhanceUpscaleRequest", "dependentRequired"), REMOVED),
    ),
    spoiled("job_and_url", "takes both a job and an address", (schema("EnhanceUpscaleRequest", "then"), REMOVED)),
    spoiled(
        "neither_job_nor_url", "takes neither a job nor an address", (schema("EnhanceUpscaleRequest", "else"), REMOVED)
    ),
    spoiled("fraction_as_pixel", "takes half pixels", (schema("Canvas", "properties", "width", "type"), "number")),
]

RULE_FAULTS = [
    spoiled("files_a_day_longer", "keeps files a day too long", (("x-legnext", "output_days"), 31)),
    spoiled("slow_drafts", "works on drafts as long as on anything", (("x-legnext", "duration_factors"), [])),
    spoiled(
        "other_default_format",
        "delivers PNG when nothing is said",
        (schema("EnhanceUpscaleRequest", "properties", "output_format", "default"), "png"),
    ),
    spoiled("enhance_anything", "enhances what is no draft", (operation("/v1/enhance", "source"), REMOVED)),
    spoiled("old_sources", "builds upon jobs that are too old", (("x-legnext", "follow_up_days"), 3000)),
    spoiled("fifth_extension", "extends a video five times", (operation("/v1/extend-video", "chain", "at_most"), 5)),
    spoiled(
        "cheap_extension",
        "asks the price of 480p for extending 720p",
        (operation("/v1/extend-video", "price"), {"points": 480}),
    ),
    spoiled(
        "turbo_for_free",
        "forgets that turbo costs double",
        (("x-legnext", "price_factors", {"flag": "turbo"}, "factor"), 1),
    ),
    spoiled("other_task_type", "names a job after another operation", (operation("/v1/outpaint", "task_type"), "pan")),
    spoiled("one_of_four", "delivers one image instead of four", (operation("/v1/variation", "makes"), "image")),
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

DOCUMENT_FAULTS = [*BODY_FAULTS, *RULE_FAULTS]
