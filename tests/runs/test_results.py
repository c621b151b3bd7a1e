"""What a batch tells of its rows, before it runs, while it does and after it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import VideoChain
from legnext_client._runs.results import BatchSummary
from tests.facts import DIFFUSION, VIDEO

if TYPE_CHECKING:
    from .conftest import World


def test_what_a_row_has_made_can_be_asked_whatever_became_of_it(world: World) -> None:
    world.server.faults.add("error_before", times=1, status=400, method="POST")
    world.server.faults.add("job_fails", times=1)
    rows = [("imagine", {"text": f"a cat {number}"}) for number in range(3)]
    results, _ = world.batch([*rows, VideoChain.start("waves")], concurrency=1)
    assert [(result.state, result.job is None) for result in results] == [
        ("failed", True),
        ("failed", False),
        ("done", False),
        ("done", False),
    ]
    assert [len(result.image_urls) for result in results] == [0, 0, 4, 0]
    assert [len(result.video_urls) for result in results] == [0, 0, 0, 4]
    assert results[2].image_urls == results[2].job.image_urls
    assert results[3].video_urls == results[3].job.video_urls


def test_results_summaries_and_chains_are_plain_data_for_json(world: World) -> None:
    world.server.faults.add("job_fails", times=1)
    rows = [("imagine", {"text": f"a cat {number}"}) for number in range(2)]
    results, batch = world.batch(rows, concurrency=1)
    failed, done = [json.loads(json.dumps(result.to_dict())) for result in results]
    assert (failed["state"], failed["error"]) == ("failed", str(results[0].error))
    assert (done["state"], done["asked"]) == ("done", {"operation": "diffusion", "text": "a cat 1"})
    assert [job["job_id"] for job in done["jobs"]] == [results[1].job.job_id]
    summary = json.loads(json.dumps(batch.summary.to_dict()))
    assert (summary["done"], summary["failed"], summary["unknown"]) == (1, 1, [])
    chain = world.chain(VideoChain.start("waves").extend("more"), world.path.with_name("chain.db"))
    kept = json.loads(json.dumps(chain.to_dict()))
    assert (kept["video_urls"], kept["points"]) == (chain.video_urls, chain.points)
    assert [step["job_id"] for step in kept["jobs"]] == [step.job_id for step in chain.jobs]


def test_a_job_of_a_batch_knows_its_response_and_one_of_an_earlier_run_has_none(world: World) -> None:
    rows = [("imagine", {"text": "a cat"})]
    [now], [earlier] = world.batch(rows)[0], world.batch(rows)[0]
    assert now.job.response.status == 200
    assert earlier.job.response is None


# ---- what is left, what was earlier, and what it has cost ---------------------------------------------------------


def cats(count: int) -> list[dict[str, str]]:
    return [{"key": f"cat-{number}", "text": f"a cat {number}"} for number in range(count)]


def survey(world: World, rows: Any, **options: Any) -> Any:
    return world.client().batch(rows, world.path, **options).survey()


def test_a_survey_says_what_is_left_to_be_paid(world: World) -> None:
    first = survey(world, cats(24))
    assert first.left == (24, 24 * DIFFUSION, 24 * DIFFUSION, first.typical_seconds)
    assert str(first) == f"24 rows, {24 * DIFFUSION} points, about 18 minutes of work"
    assert not world.path.exists()
    world.batch(cats(22))
    some = survey(world, cats(24))
    assert (some.rows, some.points, some.left[:3]) == (24, 24 * DIFFUSION, (2, 2 * DIFFUSION, 2 * DIFFUSION))
    left = f"{2 * DIFFUSION} are left to be paid for 2 rows, about 2 minutes of work"
    assert str(some) == f"24 rows, {24 * DIFFUSION} points in all, of which {left}"
    none = survey(world, cats(22))
    assert none.left == (0, 0, 0, 0.0)
    assert str(none) == f"22 rows, {22 * DIFFUSION} points in all, of which nothing is left to be paid"


def test_what_has_failed_is_left_only_if_it_is_tried_again_and_what_was_changed_is(
    world: World,
) -> None:
    rows: list[dict[str, Any]] = [*cats(2), {"key": "chain", "chain": VideoChain.start("waves").upscale()}]
    world.server.faults.add("job_fails", times=1, path="/v1/video-upscale")
    world.batch(rows)
    assert survey(world, rows).left.points == 0
    assert survey(world, rows, retry_failed=True).left[:2] == (1, VIDEO)
    changed = [{**rows[0], "text": "a dog"}, *rows[1:]]
    assert survey(world, changed).left[:2] == (1, DIFFUSION)


def test_a_summary_tells_this_run_from_those_before_it(world: World) -> None:
    _, first = world.batch(cats(2))
    assert (first.summary.earlier, first.summary.charged, first.summary.points) == (0, 2 * DIFFUSION, 2 * DIFFUSION)
    assert str(first.summary).startswith(f"2 done; {2 * DIFFUSION} points charged in ")
    assert " in all" not in str(first.summary)
    _, more = world.batch(cats(3))
    assert (more.summary.done, more.summary.earlier) == (3, 2)
    assert (more.summary.charged, more.summary.points) == (DIFFUSION, 3 * DIFFUSION)
    assert str(more.summary).startswith(f"3 done (2 by earlier runs); {DIFFUSION} points charged in ")
    assert str(more.summary).endswith(f", {3 * DIFFUSION} in all.")
    _, nothing = world.batch(cats(3))
    assert str(nothing.summary) == f"3 done (3 by earlier runs); 0 points charged in 0:00, {3 * DIFFUSION} in all."


def test_what_was_submitted_by_an_earlier_run_and_ends_in_this_one_is_charged_in_this_one(world: World) -> None:
    world.batch(cats(1), timeout=0)
    _, batch = world.batch(cats(1))
    assert (batch.summary.earlier, batch.summary.charged) == (0, DIFFUSION)


def test_a_batch_without_a_journal_leaves_all_to_be_paid(world: World) -> None:
    found = world.client().batch(cats(2)).survey()
    assert found.left == (2, 2 * DIFFUSION, 2 * DIFFUSION, found.typical_seconds)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"done": 1}, "1 done; 0 points charged in 0:00."),
        ({"failed": 2, "running": 1}, "0 done, 2 failed, 1 still on their way; 0 points charged in 0:00."),
        ({"left": 3, "charged": 5, "points": 5, "seconds": 3700.0}, "0 done, 3 left; 5 points charged in 1:01:40."),
    ],
)
def test_figures_that_are_nothing_are_not_told(figures: dict[str, Any], said: str) -> None:
    assert BatchSummary(0, 0, (), 0, None, 0, 0.0, None)._replace(**figures).figures == said
