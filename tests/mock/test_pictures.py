"""The mock's pictures tell which prompt they are of: its words choose the light and the things."""

from __future__ import annotations

from random import Random

import pytest

from legnext_client.mock.media import moods
from legnext_client.mock.media.moods import LIGHTS, mood_of
from legnext_client.mock.media.scenes import Scene
from legnext_client.mock.media.things import KINDS


@pytest.mark.parametrize(
    ("prompt", "light", "things"),
    [
        ("a lighthouse at dusk, oil on canvas", "dusk", ("lighthouse",)),
        ("Skyline of a coastal CITY, neon reflections", "neon", ("city",)),
        ("sailing boats at noon", "day", ("boats",)),
        ("a pine forest at night", "night", ("pines",)),
        ("a snowy mountain", "winter", ()),
    ],
)
def test_the_words_of_a_prompt_choose_the_light_and_the_things(
    prompt: str, light: str, things: tuple[str, ...]
) -> None:
    mood = mood_of(prompt, Random(1))
    assert (mood.light, mood.things) == (LIGHTS[light], things)


def test_what_comes_later_in_a_prompt_is_its_light() -> None:
    assert mood_of("a night train arriving at dawn", Random(1)).light == LIGHTS["dawn"]


def test_a_prompt_without_such_words_has_always_the_same_picture_by_chance() -> None:
    pictures = {Scene(prompt, 0, (96, 64)).frame().tobytes() for prompt in ("a", "b", "c", "a", "b", "c")}
    assert len(pictures) == 3


@pytest.mark.parametrize("size", [(1, 1), (240, 160), (160, 240)])
def test_everything_at_once_can_be_drawn(size: tuple[int, int]) -> None:
    words = "lighthouse city castle village forest boats balloon birds snow rain mountains"
    for prompt in (words, words + " by the sea"):
        assert set(mood_of(prompt, Random(1)).things) == set(KINDS)
        assert Scene(prompt, 0, size).frame().size == size


def test_every_light_and_every_thing_has_words_that_ask_for_it() -> None:
    assert {light for _, light in moods._OF_WORDS} == set(LIGHTS)
    assert {thing for _, thing in moods._THINGS} == set(KINDS)


def test_a_picture_shows_the_same_in_any_size() -> None:
    small, large = (Scene("a city at night", 1, size).frame() for size in ((240, 160), (960, 640)))
    pairs = list(zip(small.tobytes(), large.reduce(4).tobytes(), strict=True))
    assert sum(abs(one - other) for one, other in pairs) / len(pairs) < 8


def test_the_camera_and_the_sun_move_in_a_video() -> None:
    scene = Scene("a pine forest at dawn", 0, (120, 80))
    assert len({scene.frame(at / 4).tobytes() for at in range(5)}) == 5
    assert scene.frame(0.25).tobytes() == scene.frame(0.25).tobytes()
