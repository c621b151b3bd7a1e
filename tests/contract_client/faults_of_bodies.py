"""Faults in what the client sends: nearly all of these bodies are valid, and none is what was asked for."""

from __future__ import annotations

from typing import Any

from legnext_client.generated import types
from legnext_client.generated.operations import OPERATIONS

from .faults import Fault, Json, on_body, on_texts, replaced

PROMPTS = ("text", "prompt", "remixPrompt")
ADDRESSES = ("imgUrl", "imgUrls", "image_url", "url")
IDS = ("jobId",)
NUMBERS = ("imageNo", "videoNo")


def drops_zeros(_: str, body: Json) -> None:
    for name in [name for name, value in body.items() if value == 0 and not isinstance(value, str)]:
        del body[name]


def writes_nulls(operation: str, body: Json) -> None:
    for field in OPERATIONS[operation].fields:
        body.setdefault(field.wire, None)


def rounds_the_scale(_: str, body: Json) -> None:
    if "scale" in body:
        body["scale"] = round(body["scale"], 1)


def sorts_the_images(_: str, body: Json) -> None:
    if "imgUrls" in body:
        body["imgUrls"].sort()


def takes_the_other_price(operation: str, body: Json) -> None:
    if operation == "video_diffusion":
        body["videoType"] = 0


class RemembersTheCallback:
    """State that no call should leave behind."""

    def __init__(self) -> None:
        self.last = ""

    def __call__(self, _: str, body: Json) -> None:
        self.last = body.get("callback", self.last)
        if self.last:
            body["callback"] = self.last


def with_whole_floats(media: str, body: Any) -> tuple[bytes, str]:
    return sound_encoding(media, {key: float(value) if key in NUMBERS else value for key, value in body.items()})


sound_encoding = types._encode_body  # pyright: ignore[reportPrivateUsage]

BODY_FAULTS: list[Fault] = [
    on_texts("prompt_stripped", "strips prompts", str.strip, fields=PROMPTS),
    on_texts("id_in_lower_case", "writes ids in lower case", str.lower, fields=IDS),
    on_body("zeros_dropped", "leaves zeros out", drops_zeros),
    on_body("nulls_written", "writes null for what was not given", writes_nulls),
    on_body("callback_remembered", "calls back where the call before wanted it", RemembersTheCallback()),
    on_body("scale_rounded", "rounds the scale to one place", rounds_the_scale),
    on_body("images_sorted", "sorts the images to blend", sorts_the_images),
    on_body("always_480p", "makes small videos only", takes_the_other_price),
    replaced("whole_floats", "writes whole numbers as floats", types, "_encode_body", with_whole_floats),
]
