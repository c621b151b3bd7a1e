"""Workers of two versions share one database during a rollout: this one, and a copy with the next migration."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

import legnext_client

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client.fleet import Fleet
    from legnext_client.testing import MockServer

MIGRATION = """
ALTER TABLE legnext_requests ADD COLUMN sender text;
CREATE FUNCTION legnext_begin_v2(_request bigint, _turn int, _owner text, _sender text) RETURNS json LANGUAGE sql AS $$
    UPDATE legnext_requests SET sender = _sender WHERE id = _request;
    SELECT legnext_begin_v1(_request, _turn, _owner);
$$;
UPDATE legnext_fleet SET version = 2;
"""
ROWS = [{"text": f"lighthouse {number}"} for number in range(60)]
UP = "import sys; from legnext_client.fleet import Fleet; Fleet(sys.argv[1]).up()"
WORKER = "import sys; from legnext_client.cli import main; sys.argv[1:] = ['fleet', 'worker']; sys.exit(main())"


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """A copy of the package whose schema is one version later, and whose workers use what it adds."""
    own = Path(legnext_client.__file__).parent
    # With its bytecode: a module that keeps its time is not compiled again.
    shutil.copytree(own, tmp_path / own.name)
    package = tmp_path / own.name / "fleet"
    (package / "schema_2.sql").write_text(MIGRATION, encoding="utf-8")
    for name, text, changed in (
        ("database.py", "\nVERSION = 1\n", "\nVERSION = 2\n"),
        ("life.py", 'call("begin_v1", request=request', 'call("begin_v2", sender="later", request=request'),
    ):
        source = (package / name).read_text(encoding="utf-8")
        assert text in source
        (package / name).write_text(source.replace(text, changed), encoding="utf-8")
    return tmp_path


def test_workers_of_two_versions_share_one_database(fleet: Fleet, server: MockServer, later: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": fleet.database_url}
    environment |= {"LEGNEXT_API_KEY": server.api_key, "LEGNEXT_BASE_URL": server.base_url}
    next_version = {**environment, "PYTHONPATH": str(later)}
    fleet.up(places=6, per_second=20.0)
    refused = subprocess.run(
        [sys.executable, "-c", WORKER], env=next_version, cwd=later, capture_output=True, text=True, check=False
    )
    assert "schema is version 1; this worker needs 2. Run `legnext fleet up`" in refused.stderr
    workers = [subprocess.Popen([sys.executable, "-c", WORKER], env=environment, stderr=subprocess.DEVNULL)]
    try:
        fleet.submit(ROWS[:10])
        _until(lambda: fleet.status().done >= 5)
        subprocess.run([sys.executable, "-c", UP, fleet.database_url], env=next_version, cwd=later, check=True)
        workers.append(
            subprocess.Popen([sys.executable, "-c", WORKER], env=next_version, cwd=later, stderr=subprocess.DEVNULL)
        )
        _until(lambda: fleet.status().workers == 2)
        fleet.up(places=5)  # by the version before, too
        fleet.submit(ROWS)
        _until(lambda: fleet.status().done >= 30)
        workers[0].send_signal(signal.SIGTERM)  # the first may have carried out all so far
        _until(lambda: fleet.status().ended)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        ends = [worker.wait(30) for worker in workers]
    assert ends == [0, 0]
    assert (fleet.status().done, fleet.status().unknown, len(server.ledger)) == (60, 0, 60)
    with psycopg.connect(fleet.database_url) as connection:
        senders = {
            sender for (sender,) in connection.execute("SELECT DISTINCT sender FROM legnext_requests").fetchall()
        }
    assert senders == {None, "later"}


def _until(condition: Callable[[], bool], patience: float = 60.0) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)
