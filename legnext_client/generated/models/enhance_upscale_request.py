from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ..models.content_type import ContentType
from ..models.crop_mode import CropMode
from ..models.face_enhancement import FaceEnhancement
from ..models.output_format import OutputFormat
from ..models.target_aspect_ratio import TargetAspectRatio
from ..models.target_resolution import TargetResolution
from ..types import UNSET, Unset


@_attrs_define
class EnhanceUpscaleRequest:
    """
    Attributes:
        image_url: A URL.
        job_id: The job id from the service. Often a UUID, but not always.
        image_no: Number of the image in the job, from 0.
        target_resolution: The size to enlarge to.
        content_type: The kind of image.
        aspect_ratio: The shape to bring it to.
        crop_mode: How to reach another shape.
        output_format: The kind of file.
        face_enhancement_level: How much to work on faces.
        callback: The URL to which the service posts the job when it is done.
    """

    image_url: str | Unset = UNSET
    job_id: str | Unset = UNSET
    image_no: int | Unset = UNSET
    target_resolution: TargetResolution | Unset = TargetResolution.TWO_K
    content_type: ContentType | Unset = ContentType.STANDARD
    aspect_ratio: TargetAspectRatio | Unset = TargetAspectRatio.KEEP
    crop_mode: CropMode | Unset = CropMode.LETTERBOX
    output_format: OutputFormat | Unset = OutputFormat.JPEG
    face_enhancement_level: FaceEnhancement | Unset = FaceEnhancement.MODERATE
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        image_url = self.image_url

        job_id = self.job_id

        image_no = self.image_no

        target_resolution: str | Unset = UNSET
        if not isinstance(self.target_resolution, Unset):
            target_resolution = self.target_resolution.value

        content_type: str | Unset = UNSET
        if not isinstance(self.content_type, Unset):
            content_type = self.content_type.value

        aspect_ratio: str | Unset = UNSET
        if not isinstance(self.aspect_ratio, Unset):
            aspect_ratio = self.aspect_ratio.value

        crop_mode: str | Unset = UNSET
        if not isinstance(self.crop_mode, Unset):
            crop_mode = self.crop_mode.value

        output_format: str | Unset = UNSET
        if not isinstance(self.output_format, Unset):
            output_format = self.output_format.value

        face_enhancement_level: str | Unset = UNSET
        if not isinstance(self.face_enhancement_level, Unset):
            face_enhancement_level = self.face_enhancement_level.value

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if image_url is not UNSET:
            field_dict["image_url"] = image_url
        if job_id is not UNSET:
            field_dict["jobId"] = job_id
        if image_no is not UNSET:
            field_dict["imageNo"] = image_no
        if target_resolution is not UNSET:
            field_dict["target_resolution"] = target_resolution
        if content_type is not UNSET:
            field_dict["content_type"] = content_type
        if aspect_ratio is not UNSET:
            field_dict["aspect_ratio"] = aspect_ratio
        if crop_mode is not UNSET:
            field_dict["crop_mode"] = crop_mode
        if output_format is not UNSET:
            field_dict["output_format"] = output_format
        if face_enhancement_level is not UNSET:
            field_dict["face_enhancement_level"] = face_enhancement_level
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        image_url = d.pop("image_url", UNSET)

        job_id = d.pop("jobId", UNSET)

        image_no = d.pop("imageNo", UNSET)

        _target_resolution = d.pop("target_resolution", UNSET)
        target_resolution: TargetResolution | Unset
        if isinstance(_target_resolution, Unset):
            target_resolution = UNSET
        else:
            target_resolution = TargetResolution(_target_resolution)

        _content_type = d.pop("content_type", UNSET)
        content_type: ContentType | Unset
        if isinstance(_content_type, Unset):
            content_type = UNSET
        else:
            content_type = ContentType(_content_type)

        _aspect_ratio = d.pop("aspect_ratio", UNSET)
        aspect_ratio: TargetAspectRatio | Unset
        if isinstance(_aspect_ratio, Unset):
            aspect_ratio = UNSET
        else:
            aspect_ratio = TargetAspectRatio(_aspect_ratio)

        _crop_mode = d.pop("crop_mode", UNSET)
        crop_mode: CropMode | Unset
        if isinstance(_crop_mode, Unset):
            crop_mode = UNSET
        else:
            crop_mode = CropMode(_crop_mode)

        _output_format = d.pop("output_format", UNSET)
        output_format: OutputFormat | Unset
        if isinstance(_output_format, Unset):
            output_format = UNSET
        else:
            output_format = OutputFormat(_output_format)

        _face_enhancement_level = d.pop("face_enhancement_level", UNSET)
        face_enhancement_level: FaceEnhancement | Unset
        if isinstance(_face_enhancement_level, Unset):
            face_enhancement_level = UNSET
        else:
            face_enhancement_level = FaceEnhancement(_face_enhancement_level)

        callback = d.pop("callback", UNSET)

        _self = cls(
            image_url=image_url,
            job_id=job_id,
            image_no=image_no,
            target_resolution=target_resolution,
            content_type=content_type,
            aspect_ratio=aspect_ratio,
            crop_mode=crop_mode,
            output_format=output_format,
            face_enhancement_level=face_enhancement_level,
            callback=callback,
        )

        return _self
