"""The examples of the API pages run: as a call of this client, and as a request by curl."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from docs_pages.api_reference import FILE, api_pages

from legnext_client import Client
from legnext_client.generated.operations import OPERATIONS, Operation
from tests.tables import for_each

from .shell_blocks import shell_blocks, wrong_with
from .snippets import run

if TYPE_CHECKING:
    from legnext_client.testing import MockServer

ROOT = Path(__file__).parents[2]
SPEC = json.loads((ROOT / "legnext_client" / "openapi.json").read_bytes())
PAGES = {name: text for name, text in api_pages(SPEC).items() if "## Examples" in text}
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
JOB_ID = re.compile(r'job_?id"?[=:] ?"([^"]+)"', re.IGNORECASE)


def operation(page: str) -> Operation:
    return OPERATIONS[page.removesuffix(".md")]


@pytest.fixture
def prepared(server: MockServer, request: pytest.FixtureRequest, tmp_path: Path) -> MockServer:
    """A server that has the jobs that the examples of a page build on, and a directory with the file they send."""
    (tmp_path / FILE.name).write_bytes(b"a picture")
    text: str = PAGES[request.node.callspec.params["name"]]
    video = "videoNo" in text
    body: dict[str, Any] = {"prompt": "waves"} if video else {"text": "waves --v 7 --draft"}
    status = "pending" if operation(request.node.callspec.params["name"]).ends else "completed"
    for job_id in {*JOB_ID.findall(text), *re.findall(r"/v1/job/([\w-]+)", text)}:
        if job_id not in server.jobs:
            server.jobs.add(job_id, operation="video_diffusion" if video else "diffusion", body=body, status=status)
    return server


def test_every_operation_has_examples() -> None:
    assert len(PAGES) == len(OPERATIONS)
    assert all(len(PYTHON.findall(text)) == len(shell_blocks(text)) > 0 for text in PAGES.values())


@for_each("name", PAGES)
def test_no_example_has_somebody_else_called_back(name: str) -> None:
    examples = PAGES[name].partition("## Examples")[2].partition("## Answers")[0]
    assert "callback" not in examples


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.filterwarnings("ignore::legnext_client.prompts.PromptWarning")
def test_the_calls_of_a_page_are_accepted(name: str, prepared: MockServer) -> None:
    calls = PYTHON.findall(PAGES[name])
    with Client() as client:
        for code in calls:
            run(code, Path(name), {"client": client})
    assert len(prepared.ledger) == (len(calls) if operation(name).makes_job else 0)


@pytest.mark.parametrize("name", PAGES)
def test_the_requests_of_a_page_are_accepted(name: str, prepared: MockServer, tmp_path: Path) -> None:
    blocks = shell_blocks(PAGES[name])
    assert [wrong_with(block, prepared, tmp_path) for block in blocks] == [""] * len(blocks)
    assert len(prepared.ledger) == (len(blocks) if operation(name).makes_job else 0)
