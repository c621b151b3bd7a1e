from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ..types import UNSET, Unset


@_attrs_define
class ShortenRequest:
    """
    Attributes:
        prompt: Description of the image, with flags at the end.
        callback: The URL to which the service posts the job when it is done.
    """

    prompt: str
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        prompt = self.prompt

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update({"prompt": prompt})
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        prompt = d.pop("prompt")

        callback = d.pop("callback", UNSET)

        _self = cls(prompt=prompt, callback=callback)

        return _self
