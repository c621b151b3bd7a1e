"""Faults in what the client sends: nearly all of these bodies are valid, and none is what was asked for."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from urllib.parse import quote

from legnext_client.generated import types
from legnext_client.generated.operations import OPERATIONS

from .faults import Fault, Json, on_body, on_texts, replaced

PROMPTS = ("text", "prompt", "remixPrompt")
ADDRESSES = ("imgUrl", "imgUrls", "image_url", "url")
ANY_ADDRESS = (*ADDRESSES, "callback")
IDS = ("jobId",)
NUMBERS = ("imageNo", "videoNo")


def drops_zeros(_: str, body: Json) -> None:
    for name in [name for name, value in body.items() if value == 0 and not isinstance(value, str)]:
        del body[name]


def drops_empty_texts(_: str, body: Json) -> None:
    for name in [name for name, value in body.items() if value == ""]:
        del body[name]


def writes_nulls(operation: str, body: Json) -> None:
    for field in OPERATIONS[operation].fields:
        body.setdefault(field.wire, None)


def leaves_defaults_out(operation: str, body: Json) -> None:
    for field in OPERATIONS[operation].fields:
        if field.default is not None and body.get(field.wire) == field.default:
            del body[field.wire]


def forgets_the_callback(_: str, body: Json) -> None:
    body.pop("callback", None)


def forgets_the_area(_: str, body: Json) -> None:
    body.pop("area", None)


def swaps_the_modes(operation: str, body: Json) -> None:
    if operation == "remix":
        body["mode"] = 1 - body["mode"]


def turns_the_direction(_: str, body: Json) -> None:
    if "direction" in body:
        body["direction"] = (body["direction"] + 1) % 4


def counts_from_one(_: str, body: Json) -> None:
    for name in NUMBERS:
        if name in body:
            body[name] = min(3, body[name] + 1)


def rounds_the_scale(_: str, body: Json) -> None:
    if "scale" in body:
        body["scale"] = round(body["scale"], 1)


def moves_into_the_canvas(_: str, body: Json) -> None:
    for axis in ("x", "y"):
        if axis in body.get("imgPos", {}):
            body["imgPos"][axis] = max(0, body["imgPos"][axis])


def reckons_in_floats(_: str, body: Json) -> None:
    for name in ("canvas", "imgPos"):
        if name in body:
            body[name] = {key: int(float(value)) for key, value in body[name].items()}


def sorts_the_images(_: str, body: Json) -> None:
    if "imgUrls" in body:
        body["imgUrls"].sort()


def closes_the_polygons(_: str, body: Json) -> None:
    for area in body.get("mask", {}).get("areas", []):
        area["points"] += area["points"][:2]


def loses_the_last_area(_: str, body: Json) -> None:
    areas = body.get("mask", {}).get("areas", [])
    del areas[1:]


def reads_ids_as_numbers(_: str, body: Json) -> None:
    if body.get("jobId", "").isdigit():
        body["jobId"] = int(body["jobId"])


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


def in_latin_letters(media: str, body: Any) -> tuple[bytes, str]:
    return sound_encoding(media, body)[0].decode().encode("latin-1", "replace").decode("latin-1").encode(), media


sound_encoding = types._encode_body  # pyright: ignore[reportPrivateUsage]

BODY_FAULTS: list[Fault] = [
    on_texts("prompt_stripped", "strips prompts", str.strip, fields=PROMPTS),
    on_texts("spaces_collapsed", "makes one space of many", lambda text: re.sub(" +", " ", text), fields=PROMPTS),
    on_texts(
        "spaces_squeezed", "makes one space of any white space", lambda text: " ".join(text.split()), fields=PROMPTS
    ),
    on_texts("letters_composed", "normalises prompts", lambda text: unicodedata.normalize("NFC", text), fields=PROMPTS),
    on_texts("dashes_mended", "makes -- of a long dash", lambda text: text.replace("—", "--"), fields=PROMPTS),
    on_texts("prompt_cut", "cuts prompts after 4,096 characters", lambda text: text[:4096], fields=PROMPTS),
    on_texts("flags_in_lower_case", "writes prompts in lower case", str.lower, fields=PROMPTS),
    on_texts("address_in_lower_case", "writes addresses in lower case", str.lower, fields=ADDRESSES),
    on_texts("address_quoted", "quotes addresses", lambda url: quote(url, safe="/:?#=&%@[]"), fields=ADDRESSES),
    on_texts("fragment_lost", "drops what follows # in addresses", lambda url: url.split("#")[0], fields=ANY_ADDRESS),
    on_texts("slash_lost", "drops the last slash of a callback", lambda url: url.rstrip("/"), fields=("callback",)),
    on_texts(
        "secure_callback", "calls back by https only", lambda url: "https" + url[4:].lstrip("sS"), fields=("callback",)
    ),
    on_texts("id_in_lower_case", "writes ids in lower case", str.lower, fields=IDS),
    on_texts("id_stripped", "strips ids", str.strip, fields=IDS),
    on_body("id_as_number", "reads ids of digits as numbers", reads_ids_as_numbers),
    on_body("zeros_dropped", "leaves zeros out", drops_zeros),
    on_body("empty_texts_dropped", "leaves empty texts out", drops_empty_texts),
    on_body("nulls_written", "writes null for what was not given", writes_nulls),
    on_body("defaults_left_out", "leaves defaults to the service", leaves_defaults_out),
    on_body("callback_forgotten", "forgets the callback", forgets_the_callback),
    on_body("callback_remembered", "calls back where the call before wanted it", RemembersTheCallback()),
    on_body("area_forgotten", "forgets the old field of a polygon", forgets_the_area),
    on_body("modes_swapped", "takes the modes of remix for those of variation", swaps_the_modes),
    on_body("direction_turned", "takes each direction for the next", turns_the_direction),
    on_body("counted_from_one", "counts images from one", counts_from_one),
    on_body("scale_rounded", "rounds the scale to one place", rounds_the_scale),
    on_body("moved_into_the_canvas", "makes negative places zero", moves_into_the_canvas),
    on_body("reckoned_in_floats", "reckons pixels as floats", reckons_in_floats),
    on_body("images_sorted", "sorts the images to blend", sorts_the_images),
    on_body("polygon_closed", "repeats the first corner of a polygon at its end", closes_the_polygons),
    on_body("area_lost", "sends the first area of a mask alone", loses_the_last_area),
    on_body("always_480p", "makes small videos only", takes_the_other_price),
    replaced("whole_floats", "writes whole numbers as floats", types, "_encode_body", with_whole_floats),
    replaced("latin_letters", "writes ? for what is not Latin", types, "_encode_body", in_latin_letters),
]
