from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ..types import UNSET, Unset


@_attrs_define
class OutpaintRequest:
    """
    Attributes:
        job_id: The job id from the service. Often a UUID, but not always.
        image_no: Number of the image in the job, from 0.
        scale: How large the image becomes, as a multiple.
        remix_prompt: Description of the image, with flags at the end.
        callback: The URL to which the service posts the job when it is done.
    """

    job_id: str
    image_no: int
    scale: float
    remix_prompt: str | Unset = UNSET
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        job_id = self.job_id

        image_no = self.image_no

        scale = self.scale

        remix_prompt = self.remix_prompt

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update({"jobId": job_id, "imageNo": image_no, "scale": scale})
        if remix_prompt is not UNSET:
            field_dict["remixPrompt"] = remix_prompt
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        job_id = d.pop("jobId")

        image_no = d.pop("imageNo")

        scale = d.pop("scale")

        remix_prompt = d.pop("remixPrompt", UNSET)

        callback = d.pop("callback", UNSET)

        _self = cls(job_id=job_id, image_no=image_no, scale=scale, remix_prompt=remix_prompt, callback=callback)

        return _self
