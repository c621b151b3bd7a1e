"""Each rule of the service refuses exactly what it is about."""

from __future__ import annotations

from typing import Any

DAY = 86400.0


def test_the_number_must_be_one_that_the_job_has(api: Any) -> None:
    api.server.jobs.add("one", operation="upscale")
    api.server.jobs.add("two", operation="video_diffusion", body={"prompt": "waves --bs 2"})
    api.accepted("variation", jobId="one", imageNo=0, type=0)
    assert "must be 0; got 1. This job has 1 image." in api.refused(422, "variation", jobId="one", imageNo=1, type=0)
    api.accepted("extend_video", jobId="two", videoNo=1)
    assert "must be 0 to 1; got 2. This job has 2 videos." in api.refused(422, "extend_video", jobId="two", videoNo=2)


def test_branches_of_a_chain_count_for_themselves(api: Any) -> None:
    first = api.done("video_diffusion", prompt="waves")
    for number in range(4):
        api.done("extend_video", jobId=first, videoNo=number)
    api.accepted("extend_video", jobId=first, videoNo=0)


def test_all_rejected_flags_are_named_at_once(api: Any) -> None:
    message = api.refused(400, "diffusion", text="a --turbo --v 8.1 --sd")
    assert "--turbo" in message
    assert "--sd" in message


def test_an_inherited_model_rejects_its_flags_too(api: Any) -> None:
    api.server.jobs.add("it", body={"text": "a --v 8.1"})
    api.refused(400, "variation", jobId="it", imageNo=0, type=0, remixPrompt="b --turbo")
    api.accepted("variation", jobId="it", imageNo=0, type=0, remixPrompt="b --turbo --v 7")


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
