from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ..types import UNSET, Unset


@_attrs_define
class ExtendVideoRequest:
    """
    Attributes:
        job_id: The job id from the service. Often a UUID, but not always.
        video_no: Number of the video in the job, from 0.
        prompt: Description of the image, with flags at the end.
        callback: The URL to which the service posts the job when it is done.
    """

    job_id: str
    video_no: int
    prompt: str | Unset = UNSET
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        job_id = self.job_id

        video_no = self.video_no

        prompt = self.prompt

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update({"jobId": job_id, "videoNo": video_no})
        if prompt is not UNSET:
            field_dict["prompt"] = prompt
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        job_id = d.pop("jobId")

        video_no = d.pop("videoNo")

        prompt = d.pop("prompt", UNSET)

        callback = d.pop("callback", UNSET)

        _self = cls(job_id=job_id, video_no=video_no, prompt=prompt, callback=callback)

        return _self
