from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ..models.remix_mode import RemixMode
from ..types import UNSET, Unset


@_attrs_define
class RemixRequest:
    """
    Attributes:
        job_id: The job id from the service. Often a UUID, but not always.
        image_no: Number of the image in the job, from 0.
        remix_prompt: Description of the image, with flags at the end.
        mode: How much changes. 0 is strong, 1 is subtle.
        callback: The URL to which the service posts the job when it is done.
    """

    job_id: str
    image_no: int
    remix_prompt: str
    mode: RemixMode | Unset = RemixMode.STRONG
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        job_id = self.job_id

        image_no = self.image_no

        remix_prompt = self.remix_prompt

        mode: int | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update({"jobId": job_id, "imageNo": image_no, "remixPrompt": remix_prompt})
        if mode is not UNSET:
            field_dict["mode"] = mode
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        job_id = d.pop("jobId")

        image_no = d.pop("imageNo")

        remix_prompt = d.pop("remixPrompt")

        _mode = d.pop("mode", UNSET)
        mode: RemixMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = RemixMode(_mode)

        callback = d.pop("callback", UNSET)

        _self = cls(job_id=job_id, image_no=image_no, remix_prompt=remix_prompt, mode=mode, callback=callback)

        return _self
