"""Batches: every row once, in the order in which they end, and gone on with where they were."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import VideoChain
from legnext_client.errors import (
    AuthenticationError,
    BadRequestError,
    DownloadError,
    InvalidRequest,
    JobFailed,
    JournalError,
    WaitTimeout,
)
from legnext_client.generated.models import DiffusionRequest
from legnext_client.journal import Journal
from tests.facts import DIFFUSION, LARGE_VIDEO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .conftest import World


def cats(count: int, **keys: str) -> list[dict[str, Any]]:
    return [{"key": f"cat-{number}", "text": f"a cat, number {number}", **keys} for number in range(count)]


def test_each_row_is_sent_once_and_comes_back_once(world: World) -> None:
    results, batch = world.batch(cats(20), concurrency=6)
    assert sorted(result.key for result in results) == sorted(row["key"] for row in cats(20))
    assert all(result.ok and len(result.job.image_urls) == 4 for result in results)
    assert len(world.server.ledger) == 20
    assert (batch.summary.done, batch.summary.points, batch.summary.left) == (20, 20 * DIFFUSION, 0)
    assert str(batch.summary).startswith(f"20 done; {20 * DIFFUSION} points charged in ")


def test_results_come_in_the_order_in_which_they_end(world: World) -> None:
    rows: list[Any] = [VideoChain.start("waves"), *cats(3)]
    results, _ = world.batch(rows, concurrency=4)
    assert results[-1].asked.keys() == {"chain"}
    assert len(results) == 4


def test_no_more_run_at_once_than_were_given(world: World) -> None:
    most = 0

    def look(_: Any) -> None:
        nonlocal most
        most = max(
            most, sum(job["status"] in ("pending", "staged", "processing") for job in world.server.jobs.values())
        )

    world.batch(cats(12), concurrency=3, on_progress=look)
    assert most == 3


def test_rows_may_be_models_pairs_mappings_chains_and_files(world: World, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "from a file", "key": "f"}\n{"operation": "shorten", "prompt": "a long prompt"}\n')
    rows = [DiffusionRequest(text="a model"), ("imagine", {"text": "a pair"}), {"text": "a mapping"}]
    rows.append(VideoChain.start("a chain").upscale())
    results, _ = world.batch(rows)
    assert [result.state for result in results] == ["done"] * 4
    results, _ = world.batch(path, tmp_path / "another.db")
    assert sorted(submission.operation for submission in world.server.ledger[-2:]) == ["diffusion", "shorten"]
    assert [result.state for result in results] == ["done"] * 2


def test_a_failed_row_does_not_stop_the_others(world: World) -> None:
    world.server.faults.add("job_fails", times=1)
    world.server.faults.add("error_before", times=1, status=400, method="POST")
    results, batch = world.batch(cats(6))
    errors = [type(result.error) for result in results if not result.ok]
    assert sorted(errors, key=str) == sorted([JobFailed, BadRequestError], key=str)
    assert (batch.summary.done, batch.summary.failed) == (4, 2)


def test_a_batch_run_again_goes_on_and_tells_what_was_there(world: World) -> None:
    first, _ = world.batch(cats(5))
    again, batch = world.batch(cats(5))
    assert {result.key: result.job.job_id for result in again} == {result.key: result.job.job_id for result in first}
    assert not any(result.earlier for result in first)
    assert all(result.earlier for result in again)
    assert len(world.server.ledger) == 5
    assert batch.summary.points == 5 * DIFFUSION


def test_rows_that_are_done_are_looked_up_many_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.batch(cats(15), concurrency=15)
    plain, queries = Journal._rows, list[str]()

    def rows(journal: Journal, query: str, *values: Any) -> Any:
        queries.append(query)
        return plain(journal, query, *values)

    monkeypatch.setattr(Journal, "_rows", rows)
    few = len(world.batch(cats(1))[0]), len(queries)
    queries.clear()
    many = len(world.batch(cats(15))[0]), len(queries)
    assert (few[0], many[0]) == (1, 15)
    assert many[1] < few[1] + 10


def test_added_rows_are_made_and_the_others_are_not_made_again(world: World) -> None:
    world.batch(cats(3))
    results, _ = world.batch([{"text": "a newcomer"}, *cats(4)])
    assert [result.earlier for result in results].count(True) == 3
    assert len(world.server.ledger) == 5


def test_a_changed_row_is_seen_by_its_key_and_made_anew(world: World) -> None:
    world.batch(cats(3))
    rows = cats(3)
    rows[1]["text"] = "a dog"
    results, batch = world.batch(rows)
    assert [result.key for result in results if not result.earlier] == ["cat-1"]
    assert [body["text"] for body in world.bodies()[3:]] == ["a dog"]
    assert batch.summary.points == 4 * DIFFUSION
    with world.journal() as journal:
        assert [entry.body["text"] for entry in journal.entries(history=True) if entry.key == "cat-1"] == [
            "a cat, number 1",
            "a dog",
        ]


def test_rows_without_a_key_are_known_by_what_they_ask_for_wherever_they_stand(world: World) -> None:
    rows = [{"text": "a fox"}, {"text": "a hare"}, {"text": "a fox"}]
    world.batch(rows)
    world.batch([{"text": "an owl"}, *reversed(rows)])
    *first, last = [body["text"] for body in world.bodies()]
    assert (sorted(first), last) == (["a fox", "a fox", "a hare"], "an owl")


def test_a_failed_row_is_tried_again_only_when_asked(world: World) -> None:
    world.server.faults.add("job_fails", times=1)
    world.batch(cats(2))
    results, _ = world.batch(cats(2))
    [failed] = [result for result in results if not result.ok]
    assert "failed in an earlier run" in str(failed.error)
    results, _ = world.batch(cats(2), retry_failed=True)
    assert all(result.ok for result in results)
    assert len(world.server.ledger) == 3


def test_a_wrong_row_is_told_before_anything_is_sent(world: World) -> None:
    rows = [*cats(3), {"operation": "upscale", "job_id": "j", "image_no": 7, "type": 0}]
    with pytest.raises(InvalidRequest, match=r"1 of 4 rows cannot be sent.*row 4: .*image_no must be 0 to 3; got 7"):
        world.batch(rows)
    assert world.server.ledger == []
    assert not world.path.exists()


def test_of_rows_that_can_be_read_only_once_a_wrong_one_is_a_result(world: World) -> None:
    results, batch = world.batch(iter([*cats(1), {"text": ""}, *cats(2)[1:]]))
    [wrong] = [result for result in results if not result.ok]
    assert (wrong.key, wrong.state) == ("row 2", "new")
    assert "text must have" in str(wrong.error)
    assert (batch.summary.done, batch.summary.left) == (2, None)


def test_rows_are_read_as_they_are_needed(world: World) -> None:
    read: list[int] = []

    def rows() -> Iterator[dict[str, Any]]:
        for number, row in enumerate(cats(10)):
            read.append(number)
            yield row

    ahead: list[int] = []
    world.batch(rows(), concurrency=2, on_progress=lambda update: ahead.append(len(read) - update.counts.done))
    assert max(ahead) <= 3


def test_progress_counts_the_rows(world: World) -> None:
    updates: list[Any] = []
    world.batch(cats(4), concurrency=2, on_progress=updates.append)
    assert {update.counts.total for update in updates} == {4}
    assert max(update.counts.running for update in updates) == 2
    assert updates[-1].counts.done == 3
    assert {update.steps for update in updates} == {1}


def test_files_come_to_where_they_were_asked_for_and_are_not_fetched_twice(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    results, _ = world.batch(cats(3), download=out)
    paths = [path for result in results for path in result.files]
    assert sorted(path.name for path in paths) == [f"cat-{cat}_{n}.png" for cat in range(3) for n in range(4)]
    assert all(path.stat().st_size > 1000 for path in paths)
    (out / "cat-0_2.png").unlink()
    again, _ = world.batch(cats(3), download=out)
    assert sorted(path for result in again for path in result.files) == sorted(paths)
    assert (out / "cat-0_2.png").exists()


def test_a_file_that_cannot_be_fetched_costs_no_job_and_is_fetched_by_the_next_run(
    world: World, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / ".cat-1_0.png.part").mkdir()
    results, _ = world.batch(cats(2), download=out)
    [short] = [result for result in results if result.error is not None]
    assert (short.key, short.state, type(short.error)) == ("cat-1", "done", DownloadError)
    (out / ".cat-1_0.png.part").rmdir()
    again, _ = world.batch(cats(2), download=out)
    assert all(result.error is None and len(result.files) == 4 for result in again)
    assert len(world.server.ledger) == 2


def test_an_unknown_submission_is_told_and_never_sent_again_by_itself(world: World) -> None:
    world.server.faults.add("close_after", times=1, method="POST")
    results, batch = world.batch(cats(3))
    [unknown] = [result for result in results if result.state == "unknown"]
    [unsettled] = batch.summary.unknown
    assert unsettled.key == unknown.key
    assert "adopt(key, job_id), resubmit(key) or give_up(key)" in str(batch.summary)
    world.batch(cats(3))
    world.batch(cats(3), retry_failed=True)
    assert len(world.server.ledger) == 3


def test_an_unknown_submission_keeps_its_place_as_long_as_its_job_can_last(world: World) -> None:
    world.server.faults.add("close_after", times=1, method="POST")
    world.batch(cats(3), concurrency=1)
    begun = [submission.at for submission in world.server.ledger]
    assert begun[1] - begun[0] >= 300
    assert begun[2] - begun[1] < 200


def test_a_job_that_takes_too_long_is_left_running_and_waited_for_by_the_next_run(world: World) -> None:
    world.server.faults.add("never_ends", times=1)
    results, batch = world.batch(cats(2), timeout=200)
    [slow] = [result for result in results if not result.ok]
    assert (slow.state, type(slow.error), batch.summary.running) == ("submitted", WaitTimeout, 1)
    world.server.jobs.complete(slow.error.job.job_id)
    results, _ = world.batch(cats(2))
    assert all(result.ok for result in results)
    assert len(world.server.ledger) == 2


def test_a_job_whose_row_is_gone_is_waited_for_all_the_same(world: World) -> None:
    world.server.faults.add("never_ends", times=1)
    world.batch(cats(2), timeout=200)
    world.server.jobs.complete(world.server.ledger[0].job_id)
    results, _ = world.batch(cats(2)[1:])
    assert {result.key: result.state for result in results} == {"cat-0": "done", "cat-1": "done"}
    assert set(world.states().values()) == {"done"}


def test_a_row_that_is_changed_while_its_job_runs_is_not_made_anew_yet(world: World) -> None:
    world.server.faults.add("never_ends", times=1)
    world.batch(cats(1), timeout=200)
    results, _ = world.batch([{"key": "cat-0", "text": "a dog"}])
    assert [(result.state, type(result.error)) for result in results] == [("submitted", InvalidRequest)]
    assert "was changed while its earlier request is submitted" in str(results[0].error)
    assert len(world.server.ledger) == 1


def test_a_changed_chain_is_made_anew_as_a_whole(world: World) -> None:
    long, short = VideoChain.start("waves").extend("rain").extend("night"), VideoChain.start("waves").extend("snow")
    for chain in (long, short, long):
        [result], _ = world.batch([{"key": "f", "chain": chain}])
        assert result.ok
        sources = [body.get("jobId") for body in world.bodies()[-len(chain.steps) :]]
        assert sources == [None, *(job.job_id for job in result.jobs[:-1])]


def test_a_changed_chain_whose_steps_could_not_all_be_put_aside_has_lost_none_of_them(world: World) -> None:
    first, second = VideoChain.start("waves").extend("rain"), VideoChain.start("storm").extend("snow")
    [before], _ = world.batch([{"key": "f", "chain": first}])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("legnext_client.journal.Journal._run", _failing_at("UPDATE requests SET current = 0", 2))
        with pytest.raises(JournalError):
            world.batch([{"key": "f", "chain": second}])
    [after], _ = world.batch([{"key": "f", "chain": first}])
    assert [job.job_id for job in after.jobs] == [job.job_id for job in before.jobs]
    assert len(world.server.ledger) == 2


def _failing_at(statement: str, time: int) -> Any:
    """The disk fails at the n-th of these statements."""
    plain, times = Journal._run, [time]

    def run(journal: Journal, given: str, *values: Any) -> None:
        times[0] -= given.startswith(statement)
        if not times[0]:
            raise sqlite3.OperationalError("disk I/O error")
        plain(journal, given, *values)

    return run


def test_a_chain_that_is_changed_while_a_step_runs_pays_for_nothing(world: World) -> None:
    world.server.faults.add("never_ends", times=1, path="/v1/extend-video")
    world.batch([{"key": "f", "chain": VideoChain.start("waves").extend("rain")}])
    [result], _ = world.batch([{"key": "f", "chain": VideoChain.start("waves").extend("snow")}])
    assert (result.state, type(result.error)) == ("submitted", InvalidRequest)
    assert len(world.server.ledger) == 2


def test_a_second_batch_on_the_same_journal_is_refused_and_sends_nothing(world: World) -> None:
    client = world.client()
    second: list[Exception] = []

    def interfere(_: Any) -> None:
        if not second:
            with pytest.raises(JournalError, match="in use") as caught:
                list(world.server.client().batch(cats(3), world.path))
            second.append(caught.value)

    world.batch(cats(3), client=client, on_progress=interfere)
    assert second
    assert len(world.server.ledger) == 3


def test_without_a_journal_a_batch_runs_once(world: World) -> None:
    batch = world.client().batch(cats(2))
    assert len(world.drained(batch)) == 2
    with pytest.raises(InvalidRequest, match="no journal"):
        world.drained(batch)
    assert len(world.server.ledger) == 2


def test_a_summary_is_there_when_the_batch_has_run(world: World) -> None:
    batch = world.client().batch(cats(2))
    with pytest.raises(InvalidRequest, match="iterate over it first"):
        _ = batch.summary


def test_the_price_is_told_before_anything_is_sent(world: World) -> None:
    survey = world.client().batch([*cats(10), VideoChain.start("waves", video_type=1).extend()]).survey()
    assert (survey.rows, survey.points) == (11, 10 * DIFFUSION + 2 * LARGE_VIDEO)
    assert world.client().batch(iter(cats(3))).survey() is None
    assert world.server.ledger == []


def test_leaving_the_loop_loses_nothing(world: World) -> None:
    client = world.client()

    async def first_of(batch: Any) -> None:
        async for _ in batch:
            break

    batch = client.batch(cats(8), world.path, concurrency=4)
    if world.colour.is_async:
        world.colour.do(first_of(batch))
        world.colour.start_anew()
    else:
        for _ in batch:
            break
    results, _ = world.batch(cats(8))
    assert all(result.ok for result in results)
    assert len(world.server.ledger) == 8


def test_what_a_listener_raises_loses_nothing(world: World) -> None:
    def broken(update: Any) -> None:
        if update.counts.done == 2:
            raise LookupError("a mistake of the caller's")

    with pytest.raises(LookupError):
        world.batch(cats(6), on_progress=broken)
    results, _ = world.batch(cats(6))
    assert all(result.ok for result in results)
    assert len(world.server.ledger) == 6


def test_a_key_that_is_refused_stops_the_batch_and_its_rows_are_made_by_the_next(world: World) -> None:
    world.server.faults.add("error_before", times=1, status=401, method="POST")
    with pytest.raises(AuthenticationError):
        world.batch(cats(4), concurrency=2)
    assert "failed" not in world.states().values()
    results, _ = world.batch(cats(4))
    assert all(result.ok for result in results)


def test_many_rows_take_few_threads(make_world: Callable[..., World]) -> None:
    world = make_world(concurrency=0)
    before, most = threading.active_count(), 0

    def look(_: Any) -> None:
        nonlocal most
        most = max(most, threading.active_count() - before)

    world.batch(cats(40), concurrency=40, on_progress=look)
    assert most <= 36


def test_a_sync_batch_runs_inside_a_notebook(world: World) -> None:
    client = world.server.client()

    async def cell() -> int:
        return len(list(client.batch(cats(3), world.path)))  # a loop runs in this thread already, as in Jupyter

    assert asyncio.run(cell()) == 3
    client.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"concurrency": 0}, "concurrency must be a whole number, 1 or more; got 0"),
        ({"concurrency": 2.5}, "concurrency must be a whole number, 1 or more; got 2.5"),
        ({"concurrency": True}, "concurrency must be a whole number, 1 or more; got True"),
        ({"timeout": "soon"}, "timeout must be seconds, 0 or more; got 'soon'"),
        ({"timeout": -1}, "timeout must be seconds, 0 or more; got -1"),
        ({"poll_interval": -1}, "poll_interval must be seconds above 0; got -1"),
        ({"callback": "ftp://x"}, "callback must begin with http"),
        ({"callbacks": object()}, "callbacks must be a CallbackReceiver or the like; got object"),
        ({"budget": -1}, "points must be a whole number, 0 or more; got -1"),
        ({"budget": "much"}, "budget must be points, or a Budget; got 'much'"),
        ({"name": "{n}{ext}"}, "name must contain {key} or {job_id}"),
        ({"name": "../{key}{ext}"}, "name"),
        ({"on_progress": 3}, "on_progress must be a function; got 3"),
        ({"download": 3}, "download must be the path of a directory; got 3"),
        ({"download": __file__}, f"download must be a directory or a new path; got {__file__!r}, but"),
        ({"download": Path(__file__) / "shots"}, "test_batches.py is not a directory. Nothing was sent."),
        ({"budget": float("inf")}, "points must be a whole number"),
    ],
)
def test_bad_options_are_named_and_nothing_is_sent(world: World, options: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        world.batch(cats(1), **options)
    assert said in str(caught.value)
    assert world.server.ledger == []


@pytest.mark.parametrize("rows", [None, 3, {"text": "one mapping"}, "no-such-file.csv"])
def test_what_is_no_list_of_rows_is_refused(world: World, rows: Any) -> None:
    with pytest.raises(InvalidRequest):
        world.batch(rows)
    assert world.server.ledger == []
