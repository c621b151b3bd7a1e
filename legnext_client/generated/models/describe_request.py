from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ..types import UNSET, Unset


@_attrs_define
class DescribeRequest:
    """
    Attributes:
        img_url: A URL.
        callback: The URL to which the service posts the job when it is done.
    """

    img_url: str
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        img_url = self.img_url

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update({"imgUrl": img_url})
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        img_url = d.pop("imgUrl")

        callback = d.pop("callback", UNSET)

        _self = cls(img_url=img_url, callback=callback)

        return _self
