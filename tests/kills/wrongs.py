"""Ways in which the client could be wrong about crashes. Each is put into the children; the trials must notice it."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

from legnext_client._downloads.targets import DiskTarget
from legnext_client._journal import files
from legnext_client._journal import submit as submission
from legnext_client._journal.disk_reserve import DiskReserve
from legnext_client._journal.journal import Journal
from legnext_client._journal.submit import DONE, UNKNOWN
from legnext_client._protocol.flow import NoResponse, Send
from legnext_client._runs import row
from legnext_client._runs.engine import Engine
from legnext_client._runs.row import RowTask
from legnext_client.errors import JournalError
from tests.kills.patching import put_over

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client._journal.submit import Submission
    from legnext_client._protocol.flow import Flow

# ---- submitting -----------------------------------------------------------------------------------------------------


def intent_written_after_the_request() -> None:
    def make(plain: Any) -> Any:
        def submit(intent: Any, request: Any, records: Any, timeout: float) -> Flow[Submission]:
            outcome = yield Send(request, timeout)
            rest = plain(intent, request, records, timeout)
            effect = next(rest)
            while True:
                try:
                    effect = rest.send(outcome if isinstance(effect, Send) else (yield effect))
                except StopIteration as end:
                    found: Submission = end.value
                    return found

        return submit

    put_over(row, "submit_once", make)


def intent_not_committed() -> None:
    def make(plain: Any) -> Any:
        def run(journal: Journal, statement: str, *values: Any) -> None:
            plain(journal, "ROLLBACK" if statement == "COMMIT" else statement, *values)

        return run

    put_over(Journal, "_run", make)


def id_written_late() -> None:
    held: dict[int, Any] = {}
    accepted = Journal.accepted

    def make(plain: Any) -> Any:
        def ended(journal: Journal, number: int, *what: Any) -> None:
            if number in held:
                accepted(journal, number, held.pop(number))
            plain(journal, number, *what)

        return ended

    put_over(Journal, "accepted", lambda _: lambda _, number, state: held.update({number: state}))
    put_over(Journal, "ended", make)


def what_was_cut_short_is_new() -> None:
    statement = "UPDATE requests SET state = 'new' WHERE state = 'submitting'"
    put_over(Journal, "cut_short", lambda _: lambda journal: journal._write(statement))


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


def what_is_done_is_made_anew() -> None:
    put_over(RowTask, "_is_retried", lambda _: lambda _, entry: entry.state == DONE)


def a_lost_answer_was_not_sent() -> None:
    def make(plain: Any) -> Any:
        return lambda request, found: plain(
            request, found._replace(sent=False) if isinstance(found, NoResponse) else found
        )

    put_over(submission, "classify", make)


def a_server_error_is_a_refusal() -> None:
    def make(plain: Any) -> Any:
        def classify(request: Any, outcome: Any) -> Any:
            broken = getattr(outcome, "status", 0) >= 500
            return plain(request, outcome._replace(status=429) if broken else outcome)

        return classify

    put_over(submission, "classify", make)


def nobody_holds_the_journal() -> None:
    class Open:
        is_new = True

        def __init__(self, path: str) -> None: ...

        def release(self) -> None: ...

    put_over(files, "Lock", lambda _: Open)


# ---- afterwards -----------------------------------------------------------------------------------------------------


def points_are_not_what_was_charged() -> None:
    def make(plain: Any) -> Any:
        return lambda journal, number, state, points, at: plain(journal, number, state, points + 1, at)

    put_over(Journal, "ended", make)


def ends_are_not_written() -> None:
    put_over(Journal, "ended", lambda _: lambda *_: None)


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


def the_log_is_not_synced() -> None:
    _writes_with("NORMAL")


def files_are_not_synced() -> None:
    def make(plain: Any) -> Any:
        def finish(target: DiskTarget) -> bool:
            sync = os.fsync
            put_over(os, "fsync", lambda _: lambda file: sync(file) if stat.S_ISDIR(os.fstat(file).st_mode) else None)
            try:
                return bool(plain(target))
            finally:
                put_over(os, "fsync", lambda _: sync)

        return finish

    put_over(DiskTarget, "finish", make)


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

    put_over(row, "submit_once", make)


# ---- interrupts -----------------------------------------------------------------------------------------------------


def an_interrupt_stops_nothing() -> None:
    put_over(Engine, "stop", lambda _: lambda *_: None)


def an_interrupt_leaves_what_runs() -> None:
    put_over(Engine, "stop", lambda _: Engine.leave)


def paid_requests_are_left() -> None:
    async def submit(engine: Any, flow: Any) -> Any:
        return await engine._executor.run(flow)

    put_over(Engine, "submit", lambda _: submit)


WRONGS: dict[str, Callable[[], None]] = {
    make.__name__: make
    for make in (
        intent_written_after_the_request,
        intent_not_committed,
        id_written_late,
        what_was_cut_short_is_new,
        what_is_unknown_is_sent_again,
        what_is_done_is_made_anew,
        a_lost_answer_was_not_sent,
        a_server_error_is_a_refusal,
        nobody_holds_the_journal,
        points_are_not_what_was_charged,
        ends_are_not_written,
        files_are_written_down_before_they_come,
        nothing_is_synced,
        the_log_is_not_synced,
        files_are_not_synced,
        no_room_is_kept,
        ids_are_not_in_errors,
        an_interrupt_stops_nothing,
        an_interrupt_leaves_what_runs,
        paid_requests_are_left,
    )
}
