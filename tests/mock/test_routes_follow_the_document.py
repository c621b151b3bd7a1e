"""Every path, method, status and security scheme of the document is served, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.documents import operations

DOCUMENT = json.loads((Path(__file__).parents[2] / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = [
    pytest.param(method.upper(), path, item, id=item["operationId"]) for path, method, item in operations(DOCUMENT)
]
EXAMPLES = [
    pytest.param(path, each["value"], id=f"{item['operationId']}-{name}")
    for path, _, item in operations(DOCUMENT)
    if "task_type" in item.get("x-legnext", {})
    for name, each in item.get("requestBody", {})
    .get("content", {})
    .get("application/json", {})
    .get("examples", {})
    .items()
]


def test_the_document_has_operations_and_examples_to_go_by() -> None:
    assert len(OPERATIONS) > len(EXAMPLES) / 2 > 1


@pytest.mark.parametrize(("path", "body"), EXAMPLES)
def test_every_example_is_accepted_once_its_source_is_there(api: Any, job_schema: Any, path: str, body: Any) -> None:
    if "jobId" in body:
        makes = "video_diffusion" if "videoNo" in body else "diffusion"
        prompt = {"prompt": "waves"} if "videoNo" in body else {"text": "waves --v 7 --draft"}
        api.server.jobs.add(body["jobId"], operation=makes, body=prompt)
    answer = api.client.post(path, json=body)
    assert answer.is_success, answer.text
    job_schema.validate(answer.json())
    assert answer.json()["job_id"] in api.server.jobs


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/v1/diffusion/", "/v1/job", "/v1/job/", "/v1/job/a/b", "/V1/diffusion"]
)
def test_other_paths_are_not_there_whatever_the_key(api: Any, path: str) -> None:
    assert api.client.get(path).status_code == 404
    assert api.client.get(path, headers={"x-api-key": "wrong"}).status_code == 404


def test_a_job_id_may_hold_any_character(api: Any) -> None:
    for job_id, escaped in (("a/b", "a%2Fb"), ("a b?#", "a%20b%3F%23"), ("ü", "%C3%BC"), ("..", "%2E%2E")):
        api.server.jobs.add(job_id)
        answer = api.client.get(f"{api.server.base_url}/v1/job/{escaped}")
        assert answer.json()["job_id"] == job_id


@pytest.mark.parametrize(("method", "path", "item"), OPERATIONS)
def test_every_status_that_a_fault_can_make_is_documented(
    api: Any, error_schema: Any, method: str, path: str, item: Any
) -> None:
    for status in (500, 502, 503, 520):
        api.server.faults.add("error_before", status=status)
        answer = api.client.request(method, path.replace("{job_id}", "x"), json={})
        assert answer.status_code == status
        if {"task_type", "role"} & set(item.get("x-legnext", {})):  # others may tell less of what can go wrong
            assert str(status) in item["responses"] or "default" in item["responses"]
        error_schema.validate(answer.json())
