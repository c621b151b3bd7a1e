"""What one key may do at once."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION


def test_each_key_has_its_own_limit(calling: Any) -> None:
    with MockServer(in_process=True, concurrency=1, keys=("one", "two")) as server:
        api = calling(server)
        api.accepted("diffusion", text="never-end-this-job")
        api.refused(429, "diffusion", text="a")
        api.client.headers[API_KEY_HEADER] = "two"
        api.accepted("diffusion", text="a")
        assert [line.key for line in server.ledger] == ["one", "two"]


def test_a_service_that_queues_begins_a_job_when_there_is_room(calling: Any) -> None:
    with MockServer(in_process=True, concurrency=1, queues=True, answers="nanoseconds") as server:
        api = calling(server)
        jobs = [api.accepted("diffusion", text="a") for _ in range(4)]
        server.clock.advance(3)
        assert [api.job(job)["status"] for job in jobs] == ["processing", "pending", "pending", "pending"]
        server.clock.advance(3600)
        metas = [api.job(job)["meta"] for job in jobs]
        assert len({meta["created_at"] for meta in metas}) == 1
        for earlier, later in itertools.pairwise(metas):
            assert earlier["ended_at"] < later["started_at"]


def test_places_are_given_in_the_order_in_which_the_jobs_came(calling: Any) -> None:
    with MockServer(in_process=True, concurrency=2, queues=True, answers="plain") as server:
        api = calling(server)
        ends = [api.accepted("diffusion", text="never-end-this-job") for _ in range(2)]
        waiting = [api.accepted("diffusion", text="never-end-this-job") for _ in range(3)]
        for first in (ends[1], ends[0], waiting[0]):
            server.jobs.complete(first)
            server.clock.advance(60)
        assert [api.job(job)["status"] for job in waiting] == ["completed", "processing", "processing"]


@pytest.mark.parametrize("text", ["a", "never-end-this-job"])
@pytest.mark.parametrize("way", ["complete", "fail"])
def test_a_job_that_is_ended_by_hand_makes_room(calling: Any, text: str, way: str) -> None:
    with MockServer(in_process=True, concurrency=1, queues=True, answers="nanoseconds") as server:
        api = calling(server)
        first, second, third = (api.accepted("diffusion", text=each) for each in (text, "a", "a"))
        server.clock.advance(0.5)
        getattr(server.jobs, way)(first)
        server.clock.advance(3)
        assert [api.job(job)["status"] for job in (second, third)] == ["processing", "pending"]
        server.clock.advance(3600)
        told = [api.job(job)["meta"] for job in (first, second, third)]
        assert [api.job(job)["status"] for job in (second, third)] == ["completed", "completed"]
        for earlier, later in itertools.pairwise(told):
            assert earlier["ended_at"] < later["started_at"]


def test_a_job_that_is_ended_while_it_waits_had_no_place_to_give(calling: Any) -> None:
    with MockServer(in_process=True, concurrency=1, queues=True, answers="plain") as server:
        api = calling(server)
        running, waiting, last = (api.accepted("diffusion", text="never-end-this-job") for _ in range(3))
        server.jobs.fail(waiting)
        server.clock.advance(3600)
        assert [api.job(job)["status"] for job in (running, waiting, last)] == ["processing", "failed", "pending"]
        server.jobs.complete(running)
        server.clock.advance(60)
        assert api.job(last)["status"] == "processing"
        assert (server.frozen, server.consumed) == (DIFFUSION, DIFFUSION)


def test_more_requests_than_allowed_within_a_second_are_refused(calling: Any) -> None:
    with MockServer(in_process=True, requests_per_second=3) as server:
        api = calling(server)
        statuses = [api.call("balance").status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert api.call("balance").headers["retry-after"] == "1"
        server.clock.advance(1)
        assert api.call("balance").status_code == 200
