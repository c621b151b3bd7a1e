"""Making, sharing and closing clients: what cannot work is refused when it is set up, in words that say what to do."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client import AsyncClient, Client, Retries
from legnext_client._protocol.flow import NoResponse
from legnext_client.errors import ConfigurationError
from tests.facts import DIFFUSION
from tests.tables import for_each

from .worlds import KEY, Colour, Service, done, job, told

if TYPE_CHECKING:
    from legnext_client._protocol.flow import Response, Send


@for_each("kind", [Client, AsyncClient])
@for_each(
    ("key", "words"),
    [
        (None, "LEGNEXT_API_KEY is not set: set LEGNEXT_API_KEY to your key, or pass api_key="),
        ("", "api_key is blank"),
        ("  \n", "api_key is blank"),
        (f"{KEY}\n", "line break"),
        (f"{KEY}\r\nx-evil: 1", "line break"),
        (f" {KEY}", "a space"),
        ("two words", "a space"),
        ("schlüssel", "another invalid character"),
        ("key\x00", "another invalid character"),
        ("key\x7f", "another invalid character"),
        (KEY.encode(), "must be a string; got bytes"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused(kind: type[Client], key: str | None, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(key)
    assert words in str(caught.value)
    assert KEY not in str(caught.value)


def test_the_environment_gives_key_and_address(monkeypatch: pytest.MonkeyPatch, colour: Colour) -> None:
    monkeypatch.setenv("LEGNEXT_API_KEY", KEY)
    monkeypatch.setenv("LEGNEXT_BASE_URL", "http://127.0.0.1:9/api/")
    with_environment = colour.client(Service(job()), api_key=None, base_url=None)
    assert repr(with_environment).endswith("Client at http://127.0.0.1:9/api, key …WXYZ>")
    given = colour.client(Service(job()), base_url="https://other.test")
    assert "https://other.test" in repr(given)
    monkeypatch.setenv("LEGNEXT_API_KEY", " ")
    with pytest.raises(ConfigurationError, match="LEGNEXT_API_KEY is blank"):
        Client()
    monkeypatch.setenv("LEGNEXT_API_KEY", f"{KEY}\n")
    with pytest.raises(ConfigurationError, match="LEGNEXT_API_KEY contains a line break"):
        Client()


@for_each("kind", [Client, AsyncClient])
@for_each(
    "url",
    [
        "api.legnext.ai",
        "",
        "//api.legnext.ai",
        "ftp://api.legnext.ai",
        "https://",
        "http://api.legnext.ai",
        "http://192.168.1.5:8000",
        "http://0.0.0.0:8000",
        "http://localhost.evil.test",
        "http://127.0.0.1.evil.test",
        "https://user:secret@api.legnext.ai",
        "https://api.legnext.ai?x=1",
        "https://api.legnext.ai#x",
        "https://api.legnext.ai:99999",
        "https://api.legnext.ai:0",
        "https://[::1",
        "https://256.1.1.1",
        "https://a..ü",
        "https://api.legnext.ai\n",
        "https://api. legnext.ai",
        "https://api.legnext.ai\t.evil.test",
    ],
)
def test_an_address_that_the_key_must_not_go_to_is_refused(kind: type[Client], url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"base_url (must|cannot)"):
        kind(KEY, base_url=url)


@for_each(
    "url",
    ["https://api.legnext.ai/api", "http://localhost:1", "http://127.0.0.1:1", "http://127.8.9.1", "http://[::1]:1/x",
     "HTTPS://API.LEGNEXT.AI"],
)  # fmt: skip
def test_an_address_that_is_safe_is_taken(url: str) -> None:
    with Client(KEY, base_url=url):
        pass


@for_each(
    "options",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("inf")},
        {"timeout": float("nan")},
        {"timeout": None},
        {"timeout": "30"},
        {"timeout": True},
        {"retries": -1},
        {"retries": Retries(attempts=0)},
        {"retries": "3"},
        {"retries": True},
        {"retries": None},
        {"requests_per_second": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(colour: Colour, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        colour.client(Service(job()), **options)
    client = colour.client(Service(job()))
    if None not in options.values():
        with pytest.raises(ConfigurationError):
            client.with_options(**options)


@pytest.mark.parametrize(("key", "shown"), [(KEY, "…WXYZ"), ("short-key", "…"), ("123456789012", "…")])
def test_a_client_shows_four_characters_of_its_key_at_most(colour: Colour, key: str, shown: str) -> None:
    client = colour.client(Service(job()), api_key=key)
    assert repr(client).endswith(f", key {shown}>")
    assert key not in repr(client)
    assert key not in repr(client.__dict__)
    assert all(key not in repr(kind(key).__dict__) for kind in (Client, AsyncClient)), "one that has sent nothing yet"


def test_a_client_cannot_be_pickled_or_copied(colour: Colour) -> None:
    client = colour.client(Service(job()))
    attempts: list[Any] = [pickle.dumps, copy.copy, copy.deepcopy]
    for attempt in attempts:
        with pytest.raises(ConfigurationError, match="cannot be pickled"):
            attempt(client)


# ---- closing ---------------------------------------------------------------------------------------------------------


def calls_of(client: Any, known: Any) -> list[Any]:
    return [
        lambda: client.midjourney.diffusion(text="x"),
        lambda: client.tasks.get("j1"),
        lambda: client.account.balance(),
        lambda: client.request("GET", "/x"),
        lambda: client.tasks.wait_for_completion("j1"),
        lambda: client.wait_all(["j1"]),
        lambda: known.refresh(),
        lambda: known.wait(),
        lambda: known.updates(),
        lambda: known.reroll(),
    ]


def test_a_closed_client_says_so(colour: Colour) -> None:
    service = Service(job())
    client = colour.client(service)
    known = colour.do(client.tasks.get("j1"))
    colour.do(client.close())
    colour.do(client.close())
    assert service.closed == 1
    for call in calls_of(client, known):
        with pytest.raises(ConfigurationError, match="this client is closed"):
            colour.do(call())
    assert len(service.sent) == 1


def test_a_twin_of_a_closed_client_is_closed_too(colour: Colour) -> None:
    client = colour.httpx_client(lambda _: httpx.Response(200, json=job()))
    twin = client.with_options(retries=0).with_options(timeout=5)
    known = colour.do(twin.tasks.get("j1"))
    colour.do(client.close())
    for call in calls_of(twin, known):
        with pytest.raises(ConfigurationError, match="this client is closed"):
            colour.do(call())


def test_a_twin_shares_the_connections_and_does_not_close_them(colour: Colour) -> None:
    service = Service(job())
    client = colour.client(service)
    twin = client.with_options(timeout=7, retries=0, prompts="warn")
    colour.do(twin.tasks.get("j1"))
    assert service.sent[-1].timeout == 7
    colour.do(twin.close())
    assert service.closed == 0
    with pytest.raises(ConfigurationError, match="closed"):
        colour.do(twin.tasks.get("j1"))
    colour.do(client.tasks.get("j1"))
    assert service.sent[-1].timeout == 30


def test_with_closes(colour: Colour) -> None:
    service = Service(job())
    client = colour.client(service)

    async def used() -> None:
        async with client as same:
            assert same is client

    if colour.is_async:
        colour.do(used())
    else:
        with client as same:
            assert same is client
    assert service.closed == 1


def test_a_pool_closed_under_a_client_is_told_as_such(colour: Colour) -> None:
    client = colour.httpx_client(lambda _: httpx.Response(200, json=job()))
    colour.do(client._calls.runtime.transport.close())
    with pytest.raises(ConfigurationError, match="this client is closed"):
        colour.do(client.tasks.get("j1"))


# ---- sharing ---------------------------------------------------------------------------------------------------------


def test_eight_threads_share_a_client() -> None:
    lock = threading.Lock()
    made: dict[str, int] = {}

    class Counting:
        def send(self, send: Send) -> Response | NoResponse:
            with lock:
                if send.request.paid:
                    made[f"j{len(made)}"] = 0
                    return told(job(job_id=f"j{len(made) - 1}"))
                job_id = send.request.path.rsplit("/", 1)[1]
                made[job_id] += 1
                if made[job_id] == 1:
                    return NoResponse("ConnectError", sent=False)
                return told(done(job_id) if made[job_id] > 3 else job("processing", job_id))

        def close(self) -> None:
            made["closed"] = 1

    found: list[str] = []
    errors: list[BaseException] = []
    start = threading.Barrier(8)

    def work() -> None:
        try:
            start.wait()
            twin = client.with_options(retries=Retries(first_pause=1e-6))
            for _ in range(10):
                ended = twin.midjourney.diffusion(text="x").wait(poll_interval=1e-4)
                with lock:
                    found.append(ended.job_id)
        except BaseException as error:
            errors.append(error)

    with Client(KEY, transport=Counting(), requests_per_second=1e6) as client, client.budget(80 * DIFFUSION) as budget:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert sorted(found) == sorted(f"j{number}" for number in range(80))
        assert budget.reserved == 80 * DIFFUSION, "the answers told no charge"
    assert made["closed"] == 1


def test_a_sync_client_works_where_a_loop_is_running() -> None:
    """As in a notebook's cell."""

    async def cell() -> str:
        return str(client.midjourney.diffusion(text="x").wait().status)

    colour = Colour("sync")
    client = colour.client(Service(job(), job("processing"), done()))
    assert asyncio.run(cell()) == "completed"
    colour.close()


def test_a_client_that_could_not_be_made_can_be_shown(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEGNEXT_API_KEY", raising=False)
    kind = AsyncClient if colour.is_async else Client
    half: Any = kind.__new__(kind)
    for wrong in ({}, {"api_key": KEY, "base_url": "ftp://x"}, {"api_key": KEY, "timeout": 0}):
        with pytest.raises(ConfigurationError):
            half.__init__(**wrong)
        assert repr(half) == f"<{kind.__name__}, not set up>"


@pytest.mark.parametrize(
    "url", [None, "https://api.legnext.ai", "https://api.legnext.ai/", "https://api.legnext.ai/api"]
)
def test_the_service_is_found_with_its_path_and_without(url: str | None) -> None:
    with Client(KEY, base_url=url) as client:
        assert "https://api.legnext.ai/api," in repr(client)
