"""Checksums of rows, so a damaged row is refused instead of misread.

SQLite checks the structure of a file and its indexes, but not every value. A flipped bit in a digest, for example,
would make a finished row look new, and it would be paid for again.
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
    """Return the checksum of a row's values."""
    return hashlib.blake2b(repr(values).encode(errors="surrogatepass"), digest_size=8).hexdigest()


def opened(row: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a row without its seal, the last column; raise `ValueError` if the row is damaged."""
    *values, sealed = row
    if seal(*values) != sealed:
        raise ValueError("a row does not match its checksum")
    return values


def seal_writes(connection: sqlite3.Connection) -> None:
    """Seal each row that this connection writes."""
    connection.create_function("seal", -1, seal, deterministic=True)
    connection.execute("PRAGMA temp_store = MEMORY")  # the disk may be full
    for table, columns in (("requests", REQUEST_COLUMNS), ("items", ITEM_COLUMNS)):
        values = ", ".join(f"NEW.{column}" for column in columns.split(", "))
        for when in ("INSERT", f"UPDATE OF {columns}"):
            connection.execute(
                f"CREATE TEMP TRIGGER seal_{table}_{when[:6]} AFTER {when} ON main.{table} BEGIN "
                f"UPDATE {table} SET seal = seal({values}) WHERE rowid = NEW.rowid; END"
            )
