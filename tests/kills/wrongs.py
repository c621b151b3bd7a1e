"""Ways in which the client could be wrong about crashes. Each is put into the children; the trials must notice it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client._journal import files
from legnext_client._journal import submit as submission
from legnext_client._journal.journal import Journal
from legnext_client._journal.store import DiskReserve
from legnext_client._journal.submit import UNKNOWN
from legnext_client._protocol.flow import NoResponse
from legnext_client._runs import context
from legnext_client._runs.engine import Engine
from legnext_client._runs.row import RowTask
from legnext_client.errors import JournalError
from tests.kills.patching import put_over

if TYPE_CHECKING:
    from collections.abc import Callable


# ---- submitting -----------------------------------------------------------------------------------------------------


def intent_not_committed() -> None:
    def make(plain: Any) -> Any:
        def run(journal: Journal, statement: str, *values: Any) -> None:
            plain(journal, "ROLLBACK" if statement == "COMMIT" else statement, *values)

        return run

    put_over(Journal, "_run", make)


def what_is_unknown_is_sent_again() -> None:
    def make(plain: Any) -> Any:
        def entries(journal: Journal, rows: Any) -> Any:
            for found in plain(journal, rows).values():
                for entry in found:
                    if entry.state == UNKNOWN:
                        journal._write("UPDATE requests SET state = 'new' WHERE id = ?", entry.id)
            return plain(journal, rows)

        return entries

    put_over(Journal, "entries_of_items", make)


def a_lost_answer_was_not_sent() -> None:
    def make(plain: Any) -> Any:
        return lambda request, found: plain(
            request, found._replace(sent=False) if isinstance(found, NoResponse) else found
        )

    put_over(submission, "classify", make)


def nobody_holds_the_journal() -> None:
    class Open:
        is_new = True

        def __init__(self, path: str) -> None: ...

        def release(self) -> None: ...

    put_over(files, "Lock", lambda _: Open)


# ---- afterwards -----------------------------------------------------------------------------------------------------


def files_are_written_down_before_they_come() -> None:
    def make(plain: Any) -> Any:
        async def download(task: Any) -> Any:
            task._context.journal.downloaded(task._number, [__file__])
            return await plain(task)

        return download

    put_over(RowTask, "_download", make)


# ---- the disk -------------------------------------------------------------------------------------------------------


def _writes_with(synchronous: str) -> None:
    def make(plain: Any) -> Any:
        def writer(path: str) -> Any:
            opened = plain(path)
            opened.execute(f"PRAGMA synchronous = {synchronous}")
            return opened

        return writer

    put_over(files, "writer", make)


def nothing_is_synced() -> None:
    _writes_with("OFF")


def no_room_is_kept() -> None:
    put_over(DiskReserve, "load", lambda _: lambda _: None)


def ids_are_not_in_errors() -> None:
    def make(plain: Any) -> Any:
        def submit(*arguments: Any) -> Any:
            try:
                return (yield from plain(*arguments))
            except JournalError:
                raise JournalError("the disk is full") from None

        return submit

    put_over(context, "submit_once", make)


# ---- interrupts -----------------------------------------------------------------------------------------------------


def an_interrupt_stops_nothing() -> None:
    put_over(Engine, "stop", lambda _: lambda *_: None)


def paid_requests_are_left() -> None:
    async def submit(engine: Any, flow: Any) -> Any:
        return await engine._executor.run(flow)

    put_over(Engine, "submit", lambda _: submit)


WRONGS: dict[str, Callable[[], None]] = {
    make.__name__: make
    for make in (
        intent_not_committed,
        what_is_unknown_is_sent_again,
        a_lost_answer_was_not_sent,
        nobody_holds_the_journal,
        files_are_written_down_before_they_come,
        nothing_is_synced,
        no_room_is_kept,
        ids_are_not_in_errors,
        an_interrupt_stops_nothing,
        paid_requests_are_left,
    )
}
