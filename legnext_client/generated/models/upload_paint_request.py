from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.canvas import Canvas
    from ..models.canvas_img import CanvasImg
    from ..models.mask import Mask


@_attrs_define
class UploadPaintRequest:
    """
    Attributes:
        img_url: The URL of an image.
        canvas: The size of a canvas.
        img_pos: The size of an image and its place on a canvas.
        remix_prompt: Description of the image, with flags at the end.
        mask: The area to repaint, by polygons or by a black and white image (white is repainted). One
            of the two.
        callback: The URL to which the service posts the job when it is done.
    """

    img_url: str
    canvas: Canvas
    img_pos: CanvasImg
    remix_prompt: str
    mask: Mask
    callback: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        img_url = self.img_url

        canvas = self.canvas.to_dict()

        img_pos = self.img_pos.to_dict()

        remix_prompt = self.remix_prompt

        mask = self.mask.to_dict()

        callback = self.callback

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {"imgUrl": img_url, "canvas": canvas, "imgPos": img_pos, "remixPrompt": remix_prompt, "mask": mask}
        )
        if callback is not UNSET:
            field_dict["callback"] = callback

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.canvas import Canvas
        from ..models.canvas_img import CanvasImg
        from ..models.mask import Mask

        d = dict(src_dict)
        img_url = d.pop("imgUrl")

        canvas = Canvas.from_dict(d.pop("canvas"))

        img_pos = CanvasImg.from_dict(d.pop("imgPos"))

        remix_prompt = d.pop("remixPrompt")

        mask = Mask.from_dict(d.pop("mask"))

        callback = d.pop("callback", UNSET)

        _self = cls(
            img_url=img_url, canvas=canvas, img_pos=img_pos, remix_prompt=remix_prompt, mask=mask, callback=callback
        )

        return _self
