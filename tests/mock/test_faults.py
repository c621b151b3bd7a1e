"""Each fault does what its name says, over a real connection and without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.mock.faults import STAGES, Faults, parse_fault
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION

if TYPE_CHECKING:
    from collections.abc import Iterator

IMPATIENT = httpx.Timeout(20, read=0.05)


@pytest.fixture(scope="module", params=[False, True], ids=["socket", "inside"])
def faulty(request: pytest.FixtureRequest) -> Iterator[MockServer]:
    with MockServer(in_process=request.param, answers="plain", concurrency=0) as server:
        yield server


@pytest.fixture
def api(faulty: MockServer, calling: Any) -> Any:
    faulty.reset()
    return calling(faulty)


def test_closed_before_reading_nothing_has_happened(api: Any) -> None:
    api.server.faults.add("close_before")
    with pytest.raises(httpx.TransportError):
        api.call("diffusion", text="a")
    assert api.server.ledger == []
    api.accepted("diffusion", text="a")


def test_closed_after_accepting_the_job_is_there_and_the_answer_lost(api: Any) -> None:
    api.server.faults.add("close_after")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        api.call("diffusion", text="a")
    (line,) = api.server.ledger
    assert api.job(line.job_id)["status"] == "pending"


def test_an_answer_can_break_off_in_the_middle(api: Any) -> None:
    api.server.faults.add("truncate")
    with pytest.raises(httpx.RemoteProtocolError):
        api.call("diffusion", text="a")
    assert len(api.server.ledger) == 1
    api.server.faults.add("truncate")
    with api.client.stream("GET", "/account/balance") as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()


def test_an_answer_can_come_too_late(api: Any) -> None:
    api.server.faults.add("delay", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        api.client.post("/v1/diffusion", json={"text": "a"}, timeout=IMPATIENT)
    assert len(api.server.ledger) == 1


def test_an_answer_that_is_late_but_awaited_is_whole(api: Any) -> None:
    api.server.faults.add("delay", seconds=0.01)
    assert api.call("diffusion", text="a").json()["status"] == "pending"


def test_an_answer_can_drip(api: Any) -> None:
    api.server.faults.add("drip", seconds=0.01)
    assert api.call("diffusion", text="a").json()["status"] == "pending"
    api.server.faults.add("drip", seconds=300)
    with pytest.raises(httpx.ReadTimeout):
        api.client.get("/account/balance", timeout=IMPATIENT)


def test_an_answer_can_be_a_page(api: Any) -> None:
    api.server.faults.add("html")
    answer = api.call("diffusion", text="a")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<html>")
    assert len(api.server.ledger) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 520])
@pytest.mark.parametrize("as_html", [False, True])
def test_errors_come_before_and_after_acceptance(api: Any, status: int, as_html: bool) -> None:
    api.server.faults.add("error_before", status=status, as_html=as_html)
    before = api.call("diffusion", text="a")
    assert api.server.ledger == []
    api.server.faults.add("error_after", status=status, as_html=as_html)
    after = api.call("diffusion", text="a")
    assert len(api.server.ledger) == 1
    for answer in (before, after):
        assert answer.status_code == status
        assert answer.text.startswith("<html>") if as_html else answer.json()["code"] == status


def test_a_storm_of_429_passes(api: Any) -> None:
    api.server.faults.add("rate_limit", times=3, seconds=7, method="POST")
    answers = [api.call("diffusion", text="a") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 429, 429, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert len(api.server.ledger) == 1


def test_how_long_to_wait_is_said_without_an_exponent(api: Any) -> None:
    said: list[str] = []
    for seconds in (0, 0.25, 1, 1_000_000, 12_345_678):
        api.server.faults.add("rate_limit", seconds=seconds)
        said.append(api.call("balance").headers["retry-after"])
    assert said == ["0", "0.25", "1", "1000000", "12345678"]


def test_a_job_can_be_told_of_in_unknown_words(api: Any, job_schema: Any) -> None:
    job_id = api.accepted("diffusion", text="a")
    plain = api.job(job_id)
    for fault, expected in (
        ("unknown_status", {"status": "retry"}),
        ("unknown_type", {"task_type": "hologram"}),
        ("unknown_fields", {"unheard_of": "something new"}),
    ):
        api.server.faults.add(fault)
        told = api.job(job_id)
        assert told.items() >= expected.items()
        job_schema.validate(told)
        assert api.job(job_id) == plain
    api.server.faults.add("unknown_status", value="limbo")
    assert api.job(job_id)["status"] == "limbo"


def test_a_job_can_be_made_to_fail_to_end_never_or_at_once(api: Any) -> None:
    ends: dict[str, str] = {}
    for fault in ("job_fails", "never_ends", "at_once"):
        api.server.faults.add(fault)
        ends[fault] = api.accepted("diffusion", text="a")
    assert api.job(ends["at_once"])["status"] == "completed"
    api.server.clock.advance(3600)
    assert {fault: api.job(job)["status"] for fault, job in ends.items()} == {
        "job_fails": "failed",
        "never_ends": "processing",
        "at_once": "completed",
    }
    assert (api.server.frozen, api.server.consumed) == (DIFFUSION, DIFFUSION)


def test_faults_can_come_together(api: Any) -> None:
    api.server.faults.add("job_fails")
    api.server.faults.add("delay", seconds=0.01)
    api.server.faults.add("error_after", status=503)
    assert api.call("diffusion", text="a").status_code == 503
    api.server.clock.advance(3600)
    assert [job["status"] for job in api.server.jobs.values()] == ["failed"]


def test_a_fault_strikes_only_what_it_is_about(api: Any) -> None:
    fault = api.server.faults.add("error_before", method="post", path="/v1/d", times=2)
    job_id = api.accepted("shorten", prompt="a")
    api.job(job_id)
    api.balance()
    assert fault.struck == 0
    assert api.call("describe", imgUrl="https://example.com/a.png").status_code == 500
    assert api.call("diffusion", text="a").status_code == 500
    assert api.call("diffusion", text="a").status_code == 200
    assert fault.is_spent


def test_files_are_spared_unless_their_path_is_named(api: Any) -> None:
    api.server.jobs.add("it")
    url = api.server.jobs["it"]["output"]["image_urls"][0]
    api.server.faults.add("truncate", times=5)
    whole = api.client.get(url).content
    api.server.faults.clear()
    api.server.faults.add("truncate", path="/files/")
    with pytest.raises(httpx.RemoteProtocolError):
        api.client.get(url)
    assert api.client.get(url).content == whole


def test_control_is_never_struck(api: Any) -> None:
    api.server.faults.add("close_before", rate=1.0, path="/")
    with pytest.raises(httpx.TransportError):
        api.balance()
    assert api.client.get(f"{api.server.root_url}/__mock__/state").status_code == 200


def test_faults_strike_async_clients_as_well(faulty: MockServer) -> None:
    import anyio

    async def run() -> None:
        headers = {API_KEY_HEADER: faulty.api_key}
        async with httpx.AsyncClient(
            base_url=faulty.base_url, headers=headers, transport=faulty.async_transport()
        ) as client:
            faulty.faults.add("close_after")
            with pytest.raises(httpx.RemoteProtocolError):
                await client.post("/v1/diffusion", json={"text": "a"})
            faulty.faults.add("truncate")
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get("/account/balance")
            faulty.faults.add("delay", seconds=30)
            with pytest.raises(httpx.ReadTimeout):
                await client.get("/account/balance", timeout=IMPATIENT)
            assert (await client.get("/account/balance")).status_code == 200

    faulty.reset()
    anyio.run(run)
    assert len(faulty.ledger) == 1


def test_a_rate_is_kept_and_repeated_by_seed() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults(seed, "/api")
        faults.add("close_before", rate=0.3)
        return [bool(faults.take(STAGES["close_before"], "GET", "/api/v1/x")) for _ in range(1000)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 230 < sum(struck(1)) < 370


def test_a_rate_can_have_an_end() -> None:
    faults = Faults(1, "/api")
    fault = faults.add("delay", rate=0.5, times=3)
    assert sum(len(faults.take(STAGES["delay"], "GET", "/api/x")) for _ in range(100)) == 3
    assert fault.struck == 3


def test_faults_are_written_on_the_command_line() -> None:
    assert parse_fault("close_after") == {"name": "close_after"}
    assert parse_fault("delay:rate=0.25,seconds=3,times=2,method=POST,path=/v1/pan,status=502,as_html=yes,value=x") == {
        "name": "delay",
        "rate": 0.25,
        "seconds": 3.0,
        "times": 2,
        "method": "POST",
        "path": "/v1/pan",
        "status": 502,
        "as_html": True,
        "value": "x",
    }
    assert parse_fault("error_after:as_html=no")["as_html"] is False
    for wrong in ("delay:seconds", "delay:often=1"):
        with pytest.raises(ValueError, match="not an option of a fault"):
            parse_fault(wrong)
