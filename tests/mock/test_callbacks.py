"""Callbacks come when jobs end, as told, and to this machine only."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from legnext_client.testing import CallbackSettings, MockServer

if TYPE_CHECKING:
    from collections.abc import Iterator


class Received(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Somebody's own server, that answers with the statuses it is told, and 200 after these."""

    def __init__(self) -> None:
        self.received: queue.Queue[Received] = queue.Queue()
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.put(Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/hook"

    def all(self) -> list[Received]:
        return [self.received.get_nowait() for _ in range(self.received.qsize())]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()


@pytest.fixture
def serving(calling: Any) -> Iterator[Any]:
    servers: list[MockServer] = []

    def make(**settings: Any) -> Any:
        callbacks = CallbackSettings(**settings)
        servers.append(MockServer(in_process=True, answers="plain", callbacks=callbacks, concurrency=0))
        servers[-1].start()
        return calling(servers[-1])

    yield make
    for server in servers:
        server.stop()


def test_a_callback_comes_when_the_job_ends_and_not_before(serving: Any, receiver: Receiver) -> None:
    api = serving()
    job_id = api.accepted("diffusion", text="a", callback=receiver.url)
    assert api.job(job_id)["config"]["webhook_config"]["endpoint"] == receiver.url
    api.server.clock.advance(1)
    assert api.server.callbacks.wait() == []
    api.server.clock.advance(3600)
    (sent,) = api.server.callbacks.wait()
    assert (sent.job_id, sent.outcome, sent.attempt) == (job_id, "200", 1)
    (received,) = receiver.all()
    assert received.path == "/hook"
    assert received.headers["content-type"] == "application/json"
    assert json.loads(received.body) == api.job(job_id)
    assert "x-legnext-signature" not in received.headers


def test_a_job_that_failed_or_was_done_at_once_is_called_back_too(serving: Any, receiver: Receiver) -> None:
    api = serving()
    for text, status in (("fail-this-job", "failed"), ("complete-at-once", "completed")):
        api.done("diffusion", text=text, callback=receiver.url)
        api.server.callbacks.wait()
        assert [json.loads(each.body)["status"] for each in receiver.all()] == [status]


def test_callbacks_come_in_an_envelope_and_signed(serving: Any, receiver: Receiver) -> None:
    api = serving(shape="envelope", secret="hush")
    job_id = api.done("diffusion", text="a", callback=receiver.url)
    api.server.callbacks.wait()
    (received,) = receiver.all()
    told = json.loads(received.body)
    assert told["data"]["job_id"] == job_id
    stamp = received.headers["x-legnext-timestamp"]
    assert told["timestamp"] == int(stamp) == int(api.server.clock.now)
    signed = hmac.new(b"hush", stamp.encode() + b"." + received.body, hashlib.sha256).hexdigest()
    assert received.headers["x-legnext-signature"] == signed


def test_callbacks_can_be_off(serving: Any, receiver: Receiver) -> None:
    api = serving(shape="off")
    api.done("diffusion", text="a", callback=receiver.url)
    assert api.server.callbacks.wait() == []


def test_what_was_not_received_is_sent_again_later(serving: Any, receiver: Receiver) -> None:
    api = serving(retries=2)
    receiver.statuses = [500, 404]
    api.done("diffusion", text="a", callback=receiver.url)
    assert [each.outcome for each in api.server.callbacks.wait()] == ["500"]
    api.server.clock.advance(10)
    assert [each.outcome for each in api.server.callbacks.wait()] == ["500", "404"]
    api.server.clock.advance(19)
    assert len(api.server.callbacks.wait()) == 2
    api.server.clock.advance(1)
    assert [(each.outcome, each.attempt) for each in api.server.callbacks.wait()][-1] == ("200", 3)


def test_attempts_come_to_an_end(serving: Any, receiver: Receiver) -> None:
    api = serving(retries=1)
    receiver.statuses = [500] * 9
    api.done("diffusion", text="a", callback=receiver.url)
    for _ in range(5):
        api.server.callbacks.wait()
        api.server.clock.advance(100)
    assert len(receiver.all()) == 2


@pytest.mark.parametrize("host", ["a" * 300, "...", "xn--", "a..b", "[::1"])
def test_a_host_that_cannot_be_looked_up_leaves_a_trace_and_is_tried_again(serving: Any, host: str) -> None:
    api = serving(anywhere=True, retries=1)
    job_id = api.done("diffusion", text="a", callback=f"http://{host}/")
    (sent,) = api.server.callbacks.wait()
    assert (sent.job_id, sent.url, sent.attempt) == (job_id, f"http://{host}/", 1)
    assert ": " in sent.outcome
    api.server.clock.advance(3600)
    assert [each.attempt for each in api.server.callbacks.wait()] == [1, 2]


def test_duplicates_delay_and_loss_come_on_request(serving: Any, receiver: Receiver) -> None:
    twice = serving(copies=2)
    twice.done("diffusion", text="a", callback=receiver.url)
    twice.server.callbacks.wait()
    assert len(receiver.all()) == 2

    late = serving(delay=50)
    job_id = late.accepted("diffusion", text="a", callback=receiver.url)
    late.server.jobs.complete(job_id)
    late.server.clock.advance(49)
    assert late.server.callbacks.wait() == []
    late.server.clock.advance(1)
    assert len(late.server.callbacks.wait()) == 1
    receiver.all()

    lost = serving(loss=0.5)
    for _ in range(40):
        lost.accepted("diffusion", text="a", callback=receiver.url)
    lost.server.clock.advance(3600)
    outcomes = [each.outcome for each in lost.server.callbacks.wait()]
    assert 8 < outcomes.count("lost") < 32
    assert len(receiver.all()) == outcomes.count("200") == 40 - outcomes.count("lost")


def test_callbacks_stay_on_this_machine_by_all_its_names_unless_others_are_allowed(serving: Any) -> None:
    sent: dict[str, str] = {}
    here = [f"http://{host}:9/" for host in ("localhost", "127.0.0.1", "127.1.2.3", "[::1]")]
    other = ["https://example.com/hook", "http://127.0.0.1.example.com/", "http://localhost@10.0.0.1/"]
    for api, urls in ((serving(retries=0), here + other), (serving(anywhere=True, retries=0), ["http://0.0.0.0:9/"])):
        for url in urls:
            api.done("diffusion", text="a", callback=url)
        sent |= {each.url: each.outcome for each in api.server.callbacks.wait()}
    assert [url for url, outcome in sent.items() if outcome == "not loopback"] == other
    assert all("ConnectError" in sent[url] for url in (*here, "http://0.0.0.0:9/"))


@pytest.mark.parametrize("in_process", [False, True])
def test_on_a_clock_that_runs_callbacks_come_by_themselves(calling: Any, receiver: Receiver, in_process: bool) -> None:
    with MockServer(in_process=in_process, time_scale=100_000, answers="plain") as server:
        api = calling(server)
        job_id = api.accepted("diffusion", text="a", callback=receiver.url)
        received = receiver.received.get(timeout=20)
        assert json.loads(received.body)["job_id"] == job_id
        assert json.loads(received.body)["status"] == "completed"


def test_on_a_clock_that_runs_further_attempts_come_by_themselves(calling: Any, receiver: Receiver) -> None:
    receiver.statuses = [500, 500]
    with MockServer(in_process=True, time_scale=1000, answers="plain") as server:
        api = calling(server)
        api.accepted("diffusion", text="complete-at-once", callback=receiver.url)
        for _ in range(3):
            assert receiver.received.get(timeout=20)


def test_a_clock_that_runs_can_be_moved_as_well(calling: Any, receiver: Receiver) -> None:
    with MockServer(in_process=True, time_scale=1, answers="plain") as server:
        api = calling(server)
        api.accepted("diffusion", text="never-end-this-job", callback=receiver.url)
        job_id = api.accepted("diffusion", text="a", callback=receiver.url)
        server.clock.advance(3600)
        assert json.loads(receiver.received.get(timeout=20).body)["job_id"] == job_id


def test_the_callback_of_one_job_does_not_wait_for_jobs_without(calling: Any, receiver: Receiver) -> None:
    with MockServer(time_scale=100_000, concurrency=0) as server, httpx.Client() as other:
        api = calling(server)
        for _ in range(50):
            api.accepted("diffusion", text="a")
        api.accepted("diffusion", text="a", callback=receiver.url)
        assert receiver.received.get(timeout=20)
        assert other.get(f"{server.root_url}/__mock__/callbacks").status_code == 200


def test_a_job_that_waited_for_one_ended_by_hand_is_called_back_by_itself(calling: Any, receiver: Receiver) -> None:
    with MockServer(in_process=True, time_scale=10_000, concurrency=1, queues=True, answers="plain") as server:
        api = calling(server)
        first = api.accepted("diffusion", text="never-end-this-job", callback=receiver.url)
        second = api.accepted("diffusion", text="a", callback=receiver.url)
        server.jobs.complete(first)
        # As a set: each callback has a connection of its own, and the receiver a thread for each.
        received = {json.loads(receiver.received.get(timeout=20).body)["job_id"] for _ in range(2)}
        assert received == {first, second}


def test_a_late_callback_of_a_job_ended_by_hand_comes_by_itself(calling: Any, receiver: Receiver) -> None:
    callbacks = CallbackSettings(delay=50)
    with MockServer(in_process=True, time_scale=1000, callbacks=callbacks, answers="plain") as server:
        job_id = calling(server).accepted("diffusion", text="never-end-this-job", callback=receiver.url)
        server.jobs.complete(job_id)
        assert json.loads(receiver.received.get(timeout=20).body)["job_id"] == job_id
