"""What other programs and other versions rely on: the names of states on disk, and what an entry is by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from legnext_client.core.flow import Received
from legnext_client.core.submission import STATES, RequestState, Submission
from tests.core.test_submission import ENTRY, Written, submitted

if TYPE_CHECKING:
    import pytest


def test_the_names_of_states_stand_in_journals_and_so_never_change() -> None:
    assert STATES == ("new", "submitting", "submitted", "done", "failed", "unknown")
    assert get_args(RequestState) == STATES


def test_what_was_not_told_of_an_entry_is_nothing_and_it_is_the_one_that_counts() -> None:
    assert (ENTRY.frozen, ENTRY.points, ENTRY.files, ENTRY.current) == (0, 0, (), True)
    assert Submission(ENTRY).again is False


def test_what_is_written_of_a_lost_request_is_the_reason_without_the_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    reasons: list[str] = []
    monkeypatch.setattr(Written, "lost", lambda _, number, reason, _id: reasons.append(f"{number}: {reason}"))
    submitted(Written(), Received(500, {}, b'{"message": "disk on fire"}'))
    submitted(Written(), Received(502, {}, b""))
    assert reasons[0] == "7: disk on fire"
    assert "502" in reasons[1]
