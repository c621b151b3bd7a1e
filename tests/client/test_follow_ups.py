"""Building on a job: what cannot work is refused before it is sent, unless one insists."""

from __future__ import annotations

from typing import Any

import pytest

from legnext_client import ConfigurationError, InvalidRequest
from tests.tables import for_each

from .worlds import FAILED, Colour, Service, done, job, made


def test_a_follow_up_sends_the_job_s_id(colour: Colour) -> None:
    service = Service(done(), job(job_id="j2"))
    first = made(colour, service)
    second = colour.do(first.upscale(image_no=2, type=1))
    assert second.job_id == "j2"
    assert service.bodies[-1] == {"jobId": "j1", "imageNo": 2, "type": 1}


def allowing(actions: Any) -> dict[str, Any]:
    return done(output={"available_actions": actions})


REFUSED: list[tuple[Any, int, str]] = [
    (FAILED, 0, "that job failed"),
    (done(), 3, ""),
    (done(images=1), 1, r"image_no must be below 1; got 1\. That job has 1 image\."),
    (done(images=2), 3, r"image_no must be below 2; got 3\. That job has 2 images\."),
    (done(images=0), 0, r"hat job has (0|no) images"),
    (job("processing"), 3, ""),
    (allowing({"upscale": [0, 1]}), 2, r"allows it for image_no \[0, 1\]"),
    (allowing({"upscale": [0, 1]}), 1, ""),
    (allowing({"upscale": []}), 1, "none; got 1"),
    (allowing({"upscale": False}), 1, "none; got 1"),
    (allowing({"upscale": True}), 1, ""),
    (allowing({"pan": [0]}), 1, ""),
    (allowing({}), 1, ""),
    (allowing(None), 1, ""),
    (allowing("odd"), 1, ""),
]


PAN = {"image_no": 0, "direction": 1, "scale": 1.5}
PROMPTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("a fox --v 8", "pan", PAN, r"not possible for images of `--v 8`\. Use an image of another version"),
    ("a fox --v 8.1", "outpaint", {"image_no": 0, "scale": 1.5}, "not possible for images of `--v 8.1`"),
    ("a fox --oref https://a.b/c.png", "pan", PAN, "not possible for images made with `--oref`"),
    ("a fox --v 7", "pan", PAN, ""),
    ("a fox --v 9", "pan", PAN, ""),
    ("a fox --v 7", "enhance", {"image_no": 0}, "only possible for images made with `--draft`"),
    ("a fox --v 7 --draft", "enhance", {"image_no": 0}, ""),
    ("a fox --v 8.1", "upscale", {"image_no": 0, "type": 0}, "not possible for images of `--v 8.1`"),
    ("a fox --niji 7", "upscale", {"image_no": 0, "type": 0}, "not possible for images of `--niji 7`"),
    ("a fox --niji 6", "upscale", {"image_no": 0, "type": 0}, ""),
    ("a fox", "upscale", {"image_no": 0, "type": 0}, ""),
]


@for_each(("text", "follow_up", "fields", "refused"), PROMPTS)
def test_a_job_whose_prompt_is_known_is_held_against_what_the_follow_up_needs(
    colour: Colour, text: str, follow_up: str, fields: dict[str, Any], refused: str
) -> None:
    service = Service(done(), job(job_id="j2"))
    first = colour.do(colour.client(service, prompts="ignore").midjourney.diffusion(text=text))
    if refused:
        with pytest.raises(InvalidRequest, match=refused) as caught:
            colour.do(getattr(first, follow_up)(**fields))
        assert "job.insist()" in str(caught.value)
        assert len(service.sent) == 1
    assert colour.do(getattr(first.insist() if refused else first, follow_up)(**fields)).job_id == "j2"


def test_what_is_made_of_an_image_keeps_its_model(colour: Colour) -> None:
    service = Service(done(), done(job_id="j2"), done(job_id="j3"))
    first = colour.do(colour.client(service).midjourney.diffusion(text="a fox --v 8.1"))
    again = colour.do(colour.do(first.variation(image_no=0, type=1)).reroll())
    with pytest.raises(InvalidRequest, match=r"not possible for images of `--v 8\.1`"):
        colour.do(again.pan(**PAN))


def test_a_job_that_is_only_known_by_its_id_is_held_against_nothing(colour: Colour) -> None:
    service = Service(done(), job(job_id="j2"))
    found = colour.do(colour.client(service).tasks.get("j1"))
    assert colour.do(found.enhance(image_no=0)).job_id == "j2"


@for_each(("source", "number", "refused"), REFUSED)
def test_what_cannot_work_is_refused_before_it_is_sent_unless_one_insists(
    colour: Colour, source: Any, number: int, refused: str
) -> None:
    service = Service(source, job(job_id="j2"))
    first = made(colour, service)
    if refused:
        with pytest.raises(InvalidRequest, match=refused) as caught:
            colour.do(first.upscale(image_no=number, type=0))
        assert "job.insist()" in str(caught.value)
        assert len(service.sent) == 1
        assert colour.do(first.insist().upscale(image_no=number, type=0)).job_id == "j2"
    else:
        assert colour.do(first.upscale(image_no=number, type=0)).job_id == "j2"
    assert len(service.sent) == 2


@for_each("number", [-1, 4, True, "0"])
@for_each("source", [allowing({"upscale": [0, 1]}), done(images=1), job("processing")])
def test_what_no_insisting_can_make_right_is_told_by_its_bounds(colour: Colour, source: Any, number: Any) -> None:
    service = Service(source)
    first = made(colour, service)
    with pytest.raises(InvalidRequest, match=r"image_no must be (an integer, )?0 to 3; got") as caught:
        colour.do(first.upscale(image_no=number, type=0))
    assert "insist" not in str(caught.value)
    assert len(service.sent) == 1


@pytest.mark.parametrize("act", [lambda job: job.upscale(image_no=0, type=1), lambda job: job.wait()])
def test_a_job_of_no_client_says_so_and_how_to_give_it_one(colour: Colour, act: Any) -> None:
    ways = r"is not attached to a client.* client\.confirm\(job\).* client\.tasks\.get\('j1'\)"
    told = type(made(colour, Service(done())))(job("completed"))
    with pytest.raises(ConfigurationError, match=ways):
        colour.do(act(told))


def test_a_failed_job_cannot_be_done_again_unless_one_insists(colour: Colour) -> None:
    first = made(colour, Service(FAILED, job(job_id="j2")))
    with pytest.raises(InvalidRequest, match="so it has no result to use"):
        colour.do(first.reroll())
    assert colour.do(first.insist().reroll()).job_id == "j2"


def test_the_videos_of_a_job_are_counted_for_follow_ups_of_videos(colour: Colour) -> None:
    chain = job("completed", output={"video_urls": ["https://files.test/1.mp4", "https://files.test/2.mp4"]})
    first = made(colour, Service(chain, job(job_id="j2")))
    with pytest.raises(InvalidRequest, match="video_no must be below 2; got 2"):
        colour.do(first.extend_video(video_no=2))
    assert colour.do(first.extend_video(video_no=1, prompt="on")).job_id == "j2"


def test_who_insists_keeps_everything_else(colour: Colour) -> None:
    service = Service(job(), done())
    first = made(colour, service)
    assert colour.do(first.insist().wait()).ok
    with pytest.raises(InvalidRequest):
        colour.do(first.insist().upscale(image_no=9, type=0))


def test_an_id_that_cannot_be_sent_is_refused(colour: Colour) -> None:
    client = colour.client(Service(job()))
    for call in (client.tasks.get, client.tasks.wait_for_completion):
        with pytest.raises(InvalidRequest, match="job_id must"):
            colour.do(call("\ud83d"))
