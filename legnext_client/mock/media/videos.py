"""Video files: the sun and the camera move, for exactly the video's stated duration."""

from __future__ import annotations

import importlib
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legnext_client.mock.media.scenes import Scene, resized

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

_FRAMES_PER_SECOND = 12
_KEY_FRAME_EVERY = 24
_LONGEST_DRAWN = 1280
# The first that this build of ffmpeg has is used. Browsers play H.264; MPEG-4 part 2 opens in players.
_ENCODERS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "ultrafast", "crf": "30", "tune": "zerolatency"},
    "h264": {},
    "mpeg4": {},
}


def render_video(*, text: str, number: int, width: int, height: int, seconds: float) -> bytes:
    """Render an MP4 file labelled with the prompt and the number. Width and height must be even."""
    av = _av()
    frames = max(1, round(seconds * _FRAMES_PER_SECOND))
    rate = Fraction(frames) / Fraction(seconds).limit_denominator(1000)
    encoder = _encoder()
    # A file on disk, because only there can the index be moved to the front.
    with tempfile.TemporaryDirectory(prefix="mock-video-") as folder:
        path = Path(folder, "video.mp4")
        with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
            stream = container.add_stream(encoder, rate=rate, options=_ENCODERS[encoder])
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.gop_size = _KEY_FRAME_EVERY
            stream.thread_count = 1
            for picture in _pictures(text, number, (width, height), frames):
                container.mux(stream.encode(av.VideoFrame.from_image(picture)))
            container.mux(stream.encode(None))
        return path.read_bytes()


def _av() -> Any:
    """Return PyAV, untyped: its stubs for streams are too wide for a type checker."""
    return importlib.import_module("av")


def _encoder() -> str:
    codecs = _av().codec
    for name in _ENCODERS:
        try:
            codecs.Codec(name, "w")
        except ValueError:
            continue
        return name
    message = f"this build of PyAV cannot encode any of {', '.join(_ENCODERS)}. Install the wheel of `av` from PyPI."
    raise RuntimeError(message)


def _pictures(text: str, number: int, size: tuple[int, int], frames: int) -> Iterator[Image.Image]:
    from PIL import Image

    # Larger frames are drawn small and enlarged: motion hides it, and every frame of a chain is drawn.
    scale = min(1.0, _LONGEST_DRAWN / max(size))
    scene = Scene(text, number, (max(1, round(size[0] * scale)), max(1, round(size[1] * scale))))
    for frame in range(frames):
        picture = scene.frame((frame + 0.5) / frames)
        yield picture if scale == 1 else resized(picture, size, Image.Resampling.BILINEAR)
