"""A full disk loses no job: room for the id is kept before the request goes out; if it is taken, the error has it."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._journal.files import BATCH
from legnext_client._journal.submit import Submission, SubmissionIntent, submit_once
from legnext_client._protocol.flow import Request, Response, RunBlocking, Send
from legnext_client._protocol.state import State
from legnext_client.errors import JournalError
from legnext_client.journal import Journal
from tests.thorough import often

from .disks import fill, small_disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

REQUEST = Request("POST", "/paint", b"{}", paid=True, operation="paint", sent={"text": "a cat"})


def intent(key: str) -> SubmissionIntent:
    return SubmissionIntent(key, key, 0, "d", {"text": "a cat"}, "paint", {"text": "a cat" * 500}, 80)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "2m") as made:
        yield made


def submit(journal: Journal, key: str, answered: Callable[[], object]) -> Submission:
    """Submit by hand; `answered` is called when the service has accepted, before the answer is read."""
    flow = submit_once(intent(key), REQUEST, journal, 30.0)
    result: Any = None
    try:
        while True:
            effect = flow.send(result)
            if isinstance(effect, Send):
                answered()
                result = Response(200, {}, f'{{"job_id": "job-of-{key}", "status": "pending"}}'.encode())
            else:
                assert isinstance(effect, RunBlocking)
                try:
                    result = effect.function()
                except JournalError as error:
                    result = error
    except StopIteration as end:
        found: Submission = end.value
        return found


def test_a_journal_that_was_begun_on_a_full_disk_is_made_when_there_is_room(disk: Path) -> None:
    for pages in range(0, 60, often(6, 1)):
        room = disk / "room"
        room.write_bytes(b"x" * 4096 * pages)
        filler = fill(disk)
        room.unlink()
        with contextlib.suppress(JournalError):
            Journal.open(disk / "run.db", BATCH).close()
        filler.unlink()
        with Journal.open(disk / "run.db", BATCH) as journal:
            assert journal.summary().states == {}, f"{pages} pages were left"
        for leftover in disk.iterdir():
            leftover.unlink()


def test_a_write_that_finds_the_disk_full_is_tried_again_without_the_ballast(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    with Journal.open(path, BATCH) as journal:
        number = journal.begin(intent("a")).entry.id
        real, failed = journal._connection, []

        class Full:
            """SQLite on a full disk, until the ballast is gone."""

            def execute(self, *arguments: Any) -> Any:
                if (tmp_path / "run.db-reserve").exists():
                    failed.append(arguments)
                    raise sqlite3.OperationalError("database or disk is full")
                return real.execute(*arguments)

            def __getattr__(self, name: str) -> Any:
                return getattr(real, name)

        journal._connection = Full()  # type: ignore[assignment]
        journal.accepted(number, State({"job_id": "j-1", "status": "pending"}))
        assert len(failed) == 1
        entry = journal.entry("a")
        assert entry is not None
        assert entry.job_id == "j-1"
