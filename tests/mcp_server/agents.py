"""Agents for the tests: the official client, connected to the server in this process, over either protocol."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from legnext_client.journal import Ledger
from tests.mcp_server import sdk

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path

    from mcp import Client
    from mcp_types import CallToolResult, ElicitResult

    from legnext_client.testing import MockServer

ERAS = ("legacy", "auto")
"""The handshake of the protocols up to 2025-11-25, and that of 2026-07-28."""


class Person:
    """Answers what the client asks them."""

    def __init__(self, *actions: str) -> None:
        self.actions = list(actions)
        self.asked: list[str] = []

    async def __call__(self, context: Any, params: Any) -> ElicitResult:  # noqa: ARG002
        self.asked.append(params.message)
        action: Any = self.actions.pop(0) if len(self.actions) > 1 else self.actions[0]
        return sdk.ElicitResult(action=action, content={} if action == "accept" else None)


class World:
    """A mock service, a ledger, and any number of servers over both."""

    def __init__(self, mock: MockServer, path: Path, era: str = "auto", **limits: Any) -> None:
        self.mock, self.path, self.era, self.limits = mock, path, era, limits
        self.options: dict[str, Any] = {}
        """Options of the servers' clients."""

    @asynccontextmanager
    async def agent(self, person: Person | None = None, now: Any = None) -> AsyncGenerator[Client]:
        ledger = Ledger(self.path, **self.limits, now=now)
        async with self.mock.async_client(ledger=ledger, **self.options) as client:
            submitter = sdk.Submitter(client, ledger, now)
            async with sdk.Client(sdk.make_server(submitter), mode=self.era, elicitation_callback=person) as agent:
                yield agent
            await submitter.close()

    def run(self, task: Callable[[Client], Awaitable[Any]], person: Person | None = None, now: Any = None) -> Any:
        """Have an agent carry out a task with a server of its own."""

        async def carry_out() -> Any:
            async with self.agent(person, now) as agent:
                return await task(agent)

        return asyncio.run(carry_out())

    def call(self, tool: str, person: Person | None = None, now: Any = None, **fields: Any) -> CallToolResult:
        """Have an agent call a tool."""
        result: CallToolResult = self.run(lambda agent: agent.call_tool(tool, fields), person, now)
        return result

    def make(self, person: Person | None = None, now: Any = None, **fields: Any) -> CallToolResult:
        """Have an agent make an image, of a cat if nothing else is given."""
        return self.call("make_image", person, now, **({"text": "a cat"} | fields))


def text_of(result: CallToolResult) -> str:
    return "\n".join(each.text for each in result.content if each.type == "text")


def value_of(result: CallToolResult) -> dict[str, Any]:
    """The data of a result that is not an error."""
    assert not result.is_error, text_of(result)
    value: dict[str, Any] = result.structured_content
    return value


def error_of(result: CallToolResult) -> str:
    """The message of a result that is an error."""
    assert result.is_error, text_of(result)
    message: str = result.structured_content["message"]
    return message
