from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ..models.video_type import VideoType
from ..types import UNSET, Unset


@_attrs_define
class VideoDiffusionRequest:
    """
    Attributes:
        prompt: Description of the image, with flags at the end.
        job_id: The job id from the service. Often a UUID, but not always.
        image_no: Number of the image in the job, from 0.
        video_type: The size of the video. 0 is 480p, 1 is 720p.
        callback: The URL to which the service posts the job when it is done.
    """

    prompt: str | Unset = UNSET
    job_id: str | Unset = UNSET
    image_no: int | Unset = UNSET
    video_type: VideoType | Unset = VideoType.SD_480P
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        prompt = self.prompt

        job_id = self.job_id

        image_no = self.image_no

        video_type: int | Unset = UNSET
        if not isinstance(self.video_type, Unset):
            video_type = self.video_type.value

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if prompt is not UNSET:
            field_dict["prompt"] = prompt
        if job_id is not UNSET:
            field_dict["jobId"] = job_id
        if image_no is not UNSET:
            field_dict["imageNo"] = image_no
        if video_type is not UNSET:
            field_dict["videoType"] = video_type
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        prompt = d.pop("prompt", UNSET)

        job_id = d.pop("jobId", UNSET)

        image_no = d.pop("imageNo", UNSET)

        _video_type = d.pop("videoType", UNSET)
        video_type: VideoType | Unset
        if isinstance(_video_type, Unset):
            video_type = UNSET
        else:
            video_type = VideoType(_video_type)

        callback = d.pop("callback", UNSET)

        _self = cls(prompt=prompt, job_id=job_id, image_no=image_no, video_type=video_type, callback=callback)

        return _self
