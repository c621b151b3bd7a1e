from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ..models.blend_aspect_ratio import BlendAspectRatio
from ..types import UNSET, Unset


@_attrs_define
class BlendRequest:
    """
    Attributes:
        img_urls: The URLs of the images.
        aspect_ratio: The shape of the images.
        callback: The URL to which the service posts the job when it is done.
    """

    img_urls: list[str]
    aspect_ratio: BlendAspectRatio
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        img_urls = self.img_urls

        aspect_ratio = self.aspect_ratio.value

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update({"imgUrls": img_urls, "aspect_ratio": aspect_ratio})
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        img_urls = d.pop("imgUrls")

        aspect_ratio = BlendAspectRatio(d.pop("aspect_ratio"))

        callback = d.pop("callback", UNSET)

        _self = cls(img_urls=img_urls, aspect_ratio=aspect_ratio, callback=callback)

        return _self
