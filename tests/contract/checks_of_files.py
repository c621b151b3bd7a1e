"""Checks: behind every link there is a file, of the kind, shape and length that was asked for."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import av
from PIL import Image

from .description import IMAGE_NUMBER, SOURCE, VIDEO_NUMBER, operations
from .server import ROOT
from .sources import ENLARGE, EXTEND, IMAGES, VIDEOS, grid, videos

if TYPE_CHECKING:
    from .server import Answer, Server, Start

TEXT = IMAGES.rules["prompt"]["field"]
DAY = 86_400


def fetched(server: Server, link: str, **headers: str) -> Answer:
    """Files are for everybody: no key is sent."""
    return server.call("GET", link.removeprefix(ROOT), None, key=None, **headers)


def links(server: Server, job_id: str) -> list[str]:
    output = server.job(job_id)["output"]
    found: list[str] = output.get("image_urls") or output.get("video_urls")
    return found


def picture(server: Server, link: str) -> Image.Image:
    answer = fetched(server, link)
    assert answer.status == 200, f"{link} answers {answer.status}"
    image = Image.open(io.BytesIO(answer.content))
    image.load()
    kind = answer.headers["content-type"]
    assert kind == Image.MIME[image.format or ""], f"{link} is {image.format} and says {kind}"
    return image


def chain(server: Server, link: str) -> tuple[int, int, float]:
    answer = fetched(server, link)
    assert answer.status == 200, f"{link} answers {answer.status}"
    assert answer.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(answer.content), "r") as container:
        stream: Any = container.streams.video[0]
        return stream.width, stream.height, (container.duration or 0) / 1_000_000


def check_images(start: Start) -> None:
    """Four different images of the shape that the prompt asks for."""
    with start() as server:
        fox, cat = (picture(server, links(server, grid(server, prompt))[0]) for prompt in ("a fox", "a cat"))
        assert fox.tobytes() != cat.tobytes(), "a fox looks like a cat"
        for flag, ratio in (("", 1.0), (" --ar 16:9", 16 / 9), (" --ar 2:3", 2 / 3)):
            found = [picture(server, link) for link in links(server, grid(server, f"a fox{flag}"))]
            assert len({image.tobytes() for image in found}) == len(found) == 4, "the four images are the same"
            for image in found:
                width, height = image.size
                assert abs(width / height - ratio) < 0.02, f"{flag} gives {width} × {height}"


def check_formats_and_sizes(start: Start) -> None:
    """An enlarged image is larger, and of the format that was asked for."""
    resize = operations()["enhance_upscale"]
    with start() as server:
        source = grid(server)
        for word, name in (("jpeg", "JPEG"), ("jpg", "JPEG"), ("png", "PNG"), ("tiff", "TIFF"), ("tif", "TIFF")):
            body = {SOURCE: source, IMAGE_NUMBER: 1, "output_format": word, "target_resolution": "HD"}
            image = picture(server, links(server, server.finished(resize, body))[0])
            assert image.format == name
        plain = server.finished(resize, {SOURCE: source, IMAGE_NUMBER: 1})
        assert picture(server, links(server, plain)[0]).format == "JPEG", "JPEG is what comes when nothing is said"
        edges = [1024]
        for size in ("HD", "2K", "4K"):
            body = {SOURCE: source, IMAGE_NUMBER: 0, "target_resolution": size}
            edges.append(max(picture(server, links(server, server.finished(resize, body))[0]).size))
        assert edges == sorted(set(edges)), f"HD, 2K and 4K of an image of {edges[0]} are {edges[1:]}"


def check_videos(start: Start) -> None:
    """A video lasts four seconds, and four more with each extension, at the resolution it began with."""
    with start() as server:
        for kind, short_edge in ((0, 480), (1, 720)):
            last = videos(server, "a fox runs --ar 16:9", videoType=kind)
            for seconds in (4, 8) if kind == 0 else (4,):
                width, height, lasts = chain(server, links(server, last)[1])
                assert abs(lasts - seconds) < 0.05, f"the video lasts {lasts} s instead of {seconds}"
                assert min(width, height) == short_edge, f"the video is {width} × {height}"
                assert width > height
                last = server.finished(EXTEND, {SOURCE: last, VIDEO_NUMBER: 1})
        enlarged = server.finished(ENLARGE, {SOURCE: videos(server), VIDEO_NUMBER: 0})
        assert abs(chain(server, links(server, enlarged)[0])[2] - 4) < 0.05
        assert VIDEOS.rules["chain"]["adds"] == 4


def check_parts(start: Start) -> None:
    """A part of a file can be asked for, and what is known already is not sent again."""
    with start() as server:
        link = links(server, grid(server))[0]
        whole = fetched(server, link)
        assert int(whole.headers["content-length"]) == len(whole.content)
        part = fetched(server, link, range="bytes=100-199")
        assert part.status == 206, f"a part answers {part.status}"
        assert part.content == whole.content[100:200]
        assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
        rest = fetched(server, link, range=f"bytes={len(whole.content) - 7}-")
        assert rest.content == whole.content[-7:]
        again = fetched(server, link, if_none_match=whole.headers["etag"])
        assert again.status == 304, f"a file that is known answers {again.status}"
        assert not again.content
        changed = fetched(server, link, range="bytes=0-9", if_range='"something else"')
        assert (changed.status, changed.content) == (200, whole.content)


def check_files_expire(start: Start) -> None:
    """Files are there for thirty days, and gone after that; the job still tells of them."""
    with start() as server:
        job_id = grid(server)
        link = links(server, job_id)[0]
        server.advance(29.9 * DAY)
        assert fetched(server, link).status == 200
        server.advance(0.2 * DAY)
        gone = fetched(server, link).status
        assert gone in (403, 404, 410), f"a file that is too old answers {gone}"
        assert links(server, job_id)[0] == link


def check_nothing_else_is_served(start: Start) -> None:
    """No file of a job that is not done, no number that is not there, nothing beside the files."""
    with start() as server:
        job_id = grid(server)
        link = links(server, job_id)[0]
        waiting = server.accepted(IMAGES, {TEXT: "a fox"})
        for wrong in (
            link.replace(job_id, waiting),
            link.replace(job_id, "no-such-job"),
            link.replace("/0.", "/4."),
            link.replace("/0.", "/-1."),
            link.replace(".png", ".mp4"),
            link.replace("/0.png", "/..%2f..%2fetc%2fpasswd"),
            link + "/x",
        ):
            assert fetched(server, wrong).status == 404, f"{wrong} is served"
