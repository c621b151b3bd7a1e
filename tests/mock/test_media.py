"""The mock's files are real ones: they open, are as large and as long as they say, and show what the prompt says."""

from __future__ import annotations

import io
from random import Random
from typing import Any

import av
import pytest
from PIL import Image

from legnext_client.mock.media import (
    LIGHTS,
    THINGS,
    Scene,
    image_size,
    light_of,
    render_image,
    render_video,
    things_of,
    video_size,
)
from tests.tables import for_each

ALL_FORMATS = {"png": "PNG", "jpeg": "JPEG", "tiff": "TIFF"}
ODD_TEXTS = {
    "empty": "",
    "no letters": "\x00\ud800\u202e\n\t",
    "emoji and scripts": "👩‍👩‍👧 灯台 منارة маяк",
    "long word": "a" * 8192,
    "many words": "word " * 1600,
}


def opened(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file))
    image.load()
    return image


def image(**changes: Any) -> bytes:
    return render_image(**{"text": "a lighthouse at dusk", "number": 0, "width": 256, "height": 144, **changes})


@pytest.mark.parametrize(("word", "name"), ALL_FORMATS.items())
def test_an_image_has_the_format_and_the_size_asked_for(word: str, name: str) -> None:
    picture = opened(image(width=328, height=176, format=word))

    assert picture.format == name
    assert picture.size == (328, 176)


@pytest.mark.parametrize("number", [None, 0, 3])
@pytest.mark.parametrize("size", [(1, 1), (8, 1024), (1024, 8), (333, 77)])
def test_any_size_can_be_drawn(size: tuple[int, int], number: int | None) -> None:
    assert opened(image(number=number, width=size[0], height=size[1])).size == size


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_any_text_can_be_drawn(text: str) -> None:
    assert opened(image(text=text)).size == (256, 144)
    assert duration_of(render_video(text=text, number=0, width=64, height=48, seconds=0.5)) == 0.5


def test_the_same_prompt_and_number_give_the_same_file_and_others_give_other_ones() -> None:
    files = {image(), image(number=1), image(number=2), image(number=3), image(number=None), image(text="a fox")}

    assert len(files) == 6
    assert image() == image()


def test_an_image_is_a_picture_and_not_one_colour() -> None:
    colours = opened(image()).convert("RGB").getcolors(maxcolors=256 * 144)

    assert colours is not None
    assert len(colours) > 200


def test_the_grid_of_a_job_shows_its_four_images() -> None:
    grid = opened(image(number=None, width=512, height=288))
    for number in range(4):
        left, top = 256 * (number % 2), 144 * (number // 2)
        assert grid.crop((left, top, left + 256, top + 144)).tobytes() == opened(image(number=number)).tobytes()


@pytest.mark.parametrize("name", ["png", "jpeg", "tiff"])
def test_a_large_image_shows_what_a_small_one_shows(name: str) -> None:
    small = opened(image(width=2048, height=512)).convert("RGB").resize((64, 16))
    large = opened(image(width=5000, height=1250, format=name))

    assert large.size == (5000, 1250)
    shrunk = large.convert("RGB").resize((64, 16))
    assert mean_difference(small, shrunk) < 8


def test_a_jpeg_joined_of_strips_is_whole_to_the_last_row() -> None:
    joined = opened(image(width=3001, height=2077, format="jpeg"))
    drawn = opened(image(width=2048, height=round(2077 * 2048 / 3001))).convert("RGB")

    bottom = joined.crop((0, 2060, 3001, 2077)).resize((32, 1))
    expected = drawn.crop((0, drawn.height - 12, 2048, drawn.height)).resize((32, 1))
    assert mean_difference(bottom, expected) < 12


def mean_difference(one: Image.Image, other: Image.Image) -> float:
    pairs = list(zip(one.tobytes(), other.tobytes(), strict=True))
    return sum(abs(left - right) for left, right in pairs) / len(pairs)


@for_each(
    ("aspect", "expected"),
    [
        ("1:1", (1024, 1024)),
        ("16:9", (1368, 768)),
        ("9:16", (768, 1368)),
        ("2:3", (840, 1256)),
        ("1.5:1", (1256, 840)),
        (None, (1024, 1024)),
        ("", (1024, 1024)),
        ("wide", (1024, 1024)),
        ("0:0", (1024, 1024)),
        ("-16:9", (1024, 1024)),
        ("16:9:4", (1024, 1024)),
        ("٣:٢", (1024, 1024)),
        ("1" * 400 + ":" + "1" * 400, (1024, 1024)),
        ("1000:1", (2896, 360)),
        ("1:1000", (360, 2896)),
    ],
)
def test_an_image_of_any_shape_is_about_a_megapixel(aspect: str | None, expected: tuple[int, int]) -> None:
    assert image_size(aspect) == expected


@pytest.mark.parametrize(
    ("aspect", "expected"),
    [("1:1", (4096, 4096)), ("16:9", (4096, 2304)), ("9:16", (2304, 4096)), ("1:9999", (512, 4096))],
)
def test_a_long_edge_is_kept_exactly(aspect: str, expected: tuple[int, int]) -> None:
    assert image_size(aspect, long_edge=4096) == expected


@for_each(
    ("resolution", "aspect", "expected"),
    [
        ("480p", "16:9", (854, 480)),
        ("480p", "9:16", (480, 854)),
        ("480p", None, (480, 480)),
        ("480p", "nonsense", (480, 480)),
        ("720p", "16:9", (1280, 720)),
        ("720p", "1:1", (720, 720)),
        ("720p", "100:1", (2160, 720)),
    ],
)
def test_a_video_has_the_short_edge_that_its_resolution_names(
    resolution: str, aspect: str | None, expected: tuple[int, int]
) -> None:
    assert video_size(resolution, aspect) == expected


def duration_of(file: bytes) -> float:
    with av.open(io.BytesIO(file), "r") as container:
        assert container.duration is not None
        return container.duration / av.time_base


@pytest.mark.parametrize("seconds", [4, 5.2, 8])
def test_a_video_lasts_exactly_as_long_as_asked(seconds: float) -> None:
    file = render_video(text="waves", number=0, width=64, height=64, seconds=seconds)

    assert duration_of(file) == pytest.approx(seconds, abs=0.001)


def test_a_video_plays_in_browsers_and_starts_before_it_is_all_there() -> None:
    file = render_video(text="waves roll in", number=2, width=320, height=180, seconds=4)

    assert file[4:8] == b"ftyp"
    assert file.index(b"moov") < file.index(b"mdat")
    with av.open(io.BytesIO(file), "r") as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (320, 180)
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.codec_context.name in {"h264", "mpeg4"}


def test_something_moves_in_a_video() -> None:
    file = render_video(text="waves roll in", number=2, width=320, height=180, seconds=4)
    with av.open(io.BytesIO(file), "r") as container:
        untyped: Any = container
        frames = [frame.to_image() for frame in untyped.decode(video=0)]

    assert len(frames) >= 4
    assert mean_difference(frames[0], frames[-1]) > 3


@pytest.mark.parametrize(
    ("prompt", "light", "things"),
    [
        ("a lighthouse at dusk, oil on canvas", "dusk", ["lighthouse"]),
        ("Skyline of a coastal CITY, neon reflections", "neon", ["city"]),
        ("sailing boats at noon", "day", ["boats"]),
        ("a pine forest at night", "night", ["pines"]),
        ("a snowy castle", "winter", ["castle"]),
    ],
)
def test_the_words_of_a_prompt_choose_the_light_and_the_things(prompt: str, light: str, things: list[str]) -> None:
    assert light_of(prompt, Random(1)) == light
    assert things_of(prompt, Random(1)) == things


def test_the_last_light_that_a_prompt_names_is_its_light() -> None:
    assert light_of("a night train arriving at dawn", Random(1)) == "dawn"


@pytest.mark.parametrize("size", [(1, 1), (240, 160), (160, 240)])
def test_everything_at_once_can_be_drawn(size: tuple[int, int]) -> None:
    words = "lighthouse city castle village forest boats balloon birds snow rain by the sea"
    assert set(things_of(words, Random(1))) == set(THINGS)
    assert Scene(words, 0, size).frame().size == size


def test_every_light_can_be_painted() -> None:
    pictures = {Scene(words.partition("|")[0], 0, (24, 16)).frame().tobytes() for words, _ in LIGHTS.values()}
    assert len(pictures) == len(LIGHTS)
