"""The whole state can be saved and loaded, in the same server or another, and nothing shows the difference."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WAYS = ("state", "jobs", "ledger", "faults", "clock", "callbacks")


def everything(api: Any) -> list[Any]:
    return [api.client.get(f"{api.server.root_url}/__mock__/{way}").json() for way in WAYS]


def filled(api: Any) -> None:
    """Jobs of every kind: ended, failed, running, queued, endless, seeded; held points; faults; callbacks."""
    done = api.done("diffusion", text="a --v 7 --draft", callback="https://example.com/x")
    api.done("video_diffusion", prompt="waves", videoType=1)
    api.server.faults.add("job_fails")
    api.done("diffusion", text="a")
    api.accepted("enhance", jobId=done, imageNo=0, callback="http://127.0.0.1:9/")
    api.accepted("diffusion", text="never-end-this-job")
    api.accepted("diffusion", text="queued")
    api.server.jobs.add("odd", answer={"anything": 1})
    api.server.jobs.add("fixed", status="retry")
    api.server.faults.add("html", rate=0.5, path="/v1/nothing")
    api.client.get("/v1/nothing")


def rest_of(api: Any) -> list[Any]:
    """What happens next, from ids and durations to refusals and faults."""
    for _ in range(5):
        api.client.get("/v1/nothing")
    api.server.clock.advance(1000)
    api.accepted("diffusion", text="next")
    api.server.clock.advance(1000)
    api.server.callbacks.wait()
    return everything(api)


@pytest.fixture
def make(calling: Any) -> Callable[[], Any]:
    return lambda: calling(MockServer(in_process=True, concurrency=2, queues=True, points=500, error_shape="drawn"))


def test_a_loaded_state_is_the_saved_one_and_continues_like_it(make: Callable[[], Any]) -> None:
    one, other = make(), make()
    filled(one)
    before, saved = everything(one), json.loads(json.dumps(one.server.save()))
    after = rest_of(one)
    assert before != after
    for api in (other, one):
        api.server.load(saved)
        assert everything(api) == before
        assert rest_of(api)[:4] == after[:4]
    for api in (one, other):
        api.server.stop()


def test_the_control_interface_saves_and_loads(make: Callable[[], Any]) -> None:
    api = make()
    filled(api)
    url = f"{api.server.root_url}/__mock__/saved"
    before, saved = everything(api), api.client.get(url).content
    api.server.reset()
    answer = api.client.post(url, content=saved, headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert everything(api) == before
    api.server.stop()


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"jobs": [{"job_id": "a"}]},
        {"account": {}},
        {"time": "now"},
        {"time": -1},
        {"faults": [{"name": "explode"}]},
        {"numbers": None},
        {"callbacks": [{"due": 1, "job_id": "nobody", "url": ""}]},
    ],
    ids=str,
)
def test_a_state_that_cannot_be_changes_nothing(make: Callable[[], Any], change: Any) -> None:
    api = make()
    filled(api)
    before = everything(api)
    with pytest.raises(ValueError, match="state"):
        api.server.load({**api.server.save(), **change})
    assert everything(api) == before
    api.server.stop()


def test_a_changed_document_is_read_again_and_a_broken_one_is_not_served(
    tmp_path: Path, document: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with (
        MockServer(in_process=True, spec=path, reload=True) as server,
        httpx.Client(
            transport=server.transport(), base_url=server.base_url, headers={API_KEY_HEADER: "mock-key"}
        ) as api,
    ):
        job_id = api.post("/v1/diffusion", json={"text": "a"}).json()["job_id"]
        assert api.post("/v1/paint", json={"text": "a"}).status_code == 404
        paths = {**document["paths"], "/v1/paint": document["paths"]["/v1/diffusion"]}
        path.write_text(json.dumps({**document, "paths": paths}), encoding="utf-8")
        assert api.post("/v1/paint", json={"text": "a"}).status_code == 200
        assert api.get(f"/v1/job/{job_id}").json()["job_id"] == job_id
        path.write_text("{", encoding="utf-8")
        assert api.post("/v1/paint", json={"text": "a"}).status_code == 200
        assert "cannot be served; the old one still is" in caplog.text
