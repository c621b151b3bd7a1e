"""Files are fetched over http and https alone, through few redirects, and the key goes to no host but the API's."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.client import Client
from legnext_client.errors import DownloadError, InvalidRequest, JobFailed
from legnext_client.generated.rules import LEAST_OUTPUT_DAYS, OUTPUT_DAYS
from legnext_client.generated.service import API_KEY_HEADER

from .conftest import KEY, files_in
from .hostile import Hostile, Seen, file, png, status

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Clock, Download

COOKIE = "session=1; Path=/"


def secrets_in(seen: Seen) -> list[str]:
    names = {API_KEY_HEADER.lower(), "authorization", "cookie", "proxy-authorization"} & set(seen.headers)
    return [*names, *(value for value in (seen.path, *seen.headers.values()) if KEY in value)]


def test_the_key_goes_to_no_host_but_the_api_and_there_only_with_calls(
    hostile: Hostile, clock: Clock, out: Path
) -> None:
    with Hostile() as cdn, Client(KEY, base_url=hostile.url("/api"), clock=clock) as client:
        outputs = [cdn.url("/there.png"), cdn.url("/back.png"), hostile.url("/api/of-the-api.png")]
        job = (
            b'{"job_id": "j", "status": "completed", "output": {"image_urls": ["%s"]}}' % '", "'.join(outputs).encode()
        )
        back = status(307, location=hostile.url("/api/of-the-api.png"), set_cookie=COOKIE)
        hostile.acts["/api/of-the-api.png"] = file(png(), set_cookie=COOKIE)
        cdn.acts = {"/there.png": file(png(), set_cookie=COOKIE), "/back.png": [status(503, set_cookie=COOKIE), back]}
        hostile.acts["/api/v1/job/j"] = status(200, job, content_type="application/json", set_cookie=COOKIE)
        found = client.tasks.get("j")
        assert hostile.seen[0].headers[API_KEY_HEADER.lower()] == KEY
        hostile.seen.clear()
        assert len(found.download(out)) == 3
        client.download([cdn.url("/there.png")], out)
        assert len(hostile.seen) == 2
        assert len(cdn.seen) == 4
        assert [secrets_in(seen) for seen in (*hostile.seen, *cdn.seen)] == [[]] * 6


def test_a_request_for_a_file_holds_what_it_needs_and_no_more(download: Download, hostile: Hostile, out: Path) -> None:
    hostile.acts["/a.png"] = file(png())
    download(hostile.url("/a.png?signature=1"), out)
    (seen,) = hostile.seen
    assert seen.path == "/a.png?signature=1"
    assert set(seen.headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert seen.headers["accept-encoding"] == "identity"
    assert seen.headers["user-agent"].startswith("legnext-client/")


@pytest.mark.parametrize("code", [301, 308])
def test_redirects_are_followed_five_times(download: Download, hostile: Hostile, out: Path, code: int) -> None:
    for number in range(5):
        hostile.acts[f"/{number}.png"] = status(code, location=f"{number + 1}.png")
    hostile.acts["/5.png"] = file(png())
    (path,) = download(hostile.url("/0.png"), out)
    assert path.name == "0_0.png"
    hostile.acts["/5.png"] = status(code, location="/6.png")
    hostile.acts["/6.png"] = file(png())
    with pytest.raises(DownloadError, match="more than 5"):
        download(hostile.url("/0.png"), out, "other{ext}")
    assert set(files_in(out)) == {"0_0.png"}


@pytest.mark.parametrize(
    ("location", "said", "requests"), [("file:///etc/passwd", "redirect", 1), ("/a.png", "more than 5", 6)]
)
def test_a_redirect_to_something_else_is_not_followed_and_one_to_itself_ends(
    download: Download, hostile: Hostile, out: Path, location: str, said: str, requests: int
) -> None:
    hostile.acts["/a.png"] = status(302, location=location)
    with pytest.raises(DownloadError, match=said):
        download(hostile.url("/a.png"), out, settings={"retries": 0})
    assert len(hostile.seen) == requests
    assert files_in(out) == {}


@pytest.mark.parametrize("url", ["https://user@cdn.example/a.png", None])
def test_an_address_of_another_kind_is_refused_before_any_network(download: Download, out: Path, url: Any) -> None:
    with pytest.raises(InvalidRequest, match="urls"):
        download(["https://cdn.example/a.png", url], out)
    assert not out.exists()


KEPT = f"{LEAST_OUTPUT_DAYS} to {OUTPUT_DAYS}" if LEAST_OUTPUT_DAYS < OUTPUT_DAYS else f"{OUTPUT_DAYS}"


@pytest.mark.parametrize("code", [403, 404, 410])
def test_an_expired_output_says_so(download_job: Download, hostile: Hostile, out: Path, code: int) -> None:
    raw = {
        "job_id": "j",
        "status": "completed",
        "meta": {"ended_at": "2020-01-01T00:00:00Z"},
        "output": {"image_urls": [hostile.url("/a.png?signature=hidden")]},
    }
    hostile.acts["/a.png"] = status(code, date="Fri, 31 Jan 2020 00:00:00 GMT")
    with pytest.raises(
        DownloadError, match=rf"\({code}\): outputs are kept for {KEPT} days, and this job ended 30 days ago"
    ) as e:
        download_job(raw, out)
    assert "hidden" not in str(e.value)
    assert e.value.url.endswith("hidden")
    assert e.value.path == str(out / "j_0.png")
    assert len(hostile.seen) == 1
    assert files_in(out) == {}


@pytest.mark.parametrize(
    ("raw", "error", "said"),
    [
        ({"status": "processing"}, InvalidRequest, "Wait for it"),
        ({"status": "completed", "output": {"prompts": ["a"]}}, InvalidRequest, "only texts"),
        ({"status": "completed", "output": {"image_urls": None}}, InvalidRequest, "nothing"),
        ({"status": "failed", "error": {"message": "too dark"}}, JobFailed, "too dark"),
    ],
)
def test_a_job_without_files_says_why_before_any_network(
    download_job: Download, hostile: Hostile, out: Path, raw: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        download_job({"job_id": "j"} | raw, out)
    assert hostile.seen == []
    assert not out.exists()


@pytest.mark.parametrize(
    "options",
    [
        {"which": 2},
        {"which": True},
        {"which": [0, 2]},
        {"which": [0, 0]},
        {"concurrency": 0},
        {"concurrency": "4"},
        {"max_bytes": 0},
        {"timeout": 0},
        {"timeout": float("nan")},
    ],
)
def test_a_wrong_argument_is_refused_before_any_network(
    download_job: Download, hostile: Hostile, out: Path, options: dict[str, Any]
) -> None:
    urls = [hostile.url("/a.png"), hostile.url("/b.png")]
    with pytest.raises(InvalidRequest):
        download_job({"job_id": "j", "status": "completed", "output": {"image_urls": urls}}, out, **options)
    assert hostile.seen == []


@pytest.mark.parametrize(("which", "numbers"), [(None, [0, 1, 2]), (1, [1]), ([2, 0], [2, 0]), ((), []), ({1}, [1])])
def test_which_files_are_fetched(
    download_job: Download, hostile: Hostile, out: Path, which: Any, numbers: list[int]
) -> None:
    hostile.acts = {f"/{number}.png": file(png(salt=b"%d" % number)) for number in range(3)}
    urls = [hostile.url(f"/{number}.png") for number in range(3)]
    raw = {"job_id": "j", "status": "completed", "output": {"image_urls": urls}}
    paths = download_job(raw, out, which=which)
    assert [path.name for path in paths] == [f"j_{number}.png" for number in numbers]
    assert [path.read_bytes() for path in paths] == [png(salt=b"%d" % number) for number in numbers]


# ---- which machines ----------------------------------------------------------------------------------------------


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Names under `.example`, each with the address that it resolves to."""
    names: dict[str, str] = {}
    plain = socket.getaddrinfo

    def look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return plain(names.get(name, host), *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return names


PUBLIC = {"base_url": "https://api.example/api", "retries": 0}


def test_a_name_that_leads_to_this_machine_is_asked_for_nothing(
    download: Download, hostile: Hostile, out: Path, resolved: dict[str, str]
) -> None:
    resolved["cdn.example"] = "127.0.0.1"
    hostile.acts["/a.png"] = file(png())
    with pytest.raises(
        DownloadError, match=r"cdn\.example is at 127\.0\.0\.1, on this machine or in a private network"
    ):
        download(hostile.url("/a.png").replace("127.0.0.1", "cdn.example"), out, settings=PUBLIC)
    assert hostile.seen == []
    assert files_in(out) == {}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254"])
def test_a_public_service_names_no_files_of_this_machine_or_its_network(
    download: Download, hostile: Hostile, out: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile.acts["/a.png"] = file(png())
    url = hostile.url("/a.png").replace("127.0.0.1", host)
    for proxy in (None, hostile.origin):  # which might reach more than this machine does
        if proxy is not None:
            monkeypatch.setenv("HTTPS_PROXY", proxy)
            url = url.replace("http:", "https:")
        with pytest.raises(DownloadError, match="is this machine or in a private network"):
            download(url, out, settings=PUBLIC)
    assert hostile.seen == []


def test_files_at_the_services_own_host_are_fetched_wherever_that_is(
    download: Download, hostile: Hostile, out: Path, resolved: dict[str, str]
) -> None:
    resolved["gateway.example"] = "127.0.0.1"
    hostile.acts["/a.png"] = file(png())
    url = hostile.url("/a.png").replace("127.0.0.1", "gateway.example")
    (path,) = download(url, out, settings={"base_url": "https://gateway.example/api"})
    assert path.read_bytes() == png()


def test_a_service_on_this_machine_may_name_any_host(
    download: Download, hostile: Hostile, out: Path, resolved: dict[str, str]
) -> None:
    resolved["cdn.example"] = "127.0.0.1"
    hostile.acts["/a.png"] = file(png())
    assert download(hostile.url("/a.png").replace("127.0.0.1", "cdn.example"), out)[0].read_bytes() == png()
