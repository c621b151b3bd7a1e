from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ..models.upscale_type import UpscaleType
from ..types import UNSET, Unset


@_attrs_define
class UpscaleRequest:
    """
    Attributes:
        job_id: The job id from the service. Often a UUID, but not always.
        image_no: Number of the image in the job, from 0.
        type_: How to enlarge. 0 is subtle, 1 is creative.
        callback: The URL to which the service posts the job when it is done.
    """

    job_id: str
    image_no: int
    type_: UpscaleType
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        job_id = self.job_id

        image_no = self.image_no

        type_ = self.type_.value

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update({"jobId": job_id, "imageNo": image_no, "type": type_})
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        job_id = d.pop("jobId")

        image_no = d.pop("imageNo")

        type_ = UpscaleType(d.pop("type"))

        callback = d.pop("callback", UNSET)

        _self = cls(job_id=job_id, image_no=image_no, type_=type_, callback=callback)

        return _self
