"""A local file stands where a URL is expected: refused with the way out, or uploaded once before the paid request."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import ssl
import threading
import weakref
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client import AsyncClient, Client, ConfigurationError, InvalidRequest, UploadError
from legnext_client.generated.models import Mask
from legnext_client.generated.operations import OPERATIONS
from legnext_client.journal import Journal
from legnext_client.testing import MockServer
from legnext_client.uploads import LocalFile, PutUploader, S3Uploader, uploader_from
from tests.file_hosts import files
from tests.tables import for_each

from .raw_servers import read, relay
from .worlds import KEY, Colour, Service, done, job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .raw_servers import Raw

PNG = b"\x89PNG\r\n\x1a\n and the rest"
TIFF = b"II*\x00 and the rest"


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    path.write_bytes(PNG)
    return path


class Host:
    """An uploader that keeps what it is given; each call answers with another URL, as a signed one is."""

    def __init__(self, base: str = "https://files.test") -> None:
        self.base = base
        self.took: list[LocalFile] = []

    def __call__(self, file: LocalFile) -> str:
        self.took.append(file)
        assert file.contents()
        return f"{self.base}/{file.name}?signature={len(self.took)}"


def test_without_an_uploader_a_file_is_refused_with_the_way_out(colour: Colour, cat: Path) -> None:
    service = Service(job())
    client = colour.client(service)
    for given, shown in ((cat, repr(cat)[:40]), (PNG, f"{len(PNG)} bytes")):
        with pytest.raises(InvalidRequest, match=r"img_url must be a URL, not a file\. .*uploader=") as caught:
            colour.do(client.midjourney.describe(img_url=given))
        assert shown in str(caught.value)
    with pytest.raises(InvalidRequest, match=r"img_urls\[1\] must be a URL, not a file"):
        colour.do(client.midjourney.blend(img_urls=["https://a.test/1.png", cat], aspect_ratio="1:1"))
    with pytest.raises(InvalidRequest, match=r"mask\.url must be a URL, not a file"):
        colour.do(client.midjourney.inpaint(job_id="j", image_no=0, mask={"url": cat}))
    assert service.sent == []


def test_every_url_of_an_image_takes_a_file_and_no_callback_does() -> None:
    fields = {(name, field.name): field for name, each in OPERATIONS.items() for field in each.fields}
    assert not any(field.file for (_, name), field in fields.items() if name == "callback")
    named = {place for place in fields if place[1] in ("img_url", "image_url")}
    assert {place for place, field in fields.items() if field.file} == named


def test_a_file_is_uploaded_once_and_its_url_is_sent(colour: Colour, cat: Path) -> None:
    host, service = Host(), Service(job())
    client = colour.client(service, uploader=host)
    colour.do(client.midjourney.describe(img_url=cat))
    colour.do(client.midjourney.describe(img_url=PNG))  # the same bytes
    mask = Mask(url=cat)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    colour.do(client.midjourney.inpaint(job_id="j", image_no=0, mask=mask))
    colour.do(client.midjourney.blend(img_urls=[cat, "https://a.test/b.png"], aspect_ratio="1:1"))
    [file] = host.took
    url = f"https://files.test/{file.name}?signature=1"
    assert file.name.endswith(".png")
    assert file.media_type == "image/png"
    describe, same, inpaint, blend = service.bodies
    assert describe == same == {"imgUrl": url}
    assert inpaint["mask"] == {"url": url}
    assert blend["imgUrls"] == [url, "https://a.test/b.png"]
    assert KEY not in str(vars(file))


def test_a_follow_up_takes_a_file(colour: Colour, cat: Path) -> None:
    service = Service(done("source"), job())
    client = colour.client(service, uploader=Host())
    source = colour.do(client.tasks.get("source"))
    colour.do(source.inpaint(image_no=0, mask={"url": cat}))
    assert service.bodies[-1]["mask"]["url"].startswith("https://files.test/")


def test_an_async_uploader_is_awaited_and_uploads_at_once_share_one(cat: Path) -> None:
    service, began = Service(job()), list[LocalFile]()

    async def uploader(file: LocalFile) -> str:
        began.append(file)
        await asyncio.sleep(0)
        return f"https://files.test/{file.name}"

    async def three() -> None:
        client = Colour("async").client(service, uploader=uploader)
        await asyncio.gather(*(client.midjourney.describe(img_url=each) for each in (cat, cat, PNG)))

    asyncio.run(three())
    assert len(began) == 1
    assert len(service.paid) == 3


def test_uploads_that_failed_in_one_event_loop_are_repeated_in_the_next(cat: Path) -> None:
    async def uploader(file: LocalFile) -> str:
        await asyncio.sleep(0)
        raise OSError(f"no route for {file.name}")

    async def two() -> list[Any]:
        calls = [client.midjourney.describe(img_url=cat) for _ in range(2)]
        return await asyncio.gather(*calls, return_exceptions=True)

    client = Colour("async").client(Service(), uploader=uploader)
    for _ in range(2):
        assert [type(error) for error in asyncio.run(two())] == [UploadError, UploadError]


def test_threads_share_one_upload(cat: Path) -> None:
    host, service = Host(), Service(job())
    client = Colour("sync").client(service, uploader=host)
    threads = [threading.Thread(target=client.midjourney.describe, kwargs={"img_url": cat}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(host.took) == 1
    assert len(service.paid) == 4


def test_an_uploader_that_cannot_be_one_is_refused_as_the_client_is_made() -> None:
    async def uploader(_: LocalFile) -> str:
        raise AssertionError

    with pytest.raises(ConfigurationError, match="uploader must not be async for a Client"):
        Client(KEY, uploader=uploader)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(ConfigurationError, match="uploader must be a function from a file to its URL"):
        AsyncClient(KEY, uploader="s3://bucket")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (OSError("no route"), "cat.png was not uploaded: OSError: no route. Nothing was sent or charged."),
        ("http://files.test/cat.png", "must return a URL that begins with https://; got http://files.test/cat.png"),
        ("cat.png", "the uploader must return the URL of the file; got str: it must begin with https://"),
        (None, "the uploader must return the URL of the file; got NoneType"),
    ],
)
def test_a_failed_upload_costs_nothing_and_is_one_clear_error(
    colour: Colour, cat: Path, answer: object, says: str
) -> None:
    def uploader(_: LocalFile) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    service = Service(job())
    client = colour.client(service, uploader=uploader)
    with client.budget(100) as budget:
        with pytest.raises(UploadError) as caught:
            colour.do(client.midjourney.describe(img_url=cat))
        assert says in str(caught.value)
        assert budget.left == 100
    assert service.sent == []


def test_a_url_that_the_service_would_refuse_is_not_sent(colour: Colour, cat: Path) -> None:
    service = Service(job())
    client = colour.client(service, uploader=lambda _: "https://files.test/" + "a" * 1100)
    with pytest.raises(UploadError, match="img_url must have at most 1024 characters"):
        colour.do(client.midjourney.remove_background(img_url=cat))
    assert service.sent == []


def test_type_and_size_are_those_of_the_document(colour: Colour, tmp_path: Path) -> None:
    host, service = Host(), Service(job())
    client = colour.client(service, uploader=host)
    with pytest.raises(InvalidRequest, match=r"img_url must be a file of type image/jpeg or image/png or image/webp"):
        colour.do(client.midjourney.retexture(img_url=TIFF, remix_prompt="gold"))
    with pytest.raises(InvalidRequest, match=r"img_url must be a file of type image/\*; .*octet-stream"):
        colour.do(client.midjourney.describe(img_url=b"some text"))
    with pytest.raises(InvalidRequest, match=r"img_url must be a file of at most 10485760 bytes"):
        colour.do(client.midjourney.retexture(img_url=PNG + bytes(10 * 1024**2), remix_prompt="gold"))
    with pytest.raises(InvalidRequest, match=r"img_url cannot be read: .+; got .*lost\.png"):
        colour.do(client.midjourney.describe(img_url=tmp_path / "lost.png"))
    assert not service.sent
    assert not host.took
    colour.do(client.midjourney.enhance_upscale(image_url=TIFF))
    assert len(service.paid) == 1


def test_what_was_uploaded_is_not_kept_in_memory(colour: Colour) -> None:
    seen = list[weakref.ref[LocalFile]]()

    def uploader(file: LocalFile) -> str:
        seen.append(weakref.ref(file))
        return f"https://files.test/{file.name}"

    client = colour.client(Service(job()), uploader=uploader)
    colour.do(client.midjourney.describe(img_url=PNG))
    gc.collect()
    assert [each() for each in seen] == [None]


def test_upload_gives_the_url_for_a_prompt(colour: Colour, cat: Path) -> None:
    client = colour.client(Service(job()), uploader=Host())
    url = colour.do(client.upload(cat))
    assert url == colour.do(client.upload(PNG))
    assert url.startswith("https://files.test/")
    with pytest.raises(ConfigurationError, match="upload needs an uploader"):
        colour.do(colour.client(Service(job())).upload(cat))


def test_a_url_is_not_used_for_ever(colour: Colour) -> None:
    client = colour.client(Service(job()), uploader=Host())
    first = colour.do(client.upload(PNG))
    colour.clock.time += 24 * 3600
    assert colour.do(client.upload(PNG)) != first


def test_the_ledger_knows_the_call_by_the_contents_and_keeps_no_signed_url(cat: Path, tmp_path: Path) -> None:
    with MockServer(in_process=True) as mock:
        for _ in range(2):  # each client gets another URL
            host = Host()
            host.took.extend([LocalFile("x")] * 5 * _)
            with mock.client(uploader=host, ledger=tmp_path / "l.db") as client:
                client.midjourney.describe(img_url=cat, key="k")
        with mock.client(ledger=tmp_path / "l.db") as client:
            [entry] = client.history()
        assert len(mock.ledger) == 1
    assert entry.body["imgUrl"].startswith("sha256:")


# ---- batches ------------------------------------------------------------------------------------------------------


def run(colour: Colour, client: Any, rows: Any, journal: Path, **options: Any) -> list[Any]:
    results: list[Any] = colour.do(client.batch(rows, journal, **options))
    return results


@contextmanager
def mocked(colour: Colour, mock: MockServer, **options: Any) -> Iterator[Any]:
    made: Any = mock.async_client(**options) if colour.is_async else mock.client(**options)
    yield made
    colour.do(made.close())


def test_a_batch_resumes_by_the_contents_though_the_url_is_another(colour: Colour, cat: Path, tmp_path: Path) -> None:
    table, journal = tmp_path / "rows.csv", tmp_path / "run.db"
    table.write_text("operation,img_url,key\ndescribe,cat.png,a\ndescribe,cat.png,b\n")
    with MockServer(in_process=True, credits=1000) as mock:
        hosts = [Host("https://one.test"), Host("https://two.test")]
        for host in hosts:
            with mocked(colour, mock, uploader=host) as client:
                assert all(result.ok for result in run(colour, client, table, journal))
        assert [len(host.took) for host in hosts] == [1, 0]
        assert len(mock.ledger) == 2
        cat.rename(tmp_path / "moved.png")
        with mocked(colour, mock, uploader=hosts[1]) as client:
            rows: list[Any] = [{"operation": "describe", "img_url": tmp_path / "moved.png", "key": "a"}]
            [result] = run(colour, client, rows, journal)
            assert result.earlier
            rows[0]["img_url"] = TIFF
            [result] = run(colour, client, rows, journal)
            assert not result.earlier
        assert len(mock.ledger) == 3
    with Journal(journal) as opened:
        assert all("signature" not in json.dumps(entry.body) for entry in opened.entries())


def test_a_row_whose_upload_fails_is_not_sent_and_the_next_run_sends_it(
    colour: Colour, cat: Path, tmp_path: Path
) -> None:
    rows = [("describe", {"img_url": cat}), ("describe", {"img_url": TIFF})]
    broken = [True]

    def uploader(file: LocalFile) -> str:
        if file.name.endswith(".tif") and broken[0]:
            raise OSError("no route")
        return f"https://files.test/{file.name}"

    with MockServer(in_process=True, credits=1000) as mock, mocked(colour, mock, uploader=uploader) as client:
        one, other = sorted(run(colour, client, rows, tmp_path / "run.db", concurrency=1), key=lambda each: not each.ok)
        assert one.ok
        assert other.state == "new"
        assert isinstance(other.error, UploadError)
        broken[0] = False
        assert all(each.ok for each in run(colour, client, rows, tmp_path / "run.db"))
        assert len(mock.ledger) == 2


def test_a_table_without_an_uploader_is_refused_as_a_whole(cat: Path, tmp_path: Path) -> None:
    table = tmp_path / "rows.jsonl"
    table.write_text(json.dumps({"operation": "describe", "img_url": cat.name}) + "\n")
    with MockServer(in_process=True) as mock, mock.client() as client:
        with pytest.raises(InvalidRequest, match=r"rows\.jsonl, line 1: .*img_url must be a URL, not a file"):
            list(client.batch(table))
        assert mock.ledger == []


# ---- the shipped uploaders ----------------------------------------------------------------------------------------


def test_a_plain_put_sends_the_file_and_never_the_key(colour: Colour, cat: Path) -> None:
    with files(503) as server:  # the first attempt meets a passing failure
        service = Service(job())
        uploader = PutUploader(
            f"{server.url}/in", public_url="https://files.test/out/", headers={"authorization": "Bearer t"}
        )
        colour.do(colour.client(service, uploader=uploader).midjourney.describe(img_url=cat))
    _, (path, headers, body) = server.requests
    assert body == PNG
    assert path.startswith("/in/")
    assert (headers["content-type"], headers["authorization"]) == ("image/png", "Bearer t")
    assert service.bodies[0]["imgUrl"] == f"https://files.test/out/{path.rpartition('/')[2]}"
    assert KEY not in str(server.requests)


FILES_TEST = Path(__file__).parent / "tls" / "files.test.pem"


def through_httpx(colour: Colour, proxy: str, context: ssl.SSLContext) -> dict[str, Any]:
    kind: Any = httpx.AsyncClient if colour.is_async else httpx.Client
    return {"http_client": kind(proxy=proxy, verify=context, trust_env=False)}


def by_settings(_: Colour, proxy: str, context: ssl.SSLContext) -> dict[str, Any]:
    return {"proxy": proxy, "ssl_context": context}


@pytest.mark.parametrize("connecting", [by_settings, through_httpx])
@pytest.mark.parametrize("as_function", [False, True])
def test_an_upload_connects_as_the_client_does(
    colour: Colour, serve: Callable[..., Raw], cat: Path, connecting: Any, as_function: bool
) -> None:
    """Through its proxy, which alone finds this host, with a certificate that only its context trusts."""
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(FILES_TEST)
    asked: list[bytes] = []

    def keep(connection: socket.socket) -> None:
        asked.append(read(connection))
        connection.sendall(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n")

    host = serve(keep, secured)

    def tunnel(connection: socket.socket) -> None:
        asked.append(read(connection))
        with socket.create_connection(("127.0.0.1", host.port)) as onward:
            connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            relay(connection, onward)

    proxy = f"http://127.0.0.1:{serve(tunnel).port}"
    put = PutUploader("https://files.test/in")
    trusted = ssl.create_default_context(cafile=str(FILES_TEST))
    given = connecting(colour, proxy, trusted)
    client = colour.real_client(
        "https://service.test/api", uploader=(lambda file: put(file)) if as_function else put, **given
    )
    url = colour.do(client.upload(cat))
    colour.do(client.close())
    if "http_client" in given:
        assert not given["http_client"].is_closed
        colour.do(given["http_client"].aclose() if colour.is_async else given["http_client"].close())
    connect, sent = asked
    assert connect.startswith(b"CONNECT files.test:443 ")
    assert sent.startswith(b"PUT /in/")
    assert sent.endswith(PNG)
    assert url.startswith("https://files.test/in/")
    assert KEY.encode() not in connect + sent


def test_a_host_that_refuses_is_told_without_the_signature(cat: Path) -> None:
    with files(403) as server:
        uploader = S3Uploader("pictures", endpoint=server.url, access_key="A", secret_key="the-secret")
        with pytest.raises(UploadError, match=r"127\.0\.0\.1 refused it with 403") as caught:
            Colour("sync").client(Service(job()), uploader=uploader).upload(cat)
    [(path, headers, _)] = server.requests
    assert path.startswith("/pictures/legnext/")
    assert "X-Amz-Signature=" in path
    assert "authorization" not in headers
    assert "Signature" not in str(caught.value)
    assert "the-secret" not in repr(uploader) + path


def test_the_signature_is_that_of_amazons_published_example() -> None:
    uploader = S3Uploader(
        "examplebucket",
        region="us-east-1",
        access_key="AKIAIOSFODNN7EXAMPLE",
        secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        endpoint="https://s3.amazonaws.com",
    )
    vars(uploader)["_url"] = "https://examplebucket.s3.amazonaws.com/"  # the example names no region in the host
    url = uploader.presigned("GET", "test.txt", datetime(2013, 5, 24, tzinfo=UTC))
    assert url.endswith("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://b/in/", "S3Uploader('https://b.s3.eu-west-1.amazonaws.com/in/')"),
        ("s3://b?endpoint=https://r2.test", "S3Uploader('https://r2.test/b/legnext/')"),
        ("https://dav.test/in", "PutUploader('https://dav.test/in/')"),
    ],
)
def test_a_url_describes_an_uploader(monkeypatch: pytest.MonkeyPatch, url: str, shown: str) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert repr(uploader_from(url)) == shown


@for_each("headers", [5, ["x"], {5: "x"}, {"a b": "x"}, {"x": 5}, {"x": "\n"}, {"Host": "x"}])
def test_headers_that_cannot_be_sent_are_refused(headers: Any) -> None:
    with pytest.raises(ConfigurationError, match="headers"):
        PutUploader("https://files.test/", headers=headers)


@pytest.mark.parametrize("url", ["http://files.test/", "https:///x", "s3://", "s3://b?regoin=x", "ftp://h/", "in/"])
def test_an_uploader_that_is_unsafe_or_incomplete_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with pytest.raises(ConfigurationError):
        uploader_from(url)
