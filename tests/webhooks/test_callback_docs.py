"""The application that docs/callbacks.md shows does what the page says, and the page's figures are the code's."""

from __future__ import annotations

import asyncio
import json
import math
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from legnext_client import webhooks
from legnext_client._calls.settings import KEY_VARIABLE, URL_VARIABLE
from legnext_client._protocol import polling
from legnext_client.testing import MockServer

PAGE = (Path(__file__).parents[2] / "docs" / "callbacks.md").read_text(encoding="utf-8")
SNIPPETS: list[str] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_fastapi_application_of_the_page_receives_confirms_and_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = (snippet for snippet in SNIPPETS if "import FastAPI" in snippet)
    page: dict[str, Any] = {"__name__": "page"}
    exec(compile(code, "callbacks.md", "exec", dont_inherit=True), page)

    async def scenario(server: MockServer) -> None:
        transport = httpx.ASGITransport(page["app"])
        async with (
            page["app"].router.lifespan_context(page["app"]),
            httpx.AsyncClient(transport=transport, base_url="https://app.example.com") as browser,
        ):
            job_id = (await browser.post("/pictures", params={"text": "a lighthouse"})).json()["job_id"]
            address = server.ledger[0].body["callback"]
            told = json.dumps({"job_id": job_id, "status": "completed", "output": {"image_urls": ["a lie"]}})
            assert (await browser.post("/legnext/stranger", content=told)).status_code == 404
            assert (await browser.get(f"/pictures/{job_id}")).json() == {"image_urls": []}
            server.jobs.complete(job_id)
            assert (await browser.post(address, content=told)).status_code == 204
            shown = (await browser.get(f"/pictures/{job_id}")).json()["image_urls"]
            assert len(shown) == 4
            assert "a lie" not in shown

    with MockServer() as server:
        monkeypatch.setenv(KEY_VARIABLE, server.api_key)
        monkeypatch.setenv(URL_VARIABLE, server.base_url)
        asyncio.run(scenario(server))


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    left = 0.5 * math.erfc(polling.BACKSTOP_FIRST / math.sqrt(2))
    assert "fourteen of fifteen" in " ".join(PAGE.split())
    assert 1 / left == pytest.approx(15, abs=0.5)
    assert "two fifths" in PAGE
    assert polling.BACKSTOP_STEP == 2 / 5
    assert "1 MiB" in PAGE
    assert webhooks.LARGEST == 1024 * 1024
