"""By default the mock accepts the bodies that the service accepts, and reads them under any content type."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.testing import MockServer
from tests.facts import BASE_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = b'{"text": "a lighthouse"}'


@pytest.fixture(scope="module")
def lenient() -> Iterator[MockServer]:
    with MockServer(in_process=True, concurrency=0) as server:
        yield server


@pytest.fixture
def api(lenient: MockServer, calling: Any) -> Any:
    lenient.reset()
    return calling(lenient)


def test_unknown_fields_are_ignored(api: Any) -> None:
    api.accepted("diffusion", text="a lighthouse", aspectRatio="16:9")
    assert api.server.ledger[0].body == {"text": "a lighthouse"}


def test_null_and_empty_text_count_as_missing_in_optional_fields(api: Any) -> None:
    api.server.jobs.add("there")
    api.accepted("pan", jobId="there", imageNo=0, direction=0, scale=2, remixPrompt="", callback=None)
    api.accepted("inpaint", jobId="there", imageNo=0, mask={"url": "https://a.b/c.png", "areas": None}, remixPrompt="x")
    api.accepted("enhance_upscale", image_url="https://a.b/c.png", jobId="", imageNo=None, target_resolution="")
    assert [set(line.body) for line in api.server.ledger] == [
        {"jobId", "imageNo", "direction", "scale"},
        {"jobId", "imageNo", "mask", "remixPrompt"},
        {"image_url"},
    ]
    assert api.server.ledger[1].body["mask"] == {"url": "https://a.b/c.png"}


def test_required_fields_and_bounds_still_hold(api: Any) -> None:
    assert "text" in api.refused(400, "diffusion", text="")
    assert "text" in api.refused(400, "diffusion", text=None)
    assert "text" in api.refused(400, "diffusion", txt="a")
    api.server.jobs.add("there")
    assert "imageNo" in api.refused(400, "upscale", jobId="there", imageNo=7, type=0)
    assert api.server.ledger == []


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "nonsense"],
)
def test_json_is_read_under_any_content_type(api: Any, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    assert api.client.post("/v1/diffusion", content=JSON, headers=headers).status_code == 200
    assert api.client.post("/v1/diffusion", content=b"text=a", headers=headers).status_code == 400


def test_strict_bodies_are_those_of_the_document(calling: Any) -> None:
    with MockServer(in_process=True, bodies="strict") as server:
        api = calling(server)
        assert "'aspectRatio' was unexpected" in api.refused(400, "diffusion", text="a", aspectRatio="16:9")
        assert "callback" in api.refused(400, "diffusion", text="a", callback=None)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("options", [[], ["--http2"], ["-H", "content-type: application/json", "--http2"]], ids=str)
def test_curl_is_understood_as_it_comes(options: list[str]) -> None:
    """Its content type is that of a form, and with `--http2` it offers an upgrade next to the body."""
    with MockServer() as server:
        url = f"{server.base_url}/v1/diffusion"
        command = ["curl", "-sS", url, "-H", f"{API_KEY_HEADER}: {server.api_key}", "-d", JSON.decode(), *options]
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
        assert '"job_id"' in told.stdout, told.stdout + told.stderr
        assert server.ledger[0].body == {"text": "a lighthouse"}


def test_two_requests_on_a_line_keep_their_bodies_when_each_offers_an_upgrade() -> None:
    offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"}
    with MockServer() as server, closing(HTTPConnection(server.root_url.removeprefix("http://"), timeout=20)) as line:
        for number in range(2):
            line.request("POST", f"{BASE_PATH}/v1/diffusion", JSON, {API_KEY_HEADER: "mock-key", **offer})
            answer = line.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)
            assert len(server.ledger) == number + 1
