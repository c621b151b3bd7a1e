"""Never lose a job: an id that the service gave is in the user's hands, whatever else is wrong with the answer."""

from __future__ import annotations

import pytest

from legnext_client import Client, LegnextError
from legnext_client._protocol.flow import NoResponse, Response
from legnext_client.testing import MockServer
from tests.client.worlds import KEY, HandClock, Service, SyncWire, told
from tests.tables import for_each


def client_of(*answers: Response | NoResponse | BaseException) -> Client:
    return Client(KEY, transport=SyncWire(Service(*answers)), clock=HandClock())


@for_each("status", [400, 403, 422, 500, 503, 302])
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
