"""The shape of a file is read from its head, and what cannot be read has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from legnext_client.gallery.files import shape_of
from legnext_client.mock.media import render_image, render_video

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("form", ["png", "jpeg", "gif", "webp"])
@pytest.mark.parametrize("size", [(300, 200), (200, 300), (1, 1)])
def test_the_shape_of_an_image(tmp_path: Path, form: str, size: tuple[int, int]) -> None:
    Image.new("RGB", size).save(tmp_path / "image", form)
    assert shape_of(str(tmp_path / "image")) == pytest.approx(size[0] / size[1], abs=0.001)


@pytest.mark.parametrize("options", [{"lossless": True}, {"lossless": False}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}])
def test_the_shape_of_each_kind_of_webp(tmp_path: Path, options: dict[str, object]) -> None:
    Image.new("RGB", (300, 200)).save(tmp_path / "image", "WEBP", **options)
    assert shape_of(str(tmp_path / "image")) == 1.5


def test_a_jpeg_with_much_before_its_picture(tmp_path: Path) -> None:
    Image.new("RGB", (300, 200)).save(tmp_path / "image", "JPEG", comment=b"c" * 60_000, progressive=True)
    assert shape_of(str(tmp_path / "image")) == 1.5


def test_the_shape_of_a_video(tmp_path: Path) -> None:
    (tmp_path / "video").write_bytes(render_video(text="waves", number=0, width=160, height=90, seconds=0.5))
    assert shape_of(str(tmp_path / "video")) == pytest.approx(16 / 9, abs=0.001)


def test_what_cannot_be_read_has_no_shape(tmp_path: Path) -> None:
    image = render_image(text="a", number=0, width=32, height=32, format="jpeg")
    video = render_video(text="a", number=0, width=32, height=32, seconds=0.1)
    heads = [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff", b"RIFF1234WEBPVP8X", b"hello", b"\0\0\0\1ftypmp42"]
    cut = [whole[:length] for whole in (image, video) for length in (16, 30, 60, 100)]
    for content in heads + cut + [b"\xff\xd8\xff\xe0\0\0" * 50, b"\0\0\0\0ftyp" + b"\0" * 64]:
        (tmp_path / "file").write_bytes(content)
        assert shape_of(str(tmp_path / "file")) in (None, 1.0), content[:20]
    assert shape_of(str(tmp_path / "nowhere")) is None
    assert shape_of(str(tmp_path)) is None
