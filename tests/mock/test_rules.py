"""Each rule of the service refuses exactly what it is about."""

from __future__ import annotations

from typing import Any

import pytest

from legnext_client.testing import MockServer

DAY = 86400.0
VIDEO = {"operation": "video_diffusion", "body": {"prompt": "waves"}}


def test_a_source_must_be_there(api: Any) -> None:
    assert "nobody" in api.refused(404, "reroll", jobId="nobody")


@pytest.mark.parametrize("status", ["pending", "staged", "processing", "retry"])
def test_a_source_must_be_completed(api: Any, status: str) -> None:
    api.server.jobs.add("it", status=status)
    assert f"it is {status}" in api.refused(422, "reroll", jobId="it")


def test_a_source_must_not_have_failed(api: Any) -> None:
    api.server.jobs.add("it", status="failed")
    assert "failed" in api.refused(422, "reroll", jobId="it")


FOLLOWS: dict[str, dict[str, Any]] = {
    "variation": {"imageNo": 0, "type": 0},
    "reroll": {},
    "extend_video": {"videoNo": 0},
}
FITTING = {
    "variation": {"diffusion", "upscale", "blend", "remove_background"},
    "reroll": {"diffusion", "blend"},
    "extend_video": {"video_diffusion", "extend_video"},
}
MADE_BY = [
    "diffusion",
    "blend",
    "upscale",
    "remove_background",
    "describe",
    "video_diffusion",
    "extend_video",
    "video_upscale",
]


@pytest.mark.parametrize("operation", FOLLOWS)
@pytest.mark.parametrize("source", MADE_BY)
def test_a_source_must_have_made_the_right_thing(api: Any, operation: str, source: str) -> None:
    api.server.jobs.add("it", operation=source)
    if source in FITTING[operation]:
        api.accepted(operation, jobId="it", **FOLLOWS[operation])
    else:
        assert "needs a job that made" in api.refused(422, operation, jobId="it", **FOLLOWS[operation])


def test_the_number_must_be_one_that_the_job_has(api: Any) -> None:
    api.server.jobs.add("one", operation="upscale")
    api.server.jobs.add("two", operation="video_diffusion", body={"prompt": "waves --bs 2"})
    api.accepted("variation", jobId="one", imageNo=0, type=0)
    assert "must be 0; got 1. This job has 1 image." in api.refused(422, "variation", jobId="one", imageNo=1, type=0)
    api.accepted("extend_video", jobId="two", videoNo=1)
    assert "must be 0 to 1; got 2. This job has 2 videos." in api.refused(422, "extend_video", jobId="two", videoNo=2)


PAINTS: dict[str, dict[str, Any]] = {
    "pan": {"direction": 1, "scale": 1.5},
    "outpaint": {"scale": 1.5},
    "inpaint": {"mask": {"url": "https://example.com/mask.png"}},
}


@pytest.mark.parametrize("operation", PAINTS)
@pytest.mark.parametrize("model", ["--v 6", "--v 7", "--v7", "--niji", "--v 8", "--v 8.1", "--version 8"])
def test_some_models_do_not_allow_it(api: Any, operation: str, model: str) -> None:
    api.server.jobs.add("it", body={"text": f"a {model}"})
    if "8" in model:
        assert "does not allow" in api.refused(422, operation, jobId="it", imageNo=0, **PAINTS[operation])
    else:
        api.accepted(operation, jobId="it", imageNo=0, **PAINTS[operation])


def test_what_follows_has_the_model_of_its_source(api: Any) -> None:
    eight = api.done("diffusion", text="a --v 8")
    varied = api.done("variation", jobId=eight, imageNo=0, type=0)
    api.refused(422, "pan", jobId=varied, imageNo=0, **PAINTS["pan"])
    back = api.done("variation", jobId=eight, imageNo=0, type=0, remixPrompt="a --v 7")
    api.accepted("pan", jobId=back, imageNo=0, **PAINTS["pan"])
    api.refused(422, "upscale", jobId=varied, imageNo=0, type=0)


def test_only_a_draft_can_be_enhanced(api: Any) -> None:
    draft = api.done("diffusion", text="a --v 7 --draft")
    usual = api.done("diffusion", text="a --v 7")
    api.accepted("enhance", jobId=draft, imageNo=0)
    assert "--draft" in api.refused(422, "enhance", jobId=usual, imageNo=0)
    again = api.done("reroll", jobId=draft)
    api.accepted("enhance", jobId=again, imageNo=0)
    varied = api.done("variation", jobId=draft, imageNo=0, type=0)
    api.refused(422, "enhance", jobId=varied, imageNo=0)


def test_a_video_is_extended_four_times_and_no_more(api: Any) -> None:
    video = api.done("video_diffusion", prompt="waves --bs 1")
    for _ in range(4):
        video = api.done("extend_video", jobId=video, videoNo=0)
    assert "4 times" in api.refused(422, "extend_video", jobId=video, videoNo=0)
    api.accepted("video_upscale", jobId=video, videoNo=0)


def test_branches_of_a_chain_count_for_themselves(api: Any) -> None:
    first = api.done("video_diffusion", prompt="waves")
    for number in range(4):
        api.done("extend_video", jobId=first, videoNo=number)
    api.accepted("extend_video", jobId=first, videoNo=0)


def test_an_enlarged_video_comes_last(api: Any) -> None:
    api.server.jobs.add("video", **VIDEO)
    large = api.done("video_upscale", jobId="video", videoNo=0)
    api.refused(422, "extend_video", jobId=large, videoNo=0)
    api.refused(422, "video_upscale", jobId=large, videoNo=0)


def test_a_job_is_built_upon_for_three_days(api: Any) -> None:
    api.server.jobs.add("old", age=3 * DAY + 1)
    api.server.jobs.add("new", age=3 * DAY - 1)
    assert "3 days" in api.refused(422, "reroll", jobId="old")
    api.accepted("reroll", jobId="new")
    api.server.clock.advance(2)
    api.refused(422, "reroll", jobId="new")


REJECTED = {
    "--q 2": "--q",
    "--quality 2": "--q",
    "--cref https://a.b/c.png": "--cref",
    "--cw 50": "--cw",
    "--oref https://a.b/c.png": "--oref",
    "--ow 50": "--ow",
    "--no clouds": "--no",
    "--turbo": "--turbo",
    "--sd": "--sd",
}


@pytest.mark.parametrize("flag", REJECTED)
def test_a_flag_that_the_model_rejects_is_named(api: Any, flag: str) -> None:
    assert f"{REJECTED[flag]} is not accepted by version 8.1" in api.refused(400, "diffusion", text=f"a --v 8.1 {flag}")
    api.accepted("diffusion", text=f"a --v 7 {flag}")


def test_a_flag_without_effect_is_accepted(api: Any) -> None:
    api.accepted("diffusion", text="a --v 8.1 --hd")


def test_all_rejected_flags_are_named_at_once(api: Any) -> None:
    message = api.refused(400, "diffusion", text="a --turbo --v 8.1 --sd")
    assert "--turbo" in message
    assert "--sd" in message


def test_an_inherited_model_rejects_its_flags_too(api: Any) -> None:
    api.server.jobs.add("it", body={"text": "a --v 8.1"})
    api.refused(400, "variation", jobId="it", imageNo=0, type=0, remixPrompt="b --turbo")
    api.accepted("variation", jobId="it", imageNo=0, type=0, remixPrompt="b --turbo --v 7")


def test_a_free_account_may_not_use_the_models_of_the_pro_plan(calling: Any) -> None:
    with MockServer(in_process=True, plan="free") as server:
        api = calling(server)
        for model in ("--v 8", "--v 8.1"):
            assert "pro plan" in api.refused(403, "diffusion", text=f"a {model}")
        for model in ("--v 7", "--v 6.1", "--niji 6", ""):
            api.accepted("diffusion", text=f"a {model}")
        server.jobs.add("eight", body={"text": "a --v 8"})
        api.refused(403, "variation", jobId="eight", imageNo=0, type=0)


def test_the_rules_are_checked_in_their_order(api: Any) -> None:
    """Each request breaks all that follows, too."""
    api.server.jobs.add("texts", operation="describe", age=9 * DAY)
    api.server.jobs.add("old eight", operation="upscale", age=9 * DAY)
    api.refused(
        400, "pan", jobId="nobody", imageNo=0, direction=0, scale=2, remixPrompt="forbidden-content --v 8.1 --sd"
    )
    api.refused(403, "pan", jobId="nobody", imageNo=0, direction=0, scale=2, remixPrompt="forbidden-content")
    api.refused(404, "pan", jobId="nobody", imageNo=0, direction=0, scale=2)
    assert "made texts" in api.refused(422, "pan", jobId="texts", imageNo=0, direction=0, scale=2)
    assert "must be 0" in api.refused(422, "pan", jobId="old eight", imageNo=1, direction=0, scale=2)
    assert "days" in api.refused(422, "pan", jobId="old eight", imageNo=0, direction=0, scale=2)
