from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ..types import UNSET, Unset


@_attrs_define
class DiffusionRequest:
    """
    Attributes:
        text: Description of the image, with flags at the end.
        callback: The URL to which the service posts the job when it is done.
    """

    text: str
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        text = self.text

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update({"text": text})
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        text = d.pop("text")

        callback = d.pop("callback", UNSET)

        _self = cls(text=text, callback=callback)

        return _self
