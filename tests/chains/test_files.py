"""A chain is a JSON file and comes back from it as it was; what is no such file is told by place and bound."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legnext_client.chains import VideoChain
from legnext_client.errors import InvalidRequest
from tests.tables import for_each

from .jobs import videos

PROMPTS = st.none() | st.sampled_from(["waves", "night falls --motion high", "ü\n🌊", 'a "quoted", word', "x --loop"])
NUMBERS = st.integers(0, 3)
TYPES = st.integers(0, 1)
IDS = st.text("abcdef0123456789-", min_size=1) | st.just("ein Jöb")


@st.composite
def chains(draw: st.DrawFn) -> VideoChain:
    begin = draw(st.sampled_from(["text", "image", "video"]))
    before = 0
    if begin == "text":
        chain = VideoChain.start(draw(PROMPTS) or "waves", draw(TYPES))
    elif begin == "image":
        chain = VideoChain.from_image(draw(IDS), draw(NUMBERS), draw(PROMPTS), draw(TYPES))
    else:
        before = draw(st.integers(0, 4))
        chain = VideoChain.from_video(
            draw(IDS), source=draw(st.sampled_from([None, "480p", "720p"])), extensions=before
        )
    for _ in range(draw(st.integers(0, 4 - before))):
        chain = chain.extend(draw(PROMPTS), draw(NUMBERS))
    return chain.upscale(draw(NUMBERS)) if draw(st.booleans()) else chain


@given(chains())
def test_a_chain_comes_back_from_json_as_it_was(chain: VideoChain) -> None:
    again = VideoChain.from_dict(json.loads(json.dumps(chain.to_dict())))
    assert again == chain
    assert hash(again) == hash(chain)
    assert (again.price(), again.seconds, again.typical_seconds) == (
        chain.price(),
        chain.seconds,
        chain.typical_seconds,
    )
    assert [step.title for step in again.steps] == [step.title for step in chain.steps]
    assert again.to_dict() == chain.to_dict()


def test_a_file_can_be_read_by_a_person_and_stays_as_it_is() -> None:
    chain = VideoChain.start("waves", 1).extend("night falls", 2).extend().upscale()
    assert chain.to_dict() == {
        "version": 1,
        "steps": [
            {"step": "start", "prompt": "waves", "video_type": 1},
            {"step": "extend", "prompt": "night falls", "video_no": 2},
            {"step": "extend", "video_no": 0},
            {"step": "upscale", "video_no": 0},
        ],
    }
    assert VideoChain.from_video(videos(size="720p", task_type="extend_video")).extend().to_dict() == {
        "version": 1,
        "video": {"job_id": "v1", "source": "720p", "extensions": 1},
        "steps": [{"step": "extend", "video_no": 0}],
    }
    assert VideoChain.from_image("i1", 2).to_dict()["steps"] == [
        {"step": "start", "job_id": "i1", "image_no": 2, "video_type": 0}
    ]


def test_what_was_left_out_by_hand_is_the_usual() -> None:
    data = {"version": 1, "steps": [{"step": "start", "prompt": "x"}, {"step": "extend"}, {"step": "upscale"}]}
    assert VideoChain.from_dict(data) == VideoChain.start("x").extend().upscale()
    data = {"version": 1, "steps": [{"step": "start", "job_id": "i", "image_no": 1, "prompt": None}]}
    assert VideoChain.from_dict(data) == VideoChain.from_image("i", 1)
    data = {"version": 1, "video": {"job_id": "v"}, "steps": [{"step": "upscale"}]}
    assert VideoChain.from_dict(data) == VideoChain.from_video("v").upscale()


def test_a_function_cannot_be_written() -> None:
    chain = VideoChain.start("x").extend().extend(video_no=len)
    with pytest.raises(InvalidRequest, match=r"^video_no of extension 2 is a function, which cannot be written"):
        chain.to_dict()


def test_for_a_journal_a_function_is_described_as_chosen() -> None:
    described = VideoChain.start("x").extend(video_no=len).row("chain").described()
    assert described["chain"]["steps"][1] == {"step": "extend", "video_no": "chosen"}
    assert json.loads(json.dumps(described)) == described
    with pytest.raises(InvalidRequest, match="step 2: extend_video: video_no must be an integer, 0 to 3; got 'chosen'"):
        VideoChain.from_dict(described["chain"])


START = {"step": "start", "prompt": "x"}


@for_each(
    ("data", "said"),
    [
        (None, "chain must be an object; got None"),
        ([], r"chain must be an object; got \[\]"),
        ("{}", "chain must be an object"),
        ({}, "chain: version, steps must be given; got nothing"),
        ({"version": 1}, "chain: steps must be given; got version"),
        ({"version": 2, "steps": []}, "chain: version must be 1; got 2. It was written by a newer version"),
        ({"version": 0, "steps": []}, "chain: version must be 1; got 0. Write it with to_dict"),
        ({"version": "1", "steps": []}, "chain: version must be 1; got '1'"),
        ({"version": True, "steps": []}, "chain: version must be 1; got True"),
        ({"version": 1, "steps": {}}, "chain: steps must be a list; got {}"),
        ({"version": 1, "steps": []}, "chain: steps must have at least 1 step"),
        ({"version": 1, "steps": [], "stps": 1}, "chain may hold version, steps, video; got 'stps'"),
        ({"version": 1, "steps": ["start"]}, "chain: step 1 must be an object; got 'start'"),
        ({"version": 1, "steps": [{"prompt": "x"}]}, "chain: step 1: step must be given; got prompt"),
        (
            {"version": 1, "steps": [{"step": "begin"}]},
            "step 1: step must be one of start, extend, upscale; got 'begin'",
        ),
        ({"version": 1, "steps": [{"step": ["start"]}]}, "step 1: step must be one of start, extend, upscale"),
        ({"version": 1, "steps": [{"step": "extend"}]}, "step 1: the first step must be start"),
        ({"version": 1, "steps": [START, START]}, "step 2: only the first step can be start"),
        (
            {"version": 1, "video": {"job_id": "v"}, "steps": [START]},
            "step 1: only the first step can be start, and only without a video",
        ),
        ({"version": 1, "steps": [{"step": "start"}]}, "step 1: prompt must be given; got nothing"),
        ({"version": 1, "steps": [{**START, "video": 1}]}, "step 1 may hold prompt, video_type; got 'video'"),
        ({"version": 1, "steps": [{"step": "start", "job_id": "a"}]}, "step 1: image_no must be given; got job_id"),
        ({"version": 1, "steps": [{**START, "video_type": 3}]}, "step 1: video_diffusion: video_type must be one of"),
        ({"version": 1, "steps": [START, {"step": "extend", "video_no": None}]}, "step 2: .* video_no is required"),
        ({"version": 1, "steps": [START, {"step": "extend", "promt": "y"}]}, "step 2 may hold prompt, video_no; got"),
        (
            {"version": 1, "steps": [START, {"step": "upscale", "prompt": "y"}]},
            "step 2 may hold video_no; got 'prompt'",
        ),
        ({"version": 1, "steps": [START, {"step": "upscale"}, {"step": "extend"}]}, "step 3: .* nothing comes after"),
        ({"version": 1, "steps": [START, *[{"step": "extend"}] * 5]}, "step 6: .* at most 4 times"),
        ({"version": 1, "video": "v", "steps": []}, "chain: video must be an object; got 'v'"),
        ({"version": 1, "video": {}, "steps": []}, "chain: video: job_id must be given; got nothing"),
        (
            {"version": 1, "video": {"job_id": ""}, "steps": []},
            "chain: video: .* job_id must have at least 1 character",
        ),
        ({"version": 1, "video": {"job_id": "v", "size": 1}, "steps": []}, "video may hold job_id, source, extensions"),
        ({"version": 1, "video": {"job_id": "v", "source": "4K"}, "steps": []}, "video: source must be one of 480p"),
        ({"version": 1, "video": {"job_id": "v", "extensions": 9}, "steps": []}, "video: extensions must be 0 to 4"),
    ],
)
def test_what_is_no_chain_is_told_by_place_and_bound(data: Any, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        VideoChain.from_dict(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["start", "extend", "upscale", "", "x"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["version", "steps", "step", "video", "job_id", "prompt", "video_no", "image_no", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.fixed_dictionaries({"version": st.just(1), "steps": st.lists(JSON, max_size=4)}, optional={"video": JSON}))
def test_whatever_is_read_is_a_chain_or_an_error_that_says_so(data: dict[str, Any]) -> None:
    refused: str | None = None
    try:
        chain = VideoChain.from_dict(data)
    except InvalidRequest as error:
        refused = error.message
    else:
        assert VideoChain.from_dict(chain.to_dict()) == chain
    assert refused is None or refused.startswith("chain")
