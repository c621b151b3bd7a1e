"""Prices and bounds that the document states, for tests that promise something else."""

from __future__ import annotations

from math import ceil
from urllib.parse import urlsplit

from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.rules import DURATION_FACTORS, PARAMETERS, PRICE_FACTORS
from legnext_client.generated.service import BASE_URL


def points(operation: str, **when: object) -> int:
    """What an operation costs, by a field (as it is sent) or by `source` where its price says so."""
    price = OPERATIONS[operation].price if operation in OPERATIONS else None
    if price is None:
        return 0
    for row in price.when:
        if ("source" in when and row.source == when["source"]) or (row.field in when and row.value == when[row.field]):
            return row.points
    return price.points


def factor(flag: str, model: str = "7", value: object = None) -> float:
    """By what a flag multiplies the price, with a model."""
    found = [row.factor for row in PRICE_FACTORS if row.flag == flag and model in row.models and row.value == value]
    return found[0] if found else 1


def seconds(operation: str, *flags: str, model: str = "7") -> float:
    """The median duration of an operation, with flags (each with its value, if it has one) and a model."""
    about = OPERATIONS[operation].seconds if operation in OPERATIONS else None
    found = about.median if about else 0.0
    for row in DURATION_FACTORS:
        said = row.flag if row.value is None else f"{row.flag} {row.value}"
        if model in row.models and (row.flag is None or said in flags):
            found *= row.factor
    return found


DIFFUSION, UPSCALE, VIDEO = points("diffusion"), points("upscale"), points("video_diffusion")
EXTENSION, LARGE_EXTENSION = points("extend_video"), points("extend_video", source="720p")
VIDEO_UPSCALE = points("video_upscale")
TURBO, DRAFT = ceil(DIFFUSION * factor("turbo")), ceil(DIFFUSION * factor("draft"))
CREATIVE, VARIATION = points("upscale", type=1), points("variation")
CHAIN_PRICE = VIDEO + EXTENSION + VIDEO_UPSCALE
"""A chain of a start, an extension and an upscale, in 480p."""
LARGE_VIDEO = points("video_diffusion", videoType=1)
LONGEST = next(field.max_length for field in OPERATIONS["diffusion"].fields if field.name == "text") or 0
"""Maximum characters of a prompt."""
BASE_PATH = urlsplit(BASE_URL).path
"""What each path of the document stands behind, such as `/api`."""
MOST_CHAOS = next(int(row.range[1]) for row in PARAMETERS if row.flag == "chaos" and row.range)
"""Maximum of `--chaos`."""
