"""A service's words never reach the terminal as commands, and every word is printed wherever the output goes."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._calls.settings import URL_VARIABLE
from legnext_client.cli.output import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.testing import MockServer

    from .commands import Run

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\x1b[1A\r\x08\u202e\u2066 a word"
COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
JOB = {
    "job_id": f"j1{ESCAPES}",
    "task_type": f"diffusion{ESCAPES}",
    "status": f"odd{ESCAPES}",
    "logs": [ESCAPES],
    "output": {"image_urls": [f"https://files.test/{ESCAPES}.png"], "prompts": [ESCAPES]},
    "error": {"code": 0, "message": ESCAPES, "raw_message": ESCAPES},
    "meta": {"created_at": ESCAPES},
}
ENDS: dict[str, tuple[int, Any]] = {
    "completed": (200, JOB | {"status": "completed"}),
    "failed": (200, JOB | {"status": "failed"}),
    "refused": (403, {"code": 403, "message": ESCAPES}),
    "not there": (404, {"error": {"code": 404, "message": ESCAPES}}),
    "a page": (502, f"<html><title>{ESCAPES}</title>"),
    "no job": (200, {"message": ESCAPES}),
}


class Hostile(BaseHTTPRequestHandler):
    """Accepts everything, tells of the job once, and then of its end."""

    end: tuple[int, Any] = ENDS["completed"]
    asked = heard = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer(200, JOB) if self.path.endswith("diffusion") else self._answer(*self.end)

    def do_GET(self) -> None:
        type(self).asked += 1
        self._answer(200, JOB) if self.asked == 1 else self._answer(*self.end)

    def _answer(self, status: int, body: Any) -> None:
        type(self).heard += 1
        told = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response_only(status)
        self.send_header("content-length", str(len(told)))
        self.send_header("x-request-id", "r\x1b[2J")
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""


@pytest.fixture(scope="module")
def hostile() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize(
    "words",
    [
        ("wait", JOB["job_id"], "--timeout", "0.5"),
        ("wait", JOB["job_id"], "--timeout", "0.5", "--debug", "--retries", "0"),
        ("diffusion", "a fox", "--wait", "--timeout", "0.5"),
        ("describe", "https://x.test/a.png", "--debug", "--retries", "0"),
        ("get", JOB["job_id"], "--retries", "0"),
        ("balance", "--debug", "--retries", "0"),
    ],
    ids=lambda words: " ".join((words[0], *(word for word in words if word == "--debug"))),
)
def test_nothing_a_service_says_is_a_command_to_the_terminal(
    legnext: Run, hostile: str, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], end: tuple[int, Any]
) -> None:
    monkeypatch.setenv(URL_VARIABLE, hostile)
    monkeypatch.setattr(Hostile, "end", end)
    monkeypatch.setattr(Hostile, "asked", 0)
    monkeypatch.setattr(Hostile, "heard", 0)
    ended = legnext(*words)
    assert Hostile.heard, "the service was asked"
    assert COMMANDS.findall(ended.out) == []
    assert COMMANDS.findall(ended.err) == []


def test_a_url_of_the_service_is_one_line_of_the_results(
    legnext: Run, hostile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = {"image_urls": ["https://files.test/a.png\nhttps://forged.test/b.png"]}
    monkeypatch.setenv(URL_VARIABLE, hostile)
    monkeypatch.setattr(Hostile, "end", (200, {"job_id": "j1", "status": "completed", "output": forged}))
    monkeypatch.setattr(Hostile, "asked", 1)
    ended = legnext("wait", "j1", "--timeout", "0.5")
    assert ended.out == "https://files.test/a.png https://forged.test/b.png\n"


def test_half_a_character_is_printed_by_its_number(process: Run, legnext: Run, server: MockServer) -> None:
    server.jobs.add("odd", answer={"job_id": "odd", "status": "completed", "output": {"prompts": ["\ud800 fox"]}})
    ended = process("wait", "odd")
    assert (ended.code, "\\ud800 fox" in ended.out) == (0, True)
    assert legnext("get", "odd", "--json").values[0]["output"]["prompts"] == ["\\ud800 fox"]


def test_other_scripts_are_printed_even_if_the_terminal_does_not_have_them(process: Run) -> None:
    ended = process("check", "一只狐狸 --repeat 3", LANG="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert (ended.code, ended.err) == (2, "")


def test_lines_and_tabs_are_printed() -> None:
    assert printable("a\tb\nc\x00\x7f") == "a\tb\nc\ufffd\ufffd"
