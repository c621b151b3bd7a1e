"""A hostile prompt, model or service cannot reach the key, this machine's files, or another host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.mcp_server.agents import error_of, text_of, value_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mcp_server.agents import World

ADDRESSES = [
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://user:password@evil.example/x.png",
    "ftp://evil.example/x.png",
    "https://evil.example/a b.png",
]


def test_only_addresses_that_a_client_may_open_become_links(world: World) -> None:
    good = "https://cdn.example/x.png"
    answer = {"job_id": "j", "status": "completed", "output": {"image_urls": [*ADDRESSES, good]}}
    world.mock.jobs.add("j", answer=answer)
    result = world.call("get_job", job_id="j")
    assert value_of(result)["images"] == [good]
    assert [each.uri for each in result.content if each.type == "resource_link"] == [good]
    assert not any(each in text_of(result) for each in ADDRESSES)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://169.254.169.254/latest/meta-data", "not a url"])
def test_a_preview_is_not_fetched_from_elsewhere(world: World, url: str) -> None:
    world.mock.jobs.add("j", answer={"job_id": "j", "status": "completed", "output": {"image_urls": [url]}})
    result = world.call("get_job", job_id="j", preview=True)
    assert value_of(result)["note"].startswith("no preview: ")
    assert not [each for each in result.content if each.type == "image"]


def test_a_file_that_is_not_an_image_has_no_preview(world: World) -> None:
    job_id = world.mock.jobs.add()["job_id"]
    world.mock.faults.add("html", path="/files", times=8)
    assert value_of(world.call("get_job", job_id=job_id, preview=True))["status"] == "completed"


def test_a_file_of_this_machine_cannot_be_sent(world: World, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"\x89PNG\r\n\x1a\n")
    for url in (str(secret), secret.as_uri(), f"@{secret}"):
        assert "img_url" in error_of(world.call("make_image", operation="describe", img_url=url))
    assert world.mock.ledger == []


def test_a_job_id_is_not_a_path(world: World) -> None:
    for job_id in ("../../account/balance", "a?b=c#d", ".."):
        assert world.call("get_job", job_id=job_id).is_error


def test_nothing_long_fills_the_context_of_the_model(world: World) -> None:
    long = "x" * 100_000
    urls = [f"https://cdn.example/{number}.png" for number in range(1000)]
    failure = {"message": long, "raw_message": long}
    world.mock.jobs.add("f", answer={"job_id": "f", "status": "failed", "error": failure})
    world.mock.jobs.add("j", answer={"job_id": "j", "status": "completed", "output": {"image_urls": urls}})
    calls: list[tuple[str, dict[str, Any]]] = [
        ("get_job", {"job_id": "f"}),
        ("get_job", {"job_id": "j"}),
        ("get_job", {"job_id": "j", "wait": long}),
        ("make_image", {long: 1, "text": "a cat"}),
        ("make_image", {"text": "a cat", "again": long}),
        ("make_image", {"text": "a cat", "operation": long}),
    ]
    assert all(len(text_of(world.call(tool, **fields))) < 3000 for tool, fields in calls)


def test_the_key_is_in_no_result(world: World) -> None:
    key = world.mock.api_key

    world.mock.jobs.add("j", answer={"job_id": "j", "status": "completed", "output": {"texts": [f"key {key}"]}})
    for result in (world.call("get_job", job_id="j"), world.call("get_balance")):
        assert key not in result.model_dump_json()
