"""A hostile prompt, model or service cannot reach the key, this machine's files, or another host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.mcp_server.agents import error_of, text_of, value_of

if TYPE_CHECKING:
    from pathlib import Path

    from mcp import Client

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

    async def task(agent: Client) -> Any:
        return await agent.call_tool("get_job", {"job_id": "j"})

    result = world.run(task)
    assert value_of(result)["images"] == [good]
    assert [each.uri for each in result.content if each.type == "resource_link"] == [good]
    assert not any(each in text_of(result) for each in ADDRESSES)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://169.254.169.254/latest/meta-data", "not a url"])
def test_a_preview_is_not_fetched_from_elsewhere(world: World, url: str) -> None:
    world.mock.jobs.add("j", answer={"job_id": "j", "status": "completed", "output": {"image_urls": [url]}})

    async def task(agent: Client) -> Any:
        return await agent.call_tool("get_job", {"job_id": "j", "preview": True})

    result = world.run(task)
    assert value_of(result)["note"].startswith("no preview: ")
    assert not [each for each in result.content if each.type == "image"]


def test_a_file_that_is_not_an_image_has_no_preview(world: World) -> None:
    job_id = world.mock.jobs.add()["job_id"]
    world.mock.faults.add("html", path="/files", times=8)

    async def task(agent: Client) -> Any:
        return await agent.call_tool("get_job", {"job_id": job_id, "preview": True})

    assert value_of(world.run(task))["status"] == "completed"


def test_a_file_of_this_machine_cannot_be_sent(world: World, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"\x89PNG\r\n\x1a\n")

    async def task(agent: Client) -> Any:
        return [
            await agent.call_tool("make_image", {"operation": "describe", "img_url": url})
            for url in (str(secret), secret.as_uri(), f"@{secret}")
        ]

    for result in world.run(task):
        assert "img_url" in error_of(result)
    assert world.mock.ledger == []


def test_a_job_id_is_not_a_path(world: World) -> None:
    async def task(agent: Client) -> Any:
        return [
            await agent.call_tool("get_job", {"job_id": each}) for each in ("../../account/balance", "a?b=c#d", "..")
        ]

    for result in world.run(task):
        assert result.is_error


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

    async def task(agent: Client) -> list[str]:
        return [text_of(await agent.call_tool(*call)) for call in calls]

    assert all(len(text) < 3000 for text in world.run(task))


def test_the_key_is_in_no_result(world: World) -> None:
    key = world.mock.api_key

    async def task(agent: Client) -> Any:
        world.mock.jobs.add("j", answer={"job_id": "j", "status": "completed", "output": {"texts": [f"key {key}"]}})
        results = [
            await agent.call_tool("get_job", {"job_id": "j"}),
            await agent.call_tool("get_balance", {}),
            await agent.call_tool("get_job", {"job_id": key}),
        ]
        return [each.model_dump(mode="json") for each in results]

    job, balance, _ = world.run(task)
    assert key not in json.dumps([job, balance])
