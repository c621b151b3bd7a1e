"""The records of paid requests: what runs write down, each in one durable step."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from legnext_client._journal import files
from legnext_client._journal.seals import REQUEST_COLUMNS, opened
from legnext_client._journal.store import Store, timestamp
from legnext_client._journal.submit import DONE, FAILED, NEW, Begun, Entry, SubmissionIntent
from legnext_client._protocol.state import failure
from legnext_client.errors import InvalidRequest, JournalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from legnext_client._protocol.state import State

COLUMNS = f"{REQUEST_COLUMNS}, seal"
_NAMES = tuple(REQUEST_COLUMNS.split(", "))
_CUT_SHORT = "the process ended before the answer was read"


class Records(Store):
    """What is written; see `_journal.submit.Records`."""

    def entry(self, key: str) -> Entry | None:
        """The request under this key."""
        rows = self._rows(f"SELECT {COLUMNS} FROM requests WHERE key = ? AND current", key)
        return self._entry_of(rows[0]) if rows else None

    def entries_of(self, item: str) -> list[Entry]:
        """The requests of a row or a chain."""
        rows = self._rows(f"SELECT {COLUMNS} FROM requests WHERE item = ? AND current ORDER BY id", item)
        return [self._entry_of(row) for row in rows]

    def entries_of_items(self, items: Sequence[str]) -> dict[str, list[Entry]]:
        """The same for many rows at once; those that have none are left out."""
        found: dict[str, list[Entry]] = {}
        marks = ", ".join("?" * len(items))
        query = f"SELECT {COLUMNS} FROM requests WHERE item IN ({marks}) AND current ORDER BY id"
        for row in self._rows(query, *items):
            entry = self._entry_of(row)
            found.setdefault(entry.item, []).append(entry)
        return found

    def standings(self, items: Sequence[str]) -> dict[str, list[Entry]]:
        """How the requests of many rows stand: their steps, digests and states, and nothing else."""
        found: dict[str, list[Entry]] = {}
        marks = ", ".join("?" * len(items))
        query = f"SELECT item, step, digest, state, frozen FROM requests WHERE item IN ({marks}) AND current"
        for item, step, digest, state, frozen in self._rows(query, *items):
            found.setdefault(item, []).append(Entry(0, "", item, step, digest, "", {}, state, 0, frozen=frozen))
        return found

    def attempts(self, key: str) -> int:
        """How many requests under this key have given their place to another."""
        return int(self._rows("SELECT count(*) FROM requests WHERE key = ? AND NOT current", key)[0][0])

    def was_made(self, item: str) -> bool:
        """Whether something of this row is paid for and done, and has given its place to another request."""
        query = "SELECT 1 FROM requests WHERE item = ? AND NOT current AND state = 'done' LIMIT 1"
        return bool(self._rows(query, item))

    def begin(self, intent: SubmissionIntent) -> Begun:
        """Move a request from new, or from not being there, to submitting, unless someone has done so before."""
        if self._ballast is not None:
            try:
                self._ballast.load()
            except OSError as error:
                raise JournalError(
                    f"{self.path}: no room is left to write down what would come back ({error}); nothing was sent.",
                    journal=self.path,
                ) from error
        if self._hold is not None:
            self._hold.check()
        with self._transaction():
            before = self.entry(intent.key)
            if before is not None and before.state != NEW:
                return Begun(before, acquired=False)
            body = as_json(intent.body)
            values = (intent.item, intent.step, intent.digest, intent.operation, body, intent.price, intent.token)
            self._run(
                "INSERT INTO items (key, digest, described) VALUES (?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, described = excluded.described",
                intent.item,
                intent.digest,
                as_json(intent.described),
            )
            self._run(
                "INSERT INTO requests (item, step, digest, operation, body, price, token, key, state, submitting_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'submitting', ?) ON CONFLICT (key) WHERE current DO UPDATE SET "
                "(item, step, digest, operation, body, price, token, state, error, submitting_at) = "
                "(excluded.item, excluded.step, excluded.digest, excluded.operation, excluded.body, excluded.price, "
                "excluded.token, 'submitting', NULL, excluded.submitting_at)",
                *values,
                intent.key,
                self._time(),
            )
            entry = self.entry(intent.key)
        if entry is None:
            raise files.damaged(self.path, f"what was written under {intent.key!r} is not there")
        if self._hold is not None:
            with self._mutex:
                self._hold.bring_in()
        return Begun(entry, acquired=True)

    def mark_not_sent(self, number: int) -> None:
        """The request was provably not accepted."""
        self._write("UPDATE requests SET state = 'new' WHERE id = ?", number)

    def accepted(self, number: int, state: State) -> None:
        """The service has accepted it, as this job."""
        self._write(
            "UPDATE requests SET state = 'submitted', job_id = ?, status = ?, frozen = ?, error = NULL, "
            "submitted_at = ? WHERE id = ?",
            state.job_id,
            state.status,
            math.ceil(state.points),
            self._time(),
            number,
        )

    def refused(self, number: int, reason: str, job_id: str | None) -> None:
        """The service has refused it."""
        self._write(
            "UPDATE requests SET state = 'failed', error = ?, job_id = ?, ended_at = ? WHERE id = ?",
            reason,
            job_id,
            self._time(),
            number,
        )

    def mark_unknown(self, number: int, reason: str, job_id: str | None = None) -> None:
        """It was sent, and what became of it is not known; but perhaps the id of its job."""
        self._write("UPDATE requests SET state = 'unknown', error = ?, job_id = ? WHERE id = ?", reason, job_id, number)

    def claim(self, number: int, job_id: str) -> bool:
        """Give a request with unknown outcome its job; False when the job is another request's."""
        with self._transaction():
            if self._rows("SELECT 1 FROM requests WHERE job_id = ? AND id != ?", job_id, number):
                raise InvalidRequest(f"job {job_id} is another request's in this journal.")
            self._run(
                "UPDATE requests SET state = 'submitted', job_id = ?, error = NULL, submitted_at = ? "
                "WHERE id = ? AND state = 'unknown'",
                job_id,
                self._time(),
                number,
            )
        return True

    def reject_job(self, number: int, reason: str, job_id: str | None) -> None:
        """The job that was adopted is none of the account's, or not this one; `job_id` is kept to ask for it again."""
        self._write("UPDATE requests SET state = 'unknown', job_id = ?, error = ? WHERE id = ?", job_id, reason, number)

    def holds(self, number: int, points: int) -> None:
        """The service holds these points for the job, more than was thought. For one that has ended, it holds none."""
        self._write("UPDATE requests SET frozen = ? WHERE id = ? AND state = 'submitted'", points, number)

    def ended(self, number: int, state: State, points: int, at: datetime | None = None) -> None:
        """The job was done at this time, or is now, and has cost these points."""
        failed = state.failed
        self._write(
            "UPDATE requests SET state = ?, status = ?, points = ?, frozen = 0, output = ?, error = ?, ended_at = ? "
            "WHERE id = ?",
            FAILED if failed else DONE,
            state.status,
            points,
            as_json(dict(state.raw)),
            (failure(state, None).message if failed else None),
            timestamp(at or self._now()),
            number,
        )

    def downloaded(self, number: int, paths: Iterable[str]) -> None:
        """What was made is on this machine, here."""
        self._write("UPDATE requests SET files = ? WHERE id = ?", json.dumps(list(paths)), number)

    def retire(self, *numbers: int) -> None:
        """Others take the places of these requests, of all or of none. They stay in the journal."""
        with self._transaction():
            for number in numbers:
                self._run("UPDATE requests SET current = 0 WHERE id = ?", number)

    def awaiting(self, token: str) -> Entry | None:
        """The request with unknown outcome whose callback has this token."""
        rows = self._rows(f"SELECT {COLUMNS} FROM requests WHERE state = 'unknown' AND token = ? AND current", token)
        return self._entry_of(rows[0]) if rows else None

    def _entry_of(self, row: tuple[Any, ...]) -> Entry:
        """A row of these columns."""
        with self._sound():
            return _entry_of(row)

    def cut_short(self) -> None:
        """What was being submitted when the last run ended: it may have arrived."""
        self._write("UPDATE requests SET state = 'unknown', error = ? WHERE state = 'submitting'", _CUT_SHORT)


def as_json(value: Any) -> str:
    """JSON that people can read, where the text in it can be written at all: half a surrogate pair cannot."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isascii() or _is_whole(text) else json.dumps(value)


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _entry_of(row: tuple[Any, ...]) -> Entry:
    values: dict[str, Any] = dict(zip(_NAMES, opened(row), strict=True))
    for name in ("body", "output", "files"):
        values[name] = json.loads(values[name]) if values[name] else None
    for name in ("submitting_at", "submitted_at", "ended_at"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    values["files"], values["current"] = tuple(values["files"] or ()), bool(values["current"])
    return Entry(**values)
