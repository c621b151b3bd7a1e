"""Resources and prompts: the flags by model, the history, and the usual tasks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.generated.rules import MODELS
from legnext_client.prompts.flags import ROWS, SPELLING
from tests.facts import DIFFUSION
from tests.mcp_server import sdk

if TYPE_CHECKING:
    from mcp import Client

    from tests.mcp_server.agents import World


async def read(agent: Client, uri: str) -> str:
    [content] = (await agent.read_resource(uri)).contents
    text: str = getattr(content, "text")  # noqa: B009
    return text


def test_the_guide_has_every_flag_and_one_of_a_model_only_its_own(any_world: World) -> None:
    async def task(agent: Client) -> Any:
        listed = [each.uri for each in (await agent.list_resources()).resources]
        assert listed == ["legnext://prompt-guide", "legnext://history"]
        assert len((await agent.list_resource_templates()).resource_templates) == 1
        return [await read(agent, f"legnext://prompt-guide{rest}") for rest in ("", "/8.1", "/niji%206")]

    whole, one, niji = any_world.run(task)
    assert whole.startswith("# Prompt flags\n")
    assert whole.count("\n## ") == len(MODELS)
    for flag, rows in ROWS.items():
        if any(row.models for row in rows):
            assert f"`{SPELLING[flag]}" in whole
    assert one.count("\n## ") == niji.count("\n## ") == 1
    assert "`--ar ratio`" in one
    assert "--cref` rejected: use --sref" in one.replace("--cref`:", "--cref`")


def test_the_history_is_that_of_the_ledger(world: World) -> None:
    async def task(agent: Client) -> Any:
        await agent.call_tool("make_image", {"text": "a cat"})
        return json.loads(await read(agent, "legnext://history"))

    [entry] = world.run(task)
    assert (entry["operation"], entry["price"], entry["body"]) == ("diffusion", DIFFUSION, {"text": "a cat"})


def test_other_resources_are_refused(any_world: World) -> None:
    wrong = ("legnext://secrets", "file:///etc/passwd", f"{sdk.GUIDE}/no-such-model", f"{sdk.GUIDE}-x")

    async def task(agent: Client) -> None:
        for uri in wrong:
            with pytest.raises(sdk.MCPError, match=r"no resource|model must be one of"):
                await agent.read_resource(uri)

    any_world.run(task)


def test_the_prompts_lead_to_the_tools(any_world: World) -> None:
    async def task(agent: Client) -> Any:
        listed = (await agent.list_prompts()).prompts
        given = {"idea": "a lighthouse", "job_id": "job-1", "image_no": "2", "movement": "waves roll in"}
        tools = {each.name for each in (await agent.list_tools()).tools}
        for prompt in listed:
            needed = {each.name: given[each.name] for each in prompt.arguments or () if each.required}
            [message] = (await agent.get_prompt(prompt.name, needed)).messages
            text = message.content.text  # type: ignore[union-attr]
            assert all(value in text for value in needed.values())
            assert any(tool in text for tool in tools)
            assert "{" not in text
        return [each.name for each in listed]

    assert any_world.run(task) == ["make-a-picture", "improve-a-picture", "animate-a-picture"]


@pytest.mark.parametrize(("name", "says"), [("steal", "prompt must be one of"), ("make-a-picture", "idea is required")])
def test_a_wrong_prompt_is_explained(world: World, name: str, says: str) -> None:
    async def task(agent: Client) -> None:
        with pytest.raises(sdk.MCPError, match=says):
            await agent.get_prompt(name, {})

    world.run(task)
