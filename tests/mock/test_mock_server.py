"""`MockServer` in a program's own tests: with and without a socket, sync and async."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import anyio
import httpx
import pytest

from legnext_client import Client
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.mock.clock import Clock
from legnext_client.mock.validation import MissingExtra
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION, LARGE_VIDEO


@pytest.mark.parametrize("in_process", [False, True])
def test_a_test_reads_like_this(in_process: bool) -> None:
    with MockServer(in_process=in_process) as server:
        headers = {API_KEY_HEADER: server.api_key}
        with httpx.Client(base_url=server.base_url, headers=headers, transport=server.transport()) as client:
            job_id = client.post("/v1/diffusion", json={"text": "a lighthouse"}).json()["job_id"]
            assert server.jobs[job_id]["status"] == "pending"
            server.clock.advance(600)
            assert client.get(f"/v1/job/{job_id}").json()["status"] == "completed"
            assert server.balance == server.settings.credits - DIFFUSION
            assert [line.job_id for line in server.ledger] == [job_id]


@pytest.mark.parametrize("in_process", [False, True])
def test_an_async_test_reads_like_this(in_process: bool) -> None:
    async def run() -> None:
        async with MockServer(in_process=in_process) as server:
            headers = {API_KEY_HEADER: server.api_key}
            transport = server.async_transport()
            async with httpx.AsyncClient(base_url=server.base_url, headers=headers, transport=transport) as client:
                answers = [await client.post("/v1/diffusion", json={"text": "a"}) for _ in range(6)]
                assert {answer.status_code for answer in answers} == {200}
                url = server.jobs.add("it")["output"]["image_urls"][0]
                assert (await client.get(url)).content.startswith(b"\x89PNG")
                state = await client.get(f"{server.root_url}/__mock__/state")
                assert state.json()["submissions"] == 6

    anyio.run(run)


def test_on_a_socket_anybody_on_this_machine_can_call() -> None:
    with MockServer(keys=("one", "two")) as server:
        assert server.base_url.startswith("http://127.0.0.1:")
        answer = httpx.get(f"{server.base_url}/account/balance", headers={API_KEY_HEADER: "two"})
        assert answer.status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.base_url}/account/balance")


def test_its_url_works_without_the_path_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    with MockServer() as server:
        monkeypatch.setenv("LEGNEXT_API_KEY", server.api_key)
        for url in (server.root_url, f"{server.root_url}/", server.base_url):
            monkeypatch.setenv("LEGNEXT_BASE_URL", url)
            with Client() as client:
                assert client.account.balance().available_credits > 0
                assert client.midjourney.diffusion(text="a fox").job_id in server.jobs
        server.faults.add("error_before", times=1)
        headers = {API_KEY_HEADER: server.api_key}
        assert httpx.get(f"{server.root_url}/account/balance", headers=headers).status_code == 500


def test_nothing_is_left_behind() -> None:
    before = set(threading.enumerate())
    for in_process in (False, True):
        with MockServer(in_process=in_process, time_scale=1) as server:
            headers = {API_KEY_HEADER: server.api_key}
            with httpx.Client(base_url=server.base_url, headers=headers, transport=server.transport()) as client:
                url = server.jobs.add()["output"]["image_urls"][0]
                assert client.get(url).status_code == 200
    for thread in set(threading.enumerate()) - before:
        thread.join(30)  # a worker thread of anyio ends soon after its loop
        assert not thread.is_alive()


def test_a_server_is_started_once() -> None:
    with MockServer() as server, pytest.raises(RuntimeError, match="once"):
        server.start()


def test_a_server_that_was_never_started_lets_go_of_its_port() -> None:
    MockServer().stop()


def test_jobs_are_put_there_ready_or_on_their_way(server: MockServer) -> None:
    done = server.jobs.add("done", operation="upscale", age=60)
    assert (done["status"], done["task_type"], done["job_id"]) == ("completed", "upscale", "done")
    going = server.jobs.add(status="processing")
    assert going["status"] == "processing"
    server.clock.advance(600)
    assert server.jobs[going["job_id"]]["status"] == "completed"
    server.jobs.add("odd", status="retry")
    server.clock.advance(600)
    assert server.jobs["odd"]["status"] == "retry"
    assert (server.frozen, server.consumed, server.ledger) == (0, 0, [])


def test_jobs_are_ended_by_hand(api: Any) -> None:
    one, two = api.accepted("diffusion", text="a"), api.accepted("diffusion", text="never-end-this-job")
    api.server.jobs.complete(one)
    api.server.jobs.fail(two)
    api.server.clock.advance(3600)
    assert [job["status"] for job in api.server.jobs.values()] == ["completed", "failed"]
    assert (api.server.frozen, api.server.consumed) == (0, DIFFUSION)
    api.server.jobs.add("odd", status="retry")
    api.server.jobs.complete("odd")
    assert api.job("odd")["status"] == "completed"
    with pytest.raises(ValueError, match="ended already"):
        api.server.jobs.fail(one)
    with pytest.raises(KeyError):
        api.server.jobs.complete("nobody")


def test_a_recorded_answer_is_told_as_it_is(api: Any) -> None:
    recorded = {"job_id": "r", "status": "completed", "output": None, "surprise": [1]}
    api.server.jobs.add("r", answer=recorded)
    assert api.job("r") == recorded


def test_a_placed_chain_remembers_its_extensions(api: Any) -> None:
    api.server.jobs.add("0", operation="video_diffusion", body={"prompt": "a", "videoType": 1})
    for number in range(1, 5):
        api.server.jobs.add(str(number), operation="extend_video", source=str(number - 1))
    api.refused(422, "extend_video", jobId="4", videoNo=0)
    api.accepted("extend_video", jobId="3", videoNo=0)
    assert api.server.frozen == LARGE_VIDEO


@pytest.mark.parametrize("shape", ["flat", "job", "envelope", "drawn"])
def test_refusals_come_in_each_documented_shape(calling: Any, error_schema: Any, shape: str) -> None:
    with MockServer(in_process=True, error_shape=shape) as server:
        api = calling(server)
        bodies = [api.call("pan", jobId="x", imageNo=9, direction=0, scale=2).json() for _ in range(20)]
    seen: set[str] = set()
    for body in bodies:
        error_schema.validate(body)
        error = body.get("error", body)
        assert (error["code"], error["message"]) == (400, "imageNo: 9 is greater than the maximum of 3.")
        seen.add("job" if "status" in body else "envelope" if "error" in body else "flat")
    assert seen == ({"flat", "job", "envelope"} if shape == "drawn" else {shape})


def test_a_clock_that_runs_runs_so_many_times_as_fast() -> None:
    real = [100.0]
    clock = Clock(60, real=lambda: real[0])
    before = clock.now
    real[0] += 2
    assert clock.now - before == pytest.approx(120)
    clock.advance(5)
    assert clock.now - before == pytest.approx(125)
    assert clock.as_waited(120) == 2


def test_a_missing_package_is_named_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(MissingExtra, match=r"needs yaml.*pip install 'legnext-client\[mock\]'"):
        MockServer(in_process=True, scenario="start.yaml")


def test_importing_it_imports_neither_pytest_nor_the_extra() -> None:
    script = (
        "import sys, legnext_client.testing\n"
        "unwanted = ('pytest', 'starlette', 'uvicorn', 'jsonschema_rs', 'PIL', 'av')\n"
        "print([name for name in unwanted if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_mock_imports_nothing_of_the_client() -> None:
    script = (
        "import sys, legnext_client.mock.__main__, legnext_client.mock.server, legnext_client.mock.control\n"
        "import legnext_client.mock.inside\n"
        "print(sorted(name for name in sys.modules if name.startswith('legnext_client.') and '.mock' not in name))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() in ("[]", "['legnext_client._version']")


def test_a_process_exits_that_never_stops_a_server_without_a_socket() -> None:
    script = (
        "from legnext_client.testing import MockServer\n"
        "servers = [MockServer(in_process=True, time_scale=scale) for scale in (None, 100.0)]\n"
        "for server in servers:\n"
        "    server.start()\n"
        "    print(server.client().account.balance().account_id)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.split() == ["1", "1"]
