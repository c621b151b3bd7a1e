"""A journal that a run holds: whatever is done to its files, nothing is paid for twice."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._journal.files import BATCH
from legnext_client._protocol.state import State
from legnext_client.errors import JournalError
from legnext_client.journal import Journal
from tests.journal.damage import ROWS, Ledger, client_of
from tests.systems import only_posix

from .test_one_file import intent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from legnext_client._protocol.flow import Response, Send


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


@pytest.fixture
def killed(path: Path) -> Path:
    """A journal and its log as a process that was killed has left them: row 0 is paid, row 1 was sent."""
    with Journal.open(path, BATCH) as journal:
        number = journal.begin(intent("row-0")).entry.id
        journal.begin(intent("row-1"))
        journal.accepted(number, State({"job_id": "j-0"}))
        copy = path.with_name("killed.db")
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{copy}{end}")
    return copy


@pytest.mark.parametrize("look_first", [False, True])
def test_the_journal_of_a_killed_run_is_refused_without_its_log(killed: Path, look_first: bool) -> None:
    moved = killed.with_name("moved.db")
    killed.rename(moved)
    if look_first:
        with pytest.raises(JournalError, match=r"moved\.db-wal is missing"):
            Journal(moved)
    for _ in range(2):
        with pytest.raises(
            JournalError, match=r"Copy or rename both files together\. .* create an empty file .*moved\.db-wal"
        ):
            Journal.open(moved, BATCH)
    killed.with_name("killed.db-wal").rename(moved.with_name("moved.db-wal"))
    with Journal.open(moved, BATCH) as journal:
        assert {entry.key: entry.state for entry in journal.entries()} == {"row-0": "submitted", "row-1": "unknown"}


def test_what_was_sent_is_known_even_if_the_log_is_lost(killed: Path) -> None:
    killed.with_name("killed.db-wal").write_bytes(b"")
    with Journal.open(killed, BATCH) as journal:
        assert {entry.key: entry.state for entry in journal.entries()} == {"row-0": "unknown", "row-1": "unknown"}


def test_looking_at_the_journal_of_a_killed_run_leaves_its_empty_log_where_it_is(path: Path) -> None:
    with Journal.open(path, BATCH) as journal:
        journal.begin(intent())
        copy = path.with_name("killed.db")
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{copy}{end}")
    assert path.with_name("killed.db-wal").stat().st_size == 0
    with Journal(copy) as read:
        assert [entry.key for entry in read.entries()] == ["a"]
    with Journal.open(copy, BATCH) as journal:
        assert [entry.state for entry in journal.entries()] == ["unknown"]


def test_a_log_whose_journal_is_gone_is_not_taken_for_that_of_a_new_one(killed: Path) -> None:
    before = killed.with_name("killed.db-wal").read_bytes()
    killed.unlink()
    with pytest.raises(JournalError, match=r"killed\.db is missing, but its .*-wal exists\. Put the journal back"):
        Journal.open(killed, BATCH)
    assert killed.with_name("killed.db-wal").read_bytes() == before
    assert not killed.exists()


def test_a_journal_that_was_cut_to_nothing_is_not_begun_anew(path: Path) -> None:
    Journal.open(path, BATCH).close()
    os.truncate(path, 0)
    with pytest.raises(JournalError, match=r"is an empty file that used to be a journal\. Restore a copy of it\."):
        Journal.open(path, BATCH)
    path.unlink()
    Journal.open(path, BATCH).close()


def test_a_journal_by_two_hard_links_is_refused_by_both(path: Path) -> None:
    Journal.open(path, BATCH).close()
    other = path.with_name("other.db")
    os.link(path, other)
    for name in (path, other):
        with pytest.raises(JournalError, match=r"has 2 names \(hard links\).* Delete the others, or use a copy"):
            Journal.open(name, BATCH)
    with Journal(path) as journal:
        assert list(journal.entries()) == []
    other.unlink()
    Journal.open(path, BATCH).close()


def test_a_hard_link_that_is_made_while_a_run_writes_lets_nobody_in(path: Path) -> None:
    with Journal.open(path, BATCH):
        os.link(path, path.with_name("other.db"))
        with pytest.raises(JournalError, match="hard links"):
            Journal.open(path.with_name("other.db"), BATCH)


def unlink(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    path.rename(path.with_name("away"))
    shutil.copy(path.with_name("away"), path)


@only_posix
@pytest.mark.parametrize("name", ["run.db", "run.db-wal", "run.db-lock"])
@pytest.mark.parametrize("harm", [unlink, replace])
def test_a_run_whose_journal_vanishes_sends_nothing_more(name: str, harm: Callable[[Path], None], path: Path) -> None:
    ledger = Ledger({})

    class Harming:
        """Does it when the second row was sent."""

        def send(self, send: Send) -> Response:
            answer = ledger.send(send)
            if len(ledger.jobs) == 2 and send.request.paid:
                harm(path.with_name(name))
            return answer

        def close(self) -> None:
            pass

    results: list[Any] = []
    with (
        client_of(Harming()) as client,
        pytest.raises(JournalError, match=rf"{name} was moved, deleted or replaced .* nothing more is sent"),
    ):
        results.extend(client.batch(ROWS, path, concurrency=1))
    assert len(ledger.jobs) == 2


def test_a_journal_of_a_relative_path_is_not_lost_when_the_directory_is_changed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    path.with_name("elsewhere").mkdir()
    with Journal.open("run.db", BATCH) as journal:
        monkeypatch.chdir("elsewhere")
        assert journal.begin(intent()).acquired
    with Journal(path) as journal:
        assert json.loads(json.dumps([entry.key for entry in journal.entries()])) == ["a"]
