from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define


@_attrs_define
class CanvasImg:
    """The size of an image and its place on a canvas.

    Attributes:
        width: Width in pixels.
        height: Height in pixels.
        x: Pixels from the canvas' left edge; can be negative.
        y: Pixels from the canvas' top edge; can be negative.
    """

    width: int
    height: int
    x: int
    y: int

    def to_dict(self) -> dict[str, Any]:
        width = self.width

        height = self.height

        x = self.x

        y = self.y

        field_dict: dict[str, Any] = {}

        field_dict.update({"width": width, "height": height, "x": x, "y": y})

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        width = d.pop("width")

        height = d.pop("height")

        x = d.pop("x")

        y = d.pop("y")

        _self = cls(width=width, height=height, x=x, y=y)

        return _self
