"""The page at `/` shows jobs, money, clock and faults, is used with the keyboard, and serves only this machine."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.mock.faults import STAGES
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION

if TYPE_CHECKING:
    from tests.gallery.chromium import Chromium

    pass


@pytest.fixture
def root(api: Any) -> str:
    return str(api.server.root_url)


def overview(api: Any) -> Any:
    answer = api.client.get(f"{api.server.root_url}/__mock__/overview")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_page_runs_its_own_script_and_no_other(api: Any, root: str) -> None:
    answer = api.client.get(f"{root}/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    script = answer.content.partition(b"<script>")[2].partition(b"</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "innerHTML" not in answer.text


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"origin": "https://evil.example"}, {"user-agent": "legnext-mock-callback"}]
)
@pytest.mark.parametrize("path", ["/", "/__mock__/overview", "/__mock__/saved"])
def test_the_page_is_for_this_machine_only(api: Any, root: str, headers: dict[str, str], path: str) -> None:
    assert api.client.get(root + path, headers={"host": "localhost:8000", **headers}).status_code == 403


def test_the_overview_has_what_the_page_shows(api: Any) -> None:
    job_id = api.accepted("diffusion", text="a fox <b>bold</b>")
    api.server.jobs.add("odd", answer={"anything": 1})
    shown = overview(api)
    odd, job = shown["latest"]
    assert (odd["job_id"], odd["files"]) == ("odd", [])
    assert (job["job_id"], job["prompt"], job["status"]) == (job_id, "a fox <b>bold</b>", "pending")
    assert (job["points"], job["ended"], job["files"]) == (DIFFUSION, False, [])
    assert (shown["account"]["frozen"], shown["key"], shown["base"]) == (DIFFUSION, "mock-key", api.server.base_url)
    assert shown["fault_names"] == [*STAGES]
    assert "diffusion" in shown["operations"]
    api.server.clock.advance(3600)
    job = overview(api)["latest"][1]
    assert (job["status"], job["ended"], len(job["files"])) == ("completed", True, 4)
    assert api.client.get(api.server.root_url + job["files"][0]).status_code == 200


def test_the_overview_has_the_latest_jobs_only(api: Any) -> None:
    for number in range(120):
        api.server.jobs.add(str(number))
    shown = overview(api)
    assert [job["job_id"] for job in shown["latest"]] == [str(number) for number in range(119, 19, -1)]
    assert shown["jobs"] == {"completed": 120}


def test_a_fault_of_the_api_does_not_reach_the_page(api: Any, root: str) -> None:
    api.server.faults.add("error_before", path="/", rate=1.0)
    assert api.client.get(f"{root}/").status_code == 200
    assert api.client.get(f"{root}/__mock__/overview").status_code == 200


def test_a_person_works_with_it_by_the_keyboard(browser: Chromium) -> None:
    with MockServer() as server:
        headers = {API_KEY_HEADER: server.api_key}
        httpx.post(f"{server.base_url}/v1/diffusion", headers=headers, json={"text": "a fox <img src=x>"})
        page = browser.page(f"{server.root_url}/")
        page.until("document.querySelectorAll('#jobs tr').length === 1")
        assert page.run("document.querySelector('#jobs .prompt').textContent") == "a fox <img src=x>"
        assert page.run("document.getElementById('frozen').textContent") == f"{DIFFUSION}"
        before = server.clock.now
        page.press("h")
        page.until("document.querySelector('#jobs td').textContent === 'completed'")
        assert server.clock.now == before + 3600
        assert page.run("document.getElementById('consumed').textContent") == f"{DIFFUSION}"
        page.press("f")
        assert page.run("document.activeElement.id") == "fault-name"
        page.run("document.getElementById('fault').requestSubmit()")
        page.until("document.querySelector('#faults').textContent.startsWith('close_before: 0 of 1')")
        assert [fault.name for fault in server.faults] == ["close_before"]
        page.run("document.getElementById('clear').click()")
        page.until("document.querySelector('#faults').textContent === 'none'")
        page.run("document.getElementById('seed-job').requestSubmit()")
        page.until("document.querySelectorAll('#jobs tr').length === 2")
        assert list(server.jobs)[1] == "placed-2"
        assert page.complaints == []
        page.close()
