"""Never lose a job: an id that the service gave is in the user's hands, whatever else is wrong with the answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legnext_client import Budget, Client, Job, LegnextError
from legnext_client._protocol.flow import NoResponse, Response
from legnext_client.testing import MockServer
from tests.client.worlds import KEY, HandClock, Service, SyncWire, told
from tests.thorough import often


def client_of(*answers: Response | NoResponse | BaseException) -> Client:
    return Client(KEY, transport=SyncWire(Service(*answers)), clock=HandClock())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["status", "task_type", "output", "meta", "error", "logs", "config", "progress", "code"])
USAGE = st.fixed_dictionaries(
    {"meta": st.fixed_dictionaries({"usage": st.dictionaries(st.sampled_from(["frozen", "consume"]), JSON)})}
)


NO_USAGE: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({})


@settings(deadline=None, max_examples=often(25, 150))
@given(
    st.dictionaries(NAMES | st.text(max_size=8), JSON),
    USAGE | NO_USAGE,
    st.text(min_size=1, max_size=40) | st.integers(1),
)
def test_an_accepted_job_is_handed_over_whatever_else_the_answer_says(
    fields: dict[str, Any], usage: dict[str, Any], job_id: str | int
) -> None:
    client = client_of(told({**fields, **usage, "job_id": job_id}))
    with client.budget(Budget(10**6)):
        job = client.midjourney.diffusion(text="x")
    assert isinstance(job, Job)
    assert job.job_id == str(job_id)
    assert repr(job)


@pytest.mark.parametrize("status", [400, 403, 422, 500, 503, 302])
def test_an_id_that_comes_with_an_error_is_in_the_error(status: int) -> None:
    with pytest.raises(LegnextError) as caught:
        client_of(told({"job_id": "j1", "status": "failed", "error": {"message": "no"}}, status)).midjourney.diffusion(
            text="x"
        )
    assert caught.value.job_id == "j1"  # type: ignore[attr-defined]


def test_a_wait_that_ends_in_any_way_leaves_the_job_in_hand() -> None:
    running = told({"job_id": "j1", "status": "processing", "task_type": "diffusion"})
    refused = told({"code": 401, "message": "no"}, 401)
    for trouble in (KeyboardInterrupt(), running, refused, NoResponse("ReadTimeout", sent=True), ZeroDivisionError()):
        client = client_of(running, running, trouble)
        job = client.midjourney.diffusion(text="x")
        with pytest.raises((LegnextError, KeyboardInterrupt, ZeroDivisionError)):
            job.wait(timeout=60)
        assert (job.job_id, job.status) == ("j1", "processing")


def test_a_job_is_picked_up_by_its_id_in_another_process() -> None:
    with MockServer(callbacks="off", in_process=True) as server:
        with server.client() as client:
            job_id = client.midjourney.diffusion(text="a lighthouse").job_id
        with server.client() as another:
            assert another.tasks.get(job_id).job_id == job_id
            assert another.tasks.wait_for_completion(job_id).ok
        assert len(server.ledger) == 1


@pytest.mark.parametrize(
    "fault", ["close_before", "close_after", "error_before", "html", "truncate", "rate_limit", "unknown_status"]
)
def test_a_wait_survives_faults_of_the_answers(fault: str) -> None:
    with MockServer(seed=5, callbacks="off", in_process=True) as server, server.client() as client:
        job = client.midjourney.diffusion(text="a lighthouse")
        server.faults.add(fault, rate=0.5, method="GET")
        assert job.wait(timeout=2000).image_urls
        assert any(struck.struck for struck in server.faults)
