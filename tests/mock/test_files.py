"""Behind every address in an answer there is a real file, of the size and length that was asked for."""

from __future__ import annotations

import io
from typing import Any

import av
import pytest
from PIL import Image

from legnext_client.generated.rules import OUTPUT_DAYS
from legnext_client.generated.service import API_KEY_HEADER

DAY = 86400.0


def image(api: Any, url: str) -> Image.Image:
    answer = api.client.get(url)
    assert answer.status_code == 200, answer.text
    picture = Image.open(io.BytesIO(answer.content))
    picture.load()
    assert answer.headers["content-type"] == f"image/{str(picture.format).lower()}"
    assert int(answer.headers["content-length"]) == len(answer.content)
    return picture


def video(api: Any, url: str) -> tuple[int, int, float]:
    answer = api.client.get(url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(answer.content), "r") as container:
        stream = container.streams.video[0]
        frames = len(list(container.decode(stream)))
        assert stream.average_rate is not None
        return stream.width, stream.height, frames / float(stream.average_rate)


def output(api: Any, job_id: str) -> dict[str, Any]:
    return dict(api.job(job_id)["output"])


def test_a_job_has_four_images_and_a_grid(api: Any) -> None:
    made = output(api, api.done("diffusion", text="a lighthouse"))
    pictures = [image(api, url) for url in made["image_urls"]]
    assert {picture.size for picture in pictures} == {(1024, 1024)}
    assert len({picture.tobytes() for picture in pictures}) == 4
    assert image(api, made["image_url"]).size == (2048, 2048)


@pytest.mark.parametrize(("aspect", "ratio"), [("16:9", 16 / 9), ("2:3", 2 / 3)])
def test_images_have_the_shape_that_the_prompt_asks_for(api: Any, aspect: str, ratio: float) -> None:
    made = api.done("diffusion", text=f"a lighthouse --ar {aspect}")
    width, height = image(api, output(api, made)["image_urls"][0]).size
    assert width / height == pytest.approx(ratio, rel=0.02)
    large = api.done("upscale", jobId=made, imageNo=0, type=0)
    assert image(api, output(api, large)["image_urls"][0]).size == (2 * width, 2 * height)


def test_a_blend_has_the_shape_of_its_field(api: Any) -> None:
    made = api.done("blend", imgUrls=["https://a.b/1", "https://a.b/2"], aspect_ratio="3:2")
    width, height = image(api, output(api, made)["image_urls"][0]).size
    assert width / height == pytest.approx(1.5, rel=0.02)


@pytest.mark.parametrize(
    ("asked", "ending", "name", "size"),
    [
        ({}, "jpeg", "JPEG", 2560),
        ({"output_format": "png", "target_resolution": "HD"}, "png", "PNG", 1920),
        ({"output_format": "tif", "target_resolution": "4K"}, "tif", "TIFF", 3840),
    ],
)
def test_an_enlarged_image_has_the_format_and_long_edge_that_were_asked_for(
    api: Any, asked: dict[str, str], ending: str, name: str, size: int
) -> None:
    made = output(api, api.done("enhance_upscale", image_url="https://example.com/a.jpg", **asked))
    assert made["image_url"] == made["image_urls"][0]
    assert made["image_url"].endswith(f"/0.{ending}")
    picture = image(api, made["image_url"])
    assert (picture.format, max(picture.size)) == (name, size)


def test_a_chain_grows_by_four_seconds_with_each_extension(api: Any) -> None:
    first = api.done("video_diffusion", prompt="waves --bs 1 --ar 16:9", videoType=1)
    longer = api.done("extend_video", jobId=first, videoNo=0, prompt="night --bs 2")
    width, height, seconds = video(api, output(api, first)["video_urls"][0])
    assert (width, height) == (1280, 720)
    assert seconds == pytest.approx(4, abs=0.1)
    width, height, seconds = video(api, output(api, longer)["video_urls"][1])
    assert (width, height) == (1280, 720)
    assert seconds == pytest.approx(8, abs=0.1)


def test_an_enlarged_chain_is_larger_and_as_long(api: Any) -> None:
    first = api.done("video_diffusion", prompt="waves")
    large = api.done("video_upscale", jobId=first, videoNo=2)
    width, height, seconds = video(api, output(api, first)["video_urls"][2])
    assert (width, height) == (480, 480)
    width, height, as_long = video(api, output(api, large)["video_urls"][0])
    assert (width, height) == (960, 960)
    assert as_long == pytest.approx(seconds)


def test_a_download_can_be_taken_up_again(api: Any) -> None:
    url = output(api, api.done("diffusion", text="a"))["image_urls"][0]
    whole = api.client.get(url)
    tag = whole.headers["etag"]
    assert whole.headers["accept-ranges"] == "bytes"
    rest = api.client.get(url, headers={"range": "bytes=1000-", "if-range": tag})
    assert rest.status_code == 206
    assert rest.headers["content-range"] == f"bytes 1000-{len(whole.content) - 1}/{len(whole.content)}"
    assert rest.content == whole.content[1000:]
    assert rest.headers["etag"] == tag
    other = api.client.get(url, headers={"range": "bytes=1000-", "if-range": '"another"'})
    assert (other.status_code, other.content) == (200, whole.content)
    beyond = api.client.get(url, headers={"range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416
    unchanged = api.client.get(url, headers={"if-none-match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    head = api.client.head(url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole.content)))


def test_no_key_is_needed_and_none_is_looked_at(api: Any) -> None:
    url = output(api, api.done("diffusion", text="a"))["image_urls"][0]
    assert api.client.get(url, headers={API_KEY_HEADER: "wrong"}).status_code == 200
    assert set(api.client.post(url).headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("path", ["/files/any/0.png", "/", "/__mock__/state"])
def test_another_method_is_refused_with_those_that_are_allowed(api: Any, path: str) -> None:
    answer = api.client.request("TRACE", api.server.root_url + path, headers={"host": "localhost"})
    error = answer.json()
    assert (answer.status_code, error["code"]) == (405, 405)
    assert error["message"] == f"TRACE is not allowed here; use {answer.headers['allow']}."


def test_files_are_there_when_the_job_is_completed_as_long_as_they_are_kept(api: Any) -> None:
    job_id = api.accepted("diffusion", text="a")
    url = f"{api.server.root_url}/files/{job_id}/0.png"
    assert api.client.get(url).status_code == 404
    api.server.clock.advance(3600)
    assert api.client.get(url).status_code == 200
    api.server.clock.advance(OUTPUT_DAYS * DAY - 3600)
    assert api.client.get(url).status_code == 200
    api.server.clock.advance(DAY)
    assert "30 days" in api.client.get(url).json()["message"]


@pytest.mark.parametrize("name", ["4.png", "0.jpg", "0.mp4", "grid.mp4", "0", "../state", "0.png/", "00.png", ""])
def test_only_what_a_job_made_is_there(api: Any, name: str) -> None:
    api.server.jobs.add("it")
    assert api.client.get(f"{api.server.root_url}/files/it/{name}").status_code == 404
    assert api.client.get(f"{api.server.root_url}/files/nobody/0.png").status_code == 404


def test_one_image_has_no_grid_and_texts_have_no_files(api: Any) -> None:
    api.server.jobs.add("one", operation="upscale")
    api.server.jobs.add("texts", operation="describe")
    for path in ("one/grid.png", "one/1.png", "texts/0.png", "texts/grid.png"):
        assert api.client.get(f"{api.server.root_url}/files/{path}").status_code == 404
    assert api.client.get(f"{api.server.root_url}/files/one/0.png").status_code == 200


def test_a_job_with_an_odd_id_has_files_all_the_same(api: Any) -> None:
    api.server.jobs.add("a/../b c%")
    url = output(api, "a%2F..%2Fb%20c%25")["image_urls"][3]
    assert image(api, url).size == (1024, 1024)
