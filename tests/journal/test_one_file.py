"""The journal's file: it is whole or not there, one process writes to it, and what is none is not touched."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from legnext_client._journal.files import BATCH, CHAIN, VERSION
from legnext_client._journal.submit import SubmissionIntent
from legnext_client._protocol.state import State
from legnext_client.errors import JournalError
from legnext_client.journal import Journal
from tests.journal.disks import read_only, small_disk
from tests.systems import needs_links


def intent(key: str = "a", digest: str = "d") -> SubmissionIntent:
    return SubmissionIntent(key, key, 0, digest, {"text": "a cat"}, "paint", {"text": "a cat"}, 80)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


def contents(directory: Path) -> dict[str, bytes]:
    """The files and what is in them, but for those that SQLite keeps beside a journal while it is read."""
    found = {name.name: name.read_bytes() for name in directory.iterdir() if not name.name.endswith(("-lock", "-shm"))}
    return {name: data for name, data in found.items() if data}


def test_a_new_journal_can_be_read_by_sqlite_itself(path: Path) -> None:
    with Journal.open(path, BATCH) as journal:
        journal.begin(intent())
    read = sqlite3.connect(path)
    assert read.execute("SELECT key, state, body FROM requests").fetchall() == [
        ("a", "submitting", '{"text": "a cat"}')
    ]
    read.close()


def test_closing_leaves_nothing_beside_the_journal_but_its_lock(path: Path) -> None:
    with Journal.open(path, BATCH) as journal:
        journal.begin(intent())
        assert (path.parent / "run.db-reserve").stat().st_size >= 256 * 1024
    assert {name.name for name in path.parent.iterdir()} == {"run.db", "run.db-lock"}


def test_another_process_is_refused_too_and_gets_in_when_the_first_is_killed(path: Path) -> None:
    hold = (
        "import sys; from legnext_client.journal import Journal\n"
        f"journal = Journal.open({str(path)!r}, 'batch'); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(JournalError, match="in use"):
            Journal.open(path, BATCH)
        holder.kill()
        holder.wait()
    Journal.open(path, BATCH).close()


def test_of_two_runs_that_open_a_journal_at_once_one_gets_it(path: Path) -> None:
    Journal.open(path, BATCH).close()
    with contextlib.closing(sqlite3.connect(f"{path}-lock", isolation_level=None)) as being_refused:
        being_refused.execute("BEGIN")
        being_refused.execute("SELECT * FROM sqlite_master").fetchall()  # the lock's state, as `BEGIN` reads it first
        Journal.open(path, BATCH).close()


def test_reading_is_possible_while_a_run_writes(path: Path) -> None:
    with Journal.open(path, BATCH) as writing, Journal(path) as reading:
        assert list(reading.entries()) == []
        writing.begin(intent())
        assert [entry.key for entry in reading.entries()] == ["a"]
        assert reading.summary().uncertain == 80


def test_reading_in_the_same_process_costs_the_writer_none_of_its_locks(path: Path) -> None:
    look = (
        f"import sqlite3; c = sqlite3.connect({str(path)!r}); "
        "print(c.execute('SELECT state FROM requests').fetchall()); c.close()"
    )
    with Journal.open(path, BATCH) as writing:
        number = writing.begin(intent()).entry.id
        with Journal(path) as reading:
            reading.summary()
        subprocess.run([sys.executable, "-c", look], check=True, capture_output=True)
        writing.accepted(number, State({"job_id": "j"}))
        seen = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert seen.stdout.strip() == "[('submitted',)]"


def test_settling_is_refused_while_a_run_writes(path: Path) -> None:
    with Journal.open(path, BATCH) as writing:
        number = writing.begin(intent()).entry.id
        writing.mark_unknown(number, "no answer")
        with Journal(path) as reading:
            with pytest.raises(JournalError, match="in use"):
                reading.resubmit("a")
            with pytest.raises(JournalError, match="in use"):
                reading.give_up("a")
            with pytest.raises(JournalError, match="in use"):
                reading.adopt("a", "j")
            assert [entry.state for entry in reading.entries()] == ["unknown"]


def test_there_must_be_a_journal_to_read(path: Path) -> None:
    with pytest.raises(JournalError, match="there is no journal"):
        Journal(path)
    assert list(path.parent.iterdir()) == []


def other_database(path: Path) -> None:
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE cats (name TEXT)")
    made.commit()
    made.close()


def newer(path: Path) -> None:
    Journal.open(path, BATCH).close()
    made = sqlite3.connect(path)
    made.execute(f"PRAGMA user_version = {VERSION + 1}")
    made.commit()
    made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made.close()


def damaged(path: Path) -> None:
    with Journal.open(path, BATCH) as journal:
        for number in range(60):
            journal.begin(intent(f"row {number}"))
    data = bytearray(path.read_bytes())
    data[8192:12288] = os.urandom(4096)
    path.write_bytes(bytes(data))


def damaged_index(path: Path) -> None:
    """One bit in a key of an index: by it alone, a row that is done would be taken for a new one."""
    with Journal.open(path, BATCH) as journal:
        journal.begin(intent("aaaaaaaa"))
    with contextlib.closing(sqlite3.connect(path)) as read:
        [(page,)] = read.execute("SELECT rootpage FROM sqlite_master WHERE name = 'requests_current'").fetchall()
        [(size,)] = read.execute("PRAGMA page_size").fetchall()
    data = bytearray(path.read_bytes())
    data[data.index(b"aaaaaaaa", (page - 1) * size, page * size)] ^= 1
    path.write_bytes(bytes(data))


def of_a_chain(path: Path) -> None:
    Journal.open(path, CHAIN).close()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_text("prompt,key\na cat,1\n" * 20), "is not a legnext journal"),
        (lambda path: path.write_bytes(b"x"), "is not a legnext journal"),
        (other_database, "is not a legnext journal"),
        (newer, f"newer version of legnext-client .format {VERSION + 1}"),
        (damaged, "is damaged"),
        (damaged_index, "is damaged .*missing from index"),
        (of_a_chain, "journal of a chain, not of a batch"),
    ],
    ids=["text", "one byte", "another database", "newer", "damaged", "damaged index", "of a chain"],
)
def test_what_is_no_journal_of_this_kind_is_refused_and_not_touched(path: Path, make: object, said: str) -> None:
    assert callable(make)
    make(path)
    before = contents(path.parent)
    with pytest.raises(JournalError, match=said) as caught:
        Journal.open(path, BATCH)
    assert caught.value.journal == str(path)
    assert contents(path.parent) == before


def test_a_value_that_is_none_any_more_is_told_as_damage(path: Path) -> None:
    with Journal.open(path, BATCH) as journal:
        journal.begin(intent())
    data = path.read_bytes()
    assert data.count(b'{"text": "a cat"}') == 2
    path.write_bytes(data.replace(b'{"text": "a cat"}', b'{"text": "a cat"!'))
    with Journal(path) as journal:
        for read in (journal.entries, lambda: [journal.entry("a")], lambda: journal.entries_of("a"), journal.items):
            with pytest.raises(JournalError, match="is damaged"):
                list(read())
        with pytest.raises(JournalError, match="is damaged"):
            journal.described("a")


@needs_links
def test_a_directory_that_is_not_there_is_told_and_not_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.with_name("file").touch()
    path.with_name("astray.db").symlink_to(path.parent / "gone" / "run.db")
    monkeypatch.chdir(path.parent)
    for name, why in (
        ("nodir/x.db", "the directory nodir does not exist"),
        ("file/x.db", "file is not a directory"),
        ("astray.db", f"the directory {path.parent / 'gone'} does not exist"),
    ):
        with pytest.raises(JournalError, match=re.escape(f"{name} cannot be created: {why}")):
            Journal.open(name, BATCH)
        with pytest.raises(JournalError, match=f"there is no journal {name}"):
            Journal(name)
    assert not path.with_name("nodir").exists()


@needs_links
def test_a_link_is_the_same_journal_with_the_same_lock(path: Path) -> None:
    link = path.with_name("link.db")
    link.symlink_to(path)
    with Journal.open(link, BATCH) as journal:
        journal.begin(intent())
        with pytest.raises(JournalError, match="in use"):
            Journal.open(path, BATCH)
    assert link.is_symlink()
    assert {name.name for name in path.parent.iterdir()} == {"run.db", "run.db-lock", "link.db"}
    with Journal.open(path, BATCH) as journal:
        assert [entry.key for entry in journal.entries()] == ["a"]
        with pytest.raises(JournalError, match="in use"):
            Journal.open(link, BATCH)


def test_reading_leaves_nothing_beside_a_journal_that_nobody_writes_to(path: Path) -> None:
    with Journal.open(path, BATCH) as journal:
        journal.begin(intent())
        with Journal(path) as read:
            assert [entry.key for entry in read.entries()] == ["a"]
        assert [entry.key for entry in journal.entries()] == ["a"], "who writes is not disturbed"
        journal.begin(intent("b"))
    before = path.read_bytes()
    with Journal(path) as read, Journal(path) as other:
        assert read.summary() == other.summary()
    with Journal(path) as read:
        read.summary()
    assert {name.name for name in path.parent.iterdir()} == {"run.db", "run.db-lock"}
    assert path.read_bytes() == before


def test_reading_brings_nothing_into_a_journal_whose_writer_was_killed(path: Path) -> None:
    with Journal.open(path, BATCH) as journal:
        journal.begin(intent())
        copy = path.with_name("copy.db")
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{copy}{end}")
    before = [copy.read_bytes(), copy.with_name("copy.db-wal").read_bytes()]
    with Journal(copy) as read:
        assert [entry.key for entry in read.entries()] == ["a"]
    assert [copy.read_bytes(), copy.with_name("copy.db-wal").read_bytes()] == before


def test_a_journal_can_be_read_where_nothing_can_be_written(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        with Journal.open(disk / "run.db", BATCH) as journal:
            journal.begin(intent())
        with read_only(disk):
            with Journal(disk / "run.db") as journal:
                assert [entry.key for entry in journal.entries()] == ["a"]
            with pytest.raises(JournalError, match=r"run\.db cannot be opened: unable to open"):
                Journal.open(disk / "run.db", BATCH)


def test_what_cannot_be_read_for_now_is_not_called_damaged(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        writing = Journal.open(disk / "run.db", BATCH)
        writing.begin(intent())
        shutil.copy(disk / "run.db", tmp_path / "run.db")
        writing.close()
        shutil.copy(tmp_path / "run.db", disk / "run.db")
        (disk / "run.db-wal").write_bytes(b"what a run that died has left")
        with read_only(disk), pytest.raises(JournalError, match="cannot be read: unable to open database file"):
            Journal(disk / "run.db")


def test_what_was_being_submitted_when_the_last_run_died_is_unknown(path: Path) -> None:
    with Journal.open(path, BATCH) as journal:
        journal.begin(intent())
    with Journal.open(path, BATCH) as journal:
        [entry] = journal.entries()
    assert entry.state == "unknown"
    assert entry.error == "the process ended before the answer was read"


def test_what_was_half_made_when_a_run_died_is_made_anew(path: Path) -> None:
    Path(f"{path}-new").write_bytes(b"half")
    Journal.open(path, BATCH).close()
    assert not Path(f"{path}-new").exists()


def test_a_directory_in_its_place_is_told(path: Path) -> None:
    path.mkdir()
    with pytest.raises(JournalError, match=r"run\.db is a directory"):
        Journal.open(path, BATCH)
    with pytest.raises(JournalError, match=r"run\.db is a directory"):
        Journal(path)


def test_a_closed_journal_says_so(path: Path) -> None:
    journal = Journal.open(path, BATCH)
    number = journal.begin(intent()).entry.id
    journal.close()
    with pytest.raises(JournalError, match="is closed"):
        journal.accepted(number, State({"job_id": "j"}))
    with pytest.raises(JournalError, match="is closed"):
        journal.entry("a")
