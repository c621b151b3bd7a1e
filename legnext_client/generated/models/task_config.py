from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, is_object

if TYPE_CHECKING:
    from ..models.webhook_config import WebhookConfig


@_attrs_define
class TaskConfig:
    """How the job is run.

    Attributes:
        service_mode: Usually public; can be empty.
        webhook_config: Not described.
    """

    service_mode: None | str | Unset = UNSET
    webhook_config: None | Unset | WebhookConfig = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict[str, Any])

    def to_dict(self) -> dict[str, Any]:
        from ..models.webhook_config import WebhookConfig

        service_mode: None | str | Unset
        if isinstance(self.service_mode, Unset):
            service_mode = UNSET
        else:
            service_mode = self.service_mode

        webhook_config: dict[str, Any] | None | Unset
        if isinstance(self.webhook_config, Unset):
            webhook_config = UNSET
        elif isinstance(self.webhook_config, WebhookConfig):
            webhook_config = self.webhook_config.to_dict()
        else:
            webhook_config = self.webhook_config

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if service_mode is not UNSET:
            field_dict["service_mode"] = service_mode
        if webhook_config is not UNSET:
            field_dict["webhook_config"] = webhook_config

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.webhook_config import WebhookConfig

        d = dict(src_dict)

        def _parse_service_mode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("None | str | Unset", data)

        service_mode = _parse_service_mode(d.pop("service_mode", UNSET))

        def _parse_webhook_config(data: object) -> None | Unset | WebhookConfig:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not is_object(data):
                    raise TypeError()
                webhook_config_type_0 = WebhookConfig.from_dict(data)

                return webhook_config_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("None | Unset | WebhookConfig", data)

        webhook_config = _parse_webhook_config(d.pop("webhook_config", UNSET))

        _self = cls(service_mode=service_mode, webhook_config=webhook_config)

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
