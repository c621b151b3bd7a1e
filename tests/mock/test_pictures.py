"""The mock's pictures show which prompt they are of: its words choose the light and the things."""

from __future__ import annotations

from random import Random

import pytest

from legnext_client.mock.media import LIGHTS, THINGS, Scene, light_of, things_of


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


def test_a_prompt_without_such_words_always_gives_the_same_picture() -> None:
    pictures = {Scene(prompt, 0, (96, 64)).frame().tobytes() for prompt in ("a", "b", "c", "a", "b", "c")}
    assert len(pictures) == 3


@pytest.mark.parametrize("size", [(1, 1), (240, 160), (160, 240)])
def test_everything_at_once_can_be_drawn(size: tuple[int, int]) -> None:
    words = "lighthouse city castle village forest boats balloon birds snow rain by the sea"
    assert set(things_of(words, Random(1))) == set(THINGS)
    assert Scene(words, 0, size).frame().size == size


def test_every_light_can_be_painted() -> None:
    pictures = {Scene(words.partition("|")[0], 0, (24, 16)).frame().tobytes() for words, _ in LIGHTS.values()}
    assert len(pictures) == len(LIGHTS)


def test_a_picture_shows_the_same_in_any_size() -> None:
    small, large = (Scene("a city at night", 1, size).frame() for size in ((240, 160), (960, 640)))
    pairs = list(zip(small.tobytes(), large.reduce(4).tobytes(), strict=True))
    assert sum(abs(one - other) for one, other in pairs) / len(pairs) < 8


def test_the_camera_and_the_sun_move_in_a_video() -> None:
    scene = Scene("a pine forest at dawn", 0, (120, 80))
    assert len({scene.frame(at / 4).tobytes() for at in range(5)}) == 5
    assert scene.frame(0.25).tobytes() == scene.frame(0.25).tobytes()
