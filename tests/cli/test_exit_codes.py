"""Each way to end has an exit code of its own, and says in one or two lines what to do."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from legnext_client import client as client_module
from legnext_client import errors
from legnext_client._version import __version__
from legnext_client.cli.exits import Exit, exit_code, explained

from .commands import LEGNEXT, Begun, Ended, until

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Run

PROMPT = ("diffusion", "a fox --v 7")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_a_missing_extra_is_named(missing: str) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None\nfrom legnext_client.cli import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == Exit.CONFIGURATION
    assert (done.stdout, done.stderr) == ("", "legnext needs the cli extra: pip install 'legnext-client[cli]'.\n")


def test_a_missing_extra_is_asked_of_uv_once_when_uv_runs_the_command(tmp_path: Path) -> None:
    uv = tmp_path / "uv"
    uv.write_text(
        f"#!{sys.executable}\nimport os, sys\nprint(os.environ['_LEGNEXT_ASKED_UV'], *sys.argv[1:]); sys.exit(7)\n"
    )
    uv.chmod(0o755)
    program = "import sys; sys.modules['typer'] = None\nfrom legnext_client.cli import main; sys.exit(main())"
    command, environment = [sys.executable, "-c", program, "price", "diffusion"], {**os.environ, "UV": str(uv)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    wanted = f"1 tool run --from legnext-client[cli]=={__version__} legnext price diffusion\n"
    assert (done.returncode, done.stdout) == (7, wanted)
    environment["_LEGNEXT_ASKED_UV"] = "1"
    again = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert again.returncode == Exit.CONFIGURATION


def test_too_much_at_once_and_no_credits_are_refused_too(legnext: Run, server: MockServer) -> None:
    server.faults.add("rate_limit", times=1)
    assert legnext(*PROMPT, "--retries", "0").code == Exit.REFUSED
    server._service.account.available_credits = 0
    ended = legnext(*PROMPT)
    assert (ended.code, "top up the balance" in ended.err) == (Exit.REFUSED, True)
    assert server.ledger == []


def test_nobody_there(legnext: Run) -> None:
    host = f"127.0.0.1:{free_port()}"
    for words in (("balance",), PROMPT):
        ended = legnext(*words, "--base-url", f"http://{host}/api", "--retries", "0")
        assert (ended.code, ended.out) == (Exit.UNREACHABLE, "")
        assert ended.err.startswith("Error: ")
        assert f"(connecting to {host}). Nothing was charged; check the network and the base URL" in ended.err
    proxy = {"HTTPS_PROXY": f"http://user:secret@{host}"}
    ended = legnext("balance", "--base-url", "https://service.invalid/api", "--retries", "0", **proxy)
    assert f"(connecting to service.invalid through the proxy {host})" in ended.err
    assert "secret" not in ended.err


def test_time_is_over(legnext: Run, server: MockServer) -> None:
    ended = legnext("diffusion", "never-end-this-job", "--timeout", "0", "--download", "out dir", "--json")
    (job,) = server.jobs
    assert ended.code == Exit.TIMEOUT
    assert [value["job_id"] for value in ended.values] == [job]
    assert ended.err.splitlines()[-2].startswith("Error: 1 of 1 jobs are not done after 0 seconds: ")
    assert ended.err.splitlines()[-1] == f"Wait for the rest: legnext wait {job} --download 'out dir'"


def test_an_unknown_outcome_tells_what_was_sent_and_how_to_find_out(legnext: Run, server: MockServer) -> None:
    server.faults.add("close_after")
    ended = legnext(*PROMPT, "--callback", "http://127.0.0.1:1/x")
    assert (ended.code, ended.out) == (Exit.UNKNOWN, "")
    assert len(server.ledger) == 1, "it is never sent again by itself"
    error, sent, find_out = ended.err.splitlines()
    assert "It may have been charged" in error
    assert json.loads(sent.removeprefix("Sent: ")) == server.ledger[0].body
    assert "legnext balance" in find_out


def test_an_answer_that_is_no_job_is_shown(legnext: Run, server: MockServer) -> None:
    server.faults.add("html")
    ended = legnext(*PROMPT)
    assert ended.code == Exit.UNKNOWN
    assert any(line.startswith("Answer: <") for line in ended.err.splitlines()), ended.err


def test_files_that_are_gone(legnext: Run, server: MockServer) -> None:
    server.jobs.add("an-old-job", age=40 * 86_400)
    ended = legnext("download", "an-old-job", "out")
    assert (ended.code, ended.out) == (Exit.FILES, "")
    assert "this job ended 40 days ago" in ended.err, "by the server's calendar, whatever that of this machine says"
    assert legnext("wait", "an-old-job", "--download", "out").err.splitlines()[-1] == (
        "Wait for the rest: legnext wait an-old-job --download out"
    )


def test_an_interrupted_wait_says_how_to_go_on(environment: dict[str, str], server: MockServer, tmp_path: Path) -> None:
    begun = Begun(environment, tmp_path, "diffusion", "never-end-this-job", "--wait", "--json")
    accepted = json.loads(begun.line())
    ended = begun.interrupt()
    assert (ended.code, list(server.jobs)) == (Exit.INTERRUPTED, [accepted["job_id"]])
    assert ended.err.splitlines()[-2:] == [
        "Interrupted.",
        f"Wait for the rest: legnext wait {accepted['job_id']}",
    ]


def test_an_interrupted_paid_request_is_an_unknown_outcome(
    environment: dict[str, str], server: MockServer, tmp_path: Path
) -> None:
    server.faults.add("delay", seconds=3600)
    begun = Begun(environment, tmp_path, *PROMPT)
    until(lambda: server.ledger)
    ended = begun.interrupt()
    assert (ended.code, ended.out) == (Exit.UNKNOWN, "")
    interrupted, under_way, sent, find_out = ended.err.splitlines()
    assert interrupted == "Interrupted."
    assert under_way.startswith("A paid request was in progress")
    assert json.loads(sent.removeprefix("Sent: ")) == server.ledger[0].body
    assert find_out.startswith("To find out: legnext balance shows")


def in_bash(script: str, environment: dict[str, str], folder: Path) -> Ended:
    command = ["bash", "-c", script.replace("legnext", str(LEGNEXT))]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("words", ["spec", "--help"])
def test_who_reads_no_more_ends_it_quietly(words: str, environment: dict[str, str], tmp_path: Path) -> None:
    ended = in_bash(f"legnext {words} | true; exit ${{PIPESTATUS[0]}}", environment, tmp_path)
    assert ended == (Exit.NOBODY_READS, "", "")


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        ("legnext diffusion 'a fox' >&-", Exit.BAD_INPUT, "standard output is closed. To discard the output"),
        ("legnext diffusion - <&-", Exit.BAD_INPUT, "standard input is closed; pass the value itself"),
        ("legnext check fox --model 99 2>&-", Exit.BAD_INPUT, ""),
        ("legnext balance >/dev/full", Exit.FILES, "Error: No space left on device."),
        ("legnext --help >/dev/full", Exit.FILES, "Error: No space left on device."),
    ],
)
def test_streams_that_are_closed_or_full_are_told(
    script: str, code: Exit, said: str, environment: dict[str, str], tmp_path: Path, server: MockServer
) -> None:
    ended = in_bash(script, environment, tmp_path)
    assert (ended.code, ended.out, server.ledger) == (code, "", [])
    assert said in ended.err
    assert len(ended.err.splitlines()) == bool(said)


def test_a_mistake_of_the_program_is_told_as_one(legnext: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(client_module, "Client", broken)
    ended = legnext("balance")
    assert (ended.code, ended.out) == (Exit.UNEXPECTED, "")
    assert ended.err == "Error: RuntimeError: a mistake. This is a bug; --debug shows the traceback.\n"
    assert "in broken" in legnext("balance", "--debug").err


def test_every_error_of_the_package_has_a_code() -> None:
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.LegnextError):
            code = exit_code(kind("x"))
            assert (code is Exit.UNEXPECTED) == (name in UNUSED), name
            assert all("\n" not in line for line in explained(kind("x")))


UNUSED = {"LegnextError", "ValidationError", "WebhookError"}
"""The bases, and what no command raises yet."""


def test_a_job_that_an_error_names_is_named() -> None:
    error = errors.SubmissionUnknownServerError("x", job_id="a-job", status_code=502)
    assert "The error names a job; look at it with legnext get a-job" in list(explained(error))
