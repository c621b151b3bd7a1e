"""A batch takes what a program has at hand: request models, pairs, mappings, chains; what is none of them is told."""

from __future__ import annotations

import re
from typing import Any

import pytest

from legnext_client._protocol.state import State
from legnext_client._runs.rows import read
from legnext_client.chains import VideoChain
from legnext_client.errors import InvalidRequest
from legnext_client.generated.models import (
    BlendRequest,
    DiffusionRequest,
    ExtendVideoRequest,
    InpaintRequest,
    Mask,
    VariationRequest,
    VariationType,
    VideoDiffusionRequest,
)
from legnext_client.generated.operations import OPERATIONS
from legnext_client.prompts import Prompt
from tests.facts import DIFFUSION, LONGEST, points
from tests.tables import for_each

from .drawing import AREA


def only(row: Any) -> Any:
    [item] = read([row])
    return item


@for_each(
    ("row", "operation", "body"),
    [
        (DiffusionRequest(text="x"), "diffusion", DiffusionRequest(text="x").to_dict()),
        (("diffusion", {"text": "x"}), "diffusion", {"text": "x"}),
        (["diffusion", {"text": "x"}], "diffusion", {"text": "x"}),
        (("imagine", {"text": "x"}), "diffusion", {"text": "x"}),
        ((OPERATIONS["diffusion"], {"text": Prompt("x", ar="1:1")}), "diffusion", {"text": "x --ar 1:1"}),
        ({"operation": "imagine", "text": "x"}, "diffusion", {"text": "x"}),
        ({"text": "x"}, "diffusion", {"text": "x"}),
        ({"text": "x", "callback": None, "key": None}, "diffusion", {"text": "x"}),
        (
            VariationRequest(job_id="a", image_no=1, type_=VariationType.STRONG),
            "variation",
            {"jobId": "a", "imageNo": 1, "type": 1},
        ),
        (
            ("variation", {"jobId": "a", "image_no": 1.0, "type": VariationType.STRONG}),
            "variation",
            {"jobId": "a", "imageNo": 1, "type": 1},
        ),
        (("video-diffusion", {"prompt": "x"}), "video_diffusion", {"prompt": "x"}),
        (VideoDiffusionRequest(prompt="x"), "video_diffusion", VideoDiffusionRequest(prompt="x").to_dict()),
        (ExtendVideoRequest(job_id="a", video_no=0), "extend_video", {"jobId": "a", "videoNo": 0}),
        (
            InpaintRequest(job_id="a", image_no=0, mask=Mask(url="https://a/m.png")),
            "inpaint",
            {"jobId": "a", "imageNo": 0, "mask": {"url": "https://a/m.png"}},
        ),
        (
            ("inpaint", {"job_id": "a", "image_no": 0, "mask": {"areas": [AREA]}}),
            "inpaint",
            {"jobId": "a", "imageNo": 0, "mask": {"areas": [AREA]}},
        ),
    ],
)
def test_a_row_becomes_one_call(row: Any, operation: str, body: dict[str, Any]) -> None:
    item = only(row)
    assert (item.steps, item.wrong) == (1, None)
    call = item.call(0, [])
    assert (call.operation, call.fields, call.choices) == (OPERATIONS[operation], body, {})
    assert item.described() == {"operation": operation, **body}


def test_programs_may_give_the_words_of_a_file() -> None:
    assert 1 in only(("video_diffusion", {"prompt": "x", "video_type": "720p"})).described().values()


def test_a_row_that_is_a_chain_is_a_chain() -> None:
    chain = VideoChain.start("x", 1).extend().upscale()
    for item in read([chain, {"chain": chain, "key": "a"}, {"chain": chain.to_dict()}]):
        assert item.steps == 3
        assert item.digest == chain.row("").digest
        assert item.call(1, [State({"job_id": "j"})]).fields["job_id"] == "j"


def test_a_row_knows_its_price() -> None:
    assert [item.cost(0).points for item in read([("shorten", {"prompt": "x"}), {"text": "x --turbo"}])] == [
        points("shorten"),
        2 * DIFFUSION,
    ]
    assert only(("extend_video", {"job_id": "a", "video_no": 0})).cost(0).points == points(
        "extend_video", source="720p"
    )


@for_each(
    ("row", "said"),
    [
        ("diffusion", "row 1: a row must be a request model, a pair .*, a VideoChain or a mapping; got 'diffusion'"),
        (None, "row 1: a row must be .*; got None"),
        (("diffusion", {"text": "x"}, "key"), r"row 1: a row must be .*; got \('diffusion'"),
        (("diffusion", "x"), "row 1: the fields of a pair must be a mapping; got 'x'"),
        ({1, 2}, "row 1: a row must be"),
        (object(), "row 1: a row must be"),
        (
            ("difusion", {"text": "x"}),
            r"operation must be one that makes a job \(did you mean diffusion\?\); got 'difus",
        ),
        (("", {"text": "x"}), "operation must be one of diffusion, variation, .*; got ''"),
        ((7, {"text": "x"}), "operation must be one of .*; got 7"),
        (("balance", {}), "operation must be one .*; got 'balance'"),
        (("get", {"job_id": "a"}), "operation must be one .*; got 'get'"),
        ({"operation": ["diffusion"], "text": "x"}, "operation must be one"),
        ({}, "row 1: diffusion: text is required"),
        ({"text": ""}, f"diffusion: text must have 1 to {LONGEST} characters; got 0 characters"),
        ({"txt": "x"}, r": txt is not a field here \(did you mean text\?\)\. Nothing was sent\.$"),
        (
            ("upscale", {"job_id": "a", "image_no": 4, "type": 2}),
            "upscale: 2 fields are wrong. image_no must be 0 to 3",
        ),
        (BlendRequest(img_urls=["x"], aspect_ratio="9:9"), "blend: 2 fields are wrong"),  # type: ignore[arg-type]
        (VideoChain.from_video("v"), "row 1: a chain without a step cannot be run"),
        ({"chain": {"version": 1, "steps": []}}, "row 1: chain: steps must have at least 1 step"),
        ({"chain": "x"}, "row 1: chain must be an object; got 'x'"),
        (
            {"chain": VideoChain.start("x").to_dict(), "operation": "imagine", "text": "y"},
            "row 1: besides chain, only key is allowed; got operation, text",
        ),
    ],
)
def test_a_row_that_is_wrong_is_an_item_that_says_so(row: Any, said: str) -> None:
    item = only(row)
    assert item.steps == 0
    assert re.search(said, str(item.wrong))
    assert item.described() == {"row": "row 1"}
    assert item.digest == ""


def test_a_wrong_row_does_not_hold_up_the_others() -> None:
    items = list(read([{"text": "a"}, {"text": ""}, ("nothing", {}), {"text": "b"}]))
    assert [item.wrong is None for item in items] == [True, False, False, True]
    assert str(items[1].wrong).startswith("row 2: diffusion: text must have")


@pytest.mark.parametrize("source", [{"text": "x"}, VideoChain.start("x"), DiffusionRequest(text="x"), 7, None])
def test_a_source_that_is_no_list_of_rows_is_refused_at_once(source: Any) -> None:
    with pytest.raises(InvalidRequest, match="rows must be a list or another iterable, or the path of a file; got"):
        read(source)


def test_rows_are_read_one_at_a_time() -> None:
    asked: list[int] = []

    def endless() -> Any:
        for number in range(10**9):
            asked.append(number)
            yield {"text": f"x {number}"}

    items = read(endless())
    assert asked == []
    assert [next(items).described()["text"] for _ in range(3)] == ["x 0", "x 1", "x 2"]
    assert asked == [0, 1, 2]


def test_what_a_source_raises_is_the_callers_own() -> None:
    def broken() -> Any:
        yield {"text": "x"}
        raise LookupError("no more prompts")

    items = read(broken())
    next(items)
    with pytest.raises(LookupError, match="no more prompts"):
        next(items)


def test_items_are_shown_in_short() -> None:
    items = [
        *read([{"text": "x" * 5000, "key": "a"}, {"text": ""}]),
    ]
    assert repr(items[0]) == "<Row a: diffusion>"
    wrong = f"row 2: diffusion: text must have 1 to {LONGEST} characters; got 0 characters. Nothing was sent."
    assert repr(items[1]) == f"<Row row 2: {wrong}>"
