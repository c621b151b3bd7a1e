"""What tests use of the official SDK, and of our server on top of it, imported on first use.

Every worker of xdist collects all tests, and these imports take as long as collecting a thousand.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp import Client, MCPError
    from mcp.client.stdio import StdioServerParameters
    from mcp.client.streamable_http import streamable_http_client
    from mcp_types import CallToolRequestParams, ElicitResult, InputRequiredResult

    from legnext_client.mcp.guide import GUIDE, prompts
    from legnext_client.mcp.server import make_server
    from legnext_client.mcp.serving import Uvicorn, http_app
    from legnext_client.mcp.submitting import Submitter
    from legnext_client.mcp.tools import GROUPS, tools

    __all__ = [
        "GROUPS", "GUIDE", "CallToolRequestParams", "Client", "ElicitResult", "InputRequiredResult", "MCPError",
        "StdioServerParameters", "Submitter", "Uvicorn", "http_app", "make_server", "prompts",
        "streamable_http_client", "tools",
    ]  # fmt: skip

WHERE = {
    "mcp": ("Client", "MCPError"),
    "mcp.client.stdio": ("StdioServerParameters",),
    "mcp.client.streamable_http": ("streamable_http_client",),
    "mcp_types": ("CallToolRequestParams", "ElicitResult", "InputRequiredResult"),
    "legnext_client.mcp.guide": ("GUIDE", "prompts"),
    "legnext_client.mcp.server": ("make_server",),
    "legnext_client.mcp.serving": ("Uvicorn", "http_app"),
    "legnext_client.mcp.submitting": ("Submitter",),
    "legnext_client.mcp.tools": ("GROUPS", "tools"),
}


def __getattr__(name: str) -> Any:
    for module, names in WHERE.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(name)
