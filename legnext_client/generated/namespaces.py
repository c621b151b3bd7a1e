"""The methods users call, one for each operation, in the namespaces of the spec's tags; sync and async.

Written by `make generate`; edit `openapi.yaml` instead. A namespace decides nothing: it hands the operation and the
fields, by their Python names, to whoever carries calls out. Models are imported where they are needed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar, Unpack

if TYPE_CHECKING:
    from .models.balance import Balance
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
    from .operations import Operation
    from .types import CallOptions, FileContent, PaidOptions, Pending


@cache
def _operation(name: str) -> Operation:
    from .operations import OPERATIONS  # with the first call; a client can be made without the table

    return OPERATIONS[name]


Job = TypeVar("Job")
AsyncJob = TypeVar("AsyncJob")
"""The jobs of a client, under the names that `help` should show."""
JobT_co = TypeVar("JobT_co", covariant=True)


class Calls(Protocol[JobT_co]):
    """Carries a call out: checks the fields, sends them, and makes a job or another answer of what comes back."""

    def job(self, operation: Operation, fields: dict[str, Any], options: Mapping[str, Any]) -> JobT_co: ...

    def answer(self, operation: Operation, fields: dict[str, Any], options: Mapping[str, Any]) -> Any: ...

    def make(self, name: str, given: Mapping[str, Any]) -> JobT_co: ...

    def items(self, operation: Operation, fields: dict[str, Any], options: Mapping[str, Any]) -> Iterator[Any]: ...


class AsyncCalls(Protocol[JobT_co]):
    """The same, awaited."""

    def job(self, operation: Operation, fields: dict[str, Any], options: Mapping[str, Any]) -> Pending[JobT_co]: ...

    async def answer(self, operation: Operation, fields: dict[str, Any], options: Mapping[str, Any]) -> Any: ...

    async def make(self, name: str, given: Mapping[str, Any]) -> JobT_co: ...

    def items(self, operation: Operation, fields: dict[str, Any], options: Mapping[str, Any]) -> AsyncIterator[Any]: ...


class Account(Generic[Job]):
    """The balance of the account."""

    __slots__ = ("_calls",)

    def __init__(self, calls: Calls[Job]) -> None:
        self._calls = calls

    def balance(self, **options: Unpack[CallOptions]) -> Balance:
        """See what is left to spend.

        The account's balance in dollars, credits and points. `balance_usd` × 1000 is `available_credits` +
        `available_points`. Points held by running jobs are not available.

        **Free of charge.**

        Args:
            options: `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.CallOptions`.
        """
        answer: Balance = self._calls.answer(_operation("balance"), {}, options)
        return answer


class Midjourney(Generic[Job]):
    """Paid jobs that make images, videos or texts."""

    __slots__ = ("_calls",)

    def __init__(self, calls: Calls[Job]) -> None:
        self._calls = calls

    def diffusion(self, *, text: str, callback: str | None = None, **options: Unpack[PaidOptions]) -> Job:
        """Make images from a text.

        Makes a grid of four images from a prompt. Further settings are flags in the prompt: the shape (`--ar 16:9`),
        the model (`--v 8.1`, `--niji 6`; the default is 7), the style. Version 8.2 and niji 7 are known second-hand
        only.

        **Costs 80 points.** `--turbo` doubles it, `--oref` doubles it on v7, and on v8 each of `--hd`, `--q 4` and
        `--sv 6` makes it four times as much; on v8.2, `--hd` is reported to cost 120 in all. `--draft` (v7) is
        announced at half the price, but has been seen to hold the full 80.

        **Takes** about 45 seconds; a draft a tenth of that, v8 and v8.1 less than 15 seconds. v8 and v8.1 need the Pro
        plan.

        **Note:** a model may reject a flag: v8.1 responds with 400 to some. The job's images can be built upon for
        three days. Fetch them within seven: the documentation says thirty, one user reports seven.

        Args:
            text: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(_operation("diffusion"), {"text": text, "callback": callback}, options)

    imagine = diffusion
    """Another name for `diffusion`."""

    def variation(
        self,
        *,
        job_id: str,
        image_no: int,
        type: VariationType | Literal[0, 1, "subtle", "strong"],
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Make variations of an image.

        Makes four images similar to one image of a finished job: nearly the same (`type` 0, subtle) or freely
        changed (`type` 1, strong). A `remix_prompt` guides what changes.

        **Costs 120 points. Takes** about 45 seconds.

        **Note:** Here 0 is subtle and 1 is strong, the opposite of `mode` of remix. The
        source must be completed and at most three days old.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            type: How much changes. 0 is subtle, 1 is strong. One of 0 (SUBTLE), 1 (STRONG).
            remix_prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("variation"),
            {"job_id": job_id, "image_no": image_no, "type": type, "remix_prompt": remix_prompt, "callback": callback},
            options,
        )

    def upscale(
        self,
        *,
        job_id: str,
        image_no: int,
        type: UpscaleType | Literal[0, 1, "subtle", "creative"],
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Enlarge an image.

        Makes a large version of one image of a grid: true to the original (`type` 0, subtle) or with new detail (`type`
        1, creative).

        **Costs 120 points** (subtle) **or 160** (creative). **Takes** about 45 seconds.

        **Note:** This is for v6, v6.1, v7 and niji 6. Images of v8 and v8.1 are large already. The types
        2 and 3 (2x, 4x) belonged to retired models.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            type: How to enlarge. 0 is subtle, 1 is creative. One of 0 (SUBTLE), 1 (CREATIVE).
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("upscale"), {"job_id": job_id, "image_no": image_no, "type": type, "callback": callback}, options
        )

    def reroll(self, *, job_id: str, callback: str | None = None, **options: Unpack[PaidOptions]) -> Job:
        """Run a job again.

        Runs a finished image job again with the same prompt and settings, making four new images.

        **Costs 80 points. Takes** about 45 seconds. The source must be completed and at most three days old.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(_operation("reroll"), {"job_id": job_id, "callback": callback}, options)

    def blend(
        self,
        *,
        img_urls: Sequence[str | FileContent],
        aspect_ratio: BlendAspectRatio | Literal["2:3", "1:1", "3:2"],
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Blend images into one.

        Blends two to five images, given by URL, into four new ones. No prompt is needed.

        **Costs 80 points. Takes** about 45 seconds.

        Args:
            img_urls: The URLs of the images. 2 to 5 items. A path or bytes need a client with an `uploader`.
            aspect_ratio: The shape of the images. One of 2:3 (PORTRAIT), 1:1 (SQUARE), 3:2 (LANDSCAPE).
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("blend"), {"img_urls": img_urls, "aspect_ratio": aspect_ratio, "callback": callback}, options
        )

    def describe(
        self, *, img_url: str | FileContent, callback: str | None = None, **options: Unpack[PaidOptions]
    ) -> Job:
        """Describe an image in words.

        Returns prompts that could have made an image, in `output.prompts` and
        `output.description`.

        **Costs 20 points. Takes** about 15 seconds.

        Args:
            img_url: A URL. Must begin with http:// or https://, and contain no spaces. A path or bytes need a client with an `uploader`.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(_operation("describe"), {"img_url": img_url, "callback": callback}, options)

    def shorten(self, *, prompt: str, callback: str | None = None, **options: Unpack[PaidOptions]) -> Job:
        """Shorten a prompt.

        Finds the important words of a prompt and returns shorter versions of it, in `output.prompts`.

        **Costs 20 points**, whatever flags the prompt carries: nothing is drawn. **Takes** about 15 seconds.

        Args:
            prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(_operation("shorten"), {"prompt": prompt, "callback": callback}, options)

    def pan(
        self,
        *,
        job_id: str,
        image_no: int,
        direction: PanDirection | Literal[0, 1, 2, 3, "down", "right", "up", "left"],
        scale: float,
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Extend an image to one side.

        Makes an image wider or taller on one side and paints what belongs there. A `scale` of 1.5 makes it half as long
        again in that direction. A `remix_prompt` describes the new part.

        **Costs 80 points. Takes** about 45 seconds.

        **Note:** images of v8 and v8.1, and those made with `--oref`, cannot be panned.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            direction: Where to extend. 0 is down, 1 right, 2 up, 3 left. One of 0 (DOWN), 1 (RIGHT), 2 (UP), 3 (LEFT).
            scale: How long the image becomes in that direction, as a multiple. 1.1 to 3.0.
            remix_prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("pan"),
            {
                "job_id": job_id,
                "image_no": image_no,
                "direction": direction,
                "scale": scale,
                "remix_prompt": remix_prompt,
                "callback": callback,
            },
            options,
        )

    def outpaint(
        self,
        *,
        job_id: str,
        image_no: int,
        scale: float,
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Extend an image on all sides.

        Moves the camera back: the image becomes the middle of a larger one. With a `scale` of 2.0 it fills half the
        new width and height. A `remix_prompt` describes what to show around it.

        **Costs 80 points. Takes** about 45 seconds.

        **Note:** The maximum scale is 2.0 here and 3.0 for pan. About the source: images of v8 and v8.1,
        and those made with `--oref`, cannot be outpainted.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            scale: How large the image becomes, as a multiple. 1.1 to 2.0.
            remix_prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("outpaint"),
            {
                "job_id": job_id,
                "image_no": image_no,
                "scale": scale,
                "remix_prompt": remix_prompt,
                "callback": callback,
            },
            options,
        )

    def inpaint(
        self,
        *,
        job_id: str,
        image_no: int,
        mask: Mask | Mapping[str, Any],
        remix_prompt: str | None = None,
        area: Polygon | Mapping[str, Any] | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Repaint parts of an image.

        Repaints the area that a mask marks and leaves the rest. The mask is a list of polygons or the URL of a black and
        white image, whose white parts are repainted: one of the two, never both.

        **Costs 120 points. Takes** about 45 seconds.

        **Note:** The mask is an object, not image data. `area` is the old way to name a single
        polygon; use `mask`. Images of v8 and v8.1, and those made with `--oref`, cannot be inpainted.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            mask: The area to repaint, by polygons or by a black and white image (white is repainted). One of the two. With areas (at least 1 item), url (must begin with http:// or https://, and contain no spaces).
            remix_prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            area: An area of an image, by its corners. With width (500 to 4096), height (500 to 4096), points (at least 6 items, an even number of them). Deprecated.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("inpaint"),
            {
                "job_id": job_id,
                "image_no": image_no,
                "mask": mask,
                "remix_prompt": remix_prompt,
                "area": area,
                "callback": callback,
            },
            options,
        )

    def remix(
        self,
        *,
        job_id: str,
        image_no: int,
        remix_prompt: str,
        mode: RemixMode | Literal[0, 1, "strong", "subtle"] = 0,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Change an image with a new prompt.

        Keeps the composition of an image and repaints it by a prompt: with large changes (`mode` 0, strong, the
        default) or small ones (`mode` 1, subtle).

        **Costs 120 points. Takes** about 45 seconds.

        **Note:** Here 0 is strong and 1 is subtle, the opposite of `type` of variation.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            remix_prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            mode: How much changes. 0 is strong, 1 is subtle. One of 0 (STRONG), 1 (SUBTLE). Default: 0.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("remix"),
            {"job_id": job_id, "image_no": image_no, "remix_prompt": remix_prompt, "mode": mode, "callback": callback},
            options,
        )

    def edit(
        self,
        *,
        job_id: str,
        image_no: int,
        canvas: Canvas | Mapping[str, Any],
        img_pos: CanvasImg | Mapping[str, Any],
        remix_prompt: str,
        mask: Mask | Mapping[str, Any] | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Move an image on a canvas and repaint.

        Places an image on a canvas, larger, smaller or moved, and paints what is empty or masked by a prompt.
        `img_pos` may lie partly outside the canvas: `x` and `y` can be negative.

        **Costs 120 points. Takes** about 45 seconds.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            canvas: The size of a canvas. With width, height.
            img_pos: The size of an image and its place on a canvas. With width, height, x, y.
            remix_prompt: Description of the image, with flags at the end.
            mask: The area to repaint, by polygons or by a black and white image (white is repainted). One of the two. With areas (at least 1 item), url (must begin with http:// or https://, and contain no spaces).
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("edit"),
            {
                "job_id": job_id,
                "image_no": image_no,
                "canvas": canvas,
                "img_pos": img_pos,
                "remix_prompt": remix_prompt,
                "mask": mask,
                "callback": callback,
            },
            options,
        )

    def upload_paint(
        self,
        *,
        img_url: str | FileContent,
        canvas: Canvas | Mapping[str, Any],
        img_pos: CanvasImg | Mapping[str, Any],
        remix_prompt: str,
        mask: Mask | Mapping[str, Any],
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Edit an image of your own.

        The same as edit, for an image given by its URL: it is placed on a canvas, and what is empty or masked is
        painted by a prompt. The mask is required.

        **Costs 120 points. Takes** about 45 seconds.

        **Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.

        Args:
            img_url: The URL of an image. At most 1024 characters, must begin with http:// or https://, and contain no spaces. A path or bytes need a client with an `uploader`.
            canvas: The size of a canvas. With width, height.
            img_pos: The size of an image and its place on a canvas. With width, height, x, y.
            remix_prompt: Description of the image, with flags at the end.
            mask: The area to repaint, by polygons or by a black and white image (white is repainted). One of the two. With areas (at least 1 item), url (must begin with http:// or https://, and contain no spaces).
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("upload_paint"),
            {
                "img_url": img_url,
                "canvas": canvas,
                "img_pos": img_pos,
                "remix_prompt": remix_prompt,
                "mask": mask,
                "callback": callback,
            },
            options,
        )

    def retexture(
        self,
        *,
        img_url: str | FileContent,
        remix_prompt: str,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Give an image another material.

        Keeps the shapes of an image given by its URL and gives them other materials, surfaces or another style.

        **Costs 120 points. Takes** about 45 seconds.

        **Note:** the file must be JPG, PNG or WebP, at most 10 MB.

        **Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.

        Args:
            img_url: The URL of an image, over HTTPS only. At most 1024 characters, must begin with https://, and contain no spaces. A path or bytes need a client with an `uploader`.
            remix_prompt: Description of the image, with flags at the end.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("retexture"), {"img_url": img_url, "remix_prompt": remix_prompt, "callback": callback}, options
        )

    def remove_background(
        self, *, img_url: str | FileContent, callback: str | None = None, **options: Unpack[PaidOptions]
    ) -> Job:
        """Remove the background of an image.

        Removes the background of an image given by its URL.

        **Costs 80 points. Takes** about 30 seconds.

        **Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.

        Args:
            img_url: The URL of an image. At most 1024 characters, must begin with http:// or https://, and contain no spaces. A path or bytes need a client with an `uploader`.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(_operation("remove_background"), {"img_url": img_url, "callback": callback}, options)

    def enhance(
        self, *, job_id: str, image_no: int, callback: str | None = None, **options: Unpack[PaidOptions]
    ) -> Job:
        """Finish a draft.

        Makes a finished version of one image of a draft.

        **Costs 80 points. Takes** about 45 seconds.

        **Note:** the source's prompt must have had `--v 7 --draft`. Any other source is refused.

        **Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("enhance"), {"job_id": job_id, "image_no": image_no, "callback": callback}, options
        )

    def enhance_upscale(
        self,
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
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Enlarge up to 12K with Topaz.

        Enlarges an image to a size for screens or print. The image is given by its URL (`image_url`: JPEG, PNG or
        TIFF, at most 100 MB) or as an image of a job (`job_id` and `image_no`): one of the two, never both.

        **Costs by size:**

        | `target_resolution` | long edge | points |
        |---|---|---|
        | HD, FHD | 1920 px | 120 |
        | 2K (default) | 2560 px | 120 |
        | 4K | 3840 px | 160 |
        | 6K | 6144 px | 200 |
        | 8K | 7680 px | 300 |
        | 12K | 12288 px | 540 |

        **Takes** about a minute, longer for large sizes.

        Args:
            image_url: A URL. Must begin with http:// or https://, and contain no spaces. A path or bytes need a client with an `uploader`.
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            target_resolution: The size to enlarge to. One of HD (HD), FHD (FHD), 2K (TWO_K), 4K (FOUR_K), 6K (SIX_K), 8K (EIGHT_K), 12K (TWELVE_K). Default: 2K.
            content_type: The kind of image. One of standard (STANDARD), photo (PHOTO), illustration (ILLUSTRATION), text (TEXT), low_res (LOW_RES). Default: standard.
            aspect_ratio: The shape to bring it to. One of keep (KEEP), 1:1 (R1_1), 16:9 (R16_9), 9:16 (R9_16), 4:5 (R4_5), 5:4 (R5_4), 3:2 (R3_2), 2:3 (R2_3), 4:3 (R4_3), 3:4 (R3_4). Default: keep.
            crop_mode: How to reach another shape. One of letterbox (LETTERBOX), crop (CROP), stretch (STRETCH). Default: letterbox.
            output_format: The kind of file. One of jpeg (JPEG), jpg (JPG), png (PNG), tiff (TIFF), tif (TIF). Default: jpeg.
            face_enhancement_level: How much to work on faces. One of off (OFF), none (NONE), subtle (SUBTLE), moderate (MODERATE), strong (STRONG). Default: moderate.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("enhance_upscale"),
            {
                "image_url": image_url,
                "job_id": job_id,
                "image_no": image_no,
                "target_resolution": target_resolution,
                "content_type": content_type,
                "aspect_ratio": aspect_ratio,
                "crop_mode": crop_mode,
                "output_format": output_format,
                "face_enhancement_level": face_enhancement_level,
                "callback": callback,
            },
            options,
        )

    def video_diffusion(
        self,
        *,
        prompt: str | None = None,
        job_id: str | None = None,
        image_no: int | None = None,
        video_type: VideoType | Literal[0, 1, "sd", "480p", "hd", "720p", "sd-480p", "hd-720p"] = 0,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Make videos from a text or an image.

        Makes four short videos (4 seconds each) in one of two ways: from an image of a job (`job_id` and `image_no`, with
        a `prompt` if you like), or from a prompt alone. A prompt alone may begin with the URL of the first image:
        `https://example.com/start.png waves roll in`.

        Flags in the prompt: `--motion low` or `high`, `--loop`, `--end <URL of the last image>`, `--raw`, and `--bs
        1`, `2` or `4`, the number of videos.

        **Costs 480 points** for 480p (`video_type` 0, the default) **or 1536** for 720p (`video_type` 1), and accordingly
        less with `--bs`. **Takes** three to five minutes.

        **Note:** An extension of a 720p video also costs 1536.

        Args:
            prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            video_type: The size of the video. 0 is 480p, 1 is 720p. One of 0 (SD_480P), 1 (HD_720P). Default: 0.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("video_diffusion"),
            {"prompt": prompt, "job_id": job_id, "image_no": image_no, "video_type": video_type, "callback": callback},
            options,
        )

    def extend_video(
        self,
        *,
        job_id: str,
        video_no: int,
        prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Job:
        """Make a video longer.

        Extends a video by 4 seconds, in four versions. A `prompt` says what happens next. A video can be extended four
        times, to 20 seconds (to 21, by the pages that say 5 seconds for the first video).

        **Costs 480 points, or 1536** for a 720p video. **Takes** about three minutes.

        **Note:** Extend first, upscale last.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            video_no: Number of the video in the job, from 0. 0 to 3.
            prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("extend_video"),
            {"job_id": job_id, "video_no": video_no, "prompt": prompt, "callback": callback},
            options,
        )

    def video_upscale(
        self, *, job_id: str, video_no: int, callback: str | None = None, **options: Unpack[PaidOptions]
    ) -> Job:
        """Enlarge a video.

        Makes one video larger and clearer. Do this last: an upscaled video cannot be extended.

        **Costs 480 points. Takes** four to six minutes.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            video_no: Number of the video in the job, from 0. 0 to 3.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("video_upscale"), {"job_id": job_id, "video_no": video_no, "callback": callback}, options
        )


class Tasks(Generic[Job]):
    """The state and the results of a job."""

    __slots__ = ("_calls",)

    def __init__(self, calls: Calls[Job]) -> None:
        self._calls = calls

    def get(self, job_id: str, **options: Unpack[CallOptions]) -> Job:
        """Look at a job.

        The state of a job and, once it is completed, its results: image or video URLs, or texts.

        `pending`, `staged` and `processing` are stages of a running job; `completed` and `failed` are the end. Other statuses have been
        seen and mean that the job is still running.

        **Free of charge.** Poll every 10 to 30 seconds, or pass a `callback` instead. Fetch the files behind the
        URLs within 7 days: the documentation says 30, one user of the service reports 7.

        Args:
            job_id: The id that the service gave the job.
            options: `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.CallOptions`.
        """
        return self._calls.job(_operation("get"), {"job_id": job_id}, options)


class AsyncAccount(Generic[AsyncJob]):
    """The balance of the account."""

    __slots__ = ("_calls",)

    def __init__(self, calls: AsyncCalls[AsyncJob]) -> None:
        self._calls = calls

    async def balance(self, **options: Unpack[CallOptions]) -> Balance:
        """See what is left to spend.

        The account's balance in dollars, credits and points. `balance_usd` × 1000 is `available_credits` +
        `available_points`. Points held by running jobs are not available.

        **Free of charge.**

        Args:
            options: `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.CallOptions`.
        """
        answer: Balance = await self._calls.answer(_operation("balance"), {}, options)
        return answer


class AsyncMidjourney(Generic[AsyncJob]):
    """Paid jobs that make images, videos or texts."""

    __slots__ = ("_calls",)

    def __init__(self, calls: AsyncCalls[AsyncJob]) -> None:
        self._calls = calls

    def diffusion(self, *, text: str, callback: str | None = None, **options: Unpack[PaidOptions]) -> Pending[AsyncJob]:
        """Make images from a text.

        Makes a grid of four images from a prompt. Further settings are flags in the prompt: the shape (`--ar 16:9`),
        the model (`--v 8.1`, `--niji 6`; the default is 7), the style. Version 8.2 and niji 7 are known second-hand
        only.

        **Costs 80 points.** `--turbo` doubles it, `--oref` doubles it on v7, and on v8 each of `--hd`, `--q 4` and
        `--sv 6` makes it four times as much; on v8.2, `--hd` is reported to cost 120 in all. `--draft` (v7) is
        announced at half the price, but has been seen to hold the full 80.

        **Takes** about 45 seconds; a draft a tenth of that, v8 and v8.1 less than 15 seconds. v8 and v8.1 need the Pro
        plan.

        **Note:** a model may reject a flag: v8.1 responds with 400 to some. The job's images can be built upon for
        three days. Fetch them within seven: the documentation says thirty, one user reports seven.

        Args:
            text: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(_operation("diffusion"), {"text": text, "callback": callback}, options)

    imagine = diffusion
    """Another name for `diffusion`."""

    def variation(
        self,
        *,
        job_id: str,
        image_no: int,
        type: VariationType | Literal[0, 1, "subtle", "strong"],
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Make variations of an image.

        Makes four images similar to one image of a finished job: nearly the same (`type` 0, subtle) or freely
        changed (`type` 1, strong). A `remix_prompt` guides what changes.

        **Costs 120 points. Takes** about 45 seconds.

        **Note:** Here 0 is subtle and 1 is strong, the opposite of `mode` of remix. The
        source must be completed and at most three days old.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            type: How much changes. 0 is subtle, 1 is strong. One of 0 (SUBTLE), 1 (STRONG).
            remix_prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("variation"),
            {"job_id": job_id, "image_no": image_no, "type": type, "remix_prompt": remix_prompt, "callback": callback},
            options,
        )

    def upscale(
        self,
        *,
        job_id: str,
        image_no: int,
        type: UpscaleType | Literal[0, 1, "subtle", "creative"],
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Enlarge an image.

        Makes a large version of one image of a grid: true to the original (`type` 0, subtle) or with new detail (`type`
        1, creative).

        **Costs 120 points** (subtle) **or 160** (creative). **Takes** about 45 seconds.

        **Note:** This is for v6, v6.1, v7 and niji 6. Images of v8 and v8.1 are large already. The types
        2 and 3 (2x, 4x) belonged to retired models.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            type: How to enlarge. 0 is subtle, 1 is creative. One of 0 (SUBTLE), 1 (CREATIVE).
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("upscale"), {"job_id": job_id, "image_no": image_no, "type": type, "callback": callback}, options
        )

    def reroll(self, *, job_id: str, callback: str | None = None, **options: Unpack[PaidOptions]) -> Pending[AsyncJob]:
        """Run a job again.

        Runs a finished image job again with the same prompt and settings, making four new images.

        **Costs 80 points. Takes** about 45 seconds. The source must be completed and at most three days old.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(_operation("reroll"), {"job_id": job_id, "callback": callback}, options)

    def blend(
        self,
        *,
        img_urls: Sequence[str | FileContent],
        aspect_ratio: BlendAspectRatio | Literal["2:3", "1:1", "3:2"],
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Blend images into one.

        Blends two to five images, given by URL, into four new ones. No prompt is needed.

        **Costs 80 points. Takes** about 45 seconds.

        Args:
            img_urls: The URLs of the images. 2 to 5 items. A path or bytes need a client with an `uploader`.
            aspect_ratio: The shape of the images. One of 2:3 (PORTRAIT), 1:1 (SQUARE), 3:2 (LANDSCAPE).
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("blend"), {"img_urls": img_urls, "aspect_ratio": aspect_ratio, "callback": callback}, options
        )

    def describe(
        self, *, img_url: str | FileContent, callback: str | None = None, **options: Unpack[PaidOptions]
    ) -> Pending[AsyncJob]:
        """Describe an image in words.

        Returns prompts that could have made an image, in `output.prompts` and
        `output.description`.

        **Costs 20 points. Takes** about 15 seconds.

        Args:
            img_url: A URL. Must begin with http:// or https://, and contain no spaces. A path or bytes need a client with an `uploader`.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(_operation("describe"), {"img_url": img_url, "callback": callback}, options)

    def shorten(self, *, prompt: str, callback: str | None = None, **options: Unpack[PaidOptions]) -> Pending[AsyncJob]:
        """Shorten a prompt.

        Finds the important words of a prompt and returns shorter versions of it, in `output.prompts`.

        **Costs 20 points**, whatever flags the prompt carries: nothing is drawn. **Takes** about 15 seconds.

        Args:
            prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(_operation("shorten"), {"prompt": prompt, "callback": callback}, options)

    def pan(
        self,
        *,
        job_id: str,
        image_no: int,
        direction: PanDirection | Literal[0, 1, 2, 3, "down", "right", "up", "left"],
        scale: float,
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Extend an image to one side.

        Makes an image wider or taller on one side and paints what belongs there. A `scale` of 1.5 makes it half as long
        again in that direction. A `remix_prompt` describes the new part.

        **Costs 80 points. Takes** about 45 seconds.

        **Note:** images of v8 and v8.1, and those made with `--oref`, cannot be panned.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            direction: Where to extend. 0 is down, 1 right, 2 up, 3 left. One of 0 (DOWN), 1 (RIGHT), 2 (UP), 3 (LEFT).
            scale: How long the image becomes in that direction, as a multiple. 1.1 to 3.0.
            remix_prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("pan"),
            {
                "job_id": job_id,
                "image_no": image_no,
                "direction": direction,
                "scale": scale,
                "remix_prompt": remix_prompt,
                "callback": callback,
            },
            options,
        )

    def outpaint(
        self,
        *,
        job_id: str,
        image_no: int,
        scale: float,
        remix_prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Extend an image on all sides.

        Moves the camera back: the image becomes the middle of a larger one. With a `scale` of 2.0 it fills half the
        new width and height. A `remix_prompt` describes what to show around it.

        **Costs 80 points. Takes** about 45 seconds.

        **Note:** The maximum scale is 2.0 here and 3.0 for pan. About the source: images of v8 and v8.1,
        and those made with `--oref`, cannot be outpainted.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            scale: How large the image becomes, as a multiple. 1.1 to 2.0.
            remix_prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("outpaint"),
            {
                "job_id": job_id,
                "image_no": image_no,
                "scale": scale,
                "remix_prompt": remix_prompt,
                "callback": callback,
            },
            options,
        )

    def inpaint(
        self,
        *,
        job_id: str,
        image_no: int,
        mask: Mask | Mapping[str, Any],
        remix_prompt: str | None = None,
        area: Polygon | Mapping[str, Any] | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Repaint parts of an image.

        Repaints the area that a mask marks and leaves the rest. The mask is a list of polygons or the URL of a black and
        white image, whose white parts are repainted: one of the two, never both.

        **Costs 120 points. Takes** about 45 seconds.

        **Note:** The mask is an object, not image data. `area` is the old way to name a single
        polygon; use `mask`. Images of v8 and v8.1, and those made with `--oref`, cannot be inpainted.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            mask: The area to repaint, by polygons or by a black and white image (white is repainted). One of the two. With areas (at least 1 item), url (must begin with http:// or https://, and contain no spaces).
            remix_prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            area: An area of an image, by its corners. With width (500 to 4096), height (500 to 4096), points (at least 6 items, an even number of them). Deprecated.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("inpaint"),
            {
                "job_id": job_id,
                "image_no": image_no,
                "mask": mask,
                "remix_prompt": remix_prompt,
                "area": area,
                "callback": callback,
            },
            options,
        )

    def remix(
        self,
        *,
        job_id: str,
        image_no: int,
        remix_prompt: str,
        mode: RemixMode | Literal[0, 1, "strong", "subtle"] = 0,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Change an image with a new prompt.

        Keeps the composition of an image and repaints it by a prompt: with large changes (`mode` 0, strong, the
        default) or small ones (`mode` 1, subtle).

        **Costs 120 points. Takes** about 45 seconds.

        **Note:** Here 0 is strong and 1 is subtle, the opposite of `type` of variation.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            remix_prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            mode: How much changes. 0 is strong, 1 is subtle. One of 0 (STRONG), 1 (SUBTLE). Default: 0.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("remix"),
            {"job_id": job_id, "image_no": image_no, "remix_prompt": remix_prompt, "mode": mode, "callback": callback},
            options,
        )

    def edit(
        self,
        *,
        job_id: str,
        image_no: int,
        canvas: Canvas | Mapping[str, Any],
        img_pos: CanvasImg | Mapping[str, Any],
        remix_prompt: str,
        mask: Mask | Mapping[str, Any] | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Move an image on a canvas and repaint.

        Places an image on a canvas, larger, smaller or moved, and paints what is empty or masked by a prompt.
        `img_pos` may lie partly outside the canvas: `x` and `y` can be negative.

        **Costs 120 points. Takes** about 45 seconds.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            canvas: The size of a canvas. With width, height.
            img_pos: The size of an image and its place on a canvas. With width, height, x, y.
            remix_prompt: Description of the image, with flags at the end.
            mask: The area to repaint, by polygons or by a black and white image (white is repainted). One of the two. With areas (at least 1 item), url (must begin with http:// or https://, and contain no spaces).
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("edit"),
            {
                "job_id": job_id,
                "image_no": image_no,
                "canvas": canvas,
                "img_pos": img_pos,
                "remix_prompt": remix_prompt,
                "mask": mask,
                "callback": callback,
            },
            options,
        )

    def upload_paint(
        self,
        *,
        img_url: str | FileContent,
        canvas: Canvas | Mapping[str, Any],
        img_pos: CanvasImg | Mapping[str, Any],
        remix_prompt: str,
        mask: Mask | Mapping[str, Any],
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Edit an image of your own.

        The same as edit, for an image given by its URL: it is placed on a canvas, and what is empty or masked is
        painted by a prompt. The mask is required.

        **Costs 120 points. Takes** about 45 seconds.

        **Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.

        Args:
            img_url: The URL of an image. At most 1024 characters, must begin with http:// or https://, and contain no spaces. A path or bytes need a client with an `uploader`.
            canvas: The size of a canvas. With width, height.
            img_pos: The size of an image and its place on a canvas. With width, height, x, y.
            remix_prompt: Description of the image, with flags at the end.
            mask: The area to repaint, by polygons or by a black and white image (white is repainted). One of the two. With areas (at least 1 item), url (must begin with http:// or https://, and contain no spaces).
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("upload_paint"),
            {
                "img_url": img_url,
                "canvas": canvas,
                "img_pos": img_pos,
                "remix_prompt": remix_prompt,
                "mask": mask,
                "callback": callback,
            },
            options,
        )

    def retexture(
        self,
        *,
        img_url: str | FileContent,
        remix_prompt: str,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Give an image another material.

        Keeps the shapes of an image given by its URL and gives them other materials, surfaces or another style.

        **Costs 120 points. Takes** about 45 seconds.

        **Note:** the file must be JPG, PNG or WebP, at most 10 MB.

        **Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.

        Args:
            img_url: The URL of an image, over HTTPS only. At most 1024 characters, must begin with https://, and contain no spaces. A path or bytes need a client with an `uploader`.
            remix_prompt: Description of the image, with flags at the end.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("retexture"), {"img_url": img_url, "remix_prompt": remix_prompt, "callback": callback}, options
        )

    def remove_background(
        self, *, img_url: str | FileContent, callback: str | None = None, **options: Unpack[PaidOptions]
    ) -> Pending[AsyncJob]:
        """Remove the background of an image.

        Removes the background of an image given by its URL.

        **Costs 80 points. Takes** about 30 seconds.

        **Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.

        Args:
            img_url: The URL of an image. At most 1024 characters, must begin with http:// or https://, and contain no spaces. A path or bytes need a client with an `uploader`.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(_operation("remove_background"), {"img_url": img_url, "callback": callback}, options)

    def enhance(
        self, *, job_id: str, image_no: int, callback: str | None = None, **options: Unpack[PaidOptions]
    ) -> Pending[AsyncJob]:
        """Finish a draft.

        Makes a finished version of one image of a draft.

        **Costs 80 points. Takes** about 45 seconds.

        **Note:** the source's prompt must have had `--v 7 --draft`. Any other source is refused.

        **Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("enhance"), {"job_id": job_id, "image_no": image_no, "callback": callback}, options
        )

    def enhance_upscale(
        self,
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
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Enlarge up to 12K with Topaz.

        Enlarges an image to a size for screens or print. The image is given by its URL (`image_url`: JPEG, PNG or
        TIFF, at most 100 MB) or as an image of a job (`job_id` and `image_no`): one of the two, never both.

        **Costs by size:**

        | `target_resolution` | long edge | points |
        |---|---|---|
        | HD, FHD | 1920 px | 120 |
        | 2K (default) | 2560 px | 120 |
        | 4K | 3840 px | 160 |
        | 6K | 6144 px | 200 |
        | 8K | 7680 px | 300 |
        | 12K | 12288 px | 540 |

        **Takes** about a minute, longer for large sizes.

        Args:
            image_url: A URL. Must begin with http:// or https://, and contain no spaces. A path or bytes need a client with an `uploader`.
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            target_resolution: The size to enlarge to. One of HD (HD), FHD (FHD), 2K (TWO_K), 4K (FOUR_K), 6K (SIX_K), 8K (EIGHT_K), 12K (TWELVE_K). Default: 2K.
            content_type: The kind of image. One of standard (STANDARD), photo (PHOTO), illustration (ILLUSTRATION), text (TEXT), low_res (LOW_RES). Default: standard.
            aspect_ratio: The shape to bring it to. One of keep (KEEP), 1:1 (R1_1), 16:9 (R16_9), 9:16 (R9_16), 4:5 (R4_5), 5:4 (R5_4), 3:2 (R3_2), 2:3 (R2_3), 4:3 (R4_3), 3:4 (R3_4). Default: keep.
            crop_mode: How to reach another shape. One of letterbox (LETTERBOX), crop (CROP), stretch (STRETCH). Default: letterbox.
            output_format: The kind of file. One of jpeg (JPEG), jpg (JPG), png (PNG), tiff (TIFF), tif (TIF). Default: jpeg.
            face_enhancement_level: How much to work on faces. One of off (OFF), none (NONE), subtle (SUBTLE), moderate (MODERATE), strong (STRONG). Default: moderate.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("enhance_upscale"),
            {
                "image_url": image_url,
                "job_id": job_id,
                "image_no": image_no,
                "target_resolution": target_resolution,
                "content_type": content_type,
                "aspect_ratio": aspect_ratio,
                "crop_mode": crop_mode,
                "output_format": output_format,
                "face_enhancement_level": face_enhancement_level,
                "callback": callback,
            },
            options,
        )

    def video_diffusion(
        self,
        *,
        prompt: str | None = None,
        job_id: str | None = None,
        image_no: int | None = None,
        video_type: VideoType | Literal[0, 1, "sd", "480p", "hd", "720p", "sd-480p", "hd-720p"] = 0,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Make videos from a text or an image.

        Makes four short videos (4 seconds each) in one of two ways: from an image of a job (`job_id` and `image_no`, with
        a `prompt` if you like), or from a prompt alone. A prompt alone may begin with the URL of the first image:
        `https://example.com/start.png waves roll in`.

        Flags in the prompt: `--motion low` or `high`, `--loop`, `--end <URL of the last image>`, `--raw`, and `--bs
        1`, `2` or `4`, the number of videos.

        **Costs 480 points** for 480p (`video_type` 0, the default) **or 1536** for 720p (`video_type` 1), and accordingly
        less with `--bs`. **Takes** three to five minutes.

        **Note:** An extension of a 720p video also costs 1536.

        Args:
            prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            job_id: The job id from the service. Often a UUID, but not always.
            image_no: Number of the image in the job, from 0. 0 to 3.
            video_type: The size of the video. 0 is 480p, 1 is 720p. One of 0 (SD_480P), 1 (HD_720P). Default: 0.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("video_diffusion"),
            {"prompt": prompt, "job_id": job_id, "image_no": image_no, "video_type": video_type, "callback": callback},
            options,
        )

    def extend_video(
        self,
        *,
        job_id: str,
        video_no: int,
        prompt: str | None = None,
        callback: str | None = None,
        **options: Unpack[PaidOptions],
    ) -> Pending[AsyncJob]:
        """Make a video longer.

        Extends a video by 4 seconds, in four versions. A `prompt` says what happens next. A video can be extended four
        times, to 20 seconds (to 21, by the pages that say 5 seconds for the first video).

        **Costs 480 points, or 1536** for a 720p video. **Takes** about three minutes.

        **Note:** Extend first, upscale last.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            video_no: Number of the video in the job, from 0. 0 to 3.
            prompt: Description of the image, with flags at the end. 1 to 8192 characters.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("extend_video"),
            {"job_id": job_id, "video_no": video_no, "prompt": prompt, "callback": callback},
            options,
        )

    def video_upscale(
        self, *, job_id: str, video_no: int, callback: str | None = None, **options: Unpack[PaidOptions]
    ) -> Pending[AsyncJob]:
        """Enlarge a video.

        Makes one video larger and clearer. Do this last: an upscaled video cannot be extended.

        **Costs 480 points. Takes** four to six minutes.

        Args:
            job_id: The job id from the service. Often a UUID, but not always.
            video_no: Number of the video in the job, from 0. 0 to 3.
            callback: The URL to which the service posts the job when it is done. Must begin with http:// or https://, and contain no spaces.
            options: `key`, `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.PaidOptions`.
        """
        return self._calls.job(
            _operation("video_upscale"), {"job_id": job_id, "video_no": video_no, "callback": callback}, options
        )


class AsyncTasks(Generic[AsyncJob]):
    """The state and the results of a job."""

    __slots__ = ("_calls",)

    def __init__(self, calls: AsyncCalls[AsyncJob]) -> None:
        self._calls = calls

    def get(self, job_id: str, **options: Unpack[CallOptions]) -> Pending[AsyncJob]:
        """Look at a job.

        The state of a job and, once it is completed, its results: image or video URLs, or texts.

        `pending`, `staged` and `processing` are stages of a running job; `completed` and `failed` are the end. Other statuses have been
        seen and mean that the job is still running.

        **Free of charge.** Poll every 10 to 30 seconds, or pass a `callback` instead. Fetch the files behind the
        URLs within 7 days: the documentation says 30, one user of the service reports 7.

        Args:
            job_id: The id that the service gave the job.
            options: `timeout`, `extra_headers`, `extra_query`, `extra_body`; see `legnext_client.types.CallOptions`.
        """
        return self._calls.job(_operation("get"), {"job_id": job_id}, options)
