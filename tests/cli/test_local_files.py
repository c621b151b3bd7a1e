"""A file on disk can be named where a URL is expected, if LEGNEXT_UPLOADER says where to upload it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Run

PNG = b"\x89PNG\r\n\x1a\n"


class Host(HTTPServer):
    def __init__(self) -> None:
        self.took: list[tuple[str, dict[str, str]]] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/in/"


class _Handler(BaseHTTPRequestHandler):
    server: Host

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.took.append((self.path, dict(self.headers)))
        self.send_response(201)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def host() -> Iterator[Host]:
    with Host() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


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


def test_a_file_is_uploaded_and_its_url_sent(legnext: Run, server: MockServer, host: Host, cat: Path) -> None:
    assert legnext("describe", str(cat), "--price", LEGNEXT_UPLOADER=host.url).code == 0
    assert host.took == []
    ended = legnext("describe", str(cat), LEGNEXT_UPLOADER=host.url)
    assert ended.code == 0, ended.err
    mask = legnext(
        "upload-paint", str(cat), "a hat", "--canvas", "width=100,height=100",
        "--img-pos", "width=10,height=10,x=0,y=0", "--mask", f"url={cat}", "--price", LEGNEXT_UPLOADER=host.url,
    )  # fmt: skip
    assert mask.code == 0, mask.err
    [(path, headers)] = host.took
    assert server.ledger[0].body["imgUrl"] == host.url + path.removeprefix("/in/")
    assert not any("key" in name.lower() for name in headers)


def test_a_table_names_files_beside_it(legnext: Run, server: MockServer, host: Host, cat: Path) -> None:
    table = cat.with_name("rows.csv")
    table.write_text("operation,img_url\ndescribe,cat.png\n")
    assert legnext("batch", "run", str(table), "--price", LEGNEXT_UPLOADER=host.url).code == 0
    ended = legnext("batch", "run", str(table), "--yes", LEGNEXT_UPLOADER=host.url)
    assert ended.code == 0, ended.err
    assert len(host.took) == len(server.ledger) == 1
    assert legnext("batch", "run", str(table), "--yes", LEGNEXT_UPLOADER=host.url).code == 0
    assert len(host.took) == len(server.ledger) == 1


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
