"""FastMCP makes a tool of every operation, of either document, and one of them answers."""

import asyncio
import os
from pathlib import Path

import httpx2
import yaml
from fastmcp import Client, FastMCP


async def main() -> None:
    folder = Path(os.environ["SPEC"]).parent
    headers = {"x-api-key": os.environ["LEGNEXT_API_KEY"]}
    async with httpx2.AsyncClient(base_url=os.environ["LEGNEXT_BASE_URL"], headers=headers) as http:
        for name in ("openapi.portable.yaml", "openapi.yaml"):
            spec = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
            async with Client(FastMCP.from_openapi(openapi_spec=spec, client=http)) as client:
                operations = [
                    each for item in spec["paths"].values() for each in item.values() if "operationId" in each
                ]
                tools = {tool.name for tool in await client.list_tools()}
                assert tools == {each["operationId"] for each in operations}, tools
                answer = await client.call_tool("balance")
                assert answer.structured_content["data"]["available_credits"] > 0, answer


asyncio.run(main())
