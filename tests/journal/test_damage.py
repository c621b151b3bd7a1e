"""A damaged journal is refused, or nothing that it says of payments has changed: it is never paid for again."""

from __future__ import annotations

import random
import sqlite3
from typing import TYPE_CHECKING

import pytest

from legnext_client._journal.files import BATCH
from legnext_client.errors import JournalError
from legnext_client.journal import Journal
from tests.journal import damage
from tests.thorough import often

if TYPE_CHECKING:
    from pathlib import Path

DAMAGES = often(150, 1500)


def test_random_damage_is_refused_or_pays_for_nothing_again() -> None:
    ends = damage.trials(1, DAMAGES)
    assert sum(ends.values()) == DAMAGES
    assert min(ends[end] for end in ("refused", "as it was", "went on")) > DAMAGES / 50, ends


@pytest.mark.parametrize("table", ["requests", "items"])
def test_a_flipped_bit_in_a_stored_digest_is_not_paid_again(table: str, tmp_path: Path) -> None:
    base = damage.bases(tmp_path)[0]
    data, chance = base.files["run.db"], random.Random(table)
    path = tmp_path / "run.db"
    digest = base.holds[0][0].digest.encode()
    places = [place for place in range(len(data)) if data.startswith(digest, place)]
    assert len(places) == 2
    for bit in range(0, 8 * len(digest), often(5, 1)):
        flipped = bytearray(data)
        flipped[places[table == "items"] + bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.raises(JournalError, match="is damaged"):
            Journal.open(path, BATCH)
        if chance.random() < 0.1:
            assert damage.outcome(base, {"run.db": bytes(flipped)}, tmp_path / "trial") == "refused"


@pytest.mark.parametrize("column", ["digest", "price", "job_id", "body", "frozen", "output"])
def test_a_value_that_another_program_has_changed_is_refused(column: str, tmp_path: Path) -> None:
    base = damage.bases(tmp_path)[0]
    path = tmp_path / "run.db"
    path.write_bytes(base.files["run.db"])
    other = sqlite3.connect(path)
    other.execute(f"UPDATE requests SET {column} = '7' WHERE key = 'row-0'")
    other.commit()
    other.close()
    with pytest.raises(JournalError, match=r"is damaged .*does not match its checksum"):
        Journal.open(path, BATCH)
    with Journal(path) as journal, pytest.raises(JournalError, match="is damaged"):
        journal.entry("row-0")


def test_text_that_is_none_is_told_as_damage(tmp_path: Path) -> None:
    base = damage.bases(tmp_path)[0]
    path = tmp_path / "run.db"
    for text in (b"a cat, number 3", b"CREATE TABLE about", b"made_by", b"diffusion"):
        path.write_bytes(base.files["run.db"].replace(text, text[:3] + b"\xff" + text[4:]))
        with pytest.raises(JournalError):
            Journal.open(path, BATCH)
        with pytest.raises(JournalError):
            _read_all(path)


def _read_all(path: Path) -> object:
    with Journal(path) as journal:
        return journal.about, list(journal.entries()), list(journal.items())


def test_a_schema_that_is_no_text_any_more_is_refused() -> None:
    assert damage.trials(4252, 1) == {"refused": 1}
