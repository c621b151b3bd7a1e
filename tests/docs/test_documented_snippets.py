"""The service's own Python pages run with nothing changed but the import; where a page is wrong, the error explains.

The snippets are files under `tests/data/documented_snippets`, with the line breaks that the pages lost. What comes of
each stands in `outcomes.json`: the jobs that the service accepts, what is printed, or the error and its words;
`presumes` are the names that a snippet takes from the page before it.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import AsyncClient, Client, errors, exceptions
from tests.facts import LONGEST

from .snippets import Namespace, close, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.testing import MockServer

FOLDER = Path(__file__).parents[1] / "data" / "documented_snippets"
OUTCOMES: dict[str, dict[str, Any]] = json.loads((FOLDER / "outcomes.json").read_text(encoding="utf-8"))
OURS = re.compile(r"\blegnext\b(?=[. ;])")
"""The name of the package where it is imported or used."""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)

JOBS: dict[str, dict[str, Any]] = {
    "original-job-id": {},
    "original-image-job-id": {},
    "draft-job-id": {"body": {"text": "a fox --v 7 --draft"}},
    "original-video-job-id": {"operation": "video_diffusion"},
    "job-123": {"status": "processing"},
}
"""The jobs that the pages speak of."""

FAILURES = [
    pytest.param({"name": "error_before", "status": 401}, r"Invalid API key", id="a bad key"),
    pytest.param({"name": "rate_limit", "times": 100}, r"Rate limited - retry later", id="too fast for too long"),
    pytest.param({"name": "error_before", "status": 400}, r"Invalid parameters: \S.*", id="refused there"),
    pytest.param({"name": "error_before", "status": 402}, r"API error: \S.*", id="no credits"),
    pytest.param({"name": "error_after", "status": 500}, r"API error: \S.*", id="a broken service"),
    pytest.param({"name": "close_after"}, r"API error: \S.*", id="no answer"),
]


@pytest.fixture
def namespace(server: MockServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Namespace]:
    """Everything that the pages take for granted: jobs, a mask, a module that reads `.env`, and names."""
    for job_id, settings in JOBS.items():
        server.jobs.add(job_id, **settings)
    (tmp_path / "mask.png").write_bytes(PNG)
    dotenv = ModuleType("dotenv")
    dotenv.load_dotenv = lambda: monkeypatch.setenv("LEGNEXT_API_KEY", server.api_key)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "dotenv", dotenv)
    names: Namespace = {"asyncio": asyncio, "os": os, "client": Client(), "AsyncClient": AsyncClient}
    yield names
    close(names)


def with_our_import(name: str) -> str:
    return OURS.sub("legnext_client", (FOLDER / f"{name}.py").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_documented_snippet_does_what_it_should(
    name: str, server: MockServer, namespace: Namespace, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = OUTCOMES[name]
    own = {needed: namespace[needed] for needed in outcome.get("presumes", ())}
    code, page = with_our_import(name), FOLDER / f"{name}.py"
    try:
        if "raises" in outcome:
            with pytest.raises(Exception, match=re.escape(outcome["says"][0])) as caught:
                run(code, page, own)
            assert type(caught.value).__name__ == outcome["raises"]
            for words in outcome["says"]:
                assert words in str(caught.value)
        else:
            run(code, page, own)
    finally:
        close(own)
    assert [submission.operation for submission in server.ledger] == outcome.get("accepted", [])
    assert re.search(outcome.get("prints", "^$"), capsys.readouterr().out.rstrip("\n"))


def test_every_snippet_has_an_outcome() -> None:
    assert sorted(OUTCOMES) == sorted(path.stem for path in FOLDER.glob("*.py"))


def test_a_client_of_each_authentication_snippet_has_the_key(server: MockServer, namespace: Namespace) -> None:
    for name in OUTCOMES:
        if name.startswith("authentication"):
            own: Namespace = {}
            run(with_our_import(name), FOLDER / f"{name}.py", own)
            assert own["client"].account.balance().available_credits == server.balance
            close(own)
    namespace.clear()


@pytest.mark.parametrize(("fault", "printed"), FAILURES)
def test_the_documented_handlers_catch_what_they_name(
    fault: dict[str, Any], printed: str, server: MockServer, namespace: Namespace, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults.add(**fault)
    run(with_our_import("errors"), FOLDER / "errors.py", namespace)
    assert re.fullmatch(printed, capsys.readouterr().out.rstrip("\n"))


def test_a_wrong_value_is_caught_by_the_documented_handler(
    server: MockServer, namespace: Namespace, capsys: pytest.CaptureFixture[str]
) -> None:
    code = with_our_import("errors").replace('text="..."', 'text=""')
    run(code, FOLDER / "errors.py", namespace)
    printed = capsys.readouterr().out
    assert printed == f"Invalid parameters: diffusion: text must have 1 to {LONGEST} characters; got 0 characters.\n"
    assert server.ledger == []


def test_what_python_says_of_a_forgotten_argument_leads_to_its_meaning() -> None:
    # Python itself names the method and the argument, before anything is sent; the method's doc has the values.
    with Client("some-key") as client:
        with pytest.raises(TypeError, match=r"Midjourney\.upscale\(\) missing 1 .* argument: 'type'"):
            client.midjourney.upscale(job_id="original-job-id", image_no=0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        assert "One of 0 (SUBTLE), 1 (CREATIVE)." in (inspect.getdoc(client.midjourney.upscale) or "")


def test_the_documented_names_of_errors_are_ours() -> None:
    assert exceptions.LegnextAPIError is errors.LegnextError
    for name in ("ValidationError", "AuthenticationError", "NotFoundError", "RateLimitError", "ServerError"):
        assert getattr(exceptions, name) is getattr(errors, name)
        assert issubclass(getattr(errors, name), exceptions.LegnextAPIError)
