"""Start the rows of a run: those already running first, then the others as slots allow.

Rows finished by earlier runs need no task. They are looked up in the journal and reported in groups.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from legnext_client._calls.items import CHAIN, Row
from legnext_client._journal.submit import SUBMITTED, UNKNOWN
from legnext_client._runs.costs import CHUNK, check_balance, count_earlier, note_balance
from legnext_client._runs.row import RowTask
from legnext_client.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from legnext_client._journal.submit import Entry
    from legnext_client._runs.context import RunContext
    from legnext_client._runs.engine import Engine
    from legnext_client._runs.results import Result


class Feeder:
    """The source of a run's row tasks."""

    def __init__(self, context: RunContext, rows: Iterable[Row] | AsyncIterator[Row], *, rows_are_there: bool) -> None:
        """With `rows_are_there`, the rows are in memory; otherwise the caller's code yields them one by one."""
        self.context = context
        self._rows: Iterable[Row] = ()
        self._read: Callable[[], Any]
        if isinstance(rows, AsyncIterator):
            self._read = partial(anext, rows, None)
        else:
            self._rows, self._read = rows, partial(next, iter(rows), None)
        self._rows_are_there = rows_are_there

    async def feed(self, engine: Engine) -> None:
        """Start all rows, each when there is a free slot for it."""
        context, self._engine = self.context, engine
        engine.callbacks.take_late, engine.at_end = self._take_late, self._end
        await engine.record(count_earlier, context)
        if not self._rows_are_there:
            await self._feed_read()
            return
        if shortage := await engine.run(check_balance(context, self._rows)):
            engine.begin_nothing(shortage)
        await self._feed_listed()

    async def _end(self) -> None:
        await self._engine.record(self.keep_early)
        await self._engine.run(note_balance(self.context))

    async def _feed_listed(self) -> None:
        under_way = await self._engine.record(self._under_way)
        first = [row for row in self._rows if row.key in under_way]
        await self._start(iter(first))
        requested = {row.key for row in first}
        await self._start_orphans(entry for key, entry in under_way.items() if key not in requested)
        await self._start(row for row in self._rows if row.key not in requested)

    async def _feed_read(self) -> None:
        under_way = await self._engine.record(self._under_way)
        while await self._engine.room(to_read=True):
            row = await self._engine.call(self._read)
            if row is None:
                # Only now are the orphans known.
                await self._start_orphans(under_way.values())
                return
            under_way.pop(row.key, None)
            await self._start(iter((row,)))

    def _under_way(self) -> dict[str, Entry]:
        """Return the last request of each row that is or may be running."""
        return {entry.item: entry for entry in self.context.journal.entries(SUBMITTED, UNKNOWN)}

    async def _start(self, rows: Iterator[Row]) -> None:
        """Report finished rows and start the others."""
        while not self._engine.stopped and (chunk := list(islice(rows, CHUNK))):
            results: list[Result[Any]] = []
            for task, result in await self._engine.record(self._looked_up, chunk):
                if result is not None:
                    results.append(result)
                    continue
                if results:
                    await self._engine.report(*results)
                    results = []
                if not await self._engine.room():
                    return
                self._engine.start_row(task)
            if results:
                await self._engine.report(*results)

    def _looked_up(self, rows: Sequence[Row]) -> list[tuple[RowTask, Result[Any] | None]]:
        entries = self.context.journal.entries_of_items([row.key for row in rows])
        tasks = [RowTask(row, entries.get(row.key, ()), self.context, self._engine) for row in rows]
        return [(task, task.recall()) for task in tasks]

    async def _start_orphans(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if not await self._engine.room():
                return
            task = await self._engine.record(self._orphan, entry)
            self._engine.start_row(task)

    def _orphan(self, entry: Entry) -> RowTask:
        """Return the task of a row that is no longer requested. Its job is watched, because it may be paid for."""
        self.context.orphaned.add(entry.item)
        what = self.context.journal.described(entry.item) or {}
        steps = len(what[CHAIN]["steps"]) if what.get(CHAIN) else 1
        return self._resumed(Row(entry.item, entry.digest, description=what, steps=steps))

    def _resumed(self, row: Row) -> RowTask:
        task = RowTask(row, self.context.journal.entries_of(row.key), self.context, self._engine)
        task.recall()
        return task

    # ---- callbacks that come late -------------------------------------------------------------------------------

    async def _take_late(self, key: str, job_id: str) -> bool:
        """Restart a row that ended without a known outcome, if this callback resolves it."""
        if not self.context.unresolved:
            return False
        task = await self._engine.record(self._revived, key, job_id)
        if task is not None:
            self._engine.start_row(task)
        return task is not None

    def _revived(self, key: str, job_id: str) -> RowTask | None:
        context, entry = self.context, self.context.journal.awaiting(key)
        if entry is None or entry.item not in context.unresolved:  # its own row handles it
            return None
        return self._resumed(context.unresolved.pop(entry.item)) if context.journal.claim(entry.id, job_id) else None

    def keep_early(self) -> None:
        """Record callbacks that no row waited for, for the next run."""
        with suppress(JournalError):  # must not hide the reason why the run ends
            for key, job_id in dict(self.context.early_callbacks).items():
                entry = self.context.journal.awaiting(key)
                if entry is not None:
                    self.context.journal.claim(entry.id, job_id)
