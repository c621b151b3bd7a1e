"""Sizes of images and videos, from a prompt's aspect ratio."""

from __future__ import annotations

import math
import re

_RATIO = re.compile(r"\s*(\d+(?:\.\d+)?)\s*:\s*(\d+(?:\.\d+)?)\s*", re.ASCII)
_PIXELS = 1024 * 1024
_SHORT_EDGES = {"480p": 480, "720p": 720}
# Limits that keep an image drawable and a video encodable.
_LONGEST_IMAGE = 8.0
_LONGEST_VIDEO = 3.0


def image_size(aspect: str | None, *, long_edge: int | None = None) -> tuple[int, int]:
    """Return the width and height of an image of about one megapixel, or with the longer side `long_edge`.

    A missing or invalid aspect is square; an extreme aspect is limited to 8:1.
    """
    ratio = _ratio(aspect, _LONGEST_IMAGE)
    if long_edge is None:
        return _multiple(math.sqrt(_PIXELS * ratio), 8), _multiple(math.sqrt(_PIXELS / ratio), 8)
    if ratio >= 1:
        return long_edge, _multiple(long_edge / ratio, 2)
    return _multiple(long_edge * ratio, 2), long_edge


def video_size(resolution: str, aspect: str | None) -> tuple[int, int]:
    """Return the even width and height of a video; `480p` and `720p` give the shorter side."""
    ratio = _ratio(aspect, _LONGEST_VIDEO)
    short = _SHORT_EDGES[resolution]
    return _multiple(short * max(ratio, 1), 2), _multiple(short / min(ratio, 1), 2)


def _ratio(aspect: str | None, longest: float) -> float:
    match = _RATIO.fullmatch(aspect or "")
    if match is None:
        return 1.0
    width, height = float(match[1]), float(match[2])
    if not (0 < width < math.inf and 0 < height < math.inf):
        return 1.0
    return min(max(width / height, 1 / longest), longest)


def _multiple(length: float, of: int) -> int:
    return max(of, round(length / of) * of)
