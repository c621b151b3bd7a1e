"""Record paid requests, each change in one durable step."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from legnext_client._journal import files
from legnext_client._journal.store import REQUEST_COLUMNS, Store, opened, timestamp
from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED, SUBMITTING, UNKNOWN, Begun, Entry
from legnext_client._protocol.state import failure
from legnext_client.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from legnext_client._journal.submit import SubmissionIntent
    from legnext_client._protocol.state import State

COLUMNS = f"{REQUEST_COLUMNS}, seal"
_NAMES = tuple(REQUEST_COLUMNS.split(", "))
_CUT_SHORT = "the process ended before the answer was read"


class Records(Store):
    """The journal's requests; implements `_journal.submit.Records`."""

    # ---- reading ------------------------------------------------------------------------------------------------

    def entry(self, key: str) -> Entry | None:
        """Return the current request under this key."""
        return self._first("key = ? AND current", key)

    def entry_of_job(self, job_id: str) -> Entry | None:
        """Return the current request that made a job."""
        return self._first("job_id = ? AND current", job_id)

    def awaiting(self, token: str) -> Entry | None:
        """Return the unknown request whose callback URL has this token."""
        return self._first("state = 'unknown' AND token = ? AND current", token)

    def entries_of(self, item: str) -> list[Entry]:
        """Return the current requests of a row or a chain."""
        return self.entries_of_items([item]).get(item, [])

    def entries_of_items(self, items: Sequence[str], *, history: bool = False) -> dict[str, list[Entry]]:
        """Return the current requests of many rows at once; rows without any are left out.

        With `history`, replaced requests are included.
        """
        entries: dict[str, list[Entry]] = {}
        current = "1" if history else "current"
        query = f"SELECT {COLUMNS} FROM requests WHERE item IN ({_marks(items)}) AND {current} ORDER BY id"
        for row in self._rows(query, *items):
            entry = self._entry_of(row)
            entries.setdefault(entry.item, []).append(entry)
        return entries

    def standings(self, items: Sequence[str]) -> dict[str, list[Entry]]:
        """Return the steps, digests and states of many rows' requests, with all other fields empty."""
        entries: dict[str, list[Entry]] = {}
        query = f"SELECT item, step, digest, state, frozen FROM requests WHERE item IN ({_marks(items)}) AND current"
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

    def _first(self, where: str, value: str) -> Entry | None:
        rows = self._rows(f"SELECT {COLUMNS} FROM requests WHERE {where}", value)
        return self._entry_of(rows[0]) if rows else None

    def _entry_of(self, row: tuple[Any, ...]) -> Entry:
        with self._sound():
            values: dict[str, Any] = dict(zip(_NAMES, opened(row), strict=True))
            for name in ("body", "output", "files"):
                values[name] = json.loads(values[name]) if values[name] else None
            for name in ("submitting_at", "submitted_at", "ended_at"):
                values[name] = datetime.fromisoformat(values[name]) if values[name] else None
            values["files"], values["current"] = tuple(values["files"] or ()), bool(values["current"])
            return Entry(**values)

    # ---- submitting ---------------------------------------------------------------------------------------------

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
            self._run(
                "INSERT INTO items (key, digest, described) VALUES (?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, described = excluded.described",
                intent.item,
                intent.digest,
                as_json(intent.described),
            )
            values = {
                **intent._asdict(), "body": as_json(intent.body), "state": SUBMITTING, "error": None,
                "submitting_at": self._time(),
            }  # fmt: skip
            del values["described"]
            if before is None:
                names = ", ".join(values)
                self._run(f"INSERT INTO requests ({names}) VALUES ({_marks(values)})", *values.values())
            else:
                self._run(_setting(values, "id = ?"), *values.values(), before.id)
            entry = self.entry(intent.key)
        if entry is None:
            raise files.damaged(self.path, f"the record written under {intent.key!r} is missing")
        if self._hold is not None:
            with self._mutex:
                self._hold.bring_in()
        return Begun(entry, acquired=True)

    def mark_not_sent(self, number: int) -> None:
        """Record that the request was provably not accepted."""
        self._update(number, state=NEW)

    def accepted(self, number: int, state: State) -> None:
        """Record the job that the service accepted."""
        self._update(
            number, state=SUBMITTED, job_id=state.job_id, status=state.status, frozen=math.ceil(state.points),
            error=None, submitted_at=self._time(),
        )  # fmt: skip

    def refused(self, number: int, reason: str, job_id: str | None) -> None:
        """Record that the service refused the request."""
        self._update(number, state=FAILED, error=reason, job_id=job_id, ended_at=self._time())

    def mark_unknown(self, number: int, reason: str, job_id: str | None = None) -> None:
        """Record that the outcome is unknown, with the job's id if it is known; the next run polls that."""
        self._update(number, state=UNKNOWN, error=reason, job_id=job_id)

    def cut_short(self) -> None:
        """Mark requests that were being submitted when the last run ended as unknown, since they may have arrived."""
        self._write("UPDATE requests SET state = 'unknown', error = ? WHERE state = 'submitting'", _CUT_SHORT)

    # ---- afterwards ---------------------------------------------------------------------------------------------

    def claim(self, number: int, job_id: str) -> bool:
        """Give an unknown request its job; return False if another request has that job."""
        values = {"state": SUBMITTED, "job_id": job_id, "error": None, "submitted_at": self._time()}
        with self._transaction():
            if self._rows("SELECT 1 FROM requests WHERE job_id = ? AND id != ?", job_id, number):
                return False
            self._run(_setting(values, "id = ? AND state = 'unknown'"), *values.values(), number)
        return True

    def holds(self, number: int, points: int) -> None:
        """Record the points held for a running job, if more than estimated."""
        self._write("UPDATE requests SET frozen = ? WHERE id = ? AND state = 'submitted'", points, number)

    def ended(self, number: int, state: State, points: int, at: datetime | None = None) -> None:
        """Record a finished job, its cost and the time (now by default)."""
        self._update(
            number, state=FAILED if state.failed else DONE, status=state.status, points=points, frozen=0,
            output=as_json(dict(state.raw)), error=failure(state, None).message if state.failed else None,
            ended_at=timestamp(at or self._now()),
        )  # fmt: skip

    def downloaded(self, number: int, paths: Iterable[str]) -> None:
        """Record the paths of the downloaded files."""
        self._update(number, files=json.dumps(list(paths)))

    def retire(self, *numbers: int) -> None:
        """Mark requests as replaced, all or none. They stay in the journal."""
        with self._transaction():
            for number in numbers:
                self._run("UPDATE requests SET current = 0 WHERE id = ?", number)

    def _update(self, number: int, **values: Any) -> None:
        self._write(_setting(values, "id = ?"), *values.values(), number)


def _setting(names: Iterable[str], where: str) -> str:
    return f"UPDATE requests SET {', '.join(f'{name} = ?' for name in names)} WHERE {where}"


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def as_json(value: Any) -> str:
    """Encode as readable JSON; text with lone surrogates is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    lone = not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
    return json.dumps(value) if lone else text
