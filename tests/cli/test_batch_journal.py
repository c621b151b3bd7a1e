"""`legnext batch status`, `unknown`, `resolve` and `gallery`: what a journal says at any time, and what it is told."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from legnext_client.cli.exits import Exit
from tests.facts import DIFFUSION

from .asked import RUN, add, texts
from .commands import Begun, until

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Run

pytestmark = pytest.mark.usefixtures("rows")


def test_kill_9_loses_nothing_and_the_journal_can_be_read_meanwhile(
    environment: dict[str, str], legnext: Run, server: MockServer, rows: Path, tmp_path: Path
) -> None:
    add(rows, "slow,never-end-this-job", "bad,fail-this-job")
    begun = Begun(environment, tmp_path, *RUN, "--concurrency", "2", "--out", "shots", "--json")
    assert sorted(json.loads(begun.line())["state"] for _ in range(3)) == ["done", "done", "failed"]
    jobs = {each.body["text"]: each.job_id for each in server.ledger}
    slow, bad = jobs["never-end-this-job"], jobs["fail-this-job"]

    [found] = legnext("batch", "status", "rows.db", "--json").values
    assert (found["kind"], found["points"], found["held"], found["uncertain"]) == ("batch", 2 * DIFFUSION, DIFFUSION, 0)
    assert {state: count for state, count in found["states"].items() if count} == {
        "submitted": 1, "done": 2, "failed": 1
    }  # fmt: skip
    assert [(each["key"], each["job_id"]) for each in found["running"]] == [("slow", slow)]
    ended = legnext("batch", "status", "rows.db")
    journal, requests, points, running, failed = ended.lines
    assert (ended.code, ended.err, journal) == (0, "", "Journal    rows.db, of a batch")
    assert requests == "Requests   1 running, 2 done, 1 failed"
    assert points == f"Points     {2 * DIFFUSION} charged, {DIFFUSION} held"
    assert re.fullmatch(rf"Running    slow: diffusion, job {slow}, for \d:\d\d", running)
    assert failed.startswith(f"Failed     bad: diffusion {bad} failed: ")

    assert legnext(*RUN).code == Exit.FILES, "two do not write to one journal"
    [page] = legnext("batch", "gallery", "rows.db", "--json").values
    assert "hare" in (tmp_path / page["gallery"]).read_text(encoding="utf-8")
    begun.process.kill()
    assert begun.ended().code == -9
    server.jobs.complete(slow)
    ended = legnext(*RUN, "--out", "shots")
    assert (ended.code, len(server.ledger)) == (Exit.JOB_FAILED, 4)
    assert ended.lines[-1] == f"slow: done, 4 images, {DIFFUSION} points, shots/slow_0.png and 3 more"
    assert sum(": done earlier, 4 images, " in line for line in ended.lines) == 2


def test_what_is_unknown_is_listed_and_settled_in_each_way(legnext: Run, server: MockServer) -> None:
    server.faults.add("close_after", times=2, method="POST")
    assert legnext(*RUN).code == Exit.UNKNOWN
    assert [each["key"] for each in legnext("batch", "unknown", "rows.db", "--json").values[0]] == ["fox", "hare"]
    shown = legnext("batch", "unknown", "rows.db").lines
    assert [line.split(" (")[0] for line in shown if not line.startswith(" ")][:2] == ["Unknown: fox", "Unknown: hare"]
    told = legnext("batch", "status", "rows.db")
    assert told.lines[-2:] == ["Requests   2 unknown", f"Points     0 charged, {2 * DIFFUSION} uncertain"]
    assert f"Unknown: hare (diffusion, {DIFFUSION} points)" in told.err

    gave_up = legnext("batch", "resolve", "rows.db", "fox", "--give-up", "--json")
    assert gave_up.values == [{"key": "fox", "state": "failed", "unknown": 1}]
    again = legnext("batch", "resolve", "rows.db", "hare", "--resubmit")
    assert (again.code, again.lines) == (0, ["hare is sent again by the next run with rows.db."])
    assert legnext("batch", "unknown", "rows.db").lines == ["Nothing is unknown."]
    assert legnext(*RUN).code == Exit.JOB_FAILED
    assert texts(server) == ["a fox in the snow --v 7", *["a hare, running --v 7"] * 2]


def test_all_that_is_unknown_is_settled_at_once(legnext: Run, server: MockServer) -> None:
    server.faults.add("close_after", times=2, method="POST")
    assert legnext(*RUN).code == Exit.UNKNOWN
    ended = legnext("batch", "resolve", "rows.db", "--all", "--resubmit")
    assert ended.lines == [f"{key} is sent again by the next run with rows.db." for key in ("fox", "hare")]
    assert legnext("batch", "unknown", "rows.db").lines == ["Nothing is unknown."]
    assert legnext("batch", "resolve", "rows.db", "--all", "--give-up").lines == []


@pytest.mark.parametrize("unlike", ["no-such-job", "another"])
def test_a_job_that_the_request_cannot_have_become_is_not_adopted(
    legnext: Run, server: MockServer, unlike: str
) -> None:
    server.faults.add("close_after", times=1, method="POST")
    assert legnext(*RUN).code == Exit.UNKNOWN
    server.jobs.add("another", operation="upscale")
    ended = legnext("batch", "resolve", "rows.db", "fox", "--adopt", unlike)
    said = {
        "no-such-job": "job no-such-job does not exist",
        "another": "job another is of upscale, and fox of diffusion",
    }
    assert (ended.code, ended.out) == (Exit.BAD_INPUT, "")
    assert said[unlike] in ended.err
    assert [each["key"] for each in legnext("batch", "unknown", "rows.db", "--json").values[0]] == ["fox"]
    assert legnext("batch", "resolve", "rows.db", "fox", "--adopt", server.ledger[0].job_id).code == 0
    assert legnext(*RUN).code == 0


def test_the_journal_tells_how_many_unknown_requests_were_probably_accepted(legnext: Run, server: MockServer) -> None:
    server.faults.add("close_after", times=1, method="POST")
    server.faults.add("close_before", times=1, method="POST")
    ended = legnext(*RUN)
    told = "By the balance before and after, 1 of 2 unknown were probably accepted."
    assert told in ended.err
    assert told in legnext("batch", "unknown", "rows.db").lines
    assert told in legnext("batch", "status", "rows.db").err
    assert legnext("batch", "status", "rows.db", "--json").values[0]["probably_accepted"] == 1


def test_what_a_killed_process_was_sending_is_listed_too(
    environment: dict[str, str], legnext: Run, server: MockServer, tmp_path: Path
) -> None:
    server.faults.add("delay", seconds=3600, method="POST")
    begun = Begun(environment, tmp_path, *RUN, "--concurrency", "1")
    until(lambda: server.ledger)
    begun.process.kill()
    assert begun.ended().code == -9
    [cut] = legnext("batch", "unknown", "rows.db", "--json").values[0]
    assert (cut["key"], cut["state"]) == ("fox", "submitting")
    assert "or the process ended before the response was read" in legnext("batch", "unknown", "rows.db").lines[0]
    assert legnext("batch", "resolve", "rows.db", "fox", "--adopt", server.ledger[0].job_id).code == 0
    assert legnext(*RUN).code == 0
    assert len(server.ledger) == 2


def test_a_page_that_cannot_be_written_is_no_failure(legnext: Run, tmp_path: Path) -> None:
    (tmp_path / "shots").mkdir()
    (tmp_path / "shots" / "index.html").write_text("<p>mine</p>", encoding="utf-8")
    ended = legnext(*RUN, "--out", "shots")
    assert ended.code == 0
    assert "Warning: the results page was not written: " in ended.err
    assert (tmp_path / "shots" / "index.html").read_text(encoding="utf-8") == "<p>mine</p>"
