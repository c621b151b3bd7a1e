"""A job lives on the server's clock: through its stages in order, for as long as its kind takes, to one of two ends."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from legnext_client.mock.answers import STYLES
from legnext_client.testing import MockServer
from tests.documents import operations
from tests.facts import DIFFUSION, seconds

DOCUMENT = json.loads((Path(__file__).parents[2] / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))
KINDS = {
    item["operationId"]: item["x-legnext"]
    for _, _, item in operations(DOCUMENT)
    if "price" in item.get("x-legnext", {})
}
STAGES = ["pending", "staged", "processing", "completed"]


IMAGES = {"image_url", "image_urls", "seed", "available_actions"}
MAKES: dict[str, tuple[set[str], str, int]] = {
    "images": (IMAGES, "image_urls", 4),
    "image": (IMAGES, "image_urls", 1),
    "videos": ({"video_urls", "seed"}, "video_urls", 4),
    "video": ({"video_urls", "seed"}, "video_urls", 1),
    "texts": ({"promptEn", "description", "finalPrompt", "prompts"}, "prompts", 4),
}
"""The fields of an output, and the list of what was made with its length."""


@pytest.mark.parametrize("operation", KINDS)
def test_what_comes_out_is_what_the_document_says_it_makes(api: Any, operation: str) -> None:
    api.server.jobs.add("it", operation=operation)
    job = api.job("it")
    names, made, count = MAKES[KINDS[operation]["makes"]]
    assert job["status"] == "completed"
    assert job["task_type"] == KINDS[operation]["task_type"]
    assert set(job["output"]) == names
    assert len(job["output"][made]) == count
    assert job["output"].get("seed", "0").isdigit()
    assert job["error"]["code"] == 0
    assert (job["meta"]["usage"]["consume"] > 0) is True


def test_actions_are_those_that_the_document_allows(api: Any) -> None:
    def actions(operation: str, **body: Any) -> dict[str, Any]:
        return dict(api.job(api.done(operation, **body))["output"]["available_actions"])

    usual, draft = actions("diffusion", text="a"), actions("diffusion", text="a --v 7 --draft")
    eight = actions("diffusion", text="a --v 8.1")
    assert usual["reroll"] is True
    assert usual["pan"] == [0, 1, 2, 3]
    assert set(draft) - set(usual) == {"enhance"}
    assert set(usual) - set(eight) == {"pan", "inpaint", "outpaint", "upscale"}
    api.server.jobs.add("large", operation="upscale")
    large = api.job("large")["output"]["available_actions"]
    assert "reroll" not in large
    assert large["variation"] == [0]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("status", [*STAGES, "failed", "retry"])
def test_every_way_to_write_an_answer_keeps_to_the_schema(api: Any, job_schema: Any, style: str, status: str) -> None:
    for operation in KINDS:
        api.server.jobs.add(operation, operation=operation, status=status, answers=style)
        job = api.job(operation)
        job_schema.validate(job)
        assert (job["job_id"], job["status"]) == (operation, status)
        if status == "failed":
            assert job["error"]["code"] == 500


def test_the_oddities_that_were_seen_do_occur(api: Any) -> None:
    def times(style: str, status: str) -> list[Any]:
        api.server.jobs.add(style + status, status=status, answers=style)
        meta = api.job(style + status)["meta"]
        return [meta.get(name) for name in ("created_at", "started_at", "ended_at")]

    assert times("empty", "completed") == ["", "", ""]
    assert times("plain", "processing")[2] == "0001-01-01T00:00:00Z"
    assert times("plain", "completed")[2].endswith("Z")
    assert times("offset", "completed")[0].endswith("+08:00")
    assert len(times("nanoseconds", "completed")[0]) == len("2026-01-01T00:00:00.000000000Z")
    assert times("sparse", "processing")[2] is None
    api.server.jobs.add("nothing", status="pending", answers="nulls")
    nothing = api.job("nothing")
    assert [nothing[name] for name in ("config", "meta", "logs", "output", "error")] == [None] * 5


def test_a_seed_repeats_ids_and_durations(calling: Any) -> None:
    def run(seed: int) -> list[tuple[str, str, str]]:
        with MockServer(in_process=True, seed=seed, answers="nanoseconds", concurrency=0) as server:
            api = calling(server)
            jobs = [api.job(api.done("diffusion", text="a")) for _ in range(5)]
            return [(job["job_id"], job["meta"]["ended_at"], job["output"]["seed"]) for job in jobs]

    assert run(7) == run(7)
    assert not {each[0] for each in run(7)} & {each[0] for each in run(8)}


def test_marked_words_choose_the_end_of_a_job(api: Any) -> None:
    failed = api.job(api.done("diffusion", text="please fail-this-job now"))
    assert (failed["status"], failed["output"]["image_urls"], bool(failed["error"]["message"])) == (
        "failed",
        None,
        True,
    )
    assert "sensitive" in api.refused(403, "describe", imgUrl="https://example.com/forbidden-content.png")
    api.done("diffusion", text="a", callback="http://127.0.0.1:1/forbidden-content")
    consumed = api.server.consumed
    answer = api.call("diffusion", text="complete-at-once")
    assert answer.json()["status"] == "completed"
    assert len(answer.json()["output"]["image_urls"]) == 4
    assert (api.server.frozen, api.server.consumed - consumed) == (0, DIFFUSION)


def test_a_fast_clock_says_when_to_ask_again_and_never_gives_the_end_away(calling: Any) -> None:
    with MockServer(in_process=True, time_scale=4.5, seed=3) as server:
        api = calling(server)
        first = api.call("diffusion", text="a")
        assert first.headers["retry-after"] == f"{seconds('diffusion') / 4.5:.0f}"
        again = api.client.get(f"/v1/job/{first.json()['job_id']}")
        assert again.headers["retry-after"] == "10"
        assert api.call("diffusion", text="complete-at-once").headers.get("retry-after") is None
    with MockServer(in_process=True, time_scale=4500) as server:
        assert calling(server).call("diffusion", text="never-end-this-job").headers["retry-after"] == "0.010"


def test_without_a_scale_nothing_says_when_to_ask_again(api: Any, calling: Any) -> None:
    assert "retry-after" not in api.call("diffusion", text="a").headers
    with MockServer(in_process=True, time_scale=1) as server:
        assert "retry-after" not in calling(server).call("diffusion", text="a").headers


def test_texts_come_from_the_prompt_that_was_given(api: Any) -> None:
    job = api.job(api.done("shorten", prompt="a very long description of a lighthouse --ar 16:9"))
    assert job["output"]["prompts"][0] == "a very long description of a lighthouse"
    assert len(job["output"]["prompts"][-1]) < len(job["output"]["prompts"][0])


@pytest.mark.parametrize("logs", ["strings", "objects", "drawn"])
def test_the_client_reads_the_progress_from_logs_of_any_kind(logs: str) -> None:
    with MockServer(in_process=True, logs=logs, answers="plain") as server, server.client() as client:
        kinds: set[type] = set()
        for _ in range(2):
            job = client.midjourney.diffusion(text="never-end-this-job")
            server.clock.advance(30)
            assert client.tasks.get(job.job_id).progress > 0
            kinds |= {type(item) for item in server.jobs[job.job_id]["logs"]}
        assert kinds == {"strings": {str}, "objects": {dict}, "drawn": {str, dict}}[logs]


@pytest.mark.parametrize("status", ["pending", "staged", "processing", "completed", "failed"])
def test_plain_responses_have_no_empty_or_null_times(status: str) -> None:
    with MockServer(in_process=True, answers="plain") as server:
        meta = server.jobs.add("a", status=status)["meta"]
        for name in ("created_at", "started_at", "ended_at"):
            assert datetime.fromisoformat(meta[name]).tzinfo is not None
