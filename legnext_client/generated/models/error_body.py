from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class ErrorBody:
    """The first shape of an error.

    Attributes:
        code: The HTTP status.
        message: The reason, for people.
        raw_message: The reason, as the service's own parts gave it.
        detail: More about it. Usually null.
    """

    code: int
    message: None | str
    raw_message: None | str | Unset = UNSET
    detail: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict[str, Any])

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        message: None | str
        message = self.message

        raw_message: None | str | Unset
        if isinstance(self.raw_message, Unset):
            raw_message = UNSET
        else:
            raw_message = self.raw_message

        detail = self.detail

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"code": code, "message": message})
        if raw_message is not UNSET:
            field_dict["raw_message"] = raw_message
        if detail is not UNSET:
            field_dict["detail"] = detail

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        code = d.pop("code")

        def _parse_message(data: object) -> None | str:
            if data is None:
                return data
            return cast("None | str", data)

        message = _parse_message(d.pop("message"))

        def _parse_raw_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("None | str | Unset", data)

        raw_message = _parse_raw_message(d.pop("raw_message", UNSET))

        detail = d.pop("detail", UNSET)

        _self = cls(code=code, message=message, raw_message=raw_message, detail=detail)

        _self.additional_properties = d
        return _self

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
