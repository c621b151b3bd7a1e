from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class Balance:
    """The balance of the account.

    Attributes:
        balance_usd: The balance in US dollars.
        available_credits: Credits to spend.
        available_points: Bonus points to spend.
        account_id: The account.
        alert_threshold: Below this balance in US dollars there is an alert.
        low_balance_alert: Whether there is an alert now.
        updated_at: When this was true.
    """

    balance_usd: float
    available_credits: float
    available_points: float
    account_id: int | None | Unset = UNSET
    alert_threshold: float | None | Unset = UNSET
    low_balance_alert: bool | None | Unset = UNSET
    updated_at: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict[str, Any])

    def to_dict(self) -> dict[str, Any]:
        balance_usd = self.balance_usd

        available_credits = self.available_credits

        available_points = self.available_points

        account_id: int | None | Unset
        if isinstance(self.account_id, Unset):
            account_id = UNSET
        else:
            account_id = self.account_id

        alert_threshold: float | None | Unset
        if isinstance(self.alert_threshold, Unset):
            alert_threshold = UNSET
        else:
            alert_threshold = self.alert_threshold

        low_balance_alert: bool | None | Unset
        if isinstance(self.low_balance_alert, Unset):
            low_balance_alert = UNSET
        else:
            low_balance_alert = self.low_balance_alert

        updated_at: None | str | Unset
        if isinstance(self.updated_at, Unset):
            updated_at = UNSET
        else:
            updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"balance_usd": balance_usd, "available_credits": available_credits, "available_points": available_points}
        )
        if account_id is not UNSET:
            field_dict["account_id"] = account_id
        if alert_threshold is not UNSET:
            field_dict["alert_threshold"] = alert_threshold
        if low_balance_alert is not UNSET:
            field_dict["low_balance_alert"] = low_balance_alert
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        balance_usd = d.pop("balance_usd")

        available_credits = d.pop("available_credits")

        available_points = d.pop("available_points")

        def _parse_account_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("int | None | Unset", data)

        account_id = _parse_account_id(d.pop("account_id", UNSET))

        def _parse_alert_threshold(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("float | None | Unset", data)

        alert_threshold = _parse_alert_threshold(d.pop("alert_threshold", UNSET))

        def _parse_low_balance_alert(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("bool | None | Unset", data)

        low_balance_alert = _parse_low_balance_alert(d.pop("low_balance_alert", UNSET))

        def _parse_updated_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("None | str | Unset", data)

        updated_at = _parse_updated_at(d.pop("updated_at", UNSET))

        _self = cls(
            balance_usd=balance_usd,
            available_credits=available_credits,
            available_points=available_points,
            account_id=account_id,
            alert_threshold=alert_threshold,
            low_balance_alert=low_balance_alert,
            updated_at=updated_at,
        )

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
