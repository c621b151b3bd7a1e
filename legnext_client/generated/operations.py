"""Every operation of the spec as a plain table: what it takes, makes and costs, and each body field with its bounds.

Written by `make generate`; edit `openapi.yaml` instead. NamedTuples keep the import cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .rules import PromptKind


SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
"""Methods that change nothing. Whatever else a request is, it may cost something, price in the table or not."""


class Condition(NamedTuple):
    """When all of `present` are given and none of `absent`: `require` and `forbid` those (wire names)."""

    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()


class Field(NamedTuple):
    """A field of a body, or a parameter: its name in Python and on the wire, its type and its bounds."""

    name: str
    wire: str
    type: str
    required: bool = False
    description: str = ""
    default: Any = None
    enum: tuple[Any, ...] = ()
    enum_names: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    means: str = ""
    min_items: int | None = None
    max_items: int | None = None
    even_length: bool = False
    items: Field | None = None
    fields: tuple[Field, ...] = ()
    closed: bool = False
    rules: tuple[Condition, ...] = ()
    min_properties: int | None = None
    max_properties: int | None = None
    nullable: bool = False
    deprecated: bool = False
    place: str = "body"
    above: float | None = None
    below: float | None = None
    multiple_of: float | None = None
    unique: bool = False
    format: str | None = None
    values: Field | None = None
    choices: tuple[Field, ...] = ()
    discriminator: str | None = None
    idempotency: bool = False
    file: tuple[str, ...] = ()
    max_bytes: int | None = None


class PriceRow(NamedTuple):
    """Other points, when a body field has a value or the source video a size."""

    points: int
    field: str | None = None
    value: Any = None
    source: str | None = None


class Price(NamedTuple):
    """Points, and the rows that change them; the last row that holds wins.

    `again`: the source job is done once more, and may cost what that did.
    """

    points: int
    when: tuple[PriceRow, ...] = ()
    again: bool = False


class Seconds(NamedTuple):
    """How long a job lasts: the median, and the lognormal spread around it."""

    median: float
    spread: float


class PromptField(NamedTuple):
    """The body field (wire name) that holds a prompt, and whether it is an `image` or a `video` prompt."""

    field: str
    kind: PromptKind


class Source(NamedTuple):
    """What the source job must be: not made by these models, made without these flags, or with this one."""

    not_models: tuple[str, ...] = ()
    not_flags: tuple[str, ...] = ()
    flag: str | None = None


class Chain(NamedTuple):
    """Seconds of video that an operation adds, how often it may be repeated, and which field chooses the size."""

    adds: int
    at_most: int | None = None
    size: str | None = None
    sizes: tuple[str, ...] = ()


class Paging(NamedTuple):
    """How the next page is asked for: by the parameter, which the answer's cursor fills or which counts pages."""

    parameter: str
    items: str | None = None
    cursor: str | None = None
    page: str | None = None
    attribute: str | None = None


class Operation(NamedTuple):
    """One operation of the API. `fields` are those of the body, `parameters` all others, those of the path first.

    `media` is that of the body, and `whole` says that it has one field and is that. `statuses` are those of good
    answers, `accepts` their media types beside JSON, `""` where they have no content.
    """

    name: str
    namespace: str
    method: str
    path: str
    summary: str = ""
    description: str = ""
    role: str | None = None
    alias: str | None = None
    task_type: str | None = None
    takes: str | None = None
    makes: str | None = None
    unwrap: str | None = None
    price: Price | None = None
    seconds: Seconds | None = None
    prompt: PromptField | None = None
    source: Source | None = None
    chain: Chain | None = None
    fields: tuple[Field, ...] = ()
    rules: tuple[Condition, ...] = ()
    parameters: tuple[Field, ...] = ()
    request_model: str | None = None
    answer_model: str | None = None
    module: str | None = None
    media: str = "application/json"
    whole: bool = False
    statuses: tuple[int, ...] = (200,)
    accepts: tuple[str, ...] = ()
    paging: Paging | None = None
    ends: str | None = None
    """The status with which it ends the job that it is about."""
    free: bool = False
    """Whether it costs nothing and may be sent again when its answer is lost."""
    deprecated: bool = False

    @property
    def makes_job(self) -> bool:
        """Whether it is paid and answers with a new job."""
        return not self.free and self.makes is not None and self.answer_model == ROLES["job"].answer_model

    @property
    def endpoint(self) -> Any:
        """The module that builds its requests and parses its answers; imported on first use."""
        return _endpoint(f".api.{self.namespace}.{self.module or self.name}")


@cache
def _endpoint(name: str) -> Any:
    return import_module(name, __package__)


OPERATIONS: Mapping[str, Operation] = {
    "diffusion": Operation(
        name="diffusion",
        namespace="midjourney",
        method="POST",
        path="/v1/diffusion",
        summary="Make images from a text",
        description="Makes a grid of four images from a prompt. Further settings are flags in the prompt: the shape (`--ar 16:9`),\nthe model (`--v 8.1`, `--niji 6`; the default is 7), the style. Version 8.2 and niji 7 are known second-hand\nonly.\n\n**Costs 80 points.** `--turbo` doubles it, `--oref` doubles it on v7, and on v8 each of `--hd`, `--q 4` and\n`--sv 6` makes it four times as much; on v8.2, `--hd` is reported to cost 120 in all. `--draft` (v7) is\nannounced at half the price, but has been seen to hold the full 80.\n\n**Takes** about 45 seconds; a draft a tenth of that, v8 and v8.1 less than 15 seconds. v8 and v8.1 need the Pro\nplan.\n\n**Note:** a model may reject a flag: v8.1 responds with 400 to some. The job's images can be built upon for\nthree days. Fetch them within seven: the documentation says thirty, one user reports seven.",
        fields=(
            Field(
                name="text",
                wire="text",
                type="string",
                required=True,
                description="Description of the image, with flags at the end.",
                min_length=1,
                max_length=8192,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="DiffusionRequest",
        answer_model="TaskResponse",
        alias="imagine",
        task_type="diffusion",
        takes="nothing",
        makes="images",
        price=Price(points=80),
        seconds=Seconds(median=45, spread=0.35),
        prompt=PromptField(field="text", kind="image"),
    ),
    "variation": Operation(
        name="variation",
        namespace="midjourney",
        method="POST",
        path="/v1/variation",
        summary="Make variations of an image",
        description="Makes four images similar to one image of a finished job: nearly the same (`type` 0, subtle) or freely\nchanged (`type` 1, strong). A `remixPrompt` guides what changes.\n\n**Costs 120 points. Takes** about 45 seconds.\n\n**Note:** Here 0 is subtle and 1 is strong, the opposite of `mode` of remix. The\nsource must be completed and at most three days old.",
        fields=(
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                required=True,
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="image_no",
                wire="imageNo",
                type="integer",
                required=True,
                description="Number of the image in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="type",
                wire="type",
                type="integer",
                required=True,
                description="How much changes. 0 is subtle, 1 is strong.",
                enum=(0, 1),
                enum_names=("SUBTLE", "STRONG"),
            ),
            Field(
                name="remix_prompt",
                wire="remixPrompt",
                type="string",
                description="Description of the image, with flags at the end.",
                min_length=1,
                max_length=8192,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="VariationRequest",
        answer_model="TaskResponse",
        task_type="variation",
        takes="image",
        makes="images",
        price=Price(points=120),
        seconds=Seconds(median=45, spread=0.35),
        prompt=PromptField(field="remixPrompt", kind="image"),
    ),
    "upscale": Operation(
        name="upscale",
        namespace="midjourney",
        method="POST",
        path="/v1/upscale",
        summary="Enlarge an image",
        description="Makes a large version of one image of a grid: true to the original (`type` 0, subtle) or with new detail (`type`\n1, creative).\n\n**Costs 120 points** (subtle) **or 160** (creative). **Takes** about 45 seconds.\n\n**Note:** This is for v6, v6.1, v7 and niji 6. Images of v8 and v8.1 are large already. The types\n2 and 3 (2x, 4x) belonged to retired models.",
        fields=(
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                required=True,
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="image_no",
                wire="imageNo",
                type="integer",
                required=True,
                description="Number of the image in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="type",
                wire="type",
                type="integer",
                required=True,
                description="How to enlarge. 0 is subtle, 1 is creative.",
                enum=(0, 1),
                enum_names=("SUBTLE", "CREATIVE"),
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="UpscaleRequest",
        answer_model="TaskResponse",
        task_type="upscale",
        takes="image",
        makes="image",
        price=Price(points=120, when=(PriceRow(points=160, field="type", value=1),)),
        seconds=Seconds(median=45, spread=0.35),
        source=Source(not_models=("8", "8.1", "8.2", "niji 7")),
    ),
    "reroll": Operation(
        name="reroll",
        namespace="midjourney",
        method="POST",
        path="/v1/reroll",
        summary="Run a job again",
        description="Runs a finished image job again with the same prompt and settings, making four new images.\n\n**Costs 80 points. Takes** about 45 seconds. The source must be completed and at most three days old.",
        fields=(
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                required=True,
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="RerollRequest",
        answer_model="TaskResponse",
        task_type="reroll",
        takes="images",
        makes="images",
        price=Price(points=80, again=True),
        seconds=Seconds(median=45, spread=0.35),
    ),
    "blend": Operation(
        name="blend",
        namespace="midjourney",
        method="POST",
        path="/v1/blend",
        summary="Blend images into one",
        description="Blends two to five images, given by URL, into four new ones. No prompt is needed.\n\n**Costs 80 points. Takes** about 45 seconds.",
        fields=(
            Field(
                name="img_urls",
                wire="imgUrls",
                type="array",
                required=True,
                description="The URLs of the images.",
                min_items=2,
                max_items=5,
                items=Field(
                    name="img_urls",
                    wire="imgUrls",
                    type="string",
                    required=True,
                    description="A URL.",
                    pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                    means="begin with http:// or https://, and contain no spaces",
                    file=("image/*",),
                ),
            ),
            Field(
                name="aspect_ratio",
                wire="aspect_ratio",
                type="string",
                required=True,
                description="The shape of the images.",
                enum=("2:3", "1:1", "3:2"),
                enum_names=("PORTRAIT", "SQUARE", "LANDSCAPE"),
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="BlendRequest",
        answer_model="TaskResponse",
        task_type="blend",
        takes="url",
        makes="images",
        price=Price(points=80),
        seconds=Seconds(median=45, spread=0.35),
    ),
    "describe": Operation(
        name="describe",
        namespace="midjourney",
        method="POST",
        path="/v1/describe",
        summary="Describe an image in words",
        description="Returns prompts that could have made an image, in `output.prompts` and\n`output.description`.\n\n**Costs 20 points. Takes** about 15 seconds.",
        fields=(
            Field(
                name="img_url",
                wire="imgUrl",
                type="string",
                required=True,
                description="A URL.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
                file=("image/*",),
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="DescribeRequest",
        answer_model="TaskResponse",
        task_type="describe",
        takes="url",
        makes="texts",
        price=Price(points=20),
        seconds=Seconds(median=15, spread=0.35),
    ),
    "shorten": Operation(
        name="shorten",
        namespace="midjourney",
        method="POST",
        path="/v1/shorten",
        summary="Shorten a prompt",
        description="Finds the important words of a prompt and returns shorter versions of it, in `output.prompts`.\n\n**Costs 20 points**, whatever flags the prompt carries: nothing is drawn. **Takes** about 15 seconds.",
        fields=(
            Field(
                name="prompt",
                wire="prompt",
                type="string",
                required=True,
                description="Description of the image, with flags at the end.",
                min_length=1,
                max_length=8192,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="ShortenRequest",
        answer_model="TaskResponse",
        task_type="shorten",
        takes="nothing",
        makes="texts",
        price=Price(points=20),
        seconds=Seconds(median=15, spread=0.35),
    ),
    "pan": Operation(
        name="pan",
        namespace="midjourney",
        method="POST",
        path="/v1/pan",
        summary="Extend an image to one side",
        description="Makes an image wider or taller on one side and paints what belongs there. A `scale` of 1.5 makes it half as long\nagain in that direction. A `remixPrompt` describes the new part.\n\n**Costs 80 points. Takes** about 45 seconds.\n\n**Note:** images of v8 and v8.1, and those made with `--oref`, cannot be panned.",
        fields=(
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                required=True,
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="image_no",
                wire="imageNo",
                type="integer",
                required=True,
                description="Number of the image in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="direction",
                wire="direction",
                type="integer",
                required=True,
                description="Where to extend. 0 is down, 1 right, 2 up, 3 left.",
                enum=(0, 1, 2, 3),
                enum_names=("DOWN", "RIGHT", "UP", "LEFT"),
            ),
            Field(
                name="scale",
                wire="scale",
                type="number",
                required=True,
                description="How long the image becomes in that direction, as a multiple.",
                minimum=1.1,
                maximum=3.0,
            ),
            Field(
                name="remix_prompt",
                wire="remixPrompt",
                type="string",
                description="Description of the image, with flags at the end.",
                min_length=1,
                max_length=8192,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="PanRequest",
        answer_model="TaskResponse",
        task_type="pan",
        takes="image",
        makes="images",
        price=Price(points=80),
        seconds=Seconds(median=45, spread=0.35),
        prompt=PromptField(field="remixPrompt", kind="image"),
        source=Source(not_models=("8", "8.1", "8.2"), not_flags=("oref",)),
    ),
    "outpaint": Operation(
        name="outpaint",
        namespace="midjourney",
        method="POST",
        path="/v1/outpaint",
        summary="Extend an image on all sides",
        description="Moves the camera back: the image becomes the middle of a larger one. With a `scale` of 2.0 it fills half the\nnew width and height. A `remixPrompt` describes what to show around it.\n\n**Costs 80 points. Takes** about 45 seconds.\n\n**Note:** The maximum scale is 2.0 here and 3.0 for pan. About the source: images of v8 and v8.1,\nand those made with `--oref`, cannot be outpainted.",
        fields=(
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                required=True,
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="image_no",
                wire="imageNo",
                type="integer",
                required=True,
                description="Number of the image in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="scale",
                wire="scale",
                type="number",
                required=True,
                description="How large the image becomes, as a multiple.",
                minimum=1.1,
                maximum=2.0,
            ),
            Field(
                name="remix_prompt",
                wire="remixPrompt",
                type="string",
                description="Description of the image, with flags at the end.",
                min_length=1,
                max_length=8192,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="OutpaintRequest",
        answer_model="TaskResponse",
        task_type="outpaint",
        takes="image",
        makes="images",
        price=Price(points=80),
        seconds=Seconds(median=45, spread=0.35),
        prompt=PromptField(field="remixPrompt", kind="image"),
        source=Source(not_models=("8", "8.1", "8.2"), not_flags=("oref",)),
    ),
    "inpaint": Operation(
        name="inpaint",
        namespace="midjourney",
        method="POST",
        path="/v1/inpaint",
        summary="Repaint parts of an image",
        description="Repaints the area that a mask marks and leaves the rest. The mask is a list of polygons or the URL of a black and\nwhite image, whose white parts are repainted: one of the two, never both.\n\n**Costs 120 points. Takes** about 45 seconds.\n\n**Note:** The mask is an object, not image data. `area` is the old way to name a single\npolygon; use `mask`. Images of v8 and v8.1, and those made with `--oref`, cannot be inpainted.",
        fields=(
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                required=True,
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="image_no",
                wire="imageNo",
                type="integer",
                required=True,
                description="Number of the image in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="mask",
                wire="mask",
                type="object",
                required=True,
                description="The area to repaint, by polygons or by a black and white image (white is repainted). One of the two.",
                min_properties=1,
                max_properties=1,
                fields=(
                    Field(
                        name="areas",
                        wire="areas",
                        type="array",
                        description="The areas to repaint.",
                        min_items=1,
                        items=Field(
                            name="areas",
                            wire="areas",
                            type="object",
                            required=True,
                            description="An area of an image, by its corners.",
                            fields=(
                                Field(
                                    name="width",
                                    wire="width",
                                    type="integer",
                                    required=True,
                                    description="Width of the image in pixels.",
                                    minimum=500,
                                    maximum=4096,
                                ),
                                Field(
                                    name="height",
                                    wire="height",
                                    type="integer",
                                    required=True,
                                    description="Height of the image in pixels.",
                                    minimum=500,
                                    maximum=4096,
                                ),
                                Field(
                                    name="points",
                                    wire="points",
                                    type="array",
                                    required=True,
                                    description="The corners in order, as x, y, x, y, and so on.",
                                    min_items=6,
                                    even_length=True,
                                    items=Field(
                                        name="points", wire="points", type="integer", required=True, description=""
                                    ),
                                ),
                            ),
                            closed=True,
                        ),
                    ),
                    Field(
                        name="url",
                        wire="url",
                        type="string",
                        description="A URL.",
                        pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                        means="begin with http:// or https://, and contain no spaces",
                        file=("image/*",),
                    ),
                ),
                closed=True,
            ),
            Field(
                name="remix_prompt",
                wire="remixPrompt",
                type="string",
                description="Description of the image, with flags at the end.",
                min_length=1,
                max_length=8192,
            ),
            Field(
                name="area",
                wire="area",
                type="object",
                description="An area of an image, by its corners.",
                deprecated=True,
                fields=(
                    Field(
                        name="width",
                        wire="width",
                        type="integer",
                        required=True,
                        description="Width of the image in pixels.",
                        minimum=500,
                        maximum=4096,
                    ),
                    Field(
                        name="height",
                        wire="height",
                        type="integer",
                        required=True,
                        description="Height of the image in pixels.",
                        minimum=500,
                        maximum=4096,
                    ),
                    Field(
                        name="points",
                        wire="points",
                        type="array",
                        required=True,
                        description="The corners in order, as x, y, x, y, and so on.",
                        min_items=6,
                        even_length=True,
                        items=Field(name="points", wire="points", type="integer", required=True, description=""),
                    ),
                ),
                closed=True,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="InpaintRequest",
        answer_model="TaskResponse",
        task_type="inpaint",
        takes="image",
        makes="images",
        price=Price(points=120),
        seconds=Seconds(median=45, spread=0.35),
        prompt=PromptField(field="remixPrompt", kind="image"),
        source=Source(not_models=("8", "8.1", "8.2"), not_flags=("oref",)),
    ),
    "remix": Operation(
        name="remix",
        namespace="midjourney",
        method="POST",
        path="/v1/remix",
        summary="Change an image with a new prompt",
        description="Keeps the composition of an image and repaints it by a prompt: with large changes (`mode` 0, strong, the\ndefault) or small ones (`mode` 1, subtle).\n\n**Costs 120 points. Takes** about 45 seconds.\n\n**Note:** Here 0 is strong and 1 is subtle, the opposite of `type` of variation.",
        fields=(
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                required=True,
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="image_no",
                wire="imageNo",
                type="integer",
                required=True,
                description="Number of the image in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="remix_prompt",
                wire="remixPrompt",
                type="string",
                required=True,
                description="Description of the image, with flags at the end.",
                min_length=1,
                max_length=8192,
            ),
            Field(
                name="mode",
                wire="mode",
                type="integer",
                description="How much changes. 0 is strong, 1 is subtle.",
                default=0,
                enum=(0, 1),
                enum_names=("STRONG", "SUBTLE"),
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="RemixRequest",
        answer_model="TaskResponse",
        task_type="remix",
        takes="image",
        makes="images",
        price=Price(points=120),
        seconds=Seconds(median=45, spread=0.35),
        prompt=PromptField(field="remixPrompt", kind="image"),
    ),
    "edit": Operation(
        name="edit",
        namespace="midjourney",
        method="POST",
        path="/v1/edit",
        summary="Move an image on a canvas and repaint",
        description="Places an image on a canvas, larger, smaller or moved, and paints what is empty or masked by a prompt.\n`imgPos` may lie partly outside the canvas: `x` and `y` can be negative.\n\n**Costs 120 points. Takes** about 45 seconds.",
        fields=(
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                required=True,
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="image_no",
                wire="imageNo",
                type="integer",
                required=True,
                description="Number of the image in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="canvas",
                wire="canvas",
                type="object",
                required=True,
                description="The size of a canvas.",
                fields=(
                    Field(name="width", wire="width", type="integer", required=True, description="Width in pixels."),
                    Field(name="height", wire="height", type="integer", required=True, description="Height in pixels."),
                ),
                closed=True,
            ),
            Field(
                name="img_pos",
                wire="imgPos",
                type="object",
                required=True,
                description="The size of an image and its place on a canvas.",
                fields=(
                    Field(name="width", wire="width", type="integer", required=True, description="Width in pixels."),
                    Field(name="height", wire="height", type="integer", required=True, description="Height in pixels."),
                    Field(
                        name="x",
                        wire="x",
                        type="integer",
                        required=True,
                        description="Pixels from the canvas' left edge; can be negative.",
                    ),
                    Field(
                        name="y",
                        wire="y",
                        type="integer",
                        required=True,
                        description="Pixels from the canvas' top edge; can be negative.",
                    ),
                ),
                closed=True,
            ),
            Field(
                name="remix_prompt",
                wire="remixPrompt",
                type="string",
                required=True,
                description="Description of the image, with flags at the end.",
            ),
            Field(
                name="mask",
                wire="mask",
                type="object",
                description="The area to repaint, by polygons or by a black and white image (white is repainted). One of the two.",
                min_properties=1,
                max_properties=1,
                fields=(
                    Field(
                        name="areas",
                        wire="areas",
                        type="array",
                        description="The areas to repaint.",
                        min_items=1,
                        items=Field(
                            name="areas",
                            wire="areas",
                            type="object",
                            required=True,
                            description="An area of an image, by its corners.",
                            fields=(
                                Field(
                                    name="width",
                                    wire="width",
                                    type="integer",
                                    required=True,
                                    description="Width of the image in pixels.",
                                    minimum=500,
                                    maximum=4096,
                                ),
                                Field(
                                    name="height",
                                    wire="height",
                                    type="integer",
                                    required=True,
                                    description="Height of the image in pixels.",
                                    minimum=500,
                                    maximum=4096,
                                ),
                                Field(
                                    name="points",
                                    wire="points",
                                    type="array",
                                    required=True,
                                    description="The corners in order, as x, y, x, y, and so on.",
                                    min_items=6,
                                    even_length=True,
                                    items=Field(
                                        name="points", wire="points", type="integer", required=True, description=""
                                    ),
                                ),
                            ),
                            closed=True,
                        ),
                    ),
                    Field(
                        name="url",
                        wire="url",
                        type="string",
                        description="A URL.",
                        pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                        means="begin with http:// or https://, and contain no spaces",
                        file=("image/*",),
                    ),
                ),
                closed=True,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="EditRequest",
        answer_model="TaskResponse",
        task_type="edit",
        takes="image",
        makes="images",
        price=Price(points=120),
        seconds=Seconds(median=45, spread=0.35),
        prompt=PromptField(field="remixPrompt", kind="image"),
    ),
    "upload_paint": Operation(
        name="upload_paint",
        namespace="midjourney",
        method="POST",
        path="/v1/upload-paint",
        summary="Edit an image of your own",
        description="The same as edit, for an image given by its URL: it is placed on a canvas, and what is empty or masked is\npainted by a prompt. The mask is required.\n\n**Costs 120 points. Takes** about 45 seconds.\n\n**Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.",
        fields=(
            Field(
                name="img_url",
                wire="imgUrl",
                type="string",
                required=True,
                description="The URL of an image.",
                max_length=1024,
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
                file=("image/*",),
            ),
            Field(
                name="canvas",
                wire="canvas",
                type="object",
                required=True,
                description="The size of a canvas.",
                fields=(
                    Field(name="width", wire="width", type="integer", required=True, description="Width in pixels."),
                    Field(name="height", wire="height", type="integer", required=True, description="Height in pixels."),
                ),
                closed=True,
            ),
            Field(
                name="img_pos",
                wire="imgPos",
                type="object",
                required=True,
                description="The size of an image and its place on a canvas.",
                fields=(
                    Field(name="width", wire="width", type="integer", required=True, description="Width in pixels."),
                    Field(name="height", wire="height", type="integer", required=True, description="Height in pixels."),
                    Field(
                        name="x",
                        wire="x",
                        type="integer",
                        required=True,
                        description="Pixels from the canvas' left edge; can be negative.",
                    ),
                    Field(
                        name="y",
                        wire="y",
                        type="integer",
                        required=True,
                        description="Pixels from the canvas' top edge; can be negative.",
                    ),
                ),
                closed=True,
            ),
            Field(
                name="remix_prompt",
                wire="remixPrompt",
                type="string",
                required=True,
                description="Description of the image, with flags at the end.",
            ),
            Field(
                name="mask",
                wire="mask",
                type="object",
                required=True,
                description="The area to repaint, by polygons or by a black and white image (white is repainted). One of the two.",
                min_properties=1,
                max_properties=1,
                fields=(
                    Field(
                        name="areas",
                        wire="areas",
                        type="array",
                        description="The areas to repaint.",
                        min_items=1,
                        items=Field(
                            name="areas",
                            wire="areas",
                            type="object",
                            required=True,
                            description="An area of an image, by its corners.",
                            fields=(
                                Field(
                                    name="width",
                                    wire="width",
                                    type="integer",
                                    required=True,
                                    description="Width of the image in pixels.",
                                    minimum=500,
                                    maximum=4096,
                                ),
                                Field(
                                    name="height",
                                    wire="height",
                                    type="integer",
                                    required=True,
                                    description="Height of the image in pixels.",
                                    minimum=500,
                                    maximum=4096,
                                ),
                                Field(
                                    name="points",
                                    wire="points",
                                    type="array",
                                    required=True,
                                    description="The corners in order, as x, y, x, y, and so on.",
                                    min_items=6,
                                    even_length=True,
                                    items=Field(
                                        name="points", wire="points", type="integer", required=True, description=""
                                    ),
                                ),
                            ),
                            closed=True,
                        ),
                    ),
                    Field(
                        name="url",
                        wire="url",
                        type="string",
                        description="A URL.",
                        pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                        means="begin with http:// or https://, and contain no spaces",
                        file=("image/*",),
                    ),
                ),
                closed=True,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="UploadPaintRequest",
        answer_model="TaskResponse",
        task_type="upload_paint",
        takes="url",
        makes="images",
        price=Price(points=120),
        seconds=Seconds(median=45, spread=0.35),
        prompt=PromptField(field="remixPrompt", kind="image"),
    ),
    "retexture": Operation(
        name="retexture",
        namespace="midjourney",
        method="POST",
        path="/v1/retexture",
        summary="Give an image another material",
        description="Keeps the shapes of an image given by its URL and gives them other materials, surfaces or another style.\n\n**Costs 120 points. Takes** about 45 seconds.\n\n**Note:** the file must be JPG, PNG or WebP, at most 10 MB.\n\n**Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.",
        fields=(
            Field(
                name="img_url",
                wire="imgUrl",
                type="string",
                required=True,
                description="The URL of an image, over HTTPS only.",
                max_length=1024,
                pattern="^[Hh][Tt][Tt][Pp][Ss]://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with https://, and contain no spaces",
                file=("image/jpeg", "image/png", "image/webp"),
                max_bytes=10485760,
            ),
            Field(
                name="remix_prompt",
                wire="remixPrompt",
                type="string",
                required=True,
                description="Description of the image, with flags at the end.",
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="RetextureRequest",
        answer_model="TaskResponse",
        task_type="retexture",
        takes="url",
        makes="images",
        price=Price(points=120),
        seconds=Seconds(median=45, spread=0.35),
        prompt=PromptField(field="remixPrompt", kind="image"),
    ),
    "remove_background": Operation(
        name="remove_background",
        namespace="midjourney",
        method="POST",
        path="/v1/remove-background",
        summary="Remove the background of an image",
        description="Removes the background of an image given by its URL.\n\n**Costs 80 points. Takes** about 30 seconds.\n\n**Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.",
        fields=(
            Field(
                name="img_url",
                wire="imgUrl",
                type="string",
                required=True,
                description="The URL of an image.",
                max_length=1024,
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
                file=("image/*",),
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="RemoveBackgroundRequest",
        answer_model="TaskResponse",
        task_type="remove_background",
        takes="url",
        makes="image",
        price=Price(points=80),
        seconds=Seconds(median=30, spread=0.35),
    ),
    "enhance": Operation(
        name="enhance",
        namespace="midjourney",
        method="POST",
        path="/v1/enhance",
        summary="Finish a draft",
        description="Makes a finished version of one image of a draft.\n\n**Costs 80 points. Takes** about 45 seconds.\n\n**Note:** the source's prompt must have had `--v 7 --draft`. Any other source is refused.\n\n**Paused** on October 9, 2025, says the service's changelog; no later page says that it is back.",
        fields=(
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                required=True,
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="image_no",
                wire="imageNo",
                type="integer",
                required=True,
                description="Number of the image in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="EnhanceRequest",
        answer_model="TaskResponse",
        task_type="enhance",
        takes="image",
        makes="image",
        price=Price(points=80),
        seconds=Seconds(median=45, spread=0.35),
        source=Source(flag="draft"),
    ),
    "enhance_upscale": Operation(
        name="enhance_upscale",
        namespace="midjourney",
        method="POST",
        path="/v1/enhance-upscale",
        summary="Enlarge up to 12K with Topaz",
        description="Enlarges an image to a size for screens or print. The image is given by its URL (`image_url`: JPEG, PNG or\nTIFF, at most 100 MB) or as an image of a job (`jobId` and `imageNo`): one of the two, never both.\n\n**Costs by size:**\n\n| `target_resolution` | long edge | points |\n|---|---|---|\n| HD, FHD | 1920 px | 120 |\n| 2K (default) | 2560 px | 120 |\n| 4K | 3840 px | 160 |\n| 6K | 6144 px | 200 |\n| 8K | 7680 px | 300 |\n| 12K | 12288 px | 540 |\n\n**Takes** about a minute, longer for large sizes.",
        fields=(
            Field(
                name="image_url",
                wire="image_url",
                type="string",
                description="A URL.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
                file=("image/jpeg", "image/png", "image/tiff"),
                max_bytes=104857600,
            ),
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="image_no",
                wire="imageNo",
                type="integer",
                description="Number of the image in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="target_resolution",
                wire="target_resolution",
                type="string",
                description="The size to enlarge to.",
                default="2K",
                enum=("HD", "FHD", "2K", "4K", "6K", "8K", "12K"),
                enum_names=("HD", "FHD", "TWO_K", "FOUR_K", "SIX_K", "EIGHT_K", "TWELVE_K"),
            ),
            Field(
                name="content_type",
                wire="content_type",
                type="string",
                description="The kind of image.",
                default="standard",
                enum=("standard", "photo", "illustration", "text", "low_res"),
                enum_names=("STANDARD", "PHOTO", "ILLUSTRATION", "TEXT", "LOW_RES"),
            ),
            Field(
                name="aspect_ratio",
                wire="aspect_ratio",
                type="string",
                description="The shape to bring it to.",
                default="keep",
                enum=("keep", "1:1", "16:9", "9:16", "4:5", "5:4", "3:2", "2:3", "4:3", "3:4"),
                enum_names=("KEEP", "R1_1", "R16_9", "R9_16", "R4_5", "R5_4", "R3_2", "R2_3", "R4_3", "R3_4"),
            ),
            Field(
                name="crop_mode",
                wire="crop_mode",
                type="string",
                description="How to reach another shape.",
                default="letterbox",
                enum=("letterbox", "crop", "stretch"),
                enum_names=("LETTERBOX", "CROP", "STRETCH"),
            ),
            Field(
                name="output_format",
                wire="output_format",
                type="string",
                description="The kind of file.",
                default="jpeg",
                enum=("jpeg", "jpg", "png", "tiff", "tif"),
                enum_names=("JPEG", "JPG", "PNG", "TIFF", "TIF"),
            ),
            Field(
                name="face_enhancement_level",
                wire="face_enhancement_level",
                type="string",
                description="How much to work on faces.",
                default="moderate",
                enum=("off", "none", "subtle", "moderate", "strong"),
                enum_names=("OFF", "NONE", "SUBTLE", "MODERATE", "STRONG"),
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        rules=(
            Condition(present=("jobId",), require=("imageNo",)),
            Condition(present=("imageNo",), require=("jobId",)),
            Condition(present=("jobId",), forbid=("image_url",)),
            Condition(absent=("jobId",), require=("image_url",)),
        ),
        request_model="EnhanceUpscaleRequest",
        answer_model="TaskResponse",
        task_type="enhance_upscale",
        takes="image",
        makes="image",
        price=Price(
            points=120,
            when=(
                PriceRow(points=160, field="target_resolution", value="4K"),
                PriceRow(points=200, field="target_resolution", value="6K"),
                PriceRow(points=300, field="target_resolution", value="8K"),
                PriceRow(points=540, field="target_resolution", value="12K"),
            ),
        ),
        seconds=Seconds(median=60, spread=0.35),
    ),
    "video_diffusion": Operation(
        name="video_diffusion",
        namespace="midjourney",
        method="POST",
        path="/v1/video-diffusion",
        summary="Make videos from a text or an image",
        description="Makes four short videos (4 seconds each) in one of two ways: from an image of a job (`jobId` and `imageNo`, with\na `prompt` if you like), or from a prompt alone. A prompt alone may begin with the URL of the first image:\n`https://example.com/start.png waves roll in`.\n\nFlags in the prompt: `--motion low` or `high`, `--loop`, `--end <URL of the last image>`, `--raw`, and `--bs\n1`, `2` or `4`, the number of videos.\n\n**Costs 480 points** for 480p (`videoType` 0, the default) **or 1536** for 720p (`videoType` 1), and accordingly\nless with `--bs`. **Takes** three to five minutes.\n\n**Note:** An extension of a 720p video also costs 1536.",
        fields=(
            Field(
                name="prompt",
                wire="prompt",
                type="string",
                description="Description of the image, with flags at the end.",
                min_length=1,
                max_length=8192,
            ),
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="image_no",
                wire="imageNo",
                type="integer",
                description="Number of the image in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="video_type",
                wire="videoType",
                type="integer",
                description="The size of the video. 0 is 480p, 1 is 720p.",
                default=0,
                enum=(0, 1),
                enum_names=("SD_480P", "HD_720P"),
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        rules=(
            Condition(present=("jobId",), require=("imageNo",)),
            Condition(present=("imageNo",), require=("jobId",)),
            Condition(absent=("jobId",), require=("prompt",)),
        ),
        request_model="VideoDiffusionRequest",
        answer_model="TaskResponse",
        role="chain.start",
        task_type="video_diffusion",
        takes="image",
        makes="videos",
        price=Price(points=480, when=(PriceRow(points=1536, field="videoType", value=1),)),
        seconds=Seconds(median=210, spread=0.25),
        prompt=PromptField(field="prompt", kind="video"),
        chain=Chain(adds=4, size="videoType", sizes=("480p", "720p")),
    ),
    "extend_video": Operation(
        name="extend_video",
        namespace="midjourney",
        method="POST",
        path="/v1/extend-video",
        summary="Make a video longer",
        description="Extends a video by 4 seconds, in four versions. A `prompt` says what happens next. A video can be extended four\ntimes, to 20 seconds (to 21, by the pages that say 5 seconds for the first video).\n\n**Costs 480 points, or 1536** for a 720p video. **Takes** about three minutes.\n\n**Note:** Extend first, upscale last.",
        fields=(
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                required=True,
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="video_no",
                wire="videoNo",
                type="integer",
                required=True,
                description="Number of the video in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="prompt",
                wire="prompt",
                type="string",
                description="Description of the image, with flags at the end.",
                min_length=1,
                max_length=8192,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="ExtendVideoRequest",
        answer_model="TaskResponse",
        role="chain.extend",
        task_type="extend_video",
        takes="video",
        makes="videos",
        price=Price(points=480, when=(PriceRow(points=1536, source="720p"),)),
        seconds=Seconds(median=180, spread=0.25),
        prompt=PromptField(field="prompt", kind="video"),
        chain=Chain(adds=4, at_most=4),
    ),
    "video_upscale": Operation(
        name="video_upscale",
        namespace="midjourney",
        method="POST",
        path="/v1/video-upscale",
        summary="Enlarge a video",
        description="Makes one video larger and clearer. Do this last: an upscaled video cannot be extended.\n\n**Costs 480 points. Takes** four to six minutes.",
        fields=(
            Field(
                name="job_id",
                wire="jobId",
                type="string",
                required=True,
                description="The job id from the service. Often a UUID, but not always.",
                min_length=1,
            ),
            Field(
                name="video_no",
                wire="videoNo",
                type="integer",
                required=True,
                description="Number of the video in the job, from 0.",
                minimum=0,
                maximum=3,
            ),
            Field(
                name="callback",
                wire="callback",
                type="string",
                description="The URL to which the service posts the job when it is done.",
                pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20/?#][^\\x00-\\x20]*$",
                means="begin with http:// or https://, and contain no spaces",
            ),
        ),
        request_model="VideoUpscaleRequest",
        answer_model="TaskResponse",
        role="chain.upscale",
        task_type="video_upscale",
        takes="video",
        makes="video",
        price=Price(points=480),
        seconds=Seconds(median=300, spread=0.2),
    ),
    "get": Operation(
        name="get",
        namespace="tasks",
        method="GET",
        path="/v1/job/{job_id}",
        summary="Look at a job",
        description="The state of a job and, once it is completed, its results: image or video URLs, or texts.\n\n`pending`, `staged` and `processing` are stages of a running job; `completed` and `failed` are the end. Other statuses have been\nseen and mean that the job is still running.\n\n**Free of charge.** Poll every 10 to 30 seconds, or pass a `callback` instead. Fetch the files behind the\nURLs within 7 days: the documentation says 30, one user of the service reports 7.",
        parameters=(
            Field(
                name="job_id",
                wire="job_id",
                type="string",
                required=True,
                description="The id that the service gave the job.",
                min_length=1,
                place="path",
            ),
        ),
        answer_model="TaskResponse",
        role="job",
        free=True,
    ),
    "balance": Operation(
        name="balance",
        namespace="account",
        method="GET",
        path="/account/balance",
        summary="See what is left to spend",
        description="The account's balance in dollars, credits and points. `balance_usd` × 1000 is `available_credits` +\n`available_points`. Points held by running jobs are not available.\n\n**Free of charge.**",
        answer_model="Balance",
        role="balance",
        unwrap="data",
        free=True,
    ),
}
"""By operationId, in the order of the document."""

ROLES: Mapping[str, Operation] = {
    operation.role: operation for operation in OPERATIONS.values() if operation.role is not None
}
"""The few operations that code must know, by what they are for."""

ALIASES: Mapping[str, Operation] = {
    operation.alias: operation for operation in OPERATIONS.values() if operation.alias is not None
}
