from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define


@_attrs_define
class Polygon:
    """An area of an image, by its corners.

    Attributes:
        width: Width of the image in pixels.
        height: Height of the image in pixels.
        points: The corners in order, as x, y, x, y, and so on.
    """

    width: int
    height: int
    points: list[int]

    def to_dict(self) -> dict[str, Any]:
        width = self.width

        height = self.height

        points = self.points

        field_dict: dict[str, Any] = {}

        field_dict.update({"width": width, "height": height, "points": points})

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        width = d.pop("width")

        height = d.pop("height")

        points = d.pop("points")

        _self = cls(width=width, height=height, points=points)

        return _self
