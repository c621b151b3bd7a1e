"""Record paid requests, each change in one durable step."""

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
    """The journal's writes; implements `_journal.submit.Records`."""

    def entry(self, key: str) -> Entry | None:
        """Return the current request under this key."""
        rows = self._rows(f"SELECT {COLUMNS} FROM requests WHERE key = ? AND current", key)
        return self._entry_of(rows[0]) if rows else None

    def entry_of_job(self, job_id: str) -> Entry | None:
        """Return the current request that made a job."""
        rows = self._rows(f"SELECT {COLUMNS} FROM requests WHERE job_id = ? AND current", job_id)
        return self._entry_of(rows[0]) if rows else None

    def entries_of(self, item: str) -> list[Entry]:
        """Return the current requests of a row or a chain."""
        rows = self._rows(f"SELECT {COLUMNS} FROM requests WHERE item = ? AND current ORDER BY id", item)
        return [self._entry_of(row) for row in rows]

    def entries_of_items(self, items: Sequence[str], *, history: bool = False) -> dict[str, list[Entry]]:
        """Return the current requests of many rows at once; rows without any are left out.

        With `history`, replaced requests are included.
        """
        entries: dict[str, list[Entry]] = {}
        marks, current = ", ".join("?" * len(items)), "1" if history else "current"
        query = f"SELECT {COLUMNS} FROM requests WHERE item IN ({marks}) AND {current} ORDER BY id"
        for row in self._rows(query, *items):
            entry = self._entry_of(row)
            entries.setdefault(entry.item, []).append(entry)
        return entries

    def standings(self, items: Sequence[str]) -> dict[str, list[Entry]]:
        """Return the steps, digests and states of many rows' requests, with all other fields empty."""
        entries: dict[str, list[Entry]] = {}
        marks = ", ".join("?" * len(items))
        query = f"SELECT item, step, digest, state, frozen FROM requests WHERE item IN ({marks}) AND current"
        for item, step, digest, state, frozen in self._rows(query, *items):
            entries.setdefault(item, []).append(Entry(0, "", item, step, digest, "", {}, state, 0, frozen=frozen))
        return entries

    def attempts(self, key: str) -> int:
        """Count the replaced requests under this key."""
        return int(self._rows("SELECT count(*) FROM requests WHERE key = ? AND NOT current", key)[0][0])

    def was_made(self, item: str) -> bool:
        """Return whether a finished request of this row was replaced by another."""
        query = "SELECT 1 FROM requests WHERE item = ? AND NOT current AND state = 'done' LIMIT 1"
        return bool(self._rows(query, item))

    def begin(self, intent: SubmissionIntent) -> Begun:
        """Move a request from new, or from nothing, to submitting, unless another caller already has."""
        if self._reserve is not None:
            try:
                self._reserve.load()
            except OSError as error:
                raise JournalError(
                    f"{self.path}: the disk has no space to record a job ({error}). Nothing was sent. Free some space.",
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
            raise files.damaged(self.path, f"the record written under {intent.key!r} is missing")
        if self._hold is not None:
            with self._mutex:
                self._hold.bring_in()
        return Begun(entry, acquired=True)

    def mark_not_sent(self, number: int) -> None:
        """Record that the request was provably not accepted."""
        self._write("UPDATE requests SET state = 'new' WHERE id = ?", number)

    def accepted(self, number: int, state: State) -> None:
        """Record the job that the service accepted."""
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
        """Record that the service refused the request."""
        self._write(
            "UPDATE requests SET state = 'failed', error = ?, job_id = ?, ended_at = ? WHERE id = ?",
            reason,
            job_id,
            self._time(),
            number,
        )

    def mark_unknown(self, number: int, reason: str, job_id: str | None = None) -> None:
        """Record that the outcome is unknown, with the job's id if it is known."""
        self._write("UPDATE requests SET state = 'unknown', error = ?, job_id = ? WHERE id = ?", reason, job_id, number)

    def claim(self, number: int, job_id: str) -> bool:
        """Give an unknown request its job; raise `InvalidRequest` if another request has that job."""
        with self._transaction():
            if self._rows("SELECT 1 FROM requests WHERE job_id = ? AND id != ?", job_id, number):
                raise InvalidRequest(f"job {job_id} already belongs to another request in this journal.")
            self._run(
                "UPDATE requests SET state = 'submitted', job_id = ?, error = NULL, submitted_at = ? "
                "WHERE id = ? AND state = 'unknown'",
                job_id,
                self._time(),
                number,
            )
        return True

    def reject_job(self, number: int, reason: str, job_id: str | None) -> None:
        """Record that an adopted job is missing or does not match; the next run polls a kept `job_id` again."""
        self._write("UPDATE requests SET state = 'unknown', job_id = ?, error = ? WHERE id = ?", job_id, reason, number)

    def holds(self, number: int, points: int) -> None:
        """Record the points held for a running job, if more than estimated."""
        self._write("UPDATE requests SET frozen = ? WHERE id = ? AND state = 'submitted'", points, number)

    def ended(self, number: int, state: State, points: int, at: datetime | None = None) -> None:
        """Record a finished job, its cost and the time (now by default)."""
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
        """Record the paths of the downloaded files."""
        self._write("UPDATE requests SET files = ? WHERE id = ?", json.dumps(list(paths)), number)

    def retire(self, *numbers: int) -> None:
        """Mark requests as replaced, all or none. They stay in the journal."""
        with self._transaction():
            for number in numbers:
                self._run("UPDATE requests SET current = 0 WHERE id = ?", number)

    def awaiting(self, token: str) -> Entry | None:
        """Return the unknown request whose callback URL has this token."""
        rows = self._rows(f"SELECT {COLUMNS} FROM requests WHERE state = 'unknown' AND token = ? AND current", token)
        return self._entry_of(rows[0]) if rows else None

    def _entry_of(self, row: tuple[Any, ...]) -> Entry:
        with self._sound():
            return _entry_of(row)

    def cut_short(self) -> None:
        """Mark requests that were being submitted when the last run ended as unknown, since they may have arrived."""
        self._write("UPDATE requests SET state = 'unknown', error = ? WHERE state = 'submitting'", _CUT_SHORT)


def as_json(value: Any) -> str:
    """Encode as readable JSON; text with lone surrogates is escaped."""
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
