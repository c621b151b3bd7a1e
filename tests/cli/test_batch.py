"""`legnext batch`: rows from a file, each paid for once, whatever happens; and what their journal says."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.cli.exits import Exit
from tests.facts import DIFFUSION, VIDEO, points

from .asked import ROWS, RUN, add, texts
from .commands import Begun, until
from .terminals import NARROW

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Ended, Run

pytestmark = pytest.mark.usefixtures("rows")


def results(ended: Ended) -> dict[str, dict[str, Any]]:
    *rows, _ = ended.values
    return {each["key"]: each for each in rows}


# ---- to its end ---------------------------------------------------------------------------------------------------


def test_rows_become_files_and_a_page_and_are_paid_for_once(
    legnext: Run, server: MockServer, rows: Path, tmp_path: Path
) -> None:
    add(rows, "bad,fail-this-job")
    ended = legnext(*RUN, "--out", "shots")
    assert ended.code == Exit.JOB_FAILED
    bad, *good = sorted(ended.lines)
    assert re.fullmatch(r"bad: failed, diffusion \S+ failed: .+ Nothing was charged for it\.", bad)
    assert good == [
        f"{key}: done, 4 images, {DIFFUSION} points, shots/{key}_0.png and 3 more" for key in ("fox", "hare")
    ]
    first, second, counted, page, again = ended.err.splitlines()
    assert (first, second) == (
        f"3 rows, {3 * DIFFUSION} points, about 2 minutes of work.",
        "The account has 1000000 points.",
    )
    assert re.fullmatch(rf"2 done, 1 failed; {2 * DIFFUSION} points charged in 0:\d\d\.", counted)
    assert page == "Results page: shots/index.html"
    assert again == "Retry what failed: legnext batch run rows.csv --out shots --retry-failed"
    assert "fox" in (tmp_path / "shots" / "index.html").read_text(encoding="utf-8")
    assert len(list((tmp_path / "shots").glob("*.png"))) == 8

    ended = legnext(*RUN, "--out", "shots")
    assert (ended.code, len(server.ledger)) == (Exit.JOB_FAILED, 3)
    assert f"fox: done earlier, 4 images, {DIFFUSION} points, shots/fox_0.png and 3 more" in ended.lines
    assert f"3 rows, {3 * DIFFUSION} points in all, of which nothing is left to be paid." in ended.err
    assert f"2 done (2 by earlier runs), 1 failed; 0 points charged in 0:00, {2 * DIFFUSION} in all." in ended.err
    ended = legnext(*shlex.split(again.partition(": legnext ")[2]))
    assert (ended.code, texts(server).count("fail-this-job"), len(server.ledger)) == (Exit.JOB_FAILED, 2, 4)
    assert f"3 rows, {3 * DIFFUSION} points in all, of which {DIFFUSION} are left to be paid for 1 row, " in ended.err


def test_machines_get_a_line_for_each_row_and_one_for_all(legnext: Run, server: MockServer, rows: Path) -> None:
    rows.write_text(
        "key,operation,text,prompt\nfox,,a fox --v 7,\nshort,shorten,,a very long prompt\nbad,,fail-this-job,\n",
        encoding="utf-8",
    )
    ended = legnext(*RUN, "--json", "--out", "shots", "--name", "{key}/{n}{ext}")
    found, summary = results(ended), ended.values[-1]["summary"]
    assert ended.code == Exit.JOB_FAILED
    assert {key: (each["state"], each["points"]) for key, each in found.items()} == {
        "fox": ("done", DIFFUSION),
        "short": ("done", points("shorten")),
        "bad": ("failed", 0),
    }
    assert found["fox"]["files"] == [f"shots/fox/{n}.png" for n in range(4)]
    assert found["fox"]["asked"] == {"operation": "diffusion", "text": "a fox --v 7"}
    assert found["short"]["files"] == []
    assert all(server.jobs[each["jobs"][0]["job_id"]] == each["jobs"][0] for each in found.values())
    assert "Nothing was charged for it." in found["bad"]["error"]
    assert (summary["done"], summary["failed"], summary["unknown"]) == (2, 1, [])
    assert summary["points"] == DIFFUSION + points("shorten")
    assert (summary["journal"], summary["gallery"]) == ("rows.db", "shots/index.html")
    again = legnext(*RUN, "--json", "--out", "shots", "--name", "{key}/{n}{ext}")
    assert all(each["earlier"] for each in results(again).values())


def test_chains_can_be_rows_and_without_a_directory_addresses_are_printed(
    legnext: Run, server: MockServer, tmp_path: Path
) -> None:
    chain = {"version": 1, "steps": [{"step": "start", "prompt": "waves"}, {"step": "extend"}]}
    (tmp_path / "chains.jsonl").write_text(json.dumps({"key": "waves", "chain": chain}) + "\n", encoding="utf-8")
    ended = legnext("batch", "run", "chains.jsonl", "--journal", "kept.db")
    address = list(server.jobs.values())[-1]["output"]["video_urls"][0]
    assert (ended.code, ended.lines) == (0, [f"waves: done, 4 videos, {2 * VIDEO} points, {address} and 3 more"])
    assert not list(tmp_path.glob("*.html"))
    assert legnext("batch", "status", "kept.db").lines[1:] == ["Requests   2 done", f"Points     {2 * VIDEO} charged"]


def test_a_price_needs_no_key_and_sends_nothing(legnext: Run, server: MockServer, rows: Path) -> None:
    ended = legnext(*RUN, "--price", LEGNEXT_API_KEY=None)
    assert (ended.code, ended.out, ended.err) == (0, f"2 rows, {2 * DIFFUSION} points, about 2 minutes of work.\n", "")
    add(rows, "odd,a fox --personalize")
    assert legnext(*RUN, "--price").code == Exit.BAD_INPUT
    ended = legnext(*RUN, "--price", "--json", "--prompts", "warn")
    [value] = ended.values
    assert (value["rows"], value["points"], value["left"]) == (3, 3 * DIFFUSION, 3 * DIFFUSION)
    assert value["usd"] == 3 * DIFFUSION / 1000
    assert ended.err.startswith("Warning: rows.csv, line 4: the prompt has problems")
    assert server.ledger == []


# ---- how it ends otherwise ----------------------------------------------------------------------------------------


def test_an_unknown_outcome_comes_before_a_failure_and_is_settled_by_what_is_printed(
    legnext: Run, server: MockServer, rows: Path
) -> None:
    add(rows, "bad,fail-this-job")
    server.faults.add("close_after", method="POST")
    ended = legnext(*RUN, "--json")
    [lost] = ended.values[-1]["summary"]["unknown"]
    key = lost["key"]
    assert ended.code == Exit.UNKNOWN
    assert {each["state"] for each in results(ended).values()} >= {"done", "unknown"}
    assert (results(ended)[key]["state"], lost["operation"], lost["price"]) == ("unknown", "diffusion", DIFFUSION)
    *_, unknown, adopt, resubmit, give_up, probably, look = ended.err.splitlines()
    assert unknown.startswith(f"Unknown: {key} (diffusion, {DIFFUSION} points): ")
    assert probably.startswith("By the balance before and after, ")
    assert look.startswith("An unknown request may have been charged: check your callbacks or legnext balance")
    assert [command.split("#")[0].strip() for command in (adopt, resubmit, give_up)] == [
        f"legnext batch resolve rows.db {key} {way}" for way in ("--adopt JOB", "--resubmit", "--give-up")
    ]
    assert legnext(*RUN).code == Exit.UNKNOWN
    assert len(server.ledger) == 3, "it is never sent again by itself"

    known = {job["job_id"] for each in results(ended).values() for job in each["jobs"]}
    [job] = {each.job_id for each in server.ledger} - known
    ended = legnext(*shlex.split(adopt.replace("JOB", job).partition("#")[0])[1:])
    assert (ended.code, ended.lines) == (0, [f"{key} is job {job}: the next run with rows.db waits for it."])
    assert legnext(*RUN).code == Exit.JOB_FAILED, "what failed is left"
    assert len(server.ledger) == 3


def test_what_could_not_be_fetched_and_what_goes_on_are_told_apart(
    legnext: Run, server: MockServer, rows: Path
) -> None:
    add(rows, "bad,fail-this-job")
    server.faults.add("error_before", path="/files/", rate=1.0, status=404)
    ended = legnext(*RUN, "--out", "shots")
    assert ended.code == Exit.FILES
    assert sum(f": done, 4 images, {DIFFUSION} points, but " in line for line in ended.lines) == 2
    assert ended.err.splitlines()[-1] == "Resume: legnext batch run rows.csv --out shots"
    server.faults.clear()

    add(rows, "slow,never-end-this-job")
    ended = legnext(*RUN, "--out", "shots", "--timeout", "0.01")
    assert ended.code == Exit.TIMEOUT
    assert {*ended.lines} > {
        f"{key}: done earlier, 4 images, {DIFFUSION} points, shots/{key}_0.png and 3 more" for key in ("fox", "hare")
    }
    assert any(re.fullmatch(r"slow: still running, \S+ is \w+ after \d+ seconds\.", line) for line in ended.lines)
    assert ended.err.splitlines()[-1] == "Resume: legnext batch run rows.csv --out shots --timeout 0.01"
    server.jobs.complete(server.ledger[-1].job_id)
    assert legnext(*RUN, "--out", "shots").code == Exit.JOB_FAILED
    assert len(server.ledger) == 4


def test_a_budget_is_not_passed_and_what_was_made_is_told(legnext: Run, server: MockServer) -> None:
    ended = legnext(*RUN, "--ask-above", "0", "--budget", "100", "--out", "shots", "--json")  # a budget is consent
    *_, summary = ended.values
    assert (ended.code, len(server.ledger)) == (Exit.BUDGET, 1)
    assert (summary["summary"]["done"], summary["summary"]["left"]) == (1, 1)
    assert f"{DIFFUSION} points would exceed the budget of 100" in ended.err
    server._service.account.available_credits = 10
    ended = legnext(*RUN)
    assert (ended.code, ended.out, len(server.ledger)) == (Exit.BUDGET, "", 1)
    assert f"this takes up to {DIFFUSION} points, and the account has 10. Nothing was sent; top up, " in ended.err
    assert "raise the budget" not in ended.err


def test_words_of_warning_reach_those_who_watch_no_terminal(process: Run, server: MockServer) -> None:
    server.jobs.add("odd", status="a-new-word")
    ended = process("wait", "odd", "--timeout", "1")
    assert ended.code == Exit.TIMEOUT
    assert "odd: unknown status 'a-new-word'; still waiting" in ended.err.splitlines()


# ---- on a terminal ------------------------------------------------------------------------------------------------


def test_a_picture_shows_what_runs_and_gives_way_to_results(terminal: Any, rows: Path) -> None:
    add(rows, "slow,never-end-this-job")
    session = terminal(*RUN, "--ask-above", "0", columns=NARROW)
    session.read_until(f"Spend up to {3 * DIFFUSION} points, {3 * DIFFUSION / 1000} USD? [y/N]")
    session.press(b"yes\n")
    session.read_until_seen(lambda seen: sum(": done, " in line for line in seen) == 2 and "2 of 3" in seen[-2])
    whole, slow = session.seen[-2:]
    assert re.match(rf"rows +━+[╺╸]━+ +\d+% 2 of 3, {2 * DIFFUSION} points +0:", whole)
    assert re.match(rf"slow  diffusion ━+[╺╸]?━* +\d+% \w+, {DIFFUSION} points +0:", slow)
    session.press(b"\x03")
    session.read_until("Interrupted: nothing more")
    session.press(b"\x03")
    assert session.ended() == Exit.INTERRUPTED, session.raw[-3000:]
    seen = [line for line in session.seen if line]
    assert not any("━" in line for line in seen), "the picture is gone"
    assert f"2 done, 1 still on their way; {2 * DIFFUSION} points charged in 0:" in "".join(seen)
    assert "".join(seen).endswith("Resume: legnext batch run rows.csv --ask-above 0")
    assert session.raw.rindex("\x1b[?25h") > session.raw.rindex("\x1b[?25l"), "the cursor is there again"


def test_ctrl_c_once_submits_nothing_more_and_waits(
    environment: dict[str, str], server: MockServer, rows: Path, tmp_path: Path
) -> None:
    rows.write_text("key,text\nslow,never-end-this-job\n" + ROWS.partition("\n")[2], encoding="utf-8")
    begun = Begun(environment, tmp_path, *RUN, "--concurrency", "1")
    until(lambda: server.jobs)
    (job,) = server.jobs
    until(lambda: server.jobs[job]["status"] == "processing")
    begun.signal(2)
    while "Interrupted: nothing more is submitted" not in begun.err.readline():
        pass
    server.jobs.complete(job)
    ended = begun.ended()
    assert ended.code == Exit.INTERRUPTED
    assert ended.lines[0].startswith(f"slow: done, 4 images, {DIFFUSION} points, http")
    assert f"1 done, 2 left; {DIFFUSION} points charged in 0:" in ended.err
    assert ended.err.splitlines()[-1] == "Resume: legnext batch run rows.csv --concurrency 1"
    assert len(server.ledger) == 1
