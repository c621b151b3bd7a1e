"""What a prompt sounds like: the light that its words ask for, and the things that are to be seen.

A table of words and no more. Who asks for something that is not in it gets a light and things by chance, always the
same.
"""

from __future__ import annotations

import colorsys
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from random import Random

Colour = tuple[int, int, int]


class Light(NamedTuple):
    """The colours of a time of day, from the top of the sky to what is nearest."""

    top: Colour
    middle: Colour
    horizon: Colour
    sun: Colour
    far: Colour
    near: Colour
    things: Colour
    stars: int = 0

    def turned(self, by: float) -> Light:
        """The same with other hues, by a share of the circle."""
        colours = (self.top, self.middle, self.horizon, self.sun, self.far, self.near, self.things)
        return _lit([_turned(colour, by) for colour in colours], self.stars)


def _light(colours: str, stars: int = 0) -> Light:
    return _lit([(int(one[:2], 16), int(one[2:4], 16), int(one[4:], 16)) for one in colours.split()], stars)


def _lit(colours: list[Colour], stars: int) -> Light:
    top, middle, horizon, sun, far, near, things = colours
    return Light(top, middle, horizon, sun, far, near, things, stars)


#                  top    middle horizon sun   far    near   things
LIGHTS = {
    "dusk": _light("232a63 8a4f8c f79a63 ffe7bd 75508a 231f45 12112b", 30),
    "golden": _light("3f6ea3 eeb07c ffdc94 fff6d8 b57b63 4a2f33 2a191f"),
    "dawn": _light("5279b4 dca8bf ffdcc4 fff3e2 938ab2 363a5c 1e2038"),
    "night": _light("050a22 12245c 3d5c9c f4f2e0 22376b 0a1230 04071a", 130),
    "neon": _light("0a0722 3b1470 d8428f ffd6ea 431d6c 140a2e 0a0519", 60),
    "day": _light("2b7cc4 79b7e2 e0f1f2 fffce9 7ba7bd 2f6b58 16382f"),
    "green": _light("63a3b5 b3d6c3 f4f1d2 fffdea 77a58d 24503f 102b22"),
    "autumn": _light("66839f dfb487 fadca3 fff5d8 bb7a42 5c2b1c 32150f"),
    "mist": _light("8799aa bfcacf f1f2ec ffffff aab8be 56676f 2d3a42"),
    "storm": _light("161d29 3d4d5e 98a6a8 dbe0da 4c5a67 1b232d 0c1117"),
    "desert": _light("3f88ad f2c58b fbe5b4 fff9e0 cd7a4d 7c3627 3f1813"),
    "winter": _light("4a72a9 a8c2e0 f9e6df fff8ee 9db5d3 dfe9f4 26384f"),
}
_SNOW = "snow|winter|ice|frost|arctic"
_WHITE = (232, 238, 246)
_OF_WORDS = (
    ("night|midnight|star|moon|dark|galaxy", "night"),
    ("neon|cyber|punk|synth", "neon"),
    ("storm|thunder|rain|tempest", "storm"),
    (_SNOW, "winter"),
    ("fog|mist|haze|smoke", "mist"),
    ("desert|canyon|dune|sand", "desert"),
    ("autumn|fall leaves|october", "autumn"),
    ("dusk|sunset|evening|twilight", "dusk"),
    ("dawn|sunrise|morning", "dawn"),
    ("golden|warm|amber", "golden"),
    ("noon|summer|bright|day|beach", "day"),
    ("valley|meadow|green|garden|spring|forest", "green"),
)
_THINGS = (
    ("lighthouse|beacon", "lighthouse"),
    ("city|skyline|street|tokyo|metropolis|skyscraper", "city"),
    ("castle|knight|palace|fortress|dragon", "castle"),
    ("village|house|cabin|home|barn|hut|town", "houses"),
    ("forest|tree|pine|wood|valley|fox|wolf|deer|bear", "pines"),
    ("boat|ship|sail|yacht|harbour|harbor|pier|regatta", "boats"),
    ("balloon|airship|zeppelin", "balloon"),
    ("bird|gull|swallow|crane|swan|heron", "birds"),
)
_WATER = "sea|ocean|lake|river|stream|harbour|harbor|boat|ship|sail|wave|island|coast|beach|pier|water|lighthouse|shore"
_PEAKS = "mountain|alp|peak|summit|canyon|village|castle|cliff|fjord"
_BY_CHANCE = ("dusk", "golden", "dawn", "night", "day", "green", "mist")
_THINGS_BY_CHANCE = ("pines", "houses", "boats", "birds", "balloon")


class Mood(NamedTuple):
    """What a picture is made of."""

    light: Light
    things: tuple[str, ...]
    water: bool
    peaks: bool
    falling: str
    """`snow`, `rain`, or nothing."""


def mood_of(text: str, chance: Random) -> Mood:
    """The mood of a prompt; `chance` chooses what its words leave open."""
    words = text.lower()
    # The later a word stands, the more it counts: what comes first is usually the thing itself.
    heard = [(found[-1].start(), light) for pattern, light in _OF_WORDS if (found := _all(pattern, words))]
    things = tuple(thing for pattern, thing in _THINGS if _all(pattern, words))
    water, peaks = bool(_all(_WATER, words)), bool(_all(_PEAKS, words))
    by_chance = chance.choice(_BY_CHANCE), chance.choice(_THINGS_BY_CHANCE), chance.random()
    light = max(heard)[1] if heard else by_chance[0]
    if not things and not water and not peaks:
        things, water = (by_chance[1],), by_chance[1] == "boats" or by_chance[2] < 0.3
    snow = bool(_all(_SNOW, words))
    falling = "rain" if _all("storm|rain", words) else "snow" if snow else ""
    chosen = LIGHTS[light]
    if snow and light != "winter":
        chosen = chosen._replace(far=mixed(chosen.far, _WHITE, 0.35), near=mixed(chosen.near, _WHITE, 0.75))
    return Mood(chosen, things, water, peaks, falling)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Between two colours: the first at 0, the other at 1."""
    red, green, blue = (round(first + (second - first) * share) for first, second in zip(one, other, strict=True))
    return red, green, blue


def _all(pattern: str, words: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"\b(?:{pattern})", words))


def _turned(colour: Colour, by: float) -> Colour:
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in colour))
    red, green, blue = colorsys.hls_to_rgb((hue + by) % 1, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)
