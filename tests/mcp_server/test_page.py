"""The page shows clients how to start the server, and this is how it starts."""

from __future__ import annotations

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from legnext_client.cli.entries import own
from tests.mcp_server import sdk

PAGE = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text(encoding="utf-8")


def test_the_configurations_start_the_command_with_options_that_it_has() -> None:
    found = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    servers = [server for each in found for server in (each.get("mcpServers") or each["servers"]).values()]
    assert len(servers) == 2
    app = own("mcp").app()
    for server in servers:
        assert server["command"] == "uvx"
        assert server["args"][:4] == ["--from", "legnext-client[mcp]", "legnext", "mcp"]
        assert list(server["env"]) == ["LEGNEXT_API_KEY"]
        assert CliRunner().invoke(app, [*server["args"][4:], "--help"]).exit_code == 0


def test_the_page_names_every_tool_and_prompt() -> None:
    assert [each.name for each in sdk.tools() if f"`{each.name}`" not in PAGE] == []
    assert [each.name for each in sdk.prompts() if f"`{each.name}`" not in PAGE] == []
