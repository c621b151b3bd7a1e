"""The types of `client.make`: an overload for each operation that makes a job; sync and async.

Written by `make generate`; edit `openapi.yaml` instead. Only type checkers and editors import it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, Unpack, overload

if TYPE_CHECKING:
    from .models.blend_aspect_ratio import BlendAspectRatio
    from .models.canvas import Canvas
    from .models.canvas_img import CanvasImg
    from .models.content_type import ContentType
    from .models.crop_mode import CropMode
    from .models.face_enhancement import FaceEnhancement
    from .models.mask import Mask
    from .models.output_format import OutputFormat
    from .models.pan_direction import PanDirection
    from .models.polygon import Polygon
    from .models.remix_mode import RemixMode
    from .models.target_aspect_ratio import TargetAspectRatio
    from .models.target_resolution import TargetResolution
    from .models.upscale_type import UpscaleType
    from .models.variation_type import VariationType
    from .models.video_type import VideoType
    from .types import FileContent, MakeOptions


Job = TypeVar("Job")
AsyncJob = TypeVar("AsyncJob")
"""The jobs of a client, under the names that `help` should show."""


class Making(Generic[Job]):
    """A client that makes something in one call."""

    @overload
    def make(
        self,
        operation: Literal["diffusion", "imagine"],
        /,
        *,
        text: str,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["variation"],
        /,
        *,
        job_id: str,
        image_no: int,
        type: VariationType | Literal[0, 1, "subtle", "strong"],
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["upscale"],
        /,
        *,
        job_id: str,
        image_no: int,
        type: UpscaleType | Literal[0, 1, "subtle", "creative"],
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["reroll"],
        /,
        *,
        job_id: str,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["blend"],
        /,
        *,
        img_urls: Sequence[str | FileContent],
        aspect_ratio: BlendAspectRatio | Literal["2:3", "1:1", "3:2"],
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["describe"],
        /,
        *,
        img_url: str | FileContent,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["shorten"],
        /,
        *,
        prompt: str,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["pan"],
        /,
        *,
        job_id: str,
        image_no: int,
        direction: PanDirection | Literal[0, 1, 2, 3, "down", "right", "up", "left"],
        scale: float,
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["outpaint"],
        /,
        *,
        job_id: str,
        image_no: int,
        scale: float,
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["inpaint"],
        /,
        *,
        job_id: str,
        image_no: int,
        mask: Mask | Mapping[str, Any],
        remix_prompt: str | None = None,
        area: Polygon | Mapping[str, Any] | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["remix"],
        /,
        *,
        job_id: str,
        image_no: int,
        remix_prompt: str,
        mode: RemixMode | Literal[0, 1, "strong", "subtle"] = 0,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["edit"],
        /,
        *,
        job_id: str,
        image_no: int,
        canvas: Canvas | Mapping[str, Any],
        img_pos: CanvasImg | Mapping[str, Any],
        remix_prompt: str,
        mask: Mask | Mapping[str, Any] | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["upload_paint"],
        /,
        *,
        img_url: str | FileContent,
        canvas: Canvas | Mapping[str, Any],
        img_pos: CanvasImg | Mapping[str, Any],
        remix_prompt: str,
        mask: Mask | Mapping[str, Any],
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["retexture"],
        /,
        *,
        img_url: str | FileContent,
        remix_prompt: str,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["remove_background"],
        /,
        *,
        img_url: str | FileContent,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["enhance"],
        /,
        *,
        job_id: str,
        image_no: int,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["enhance_upscale"],
        /,
        *,
        image_url: str | FileContent | None = None,
        job_id: str | None = None,
        image_no: int | None = None,
        target_resolution: TargetResolution | Literal["HD", "FHD", "2K", "4K", "6K", "8K", "12K"] = "2K",
        content_type: ContentType | Literal["standard", "photo", "illustration", "text", "low_res"] = "standard",
        aspect_ratio: TargetAspectRatio
        | Literal["keep", "1:1", "16:9", "9:16", "4:5", "5:4", "3:2", "2:3", "4:3", "3:4"] = "keep",
        crop_mode: CropMode | Literal["letterbox", "crop", "stretch"] = "letterbox",
        output_format: OutputFormat | Literal["jpeg", "jpg", "png", "tiff", "tif"] = "jpeg",
        face_enhancement_level: FaceEnhancement | Literal["off", "none", "subtle", "moderate", "strong"] = "moderate",
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["video_diffusion"],
        /,
        *,
        prompt: str | None = None,
        job_id: str | None = None,
        image_no: int | None = None,
        video_type: VideoType | Literal[0, 1, "sd", "480p", "hd", "720p", "sd-480p", "hd-720p"] = 0,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["extend_video"],
        /,
        *,
        job_id: str,
        video_no: int,
        prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    @overload
    def make(
        self,
        operation: Literal["video_upscale"],
        /,
        *,
        job_id: str,
        video_no: int,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> Job: ...

    def make(self, operation: str, /, **options: Any) -> Job:
        raise NotImplementedError


class AsyncMaking(Generic[AsyncJob]):
    """A client that makes something in one call."""

    @overload
    async def make(
        self,
        operation: Literal["diffusion", "imagine"],
        /,
        *,
        text: str,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["variation"],
        /,
        *,
        job_id: str,
        image_no: int,
        type: VariationType | Literal[0, 1, "subtle", "strong"],
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["upscale"],
        /,
        *,
        job_id: str,
        image_no: int,
        type: UpscaleType | Literal[0, 1, "subtle", "creative"],
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["reroll"],
        /,
        *,
        job_id: str,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["blend"],
        /,
        *,
        img_urls: Sequence[str | FileContent],
        aspect_ratio: BlendAspectRatio | Literal["2:3", "1:1", "3:2"],
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["describe"],
        /,
        *,
        img_url: str | FileContent,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["shorten"],
        /,
        *,
        prompt: str,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["pan"],
        /,
        *,
        job_id: str,
        image_no: int,
        direction: PanDirection | Literal[0, 1, 2, 3, "down", "right", "up", "left"],
        scale: float,
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["outpaint"],
        /,
        *,
        job_id: str,
        image_no: int,
        scale: float,
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["inpaint"],
        /,
        *,
        job_id: str,
        image_no: int,
        mask: Mask | Mapping[str, Any],
        remix_prompt: str | None = None,
        area: Polygon | Mapping[str, Any] | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["remix"],
        /,
        *,
        job_id: str,
        image_no: int,
        remix_prompt: str,
        mode: RemixMode | Literal[0, 1, "strong", "subtle"] = 0,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["edit"],
        /,
        *,
        job_id: str,
        image_no: int,
        canvas: Canvas | Mapping[str, Any],
        img_pos: CanvasImg | Mapping[str, Any],
        remix_prompt: str,
        mask: Mask | Mapping[str, Any] | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["upload_paint"],
        /,
        *,
        img_url: str | FileContent,
        canvas: Canvas | Mapping[str, Any],
        img_pos: CanvasImg | Mapping[str, Any],
        remix_prompt: str,
        mask: Mask | Mapping[str, Any],
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["retexture"],
        /,
        *,
        img_url: str | FileContent,
        remix_prompt: str,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["remove_background"],
        /,
        *,
        img_url: str | FileContent,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["enhance"],
        /,
        *,
        job_id: str,
        image_no: int,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["enhance_upscale"],
        /,
        *,
        image_url: str | FileContent | None = None,
        job_id: str | None = None,
        image_no: int | None = None,
        target_resolution: TargetResolution | Literal["HD", "FHD", "2K", "4K", "6K", "8K", "12K"] = "2K",
        content_type: ContentType | Literal["standard", "photo", "illustration", "text", "low_res"] = "standard",
        aspect_ratio: TargetAspectRatio
        | Literal["keep", "1:1", "16:9", "9:16", "4:5", "5:4", "3:2", "2:3", "4:3", "3:4"] = "keep",
        crop_mode: CropMode | Literal["letterbox", "crop", "stretch"] = "letterbox",
        output_format: OutputFormat | Literal["jpeg", "jpg", "png", "tiff", "tif"] = "jpeg",
        face_enhancement_level: FaceEnhancement | Literal["off", "none", "subtle", "moderate", "strong"] = "moderate",
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["video_diffusion"],
        /,
        *,
        prompt: str | None = None,
        job_id: str | None = None,
        image_no: int | None = None,
        video_type: VideoType | Literal[0, 1, "sd", "480p", "hd", "720p", "sd-480p", "hd-720p"] = 0,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["extend_video"],
        /,
        *,
        job_id: str,
        video_no: int,
        prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    @overload
    async def make(
        self,
        operation: Literal["video_upscale"],
        /,
        *,
        job_id: str,
        video_no: int,
        callback: str | None = None,
        **options: Unpack[MakeOptions],
    ) -> AsyncJob: ...

    async def make(self, operation: str, /, **options: Any) -> AsyncJob:
        raise NotImplementedError
