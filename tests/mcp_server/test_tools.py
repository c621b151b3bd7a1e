"""Every tool, as an agent meets it: what it lists, what it makes, and what it says of bad arguments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.generated.operations import OPERATIONS, ROLES, Operation
from tests.facts import DIFFUSION
from tests.mcp_server import sdk
from tests.mcp_server.agents import World, error_of, text_of, value_of

if TYPE_CHECKING:
    from mcp import Client


def test_the_tools_are_few_and_short(world: World) -> None:
    async def task(agent: Client) -> Any:
        return (await agent.list_tools()).model_dump(mode="json", by_alias=True, exclude_none=True)["tools"]

    listed = world.run(task)
    tokens = len(json.dumps(listed, separators=(",", ":")).encode()) / 4
    print(f"{len(listed)} tools, {tokens:.0f} tokens")
    assert [each["name"] for each in listed] == [
        *("make_image", "make_video", "follow_up"),
        *("get_job", "get_balance", "check_prompt"),
    ]
    assert tokens < 3000
    assert not any("outputSchema" in each for each in listed)


def test_every_operation_that_makes_a_job_or_acts_on_one_is_offered_once() -> None:
    offered = [name for listed in sdk.GROUPS.values() for name in listed]
    acting = (name for name, each in OPERATIONS.items() if any(one.name == "job_id" for one in each.parameters))
    making = (name for name, each in OPERATIONS.items() if each.makes_job and not sends_file(each))
    assert sorted(offered) == sorted({*making, *acting} - {ROLES["job"].name})


def sends_file(operation: Operation) -> bool:
    return any(field.type == "file" and field.required for field in operation.fields)


def test_from_an_idea_to_links(any_world: World) -> None:
    async def task(agent: Client) -> Any:
        made = value_of(await agent.call_tool("make_image", {"text": "a lighthouse --ar 16:9"}))
        seen: list[float] = []

        async def heard(progress: float, total: float | None, message: str | None) -> None:
            assert (total, bool(message)) == (100, True)
            seen.append(progress)

        done = await agent.call_tool("get_job", {"job_id": made["job_id"]}, progress_callback=heard)
        while value_of(done)["status"] != "completed":
            done = await agent.call_tool("get_job", {"job_id": made["job_id"]}, progress_callback=heard)
        return made, done, seen

    made, done, seen = any_world.run(task)
    assert "Call get_job" in made["next"]
    assert made["typical_seconds"] == pytest.approx(45, rel=0.01)
    links = [each for each in done.content if each.type == "resource_link"]
    assert [each.uri for each in links] == value_of(done)["images"]
    assert len(links) == 4
    assert value_of(done)["points"] == DIFFUSION
    assert all(each in text_of(done) for each in value_of(done)["images"])
    assert seen
    assert len(any_world.mock.ledger) == 1


def test_a_wait_ends_before_the_client_gives_up(world: World) -> None:
    world.mock.faults.add("never_ends")

    async def task(agent: Client) -> Any:
        job_id = value_of(await agent.call_tool("make_image", {"text": "a cat"}))["job_id"]
        before = world.mock.clock.now
        result = await agent.call_tool("get_job", {"job_id": job_id})
        return world.mock.clock.now - before, value_of(result)

    seconds, value = world.run(task)
    assert seconds <= 45
    assert value["status"] != "completed"
    assert value["next"].startswith("Call get_job")


def test_follow_ups_take_words(world: World) -> None:
    source = world.mock.jobs.add()["job_id"]

    fields = {"operation": "upscale", "job_id": source, "image_no": 1, "type": "creative"}
    assert value_of(world.call("follow_up", **fields))["job_id"] != source
    [submission] = world.mock.ledger
    assert submission.operation == "upscale"
    assert submission.body["type"] == 1


def test_a_chain_of_videos(world: World) -> None:
    async def finished(agent: Client, **fields: Any) -> str:
        job_id: str = value_of(await agent.call_tool("make_video", fields))["job_id"]
        while value_of(await agent.call_tool("get_job", {"job_id": job_id}))["status"] != "completed":
            pass
        return job_id

    async def task(agent: Client) -> Any:
        start = await finished(agent, prompt="https://example.com/a.png waves", video_type="sd-480p")
        longer = await finished(agent, operation="extend_video", job_id=start, video_no=0)
        return await finished(agent, operation="video_upscale", job_id=longer, video_no=0)

    world.run(task)
    assert [each.operation for each in world.mock.ledger] == ["video_diffusion", "extend_video", "video_upscale"]


def test_previews_come_when_asked_for(world: World) -> None:
    job_id = world.mock.jobs.add()["job_id"]

    without, shown = (world.call("get_job", job_id=job_id, preview=asked) for asked in (False, True))
    assert [each.type for each in without.content if each.type == "image"] == []
    images = [each for each in shown.content if each.type == "image"]
    assert [each.mime_type for each in images] == ["image/jpeg"] * 4
    assert all(len(each.data) < 200_000 for each in images)


def test_the_balance_and_the_budget(mock: Any, tmp_path: Any) -> None:
    world = World(mock, tmp_path / "l.db", per_day=1000, in_all=5000)
    world.call("make_image", text="a cat")
    value = value_of(world.call("get_balance"))
    assert value["budget"] == {
        "per day": {"points": 1000, "counted": DIFFUSION, "left": 1000 - DIFFUSION},
        "in all": {"points": 5000, "counted": DIFFUSION, "left": 5000 - DIFFUSION},
    }
    assert value["points_per_usd"] == 1000
    assert "account_id" not in json.dumps(value)


def test_a_prompt_is_checked_and_priced_for_nothing(world: World) -> None:
    prompts = ("a cat --turbo", "a cat --aspct 16:9")
    good, bad = (value_of(world.call("check_prompt", prompt=prompt)) for prompt in prompts)
    assert good["problems"] == "none"
    assert good["price"].startswith(f"{2 * DIFFUSION} points")
    assert "--aspect" in bad["problems"][0] or "--ar" in bad["problems"][0]
    assert world.mock.ledger == []


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("make_image", {}, "text is required"),
    ("make_image", {"text": ""}, "text"),
    ("make_image", {"text": "a cat --aspct 16:9"}, "Correct it; check_prompt explains."),
    ("make_image", {"operation": "paint", "text": "a cat"}, "operation must be one of diffusion, blend"),
    ("make_image", {"text": "a cat", "callback": "https://evil.example"}, "callback is not a field of diffusion"),
    ("make_image", {"text": "a cat", "extra_headers": {"x": "y"}}, "extra_headers is not a field"),
    ("make_image", {"text": "a cat", "key": "k"}, "key is not a field"),
    ("make_image", {"text": "a cat", "again": "job-1"}, "again must be the job_id that the same arguments made"),
    ("follow_up", {}, "operation must be one of variation"),
    ("follow_up", {"operation": "upscale", "job_id": "no-such-job", "image_no": 0, "type": "subtle"}, "404"),
    ("follow_up", {"operation": "upscale"}, "job_id is required"),
    ("get_job", {}, "job_id must be the id that a call returned"),
    ("get_job", {"job_id": "no-such-job"}, "404"),
    ("get_job", {"job_id": "x", "wait": 600}, "wait must be 0 to 45 seconds; got 600"),
    ("check_prompt", {}, "prompt must be a string"),
    ("check_prompt", {"prompt": "a", "operation": "paint"}, "operation must be one of"),
    ("check_prompt", {"prompt": "a", "operation": ["diffusion"]}, "operation must be one of"),
]


def test_bad_arguments_are_explained(any_world: World) -> None:
    async def task(agent: Client) -> list[str]:
        return [error_of(await agent.call_tool(tool, given)) for tool, given, _ in BAD]

    messages = any_world.run(task)
    assert [(case, message) for case, message in zip(BAD, messages, strict=True) if case[2] not in message] == []
    assert any_world.mock.ledger == []


def test_an_unknown_tool_is_refused_with_the_known_ones(world: World) -> None:
    async def task(agent: Client) -> None:
        with pytest.raises(sdk.MCPError, match="tool must be one of make_image"):
            await agent.call_tool("imagine", {})

    world.run(task)


@pytest.mark.filterwarnings("ignore::legnext_client.prompts.problems.PromptWarning")
def test_what_may_not_be_meant_in_a_prompt_is_told_with_the_job(world: World) -> None:
    value = value_of(world.call("make_image", text="a cat --v 8"))
    assert value["job_id"]
    assert "the prompt has problems" in value["note"]


def test_a_job_that_failed_says_why(world: World) -> None:
    job_id = value_of(world.call("make_image", text="a cat"))["job_id"]
    world.mock.jobs.fail(job_id)
    value = value_of(world.call("get_job", job_id=job_id))
    assert value["status"] == "failed"
    assert "Nothing was charged" in value["error"]
