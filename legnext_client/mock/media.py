"""Real images and videos: landscapes whose light and objects follow a prompt's words, seeded by the prompt."""

from __future__ import annotations

import colorsys
import io
import math
import re
import struct
import tempfile
import textwrap
import unicodedata
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFont

av: Any = import_module("av")  # its stubs for streams are too wide for a type checker
Colour = tuple[int, ...]

# Words for each light, and its colours: sky top, middle, horizon, sun, far hills, near hills.
LIGHTS = {
    "night": ("night|midnight|star|moon|dark|galaxy", "050a22 12245c 3d5c9c f4f2e0 22376b 0a1230"),
    "neon": ("neon|cyber|punk|synth", "0a0722 3b1470 d8428f ffd6ea 431d6c 140a2e"),
    "storm": ("storm|thunder|rain|fog|mist|smoke", "161d29 3d4d5e 98a6a8 dbe0da 4c5a67 1b232d"),
    "winter": ("snow|winter|ice|frost|arctic", "4a72a9 a8c2e0 f9e6df fff8ee 9db5d3 5f7896"),
    "desert": ("desert|canyon|dune|sand|autumn|warm|golden", "3f88ad f2c58b fbe5b4 fff9e0 cd7a4d 7c3627"),
    "dusk": ("dusk|sunset|evening|twilight", "232a63 8a4f8c f79a63 ffe7bd 75508a 231f45"),
    "dawn": ("dawn|sunrise|morning", "5279b4 dca8bf ffdcc4 fff3e2 938ab2 363a5c"),
    "day": ("noon|summer|bright|day|beach|meadow|green|spring", "2b7cc4 79b7e2 e0f1f2 fffce9 7ba7bd 2f6b58"),
}
# Words for each object; its outline as x and y, one unit high; count and height.
THINGS = {
    "lighthouse": ("lighthouse|beacon|tower", "-.1,0 -.06,.8 -.1,.8 0,1 .1,.8 .06,.8 .1,0", 1, 0.42),
    "city": ("city|skyline|street|tokyo|skyscraper", "-.11,-.3 -.11,.9 -.05,1 .11,.9 .11,-.3", 34, 0.34),
    "castle": ("castle|knight|palace|dragon", "-.5,0 -.5,.7 -.4,.9 -.3,.7 -.3,.5 -.1,.5 0,1 .1,.5 .5,.5 .5,0", 1, 0.34),
    "houses": ("village|house|cabin|home|barn|town", "-.7,-.3 -.7,.5 0,1 .7,.5 .7,-.3", 5, 0.08),
    "pines": ("forest|tree|pine|wood|fox|wolf|deer|bear", "-.3,0 -.12,.4 -.2,.4 0,1 .2,.4 .12,.4 .3,0", 26, 0.2),
    "boats": ("boat|ship|sail|yacht|harbou?r|regatta", "-.4,.1 .3,.1 0,.95 0,.1 .4,.1 .25,0 -.25,0", 3, 0.17),
    "balloon": ("balloon|airship|zeppelin", "0,1 .3,.9 .38,.65 .1,.2 .1,0 -.1,0 -.1,.2 -.38,.65 -.3,.9", 2, 0.22),
    "birds": ("bird|gull|swallow|swan|heron", "-1,.5 -.5,.8 0,.3 .5,.8 1,.5 .5,.6 0,0 -.5,.6", 7, 0.03),
}
IN_THE_SKY = ("balloon", "birds")
WATER = "sea|ocean|lake|river|boat|ship|sail|wave|island|coast|beach|pier|water|lighthouse|harbou?r"
_FLAGS = re.compile(r"\s(?:--|—)[A-Za-z]")
_DRIFT = 0.12
"""Share of an image's width that the camera moves in a video."""
_RATIO = re.compile(r"\s*(\d+(?:\.\d+)?)\s*:\s*(\d+(?:\.\d+)?)\s*", re.ASCII)
_PIXELS = 1024 * 1024
_SHORT_EDGES = {"480p": 480, "720p": 720}
# Limits that keep an image drawable and a video encodable.
_LONGEST_IMAGE, _LONGEST_VIDEO = 8.0, 3.0
_FORMATS: dict[str, dict[str, Any]] = {
    "png": {"format": "PNG", "compress_level": 1},
    "jpeg": {"format": "JPEG", "quality": 85},
    "tiff": {"format": "TIFF", "compression": "tiff_lzw"},
}
_LONGEST_PAINTED = 2048
"""Larger images are painted at this size and enlarged: in full colour, 12K takes 600 MB of memory."""
_STRIP = 256
"""Rows of a JPEG encoded at a time: a multiple of 16, the height of a coded block."""
FRAMES_PER_SECOND = 12
_KEY_FRAME_EVERY = 24
_LONGEST_FILMED = 1280
# Browsers play H.264; MPEG-4 part 2, for builds of ffmpeg without it, opens in players.
_ENCODER = "libx264" if "libx264" in av.codecs_available else "mpeg4"
_ENCODING = {"preset": "ultrafast", "crf": "30", "tune": "zerolatency"} if _ENCODER == "libx264" else {}


def _mentions(words: str, text: str) -> int:
    """Return the position after the last mention, or 0."""
    return max((found.end() for found in re.finditer(rf"\b(?:{words})", text.lower())), default=0)


def light_of(text: str, chance: Random) -> str:
    """Return the last light a prompt names, because the first words usually name the object."""
    by_chance = chance.choice(list(LIGHTS))
    named = {light: _mentions(words, text) for light, (words, _) in LIGHTS.items()}
    return max(named, key=lambda light: named[light]) if any(named.values()) else by_chance


def things_of(text: str, chance: Random) -> list[str]:
    """Return the objects a prompt names, or a random one."""
    by_chance = chance.choice(list(THINGS))
    return [thing for thing, (words, *_) in THINGS.items() if _mentions(words, text)] or [by_chance]


class Scene:
    """The landscape of one prompt and image number, at one size; the same input always gives the same pixels."""

    def __init__(self, text: str, number: int, size: tuple[int, int]) -> None:
        chance = Random(f"{text}\0{number}".encode("utf-8", "surrogatepass"))
        self.size, self._number = size, number
        self._caption = _printable(_FLAGS.split(text, maxsplit=1)[0])
        colours = LIGHTS[light_of(text, chance)][1].split()
        turn = 0.0 if number == 0 else chance.uniform(-0.06, 0.06)
        self._sky, self._hills = [_colour(c, turn) for c in colours[:3]], [_colour(c, turn) for c in colours[4:]]
        self._sun = _colour(colours[3], turn)
        self._horizon, self._sun_x = chance.uniform(0.55, 0.68), chance.uniform(0.2, 0.8)
        self._water = _mentions(WATER, text) > 0
        self._waves = [[(chance.uniform(1, 9), chance.random()) for _ in range(4)] for _ in range(3)]
        self._things = [
            (thing, chance.uniform(0.12, 0.88 + _DRIFT), chance.uniform(0.6, 1.1), chance.random())
            for thing in things_of(text, chance)
            for _ in range(THINGS[thing][2])
        ]

    def frame(self, at: float = 0.0) -> Image.Image:
        """Paint the image at a moment of the video, from 0 to 1: the sun sinks and the camera moves."""
        width, height = self.size
        column = Image.frombytes("RGB", (1, 3), bytes(channel for colour in self._sky for channel in colour))
        picture = _resized(_resized(column, (1, height), Image.Resampling.BICUBIC), self.size)
        glow = 2 * max(1, round(min(self.size) * 0.5))
        disc: Any = Image.radial_gradient("L")
        sun = disc.point([max(0, min(255, 420 - 6 * level)) for level in range(256)])
        corner = (round(width * self._sun_x) - glow // 2, round(height * (self._horizon - 0.28 + 0.2 * at)) - glow // 2)
        picture.paste(self._sun, corner, _resized(sun, (glow, glow)))
        draw = ImageDraw.Draw(picture)
        for layer in range(3):
            colour = _mixed(self._hills[0], self._hills[1], layer / 2)
            crest = [self._crest(layer, x / 60, at) * height for x in range(61)]
            draw.polygon(
                [(0, height), *((x * width / 60, y) for x, y in enumerate(crest)), (width, height)], fill=colour
            )
        shadow = _mixed(self._hills[1], (0, 0, 0), 0.45)
        for thing, x, size, row in self._things:
            self._stand(draw, thing, (x - at * _DRIFT, size, row), shadow)
        if self._water:
            shore = min(height - 1, round(height * (self._horizon + 0.18)))
            mirrored = picture.crop((0, max(0, 2 * shore - height), width, shore)).transpose(
                Image.Transpose.FLIP_TOP_BOTTOM
            )
            deep = Image.new("RGB", mirrored.size, self._sky[0])
            picture.paste(Image.blend(mirrored, deep, 0.4), (0, shore))
        self._sign(ImageDraw.Draw(picture))
        return picture

    def _crest(self, layer: int, x: float, at: float) -> float:
        waves = self._waves[layer]
        slope = sum(math.sin(6.3 * (x + at * _DRIFT) * often + 6.3 * phase) / (1 + often) for often, phase in waves)
        return self._horizon + 0.06 * layer - (0.08 - 0.02 * layer) * slope

    def _stand(self, draw: ImageDraw.ImageDraw, thing: str, place: tuple[float, float, float], colour: Colour) -> None:
        width, height = self.size
        x, size, row = place
        tall = THINGS[thing][3] * size * height
        foot = (0.26 + 0.2 * row if thing in IN_THE_SKY else self._horizon + 0.1 + 0.08 * row) * height
        outline = [tuple(map(float, point.split(","))) for point in THINGS[thing][1].split()]
        draw.polygon([(x * width + across * tall, foot - up * tall) for across, up in outline], fill=colour)

    def _sign(self, draw: ImageDraw.ImageDraw) -> None:
        """Write the prompt at the lower left and the image number at the lower right."""
        width, height = self.size
        letters = max(7, min(self.size) // 40)
        columns = max(6, int(width / letters / 0.55) - 12)
        lines = "\n".join(textwrap.wrap(self._caption, columns)[:2])
        at = (letters * 1.4, height - letters * 1.4)
        draw.multiline_text(at, lines, fill="white", font=ImageFont.load_default(letters), anchor="ld")
        font = ImageFont.load_default(letters * 2)
        draw.text((width - at[0], at[1]), str(self._number), fill="white", font=font, anchor="rd")


def _resized(
    picture: Image.Image, size: tuple[int, int], how: int | None = None, box: tuple[float, ...] | None = None
) -> Image.Image:
    untyped: Any = picture  # Pillow's own types lean on NumPy's, which need not be installed.
    answer: Image.Image = untyped.resize(size, how, box=box)
    return answer


def _printable(text: str) -> str:
    shown = "".join(" " if unicodedata.category(mark).startswith("C") else mark for mark in text[:4000])
    return textwrap.shorten(shown, 160, placeholder="…")


def _colour(digits: str, turn: float) -> Colour:
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in bytes.fromhex(digits)))
    return tuple(round(channel * 255) for channel in colorsys.hls_to_rgb((hue + turn) % 1, lightness, saturation))


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    return tuple(round(first + (second - first) * share) for first, second in zip(one, other, strict=True))


def render_image(*, text: str, number: int | None, width: int, height: int, format: str = "png") -> bytes:
    """Render one image of a job, or the grid of its four if `number` is None.

    `format` is png, jpeg or tiff.
    """
    size = (width, height)
    scale = min(1.0, _LONGEST_PAINTED / max(size))
    painted = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = _grid(text, painted) if number is None else Scene(text, number, painted).frame()
    if painted == size:
        return _saved(picture, format)
    if format == "jpeg":
        return _enlarged_jpeg(picture, size)
    few_colours = picture.quantize(256, method=2)  # an octree: a byte for each pixel instead of four
    return _saved(_resized(few_colours, size, 0), format)


def _grid(text: str, size: tuple[int, int]) -> Image.Image:
    width, height = size
    grid = Image.new("RGB", size)
    for number in range(4):
        left, top = (width // 2) * (number % 2), (height // 2) * (number // 2)
        quarter = (max(1, width - left if left else width // 2), max(1, height - top if top else height // 2))
        grid.paste(Scene(text, number, quarter).frame(), (left, top))
    return grid


def _saved(picture: Image.Image, format: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, **_FORMATS[format])
    return file.getvalue()


def _enlarged_jpeg(picture: Image.Image, size: tuple[int, int]) -> bytes:
    """Encode strips on their own and join them by restart markers, so that only one strip is in memory."""
    width, height = size
    blocks = -(-width // 16) * (_STRIP // 16)
    joined = bytearray()
    for index, top in enumerate(range(0, height, _STRIP)):
        rows = min(_STRIP, height - top)
        box = (0, top * picture.height / height, picture.width, (top + rows) * picture.height / height)
        strip = _saved(_resized(picture, (width, rows), 2, box), "jpeg")
        frame, scan = strip.index(b"\xff\xc0"), strip.index(b"\xff\xda")
        data = scan + 2 + int.from_bytes(strip[scan + 2 : scan + 4])
        if index == 0:
            joined += strip[:data]
            struct.pack_into(">H", joined, frame + 5, height)
            joined[scan:scan] = struct.pack(">HHH", 0xFFDD, 4, blocks)
        else:
            joined += bytes([0xFF, 0xD0 + (index - 1) % 8])
        joined += strip[data:-2]
    return bytes(joined + b"\xff\xd9")


def render_video(*, text: str, number: int, width: int, height: int, seconds: float) -> bytes:
    """Render an MP4 file in which the sun and the camera move. Width and height must be even."""
    frames = max(1, round(seconds * FRAMES_PER_SECOND))
    rate = Fraction(frames) / Fraction(seconds).limit_denominator(1000)
    # Larger frames are drawn small and enlarged: motion hides it, and every frame of a chain is drawn.
    scale = min(1.0, _LONGEST_FILMED / max(width, height))
    scene = Scene(text, number, (max(1, round(width * scale)), max(1, round(height * scale))))
    # A file on disk, because only there can the index be moved to the front.
    with tempfile.TemporaryDirectory(prefix="mock-video-") as folder:
        path = Path(folder, "video.mp4")
        with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
            stream = container.add_stream(_ENCODER, rate=rate, options=_ENCODING)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.gop_size = _KEY_FRAME_EVERY
            stream.thread_count = 1
            for frame in range(frames):
                picture = scene.frame((frame + 0.5) / frames)
                picture = picture if scale == 1 else _resized(picture, (width, height), Image.Resampling.BILINEAR)
                container.mux(stream.encode(av.VideoFrame.from_image(picture)))
            container.mux(stream.encode(None))
        return path.read_bytes()


def image_size(aspect: str | None, *, long_edge: int | None = None) -> tuple[int, int]:
    """Return the width and height of an image of about one megapixel, or with the longer side `long_edge`.

    A missing or invalid aspect is square; an extreme aspect is limited to 8:1.
    """
    ratio = _ratio(aspect, _LONGEST_IMAGE)
    if long_edge is None:
        return _multiple(math.sqrt(_PIXELS * ratio), 8), _multiple(math.sqrt(_PIXELS / ratio), 8)
    if ratio >= 1:
        return long_edge, _multiple(long_edge / ratio, 2)
    return _multiple(long_edge * ratio, 2), long_edge


def video_size(resolution: str, aspect: str | None) -> tuple[int, int]:
    """Return the even width and height of a video; `480p` and `720p` give the shorter side."""
    ratio = _ratio(aspect, _LONGEST_VIDEO)
    short = _SHORT_EDGES[resolution]
    return _multiple(short * max(ratio, 1), 2), _multiple(short / min(ratio, 1), 2)


def _ratio(aspect: str | None, longest: float) -> float:
    match = _RATIO.fullmatch(aspect or "")
    if match is None:
        return 1.0
    width, height = float(match[1]), float(match[2])
    if not (0 < width < math.inf and 0 < height < math.inf):
        return 1.0
    return min(max(width / height, 1 / longest), longest)


def _multiple(length: float, of: int) -> int:
    return max(of, round(length / of) * of)
