"""What the page tells of a journal: every row, how it stands, what it cost, and what is known of each step."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import VideoChain
from legnext_client._journal.files import CHAIN
from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED, SUBMITTING, UNKNOWN
from legnext_client._protocol.state import State
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION, EXTENSION, VIDEO, VIDEO_UPSCALE

from .journals import PNG, Page, Writing, page_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DESCRIBED = {
    "chain": {"version": 1, "steps": [{"step": "start", "prompt": "waves"}, {"step": "extend"}, {"step": "upscale"}]}
}


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    with Writing(tmp_path / "run.db") as opened:
        yield opened


def test_a_row_stands_as_its_request_does(writing: Writing) -> None:
    told = {
        DONE: "done",
        FAILED: "failed",
        UNKNOWN: "unknown",
        SUBMITTED: "running",
        SUBMITTING: "running",
        NEW: "waiting",
    }
    for state in told:
        writing.request(state, state)
    assert {row["key"]: row["state"] for row in page_of(writing.path).rows} == told


CHAINS: dict[str, tuple[list[str], str]] = {
    "all": ([DONE, DONE, DONE], "done"),
    "one": ([DONE], "waiting"),
    "refused": ([DONE, NEW], "waiting"),
    "on its way": ([DONE, SUBMITTED], "running"),
    "failed": ([DONE, FAILED], "failed"),
    "unknown": ([DONE, UNKNOWN], "unknown"),
}


def test_a_chain_is_done_when_all_its_steps_are(writing: Writing) -> None:
    for key, (states, _) in CHAINS.items():
        for step, state in enumerate(states):
            writing.request(key, state, step=step, described=DESCRIBED, operation="extend_video")
    page = page_of(writing.path)
    assert {row["key"]: row["state"] for row in page.rows} == {key: told for key, (_, told) in CHAINS.items()}
    assert {len(row["steps"]) for row in page.rows} == {3}


def test_steps_that_were_not_begun_are_shown_as_they_were_asked_for(writing: Writing) -> None:
    writing.request("chain", step=0, described=DESCRIBED, operation="video_diffusion", prompt="waves", videoType=1)
    begun, *later = page_of(writing.path).row("chain")["steps"]
    assert (begun["operation"], begun["prompt"], begun["options"]) == (
        "video_diffusion",
        "waves",
        {"video type": "hd 720p"},
    )
    assert later == [{"operation": "extend", "state": "new"}, {"operation": "upscale", "state": "new"}]


def test_rows_come_in_the_order_in_which_they_were_begun(writing: Writing) -> None:
    for name in ("c", "a", "b"):
        writing.request(name)
    assert [row["key"] for row in page_of(writing.path).rows] == ["c", "a", "b"]


def test_a_step_tells_what_it_was_what_it_cost_and_how_long_it_took(writing: Writing) -> None:
    writing.request("fox", text="a fox --ar 3:2", points=160)
    step = page_of(writing.path).step("fox")
    assert (step["operation"], step["prompt"], step["points"], step["job"]) == (
        "diffusion",
        "a fox --ar 3:2",
        160,
        "job-1",
    )
    assert step["seconds"] == 20
    assert step["begun"] == round(writing.now.timestamp()) - 20


def test_what_failed_and_what_is_unknown_tell_why_and_what_it_may_cost(writing: Writing) -> None:
    writing.request("a", FAILED, error="no <dragons>")
    writing.request("b", UNKNOWN, error="the line was cut", points=480)
    page = page_of(writing.path)
    assert page.step("a")["error"] == "no <dragons>"
    assert page.step("b") | {"begun": 0} == {
        "operation": "diffusion", "state": "unknown", "prompt": "a b", "price": 480, "begun": 0,
        "error": "the line was cut",
    }  # fmt: skip


def test_texts_are_shown_and_files_that_were_not_fetched_are_only_named(writing: Writing) -> None:
    output = {"prompts": ["one", "two"], "image_urls": ["https://cdn.test/1.png", "javascript:alert(1)"]}
    writing.request("words", operation="describe", imgUrl="https://a.test/b.png", output=output)
    step = page_of(writing.path).step("words")
    assert step["texts"] == ["one", "two"]
    assert step["addresses"] == ["https://cdn.test/1.png"]
    assert step["options"] == {"img url": "https://a.test/b.png"}


def test_options_have_the_words_of_the_document(writing: Writing) -> None:
    writing.request("big", operation="upscale", jobId="the-source", imageNo=0, type=1)
    assert page_of(writing.path).step("big")["options"] == {
        "made of job": "the-source",
        "image no": "0",
        "type": "creative",
    }


def test_an_operation_that_the_document_does_not_have_is_shown_all_the_same(writing: Writing) -> None:
    writing.request("odd", operation="paint", prompt="a wall", brush={"size": 3}, strokes=[1, 2])
    step = page_of(writing.path).step("odd")
    assert (step["operation"], step["prompt"]) == ("paint", "a wall")
    assert step["options"] == {"brush": '{"size": 3}', "strokes": "[1, 2]"}


def test_who_can_call_back_is_not_told(writing: Writing) -> None:
    writing.request("fox", text="a fox", callback="https://me.test/hook?its-token")
    text = page_of(writing.path).text
    assert "its-token" not in text
    assert "me.test" not in text


def test_requests_in_whose_place_others_were_sent_still_count(writing: Writing) -> None:
    first = writing.request("fox", text="a fox", points=80)
    writing.journal.retire(first)
    writing.request("fox", digest="e", text="two foxes", points=160)
    page = page_of(writing.path)
    row = page.row("fox")
    assert [step["prompt"] for step in row["steps"]] == ["two foxes"]
    assert [(step["prompt"], step["points"]) for step in row["earlier"]] == [("a fox", 80)]
    assert page.data["totals"]["points"] == 240


def test_a_request_that_is_to_be_sent_again_waits(writing: Writing) -> None:
    writing.request("fox", UNKNOWN)
    writing.journal.resubmit("fox")
    row = page_of(writing.path).row("fox")
    assert row["state"] == "waiting"
    assert [step["state"] for step in row["earlier"]] == ["unknown"]
    assert row["steps"] == [{"operation": "diffusion", "state": "new", "prompt": "a fox"}]


def test_the_sums_are_those_of_the_journal_and_pauses_do_not_count(writing: Writing) -> None:
    writing.request("a", points=80)
    writing.now = writing.now.replace(day=5)  # a weekend later
    writing.request("b", points=20)
    writing.request("c", SUBMITTED, points=480)
    writing.request("d", UNKNOWN, points=120)
    assert page_of(writing.path).data["totals"] == {"points": 100, "held": 480, "uncertain": 120, "seconds": 40}


def test_a_batch_of_the_client_is_shown_with_its_files_and_while_it_runs(tmp_path: Path) -> None:
    chain = VideoChain.start("waves").extend("night").upscale()
    rows: list[Any] = [{"key": "fox", "text": "a fox --ar 3:2"}, {"key": "no", "text": "fail-this-job"}]
    rows += [{"key": "chain", "chain": chain}, ("diffusion", {"text": "a hare"})]
    with MockServer(in_process=True) as server, server.client() as client:
        results = iter(client.batch(rows, journal=tmp_path / "run.db", download=tmp_path / "shots", concurrency=2))
        next(results)
        states = [row["state"] for row in page_of(tmp_path / "run.db").rows]
        assert "running" in states
        list(results)
    page = page_of(tmp_path / "run.db")
    assert page.path == tmp_path / "shots" / "index.html"
    assert [row["state"] for row in page.rows] == ["done", "failed", "done", "done"]
    assert [row["named"] for row in page.rows] == [True, True, True, False]
    assert page.step("fox")["files"] == ["fox_0.png", "fox_1.png", "fox_2.png", "fox_3.png"]
    assert page.step("fox")["shape"] == pytest.approx(1.5, abs=0.02)
    assert page.step("chain", 2)["files"] == ["chain_0.mp4"]
    assert page.step("chain", 2)["shape"] == 1
    assert page.data["totals"]["points"] == 2 * DIFFUSION + VIDEO + EXTENSION + VIDEO_UPSCALE


def test_the_page_of_a_chain_is_made_in_the_same_way(tmp_path: Path) -> None:
    with MockServer(in_process=True) as server, server.client() as client:
        client.run(VideoChain.start("waves").extend(), tmp_path / "chain.db")
    page = page_of(tmp_path / "chain.db")
    assert page.path == tmp_path / "index.html"
    assert page.data["kind"] == CHAIN
    [row] = page.rows
    assert (row["state"], row["named"], len(row["steps"])) == ("done", True, 2)


def test_thousands_of_rows_make_a_page_that_is_not_heavy(tmp_path: Path) -> None:
    with Writing(tmp_path / "run.db") as writing:
        writing.request("row 0", text="a lighthouse at dusk --ar 3:2", files=[f"row 0_{n}.png" for n in range(4)])
        writing.repeat("row 0", 1_999)
    page = page_of(tmp_path / "run.db")
    parts = sorted(tmp_path.glob("index.html.rows-*/*.html"))
    assert (len(page.rows), len(page.data["rest"]["states"]), len(parts)) == (500, 1_500, 3)
    assert sum(len(Page(part).rows) for part in parts) == 1_500
    assert page.data["totals"]["points"] == 160_000
    assert len(page.text) < 600_000
    assert max(part.stat().st_size for part in parts) < 250_000
    writing = Writing(tmp_path / "other.db")
    writing.request("fox")
    writing.journal.close()
    assert len(page_of(tmp_path / "other.db").rows) == 1
    assert list(tmp_path.glob("index.html.rows-*")) == []  # those of the page before


def test_a_name_on_the_disk_that_is_no_text_does_not_matter(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    try:
        (tmp_path / name).write_bytes(PNG)
    except OSError:
        pytest.skip("this file system takes no such names")
    with Writing(tmp_path / "run.db") as writing:
        number = writing.request("fox")
        writing.journal._write("UPDATE requests SET files = ? WHERE id = ?", json.dumps([str(tmp_path / name)]), number)
    assert page_of(tmp_path / "run.db").step("fox") | {} == {
        **page_of(tmp_path / "run.db").step("fox"),
        "files": ["caf%E9.png"],
        "shape": 1.5,
    }


def test_what_a_job_told_last_is_what_counts(writing: Writing) -> None:
    number = writing.request("fox", SUBMITTED)
    assert page_of(writing.path).step("fox")["status"] == "processing"
    writing.journal.ended(number, State({"job_id": "job-1", "status": "failed", "error": {"message": "too odd"}}), 0)
    step = page_of(writing.path).step("fox")
    assert (step["state"], step["error"]) == ("failed", "job job-1 failed: too odd.")
    assert "status" not in step
