from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, is_list, is_object

if TYPE_CHECKING:
    from ..models.available_actions import AvailableActions


@_attrs_define
class TaskOutput:
    """The job's results. The fields depend on the kind of job.

    Attributes:
        image_url: The whole grid as one image; empty until there is one.
        image_urls: The URLs of the images.
        video_urls: The URLs of the videos.
        seed: The seed of the job; digits in a string.
        available_actions: Not described.
        prompt_en: The prompt in English.
        description: The image in words.
        final_prompt: The prompt that was used in the end.
        prompts: Proposed prompts.
    """

    image_url: None | str | Unset = UNSET
    image_urls: list[str] | None | Unset = UNSET
    video_urls: list[str] | None | Unset = UNSET
    seed: None | str | Unset = UNSET
    available_actions: AvailableActions | None | Unset = UNSET
    prompt_en: None | str | Unset = UNSET
    description: None | str | Unset = UNSET
    final_prompt: None | str | Unset = UNSET
    prompts: list[str] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict[str, Any])

    def to_dict(self) -> dict[str, Any]:
        from ..models.available_actions import AvailableActions

        image_url: None | str | Unset
        if isinstance(self.image_url, Unset):
            image_url = UNSET
        else:
            image_url = self.image_url

        image_urls: list[str] | None | Unset
        if isinstance(self.image_urls, Unset):
            image_urls = UNSET
        elif isinstance(self.image_urls, list):
            image_urls = self.image_urls

        else:
            image_urls = self.image_urls

        video_urls: list[str] | None | Unset
        if isinstance(self.video_urls, Unset):
            video_urls = UNSET
        elif isinstance(self.video_urls, list):
            video_urls = self.video_urls

        else:
            video_urls = self.video_urls

        seed: None | str | Unset
        if isinstance(self.seed, Unset):
            seed = UNSET
        else:
            seed = self.seed

        available_actions: dict[str, Any] | None | Unset
        if isinstance(self.available_actions, Unset):
            available_actions = UNSET
        elif isinstance(self.available_actions, AvailableActions):
            available_actions = self.available_actions.to_dict()
        else:
            available_actions = self.available_actions

        prompt_en: None | str | Unset
        if isinstance(self.prompt_en, Unset):
            prompt_en = UNSET
        else:
            prompt_en = self.prompt_en

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        final_prompt: None | str | Unset
        if isinstance(self.final_prompt, Unset):
            final_prompt = UNSET
        else:
            final_prompt = self.final_prompt

        prompts: list[str] | None | Unset
        if isinstance(self.prompts, Unset):
            prompts = UNSET
        elif isinstance(self.prompts, list):
            prompts = self.prompts

        else:
            prompts = self.prompts

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if image_url is not UNSET:
            field_dict["image_url"] = image_url
        if image_urls is not UNSET:
            field_dict["image_urls"] = image_urls
        if video_urls is not UNSET:
            field_dict["video_urls"] = video_urls
        if seed is not UNSET:
            field_dict["seed"] = seed
        if available_actions is not UNSET:
            field_dict["available_actions"] = available_actions
        if prompt_en is not UNSET:
            field_dict["promptEn"] = prompt_en
        if description is not UNSET:
            field_dict["description"] = description
        if final_prompt is not UNSET:
            field_dict["finalPrompt"] = final_prompt
        if prompts is not UNSET:
            field_dict["prompts"] = prompts

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.available_actions import AvailableActions

        d = dict(src_dict)

        def _parse_image_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("None | str | Unset", data)

        image_url = _parse_image_url(d.pop("image_url", UNSET))

        def _parse_image_urls(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not is_list(data):
                    raise TypeError()
                image_urls_type_0 = data

                return image_urls_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("list[str] | None | Unset", data)

        image_urls = _parse_image_urls(d.pop("image_urls", UNSET))

        def _parse_video_urls(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not is_list(data):
                    raise TypeError()
                video_urls_type_0 = data

                return video_urls_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("list[str] | None | Unset", data)

        video_urls = _parse_video_urls(d.pop("video_urls", UNSET))

        def _parse_seed(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("None | str | Unset", data)

        seed = _parse_seed(d.pop("seed", UNSET))

        def _parse_available_actions(data: object) -> AvailableActions | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not is_object(data):
                    raise TypeError()
                available_actions_type_0 = AvailableActions.from_dict(data)

                return available_actions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("AvailableActions | None | Unset", data)

        available_actions = _parse_available_actions(d.pop("available_actions", UNSET))

        def _parse_prompt_en(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("None | str | Unset", data)

        prompt_en = _parse_prompt_en(d.pop("promptEn", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("None | str | Unset", data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_final_prompt(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("None | str | Unset", data)

        final_prompt = _parse_final_prompt(d.pop("finalPrompt", UNSET))

        def _parse_prompts(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not is_list(data):
                    raise TypeError()
                prompts_type_0 = data

                return prompts_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("list[str] | None | Unset", data)

        prompts = _parse_prompts(d.pop("prompts", UNSET))

        _self = cls(
            image_url=image_url,
            image_urls=image_urls,
            video_urls=video_urls,
            seed=seed,
            available_actions=available_actions,
            prompt_en=prompt_en,
            description=description,
            final_prompt=final_prompt,
            prompts=prompts,
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
