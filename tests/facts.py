"""Prices and bounds that the document states, for tests that promise something else."""

from __future__ import annotations

from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.rules import PARAMETERS


def points(operation: str, **when: object) -> int:
    """What an operation costs, by a field (as it is sent) or by `source` where its price says so."""
    price = OPERATIONS[operation].price
    if price is None:
        return 0
    for row in price.when:
        if ("source" in when and row.source == when["source"]) or (row.field in when and row.value == when[row.field]):
            return row.points
    return price.points


DIFFUSION, UPSCALE, VIDEO = points("diffusion"), points("upscale"), points("video_diffusion")
LARGE_VIDEO = points("video_diffusion", videoType=1)
LONGEST = next(field.max_length for field in OPERATIONS["diffusion"].fields if field.name == "text") or 0
"""Maximum characters of a prompt."""
MOST_CHAOS = next(int(row.range[1]) for row in PARAMETERS if row.flag == "chaos" and row.range)
"""Maximum of `--chaos`."""
