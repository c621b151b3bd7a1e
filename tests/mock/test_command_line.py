"""`python -m legnext_client.mock` starts quickly, says where it is, and ends when it is told to."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.mock.__main__ import main, parser, settings_of
from tests.facts import BASE_PATH, DIFFUSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Running:
    """The command line in a process of its own."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        command = [sys.executable, "-m", "legnext_client.mock", "--port", "0", *arguments]
        environment = {**os.environ, "TMPDIR": str(folder)}
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, **pipes, env=environment, text=True)
        assert self.process.stdout is not None
        self.greeting = self.process.stdout.readline() + self.process.stdout.readline()
        found = re.search(r"serves (http://\S+)", self.greeting)
        assert found is not None, self.greeting
        self.base_url = found[1]

    def end(self, with_signal: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(with_signal)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Any]:
    started: list[Running] = []

    def start(*arguments: str) -> Running:
        started.append(Running(*arguments, folder=tmp_path))
        return started[-1]

    yield start
    for each in started:
        if each.process.returncode is None:
            each.end()


def test_it_greets_with_a_command_that_works(run: Any) -> None:
    running = run("--seed", "5", "--credits", f"{DIFFUSION + 20}")
    assert "(seed 5, key mock-key)" in running.greeting
    words = shlex.split(running.greeting.partition("Try: ")[2])
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    url = next(word for word in words if word.startswith("http"))
    answer = httpx.post(url, headers=headers, content=words[words.index("-d") + 1])
    assert answer.status_code == 200
    assert answer.json()["status"] == "pending"
    balance = httpx.get(f"{running.base_url}/account/balance", headers=headers).json()["data"]
    assert balance["available_credits"] == 20


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(run: Any, tmp_path: Path, with_signal: int) -> None:
    running = run("--time-scale", "100000")
    headers = {API_KEY_HEADER: "mock-key"}
    body = {"text": "complete-at-once"}
    job = httpx.post(f"{running.base_url}/v1/diffusion", headers=headers, json=body).json()
    root = running.base_url.removesuffix(BASE_PATH)
    assert httpx.get(f"{root}/files/{job['job_id']}/0.png").status_code == 200
    assert list(tmp_path.iterdir())
    assert running.end(with_signal) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_a_client_that_is_kept_waiting_is_let_go(run: Any) -> None:
    running = run("--fault", "delay:seconds=3600,path=/account")
    faults = f"{running.base_url.removesuffix('/api')}/__mock__/faults"
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(httpx.get, f"{running.base_url}/account/balance", timeout=60)
        while httpx.get(faults).json()[0]["struck"] == 0:
            pass
        assert running.end() == (0, "")
        assert isinstance(waiting.exception(timeout=30), httpx.TransportError)


def test_half_a_request_leaves_no_trace(run: Any, tmp_path: Path) -> None:
    running = run()
    host, _, port = running.base_url.removeprefix("http://").removesuffix(BASE_PATH).partition(":")
    head = f"POST {BASE_PATH}/v1/diffusion HTTP/1.1\r\nhost: x\r\n{API_KEY_HEADER}: mock-key\r\n".encode()
    head += b"content-type: application/json\r\ncontent-length: 9\r\n\r\n"
    control = b"POST /__mock__/clock HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{"
    for half in (head[:20], head, head + b"{", control):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(half)
    assert httpx.get(f"{running.base_url}/account/balance").status_code == 401
    assert running.end() == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_it_serves_another_document(run: Any, tmp_path: Path) -> None:
    def answering(**content: Any) -> dict[str, Any]:
        return {"responses": {"200": {"description": "yes", "content": {"application/json": content}}}}

    seconds = {"median": 1, "spread": 0.1}
    rules = {"task_type": "song", "makes": "texts", "price": {"points": 7}, "seconds": seconds}
    body = {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": ["tune"]}}}}
    sing = {"operationId": "sing", "x-legnext": rules, "requestBody": body, **answering()}
    weather = {"operationId": "weather", **answering(examples={"fair": {"value": {"sun": True}}})}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "servers": [{"url": "https://example.com/other/api"}],
        "paths": {"/v2/sing": {"post": sing}, "/v2/weather": {"get": weather}},
    }
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    running = run("--spec", str(path), "--standing-clock")
    assert running.base_url.endswith("/other/api")
    assert httpx.post(f"{running.base_url}/v2/sing", json={"tune": "a"}).json()["task_type"] == "song"
    assert httpx.post(f"{running.base_url}/v2/sing", json={}).status_code == 400
    assert httpx.get(f"{running.base_url}/v2/weather").json() == {"sun": True}
    root = running.base_url.removesuffix("/other/api")
    assert httpx.get(f"{root}/__mock__/ledger").json()[0]["points"] == 7


def test_every_option_reaches_the_server() -> None:
    words = (
        "--seed 3 --credits 7 --points 8 --plan free --keys a,b --concurrency 2 --queue --requests-per-second 9 "
        "--time-scale 60 --error-shape job --answers empty --callbacks envelope --callback-secret s "
        "--callback-retries 4 --callback-copies 5 --callback-loss 0.5 --callback-delay 6 --callbacks-to-anywhere"
    )
    made = settings_of(parser().parse_args(words.split()))
    callbacks = made.callbacks
    assert (made.seed, made.credits, made.points, made.plan, made.keys) == (3, 7, 8, "free", ("a", "b"))
    assert (made.concurrency, made.queues, made.requests_per_second, made.time_scale) == (2, True, 9, 60)
    assert (made.error_shape, made.answers) == ("job", "empty")
    assert (callbacks.shape, callbacks.secret, callbacks.retries, callbacks.copies) == ("envelope", "s", 4, 5)
    assert (callbacks.loss, callbacks.delay, callbacks.anywhere) == (0.5, 6, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "explode"], "not a fault"),
        (["--fault", "delay:often=1"], "not an option"),
        (["--fault", "html:status=204"], "status must not be 204 or 304, which have no body; got 204"),
        (["--fault", "html:status=fine"], 'status: "fine" is not of type "integer"'),
        (["--fault", "delay:seconds=nan"], "seconds must be JSON-compatible, and finite; got nan"),
        (["--fault", "error_after:as_html=maybe"], 'as_html: "maybe" is not of type "boolean"'),
        (["--keys", " , "], "keys: [] has less than 1 item"),
        (["--time-scale", "nan"], "time_scale must be JSON-compatible, and finite; got nan"),
        (["--time-scale", "0"], "time_scale"),
        (["--credits", "-1"], "credits"),
        (["--requests-per-second", "0"], "requests_per_second"),
        (["--callback-copies", "0"], "copies of callbacks"),
        (["--callback-loss", "1.5"], "loss of callbacks"),
        (["--port", "99999"], "port"),
        (["--spec", "/nowhere/at/all.json"], "No such file"),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_starts(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["--port", "0", *arguments]) == 2  # the last of two counts
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("document", ["{}", "[]", "7", "{", '{"servers": []}'])
def test_a_document_that_cannot_be_served_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], document: str
) -> None:
    path = tmp_path / "document.json"
    path.write_text(document, encoding="utf-8")
    assert main(["--port", "0", "--spec", str(path)]) == 2
    assert "The mock server cannot start: " in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["--port", str(taken.getsockname()[1])]) == 1
    assert "cannot start" in capsys.readouterr().err


def test_help_tells_each_default_once_and_none_that_is_nothing() -> None:
    told = " ".join(parser().format_help().split())
    for default in ("8000", "flat", "drawn", "from the document", "no limit"):
        assert f"(default: {default})" in told
    assert told.count("default:") == told.count("(default:")
    assert not re.search(r"default: (None|False|\[\])", told)


def test_the_state_is_saved_when_it_stops_and_loaded_when_it_starts(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "state.json"
    first = run("--state", str(path), "--standing-clock")
    headers = {API_KEY_HEADER: "mock-key"}
    job = httpx.post(f"{first.base_url}/v1/diffusion", headers=headers, json={"text": "a"}).json()
    assert first.end()[0] == 0
    second = run("--state", str(path), "--standing-clock")
    assert httpx.get(f"{second.base_url}/v1/job/{job['job_id']}", headers=headers).json()["status"] == "pending"
    assert second.end()[0] == 0
    path.write_text("{}", encoding="utf-8")
    assert main(["--port", "0", "--state", str(path)]) == 2
    assert "state must have version 1; got None. Save it again." in capsys.readouterr().err
