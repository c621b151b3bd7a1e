"""A checksum of each row, so that a damaged one is refused, not taken for something else.

SQLite checks the structure of a file and its indexes, not every value in it. A changed bit in a digest, for example,
would make a finished row look like a new one, and it would be paid for again.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

REQUEST_COLUMNS = (
    "id, key, item, step, digest, operation, body, state, price, token, job_id, status, frozen, points, output, error, "
    "files, current, submitting_at, submitted_at, ended_at"
)
ITEM_COLUMNS = "key, digest, described"


def seal(*values: Any) -> str:
    """Return the checksum of a row with these values."""
    return hashlib.blake2b(repr(values).encode(errors="surrogatepass"), digest_size=8).hexdigest()


def opened(row: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a row whose last column is its seal; `ValueError` if they are not what was written."""
    *values, sealed = row
    if seal(*values) != sealed:
        raise ValueError("a row is not what was written")
    return values


def seal_writes(connection: sqlite3.Connection) -> None:
    """Seal each row that this connection writes."""
    connection.create_function("seal", -1, seal, deterministic=True)
    connection.execute("PRAGMA temp_store = MEMORY")  # nothing on a disk that may be full
    for table, columns in (("requests", REQUEST_COLUMNS), ("items", ITEM_COLUMNS)):
        values = ", ".join(f"NEW.{column}" for column in columns.split(", "))
        for when in ("INSERT", f"UPDATE OF {columns}"):
            connection.execute(
                f"CREATE TEMP TRIGGER seal_{table}_{when[:6]} AFTER {when} ON main.{table} BEGIN "
                f"UPDATE {table} SET seal = seal({values}) WHERE rowid = NEW.rowid; END"
            )
