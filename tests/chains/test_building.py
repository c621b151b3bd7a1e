"""A chain is built step by step, and what the service would refuse is refused right there, by field and bound."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._calls.items import digest_of
from legnext_client._protocol.state import State
from legnext_client.chains import VideoChain
from legnext_client.errors import InvalidRequest
from legnext_client.generated.models import VideoType
from legnext_client.generated.operations import OPERATIONS, ROLES
from legnext_client.jobs import AsyncJob
from legnext_client.prompts import Prompt
from tests.tables import for_each

from .jobs import images, videos

if TYPE_CHECKING:
    from collections.abc import Callable

START, EXTEND, UPSCALE = (ROLES[f"chain.{word}"] for word in ("start", "extend", "upscale"))


def calls(chain: VideoChain) -> list[tuple[str, dict[str, Any]]]:
    """What would be sent, were each job named after its step."""
    item = chain.row("chain")
    finished: list[State] = []
    found: list[tuple[str, dict[str, Any]]] = []
    for number in range(item.steps):
        call = item.call(number, finished)
        found.append((call.operation.name, dict(call.fields)))
        finished.append(State({"job_id": f"job {number}"}))
    return found


def test_a_chain_is_begun_extended_and_upscaled_each_step_from_the_job_before() -> None:
    chain = VideoChain.start("waves roll in --motion high", video_type=1).extend("night falls", video_no=2).upscale()
    assert calls(chain) == [
        ("video_diffusion", {"prompt": "waves roll in --motion high", "video_type": 1}),
        ("extend_video", {"job_id": "job 0", "video_no": 2, "prompt": "night falls"}),
        ("video_upscale", {"job_id": "job 1", "video_no": 0}),
    ]


def test_a_chain_can_begin_with_an_image_of_a_job_or_of_an_id() -> None:
    expected = [("video_diffusion", {"job_id": "i1", "image_no": 3, "video_type": 0, "prompt": "she turns"})]
    assert calls(VideoChain.from_image("i1", 3, "she turns")) == expected
    assert calls(VideoChain.from_image(images(), 3, "she turns")) == expected
    assert VideoChain.from_image("i1", 0).steps[0].fields == {"job_id": "i1", "image_no": 0, "video_type": 0}


@pytest.mark.parametrize("source", ["v1", videos(), AsyncJob(videos().raw)])
def test_a_chain_can_begin_with_a_video_of_a_job_or_of_an_id(source: Any) -> None:
    assert calls(VideoChain.from_video(source).extend("on", 1).upscale(2)) == [
        ("extend_video", {"job_id": "v1", "video_no": 1, "prompt": "on"}),
        ("video_upscale", {"job_id": "job 0", "video_no": 2}),
    ]
    assert calls(VideoChain.from_video(source).upscale()) == [("video_upscale", {"job_id": "v1", "video_no": 0})]


def test_enums_and_prompts_are_taken_as_plain_values() -> None:
    chain = VideoChain.start(Prompt("waves", motion="low", kind="video"), video_type=VideoType.HD_720P)
    assert chain == VideoChain.start("waves --motion low", video_type=1)


# ---- how many steps, and in which order ---------------------------------------------------------------------------


def extended(times: int) -> VideoChain:
    chain = VideoChain.start("waves")
    for _ in range(times):
        chain = chain.extend()
    return chain


def test_a_video_is_extended_as_often_as_the_spec_allows_and_not_once_more() -> None:
    assert EXTEND.chain is not None
    assert EXTEND.chain.at_most == 4
    full = extended(4)
    assert [step.title for step in full.steps] == ["start", *(f"extension {number}" for number in range(1, 5))]
    assert full.upscale().steps[-1].title == "upscale"
    with pytest.raises(InvalidRequest, match=r"^extend_video: .* at most 4 times; got extension 5\. Nothing was sent"):
        full.extend()


@pytest.mark.parametrize("source", [videos(task_type="extend_video"), videos(), "v1"])
def test_extensions_that_a_video_has_had_count(source: Any) -> None:
    chain = VideoChain.from_video(source, extensions=3).extend()
    assert chain.steps[0].title == "extension 4"
    with pytest.raises(InvalidRequest, match="got extension 5"):
        chain.extend()


def test_a_job_that_is_an_extension_counts_as_one() -> None:
    chain = VideoChain.from_video(videos(task_type="extend_video")).extend().extend().extend()
    with pytest.raises(InvalidRequest, match="got extension 5"):
        chain.extend()


@pytest.mark.parametrize("many", [-1, 5, True, 1.5, "2"])
def test_a_count_of_extensions_that_cannot_be_is_refused(many: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"^extensions must be .*0 to 4; got "):
        VideoChain.from_video("v1", extensions=many)


@pytest.mark.parametrize(
    "further", [lambda chain: chain.extend(), lambda chain: chain.upscale(), lambda chain: chain.extend("on", len)]
)
def test_nothing_comes_after_an_upscale(further: Callable[[VideoChain], VideoChain]) -> None:
    with pytest.raises(InvalidRequest, match="nothing comes after video_upscale"):
        further(extended(1).upscale())


def test_a_chain_without_a_step_cannot_be_run() -> None:
    with pytest.raises(InvalidRequest, match="without a step cannot be run"):
        VideoChain.from_video("v1").row("chain")


@pytest.mark.parametrize("arguments", [(), ((),), ("waves roll in",), ([],)])
def test_there_is_no_chain_without_a_beginning(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidRequest, match=r"must begin with VideoChain\.start, from_image or from_video"):
        VideoChain(*arguments)


# ---- bounds of the fields -----------------------------------------------------------------------------------------

LONGEST = next(field.max_length for field in START.fields if field.name == "prompt") or 0


@for_each(
    ("build", "said"),
    [
        (
            lambda: VideoChain.start(""),
            f"video_diffusion: prompt must have 1 to {LONGEST} characters; got 0",
        ),
        (lambda: VideoChain.start("x\0"), "prompt must not contain the NUL character"),
        (lambda: VideoChain.start("x", video_type=2), r"video_type must be one of 0 \(SD_480P\), 1 \(HD_720P\); got 2"),
        (lambda: VideoChain.start("x", video_type="1080p"), "video_type must be an integer"),
        (lambda: VideoChain.from_image("i1", 4), "image_no must be 0 to 3; got 4"),
        (lambda: VideoChain.from_image("i1", len), "image_no must be an integer, 0 to 3; got <built-in"),  # type: ignore[arg-type]
        (lambda: VideoChain.from_video(17), "job_id must be a string"),  # type: ignore[arg-type]
        (lambda: VideoChain.from_video("v1", source="4K"), "source must be one of 480p, 720p, or omitted; got '4K'"),
        (lambda: extended(0).extend(video_no=4), "extend_video: video_no must be below 4; got 4"),
        (lambda: extended(0).extend(video_no="1"), "extend_video: video_no must be an integer"),  # type: ignore[arg-type]
        (lambda: VideoChain.from_video("v1").extend(video_no=4), "extend_video: video_no must be 0 to 3; got 4"),
        (lambda: VideoChain.from_video("v1").upscale(video_no=4), "video_upscale: video_no must be 0 to 3; got 4"),
    ],
)
def test_a_field_beyond_its_bounds_is_refused_by_name_and_bound(build: Callable[[], object], said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        build()


def test_a_field_on_its_bounds_is_taken() -> None:
    # Words, so that the prompt is not taken for anything else.
    prompt = ("word " * LONGEST)[: LONGEST - 1] + "x"
    chain = VideoChain.start(prompt).extend(prompt, 3).upscale(3)
    assert [step.fields.get("prompt") for step in chain.steps] == [prompt, prompt, None]
    assert VideoChain.from_image("i", 3).extend(video_no=0).steps[1].fields == {"video_no": 0}


def test_a_number_of_videos_that_cannot_be_read_is_left_to_the_check_of_the_prompt() -> None:
    assert VideoChain.start("x --bs many").extend(video_no=3).steps[1].fields["video_no"] == 3


# ---- what is known of jobs ----------------------------------------------------------------------------------------


@for_each(
    ("build", "said"),
    [
        (
            lambda: VideoChain.from_video(images()),
            "a job that makes videos is needed; got diffusion, which makes images",
        ),
        (lambda: VideoChain.from_video(videos(1, task_type="video_upscale")), "got video_upscale, which makes video"),
        (lambda: VideoChain.from_image(videos(), 0), "a job that makes images or image is needed; got video_diffusion"),
        (lambda: VideoChain.from_image(images(task_type="describe"), 0), "got describe, which makes texts"),
        (lambda: VideoChain.from_image(images(2), 2), "image_no must be below 2; got 2. That job has 2 images"),
        (lambda: VideoChain.from_image(images(status="failed"), 0), "that job failed"),
        (lambda: VideoChain.from_video(videos(status="failed")), "that job failed"),
        (lambda: VideoChain.from_video(videos(2)).extend(video_no=2), "video_no must be below 2; got 2"),
        (lambda: VideoChain.from_video(videos(2)).upscale(video_no=3), "video_no must be below 2; got 3"),
        (lambda: VideoChain.from_video(videos(0)).extend(), "that job has no videos"),
    ],
)
def test_a_finished_job_that_cannot_be_gone_on_with_is_refused(build: Callable[[], object], said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        build()


def test_who_knows_better_insists() -> None:
    assert VideoChain.from_image(images(2).insist(), 3).steps
    assert VideoChain.from_image(videos().insist(), 0).steps
    assert VideoChain.from_video(videos(1, task_type="video_upscale").insist()).extend(video_no=1).steps
    assert VideoChain.from_video(videos(status="failed").insist()).upscale().steps


@pytest.mark.parametrize("task_type", ["", "video_of_tomorrow"])
def test_a_job_of_a_kind_that_is_not_known_is_taken(task_type: str) -> None:
    assert VideoChain.from_video(videos(task_type=task_type)).extend().steps
    assert VideoChain.from_image(images(task_type=task_type), 1).steps


def test_a_job_that_is_not_done_can_be_built_upon() -> None:
    running = videos(0, status="processing")
    assert VideoChain.from_video(running).extend(video_no=3).row("chain").call(0, ()).fields["job_id"] == "v1"


@pytest.mark.parametrize(("flag", "made"), [("--bs 1", 1), ("--bs 2", 2), ("--batchsize 2", 2), ("", 4)])
def test_a_video_that_the_step_before_will_not_make_is_refused(flag: str, made: int) -> None:
    for chain in (VideoChain.start(f"waves {flag}"), VideoChain.start("x").extend(f"waves {flag}")):
        assert chain.extend(video_no=made - 1).upscale(video_no=3)
        for further in (chain.extend, chain.upscale):
            with pytest.raises(InvalidRequest, match=f"video_no must be below {made}; got {made}"):
                further(video_no=made)


# ---- choosing by a function ---------------------------------------------------------------------------------------


def last(job: Any) -> int:
    return len(job.video_urls) - 1


def first(job: Any) -> int:
    return 0 * len(job.video_urls)


def test_a_function_chooses_when_the_job_before_is_done() -> None:
    call = VideoChain.start("x").extend("on", video_no=last).row("chain").call(1, [State({"job_id": "a"})])
    assert call.fields == {"job_id": "a", "prompt": "on"}
    assert call.choices == {"video_no": last}
    assert VideoChain.start("x").upscale(last).steps[-1].choices == {"video_no": last}


def test_a_function_chooses_at_once_from_a_job_that_is_done() -> None:
    chain = VideoChain.from_video(videos(3)).extend(video_no=last)
    assert chain.steps[0].fields == {"video_no": 2}
    assert chain.to_dict()
    with pytest.raises(InvalidRequest, match="video_no must be below 3; got 3"):
        VideoChain.from_video(videos(3)).extend(video_no=lambda _: 3)
    with pytest.raises(InvalidRequest, match="video_no must be an integer, 0 to 3; got 'best'"):
        VideoChain.from_video(videos(3)).extend(video_no=lambda _: "best")  # type: ignore[arg-type, return-value]


async def by_eye(_: Any) -> int:
    raise AssertionError("nobody awaits here")


@pytest.mark.parametrize("source", ["v1", videos(status="processing")])
def test_a_function_needs_a_finished_job_to_choose_by(source: Any) -> None:
    with pytest.raises(InvalidRequest, match="video_no of the first step must be a number"):
        VideoChain.from_video(source).extend(video_no=last)


def test_a_coroutine_cannot_choose_while_building_but_later() -> None:
    with pytest.raises(InvalidRequest, match="video_no of the first step must be a number"):
        VideoChain.from_video(videos()).extend(video_no=by_eye)
    assert VideoChain.start("x").extend(video_no=by_eye).steps[1].choices == {"video_no": by_eye}


# ---- a chain is a value -------------------------------------------------------------------------------------------


def test_a_chain_never_changes() -> None:
    begun = VideoChain.start("x")
    longer, other = begun.extend("a"), begun.extend("b")
    assert [len(chain.steps) for chain in (begun, longer, other)] == [1, 2, 2]
    assert longer != other
    with pytest.raises(AttributeError):
        begun.steps = ()  # type: ignore[misc]


def test_chains_are_equal_when_they_ask_for_the_same() -> None:
    same = [VideoChain.start("x").extend(video_no=last), VideoChain.start("x", 0).extend(None, last)]
    assert same[0] == same[1]
    assert len(set(same)) == 1
    others = {
        VideoChain.start("x"),
        VideoChain.start("x", 1).extend(video_no=last),
        VideoChain.start("x").extend(video_no=first),
        VideoChain.start("x").extend("x", last),
        VideoChain.start("x").upscale(last),
        VideoChain.from_image("a", 0, "x").extend(video_no=last),
    }
    assert len(others) == 6
    assert not others & set(same)
    assert VideoChain.start("x") != "x"
    video = VideoChain.from_video("a").extend()
    for other in (
        VideoChain.from_video("b").extend(),
        VideoChain.from_video("a", source="480p").extend(),
        VideoChain.from_video("a", extensions=1).extend(),
        VideoChain.from_video("a"),
        VideoChain.start("x").extend(),
    ):
        assert video != other


def test_a_chain_from_a_job_equals_the_one_from_its_id() -> None:
    assert VideoChain.from_image(images(), 1) == VideoChain.from_image("i1", 1)
    assert VideoChain.from_video(videos()).extend() == VideoChain.from_video("v1").extend()


def test_a_chain_that_was_pickled_is_built_on_and_run_as_before() -> None:
    chain = VideoChain.start("x").extend().extend().extend()
    twin: VideoChain = pickle.loads(pickle.dumps(chain))
    assert twin.seconds == chain.seconds
    assert calls(twin.extend().upscale()) == calls(chain.extend().upscale())
    with pytest.raises(InvalidRequest, match="got extension 5"):
        twin.extend().extend()
    with pytest.raises(InvalidRequest, match="nothing comes after"):
        pickle.loads(pickle.dumps(twin.upscale())).extend()


def test_a_chain_is_shown_in_short() -> None:
    chain = VideoChain.start("x" * 5000).extend().upscale()
    assert repr(chain) == "<VideoChain of 8 s: start, extension 1, upscale>"
    assert repr(VideoChain.from_video("v1").extend()) == "<VideoChain of 8 s: video of v1, extension 1>"
    assert repr(chain.row("chain")) == "<Row chain: start, extension 1, upscale>"
    assert repr(VideoChain.start("x").steps[0]) == "<Call start video_diffusion {'prompt': 'x', 'video_type': 0}>"


def test_no_step_of_a_chain_has_a_callback_of_its_own() -> None:
    chain = VideoChain.start("x").extend().upscale()
    assert all("callback" not in step.fields for step in chain.steps)
    assert all(
        any(field.name == "callback" for field in OPERATIONS[step.operation.name].fields) for step in chain.steps
    )


# ---- its digest -------------------------------------------------------------------------------------------------


def digest(chain: VideoChain) -> str:
    return chain.row("chain").digest


def test_the_digest_of_a_chain_stays_what_it_is() -> None:
    # Journals hold them: another digest for the same chain would have it paid for again.
    assert digest(VideoChain.start("waves", 1).extend("on", 2).upscale()) == "693c2c6945d1edd4"
    assert digest(VideoChain.from_image("i1", 0).extend(video_no=len)) == "51c2c3e862df9514"
    assert digest(VideoChain.from_video("v1").extend()) == "619f0a2946f6051c"


def test_the_digest_changes_with_what_is_asked_for() -> None:
    different = [
        VideoChain.start("x"),
        VideoChain.start("y"),
        VideoChain.start("x", 1),
        VideoChain.start("x").extend(),
        VideoChain.start("x").extend(video_no=1),
        VideoChain.start("x").extend("on"),
        VideoChain.start("x").extend(video_no=len),
        VideoChain.start("x").upscale(),
        VideoChain.from_image("a", 0, "x"),
        VideoChain.from_image("b", 0, "x"),
        VideoChain.from_video("a").extend(),
        VideoChain.from_video("b").extend(),
    ]
    assert len({digest(chain) for chain in different}) == len(different)


def test_a_digest_does_not_depend_on_order_or_spelling_of_values() -> None:
    assert digest_of([("a", {"x": 2, "y": [1.0, {"p": 1, "q": 2.5}]})]) == digest_of(
        [("a", {"y": (1, {"q": 2.5, "p": 1.0}), "x": 2.0})]
    )
    assert digest_of([("a", {"x": 2})]) != digest_of([("a", {"x": "2"})])
    assert digest_of([("a", {})]) != digest_of([("b", {})])
    assert digest_of([("a", {}), ("b", {})]) != digest_of([("b", {}), ("a", {})])
