from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.mask import Mask
    from ..models.polygon import Polygon


@_attrs_define
class InpaintRequest:
    """
    Attributes:
        job_id: The job id from the service. Often a UUID, but not always.
        image_no: Number of the image in the job, from 0.
        mask: The area to repaint, by polygons or by a black and white image (white is repainted). One
            of the two.
        remix_prompt: Description of the image, with flags at the end.
        area: An area of an image, by its corners.
        callback: The URL to which the service posts the job when it is done.
    """

    job_id: str
    image_no: int
    mask: Mask
    remix_prompt: str | Unset = UNSET
    area: Polygon | Unset = UNSET
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        job_id = self.job_id

        image_no = self.image_no

        mask = self.mask.to_dict()

        remix_prompt = self.remix_prompt

        area: dict[str, Any] | Unset = UNSET
        if not isinstance(self.area, Unset):
            area = self.area.to_dict()

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update({"jobId": job_id, "imageNo": image_no, "mask": mask})
        if remix_prompt is not UNSET:
            field_dict["remixPrompt"] = remix_prompt
        if area is not UNSET:
            field_dict["area"] = area
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.mask import Mask
        from ..models.polygon import Polygon

        d = dict(src_dict)
        job_id = d.pop("jobId")

        image_no = d.pop("imageNo")

        mask = Mask.from_dict(d.pop("mask"))

        remix_prompt = d.pop("remixPrompt", UNSET)

        _area = d.pop("area", UNSET)
        area: Polygon | Unset
        if isinstance(_area, Unset):
            area = UNSET
        else:
            area = Polygon.from_dict(_area)

        callback = d.pop("callback", UNSET)

        _self = cls(
            job_id=job_id, image_no=image_no, mask=mask, remix_prompt=remix_prompt, area=area, callback=callback
        )

        return _self
