"""A file on disk can be named where a URL is expected, if LEGNEXT_UPLOADER says where to upload it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.file_hosts import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from legnext_client.testing import MockServer
    from tests.file_hosts import Files

    from .commands import Run

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def host() -> Iterator[Files]:
    with files(201) as server:
        yield server


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    path.write_bytes(PNG)
    return path


def test_without_an_uploader_the_way_to_one_is_shown(legnext: Run, server: MockServer, cat: Path) -> None:
    ended = legnext("describe", str(cat))
    assert ended.code == 2
    assert "IMG_URL must be a URL, not a file." in ended.err
    assert "LEGNEXT_UPLOADER" in ended.err
    assert server.ledger == []
    assert legnext("price", "describe", str(cat)).code == 0


def test_a_file_is_uploaded_and_its_url_sent(legnext: Run, server: MockServer, host: Files, cat: Path) -> None:
    place = f"{host.url}/in/"
    assert legnext("describe", str(cat), "--price", LEGNEXT_UPLOADER=place).code == 0
    assert host.requests == []
    ended = legnext("describe", str(cat), LEGNEXT_UPLOADER=place)
    assert ended.code == 0, ended.err
    mask = legnext(
        "upload-paint", str(cat), "a hat", "--canvas", "width=100,height=100",
        "--img-pos", "width=10,height=10,x=0,y=0", "--mask", f"url={cat}", "--price", LEGNEXT_UPLOADER=place,
    )  # fmt: skip
    assert mask.code == 0, mask.err
    [(path, headers, _)] = host.requests
    assert server.ledger[0].body["imgUrl"] == place + path.removeprefix("/in/")
    assert not any("key" in name.lower() for name in headers)


def test_a_table_names_files_beside_it(legnext: Run, server: MockServer, host: Files, cat: Path) -> None:
    place = f"{host.url}/in/"
    table = cat.with_name("rows.csv")
    table.write_text("operation,img_url\ndescribe,cat.png\n")
    assert legnext("batch", "run", str(table), "--price", LEGNEXT_UPLOADER=place).code == 0
    ended = legnext("batch", "run", str(table), "--yes", LEGNEXT_UPLOADER=place)
    assert ended.code == 0, ended.err
    assert len(host.requests) == len(server.ledger) == 1
    assert legnext("batch", "run", str(table), "--yes", LEGNEXT_UPLOADER=place).code == 0
    assert len(host.requests) == len(server.ledger) == 1


@pytest.mark.parametrize(
    ("url", "code", "says"),
    [
        ("http://127.0.0.1:9/in/", 9, "was not uploaded: 127.0.0.1 cannot be reached"),
        ("http://files.test/in/", 3, "LEGNEXT_UPLOADER must begin with https://"),
        ("s3://", 3, "LEGNEXT_UPLOADER must be like s3://bucket/prefix/"),
    ],
)
def test_what_goes_wrong_costs_nothing(
    legnext: Run, server: MockServer, cat: Path, url: str, code: int, says: str
) -> None:
    ended = legnext("describe", str(cat), LEGNEXT_UPLOADER=url)
    assert ended.code == code
    assert says in ended.err
    assert server.ledger == []
