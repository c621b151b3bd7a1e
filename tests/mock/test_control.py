"""The control interface shows and changes what the server does, in JSON."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION

JSON = {"content-type": "application/json"}


@pytest.fixture
def control(api: Any) -> Any:
    def call(method: str, path: str, expected: int = 200, /, **body: Any) -> Any:
        url = f"{api.server.root_url}/__mock__{path}"
        answer = api.client.request(method, url, json=body or None, headers={API_KEY_HEADER: ""})
        assert answer.status_code == expected, answer.text
        return answer.json()

    return call


def test_the_state_shows_everything_at_a_glance(api: Any, control: Any) -> None:
    api.done("diffusion", text="a")
    api.accepted("diffusion", text="a")
    api.server.faults.add("html", times=2, path="/v1")
    state = control("GET", "/state")
    assert state["account"] == {
        "available_credits": 1_000_000 - 2 * DIFFUSION,
        "available_points": 0,
        "frozen": DIFFUSION,
        "consumed": DIFFUSION,
    }
    assert state["jobs"] == {"completed": 1, "pending": 1}
    assert state["submissions"] == 2
    assert [fault["name"] for fault in state["faults"]] == ["html"]
    assert state["time_scale"] is None


def test_the_ledger_counts_submissions(api: Any, control: Any) -> None:
    job_id = api.accepted("diffusion", text="a")
    (line,) = control("GET", "/ledger")
    assert line["job_id"] == job_id
    assert (line["number"], line["operation"], line["points"]) == (1, "diffusion", DIFFUSION)


def test_the_clock_is_moved(api: Any, control: Any) -> None:
    job_id = api.accepted("diffusion", text="a")
    before = control("GET", "/clock")["time"]
    assert control("POST", "/clock", advance=3600)["time"] - before == 3600
    assert api.job(job_id)["status"] == "completed"


def test_a_job_can_be_put_there_looked_at_and_ended(control: Any) -> None:
    placed = control("POST", "/jobs", job_id="a/b", operation="upscale", status="processing")
    assert (placed["job_id"], placed["status"], placed["task_type"]) == ("a/b", "processing", "upscale")
    assert control("GET", "/jobs/a%2Fb") == placed
    assert control("POST", "/jobs/a%2Fb/end", failed=True)["status"] == "failed"
    assert control("POST", "/jobs/a%2Fb/end", 400)["code"] == 400
    assert [job["job_id"] for job in control("GET", "/jobs")] == ["a/b"]
    control("GET", "/jobs/nobody", 404)
    control("POST", "/jobs/nobody/end", 404)
    control("POST", "/jobs", 400, job_id="a/b")
    control("POST", "/jobs", 400, operation="paint")
    control("POST", "/jobs", 400, colour="red")


def test_faults_are_set_shown_and_removed(api: Any, control: Any) -> None:
    assert control("POST", "/faults", name="error_before", times=5, status=503)["status"] == 503
    assert api.call("balance").status_code == 503
    assert control("GET", "/faults")[0]["struck"] == 1
    assert control("DELETE", "/faults") == []
    assert api.call("balance").status_code == 200
    control("POST", "/faults", 400, name="explode")
    control("POST", "/faults", 400, nonsense=1)


def test_a_reset_brings_back_the_beginning(api: Any, control: Any) -> None:
    first = api.done("diffusion", text="a")
    api.server.faults.add("html", rate=1)
    state = control("POST", "/reset")
    assert (state["jobs"], state["submissions"], state["faults"]) == ({}, 0, [])
    assert state["account"]["available_credits"] == 1_000_000
    assert api.accepted("diffusion", text="a") == first


def test_a_job_id_may_hold_any_character(api: Any) -> None:
    for job_id, escaped in (("a/b", "a%2Fb"), ("a b?#", "a%20b%3F%23"), ("ü", "%C3%BC"), ("..", "%2E%2E")):
        api.server.jobs.add(job_id)
        answer = api.client.get(f"{api.server.base_url}/v1/job/{escaped}")
        assert answer.json()["job_id"] == job_id


def test_what_is_not_there_lists_what_is(control: Any) -> None:
    assert "/__mock__/ledger" in control("GET", "/nothing", 404)["message"]


def test_callbacks_that_were_sent_are_listed(api: Any, control: Any) -> None:
    api.done("diffusion", text="a", callback="https://example.com/")
    assert [each["outcome"] for each in control("GET", "/callbacks")] == ["not loopback"]


# ---- whom it answers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status", "why"),
    [
        ({"host": "evil.example"}, 403, "got 'evil.example'"),
        ({"host": "127.0.0.1.evil.example:8000"}, 403, "loopback"),
        ({"host": "localhost.evil.example"}, 403, "loopback"),
        ({"host": "[::1"}, 403, "loopback"),
        ({"host": ""}, 403, "loopback"),
        ({"host": "localhost:8000", "origin": "https://evil.example"}, 403, "got Origin 'https://evil.example'"),
        ({"host": "localhost:8000", "origin": "http://localhost:3000"}, 403, "Origin"),
        ({"origin": "null"}, 403, "Origin"),
        ({"content-type": "text/plain"}, 415, "application/json; got 'text/plain'"),
        ({"content-type": "application/x-www-form-urlencoded"}, 415, "application/json"),
        ({"content-type": "text/plain; application/json"}, 415, "application/json"),
        ({"content-type": ""}, 415, "application/json"),
    ],
    ids=str,
)
def test_what_a_page_of_another_site_can_send_is_refused(headers: dict[str, str], status: int, why: str) -> None:
    with MockServer(in_process=True) as server, httpx.Client(transport=server.transport()) as client:
        server.jobs.add("there")
        for path in ("clock", "reset", "jobs/there/end", "nothing"):
            url = f"{server.root_url}/__mock__/{path}"
            answer = client.post(url, content=b'{"advance": 60}', headers={**JSON, **headers})
            if path != "nothing" or status == 403:
                assert (answer.status_code, answer.json()["code"]) == (status, status)
                assert why in answer.json()["message"]
        if status == 403:
            assert client.get(f"{server.root_url}/__mock__/ledger", headers=headers).status_code == 403
        assert list(server.jobs) == ["there"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "LOCALHOST"])
def test_programs_of_this_machine_and_the_servers_own_pages_are_answered(host: str) -> None:
    with MockServer(in_process=True) as server, httpx.Client(transport=server.transport()) as client:
        for own in ({}, {"origin": f"http://{host}:8000"}):
            url, headers = f"{server.root_url}/__mock__/clock", {"host": f"{host}:8000", **own}
            assert client.post(url, json={"advance": 60}, headers=headers).status_code == 200
            assert client.post(f"{server.root_url}/__mock__/reset", headers=headers).status_code == 200


def test_a_callback_cannot_lead_to_the_control_interface_of_a_mock_server() -> None:
    with MockServer() as server, MockServer() as other, server.client() as client:
        for target in (server, other):
            target.jobs.add("there")
            client.midjourney.diffusion(text="a", callback=f"{target.root_url}/__mock__/reset").wait()
        assert {each.outcome for each in server.callbacks.wait()} == {"403"}
        assert "there" in server.jobs
        assert "there" in other.jobs
