"""The receiver lets in what is meant for it, answers fast, and tells each piece of news once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from legnext_client import webhooks
from legnext_client._callbacks.receiver import CallbackReceiver
from legnext_client.errors import ConfigurationError
from tests.tables import for_each

from .asgi import TOKEN, callback, drive, post

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from legnext_client import Job


HTTP = {"type": "http", "method": "POST", "path": f"/{TOKEN}", "headers": []}


def heard(**options: Any) -> tuple[CallbackReceiver, list[tuple[str, str]]]:
    """A receiver, and what its `on_job` hears."""
    news: list[tuple[str, str]] = []
    return CallbackReceiver(token=TOKEN, on_job=lambda job: news.append((job.job_id, job.status)), **options), news


# ---- who is let in ------------------------------------------------------------------------------------------------


@for_each("path", ["/", "", f"/{TOKEN[:-1]}", f"/{TOKEN}x", f"/{TOKEN}/", "/ünïcode", "/\udcff"])
@for_each("method", ["POST", "GET"])
def test_a_wrong_token_is_not_found_whatever_the_method_and_unread(path: str, method: str) -> None:
    receiver, news = heard()
    answered = post(receiver, callback(), path=path, method=method)
    assert (answered.status, answered.read) == (404, 0)
    assert news == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_only_post_is_allowed(method: str) -> None:
    answered = post(heard()[0], callback(), method=method)
    assert (answered.status, answered.headers["allow"]) == (405, "POST")


def test_a_token_is_random_unless_given_and_never_shown() -> None:
    first, second = (CallbackReceiver().address("https://example.com") for _ in range(2))
    assert first != second
    assert len(first.rsplit("/", 1)[1]) >= 32
    receiver = CallbackReceiver(token=TOKEN, secret="a-secret")
    assert TOKEN not in repr(receiver)
    assert "a-secret" not in repr(receiver)


@for_each("base", ["", "example.com", "ftp://example.com", "https://", "https://e.com/?a=1", "http://["])
def test_a_base_that_no_callback_could_reach_is_refused(base: str) -> None:
    with pytest.raises(ConfigurationError, match="base must be"):
        CallbackReceiver().address(base)


@for_each(
    "options",
    [
        *({"token": token} for token in ("", "short", "with a space in its middle", "../../../../../../..")),
        *({"largest": largest} for largest in (0, webhooks.LARGEST + 1)),
        *({"secret": secret} for secret in ("", 5)),
        *({"tolerance": tolerance} for tolerance in (-1, "5")),
        {"remember": 0},
        {"on_job": "x"},
    ],
)
def test_settings_that_cannot_work_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        CallbackReceiver(**options)


# ---- what is let in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"job_id": null}'])
def test_what_is_no_job_is_refused(body: bytes) -> None:
    receiver, news = heard()
    assert post(receiver, body).status == 400
    assert news == []


def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    answered = post(heard(largest=100)[0], callback(), headers=[(b"content-length", b"101")])
    assert (answered.status, answered.read, answered.headers["connection"]) == (413, 0, "close")
    assert post(heard()[0], callback(), headers=[(b"Content-Length", b"9" * 5000)]).status == 413


def test_a_body_that_does_not_say_it_is_too_large_is_not_read_to_its_end() -> None:
    answered = post(heard(largest=100)[0], pieces=[b" " * 60] * 1000)
    assert (answered.status, answered.read) == (413, 2)


def test_a_body_in_pieces_is_put_together() -> None:
    receiver, news = heard()
    body = callback()
    assert post(receiver, pieces=[body[:5], b"", body[5:]]).status == 204
    assert len(news) == 1


def test_with_a_secret_only_what_is_signed_is_received() -> None:
    receiver, news = heard(secret="a-secret", now=lambda: 1000.0)
    body = callback()
    good = hmac.new(b"a-secret", b"1000." + body, hashlib.sha256).hexdigest().encode()
    signed = [(b"x-legnext-signature", good), (b"x-legnext-timestamp", b"1000")]
    assert post(receiver, body).status == 400
    assert post(receiver, callback("another"), headers=signed).status == 400
    assert post(receiver, body, headers=signed).status == 204
    assert news == [("job", "completed")]


# ---- what is told -------------------------------------------------------------------------------------------------


def test_what_comes_twice_is_received_twice_and_told_once() -> None:
    receiver, news = heard()
    assert [post(receiver, callback()).status for _ in range(3)] == [204] * 3
    post(receiver, callback(status="failed"))
    post(receiver, callback("another"))
    assert news == [("job", "completed"), ("job", "failed"), ("another", "completed")]


def test_what_is_remembered_is_bounded() -> None:
    receiver, news = heard(remember=3)
    for number in (1, 2, 3, 1, 4, 1, 2):
        post(receiver, callback(f"job-{number}"))
    assert [job_id for job_id, _ in news] == ["job-1", "job-2", "job-3", "job-4", "job-2"]


def test_the_sender_has_its_answer_before_anybody_works_with_the_job() -> None:
    order: list[Any] = []

    async def on_job(job: Job) -> None:
        order.append({"type": job.job_id})

    incoming = [{"type": "http.request", "body": callback(), "more_body": False}]
    asyncio.run(drive(CallbackReceiver(token=TOKEN, on_job=on_job), HTTP, incoming, order))
    assert [message["type"] for message in order] == ["http.response.start", "http.response.body", "job"]


def test_a_function_is_told_in_a_thread_so_that_it_holds_nobody_up() -> None:
    threads: list[threading.Thread] = []
    post(CallbackReceiver(token=TOKEN, on_job=lambda _: threads.append(threading.current_thread())), callback())
    assert threads
    assert threads[0] is not threading.current_thread()


@pytest.mark.parametrize("asynchronous", [False, True])
def test_what_on_job_raises_reaches_the_log_and_not_the_sender(
    asynchronous: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(job: Job) -> None:
        raise KeyError(job.job_id)

    async def fails_too(job: Job) -> None:
        fails(job)

    receiver = CallbackReceiver(token=TOKEN, on_job=fails_too if asynchronous else fails)
    with caplog.at_level(logging.ERROR, "legnext_client"):
        assert post(receiver, callback()).status == 204
    assert "on_job failed for job 'job'" in caplog.text


# ---- where it lives -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["/hooks", "/a/b"])
def test_it_can_be_mounted_anywhere(prefix: str) -> None:
    receiver, news = heard()

    async def scenario() -> list[int]:
        transport = httpx.ASGITransport(Starlette(routes=[Mount(prefix, app=receiver)]))
        async with httpx.AsyncClient(transport=transport, base_url="https://example.com") as sender:
            addresses = [receiver.address(f"https://example.com{prefix}"), f"{prefix}/wrong"]
            return [(await sender.post(address, content=callback())).status_code for address in addresses]

    assert asyncio.run(scenario()) == [204, 404]
    assert news == [("job", "completed")]


def test_a_server_that_starts_and_ends_it_opens_and_closes_it() -> None:
    receiver, _ = heard()
    receiver.close()
    told: list[str] = []
    closed: list[bool] = []

    async def receive() -> MutableMapping[str, Any]:
        with receiver.wait_for(["job"]) as bell:
            closed.append(bell.closed)
        return {"type": f"lifespan.{'shutdown' if told else 'startup'}"}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message["type"])

    asyncio.run(receiver({"type": "lifespan"}, receive, send))
    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert closed == [True, False]
    with receiver.wait_for(["job"]) as bell:
        assert bell.closed


def test_what_arrives_in_another_framework_is_taken() -> None:
    receiver = CallbackReceiver(token=TOKEN)
    taken = receiver.take(TOKEN, callback(), {"Content-Type": "application/json"})
    assert taken.status == 204
    assert taken.job is not None
    assert taken.job.job_id == "job"
    assert receiver.take(TOKEN, callback().decode()) == (204, None)
    assert receiver.take("stranger", callback()).status == 404
    bodies: list[Any] = [b"", {"job_id": "job"}, None]
    assert [receiver.take(TOKEN, body).status for body in bodies] == [400] * 3
    assert receiver.take(TOKEN, "ü" * (webhooks.LARGEST // 2 + 1)).status == 413  # bytes count, not letters


@pytest.mark.parametrize("length", [b"", b"-5", b"many", "²".encode("latin-1")])
def test_a_length_that_is_no_number_does_not_matter(length: bytes) -> None:
    assert post(heard()[0], callback(), headers=[(b"content-length", length)]).status == 204


def test_a_sender_that_goes_away_is_not_answered() -> None:
    receiver, news = heard()
    assert asyncio.run(drive(receiver, HTTP)) == ([], 0)
    assert news == []


def test_it_takes_no_websocket() -> None:
    told, _ = asyncio.run(drive(heard()[0], {"type": "websocket", "path": f"/{TOKEN}"}))
    assert [message["type"] for message in told] == ["websocket.close"]
