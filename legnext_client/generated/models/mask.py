from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.polygon import Polygon


@_attrs_define
class Mask:
    """The area to repaint, by polygons or by a black and white image (white is repainted). One of the two.

    Attributes:
        areas: The areas to repaint.
        url: A URL.
    """

    areas: list[Polygon] | Unset = UNSET
    url: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        areas: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.areas, Unset):
            areas = []
            for _areas_item_data in self.areas:
                _areas_item = _areas_item_data.to_dict()
                areas.append(_areas_item)

        url = self.url

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if areas is not UNSET:
            field_dict["areas"] = areas
        if url is not UNSET:
            field_dict["url"] = url

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.polygon import Polygon

        d = dict(src_dict)
        _areas = d.pop("areas", UNSET)
        areas: list[Polygon] | Unset = UNSET
        if _areas is not UNSET:
            areas = []
            for _areas_item_data in _areas:
                _areas_item = Polygon.from_dict(_areas_item_data)

                areas.append(_areas_item)

        url = d.pop("url", UNSET)

        _self = cls(areas=areas, url=url)

        return _self
