"""Who runs no type checker is told too: each wrong line that could be sent is refused in words, and nothing is sent."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from legnext_client import InvalidRequest, LegnextError, price
from legnext_client.client import Client
from legnext_client.generated.models import Canvas, Mask, UpscaleType, VariationType

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client.testing import MockServer

WRONG = Path(__file__).with_name("wrong.py")
SOURCE = WRONG.read_text(encoding="utf-8")
LINES = {
    function.name: [ast.unparse(statement) for statement in function.body]
    for function in ast.parse(SOURCE).body
    if isinstance(function, ast.FunctionDef)
}
RIGHT_WHEN_RUN = ("VariationType.STRONG", "Mask(", "Canvas(")
"""An enum's value is a number like another, and models are looked at when they are sent."""
OF_PYTHON = (" + ",)
"""What Python says of adding a text to a number is not ours to word."""


def without(lines: list[str], parts: tuple[str, ...]) -> list[str]:
    return [line for line in lines if not any(part in line for part in parts)]


CALLS = without(LINES["values"] + LINES["arguments"] + LINES["at_once"], RIGHT_WHEN_RUN)
NAMES = without(LINES["names"], OF_PYTHON)


@pytest.mark.parametrize("line", CALLS + NAMES)
def test_a_wrong_line_is_refused_in_words_and_nothing_is_sent(
    line: str, legnext_client: Client, legnext_mock: MockServer
) -> None:
    legnext_mock.jobs.add("a")
    job = legnext_client.tasks.get("a")
    names = {"client": legnext_client, "job": job, "price": price, "Client": Client, "UpscaleType": UpscaleType}
    with pytest.raises((LegnextError, TypeError, AttributeError)) as caught:
        exec(line, dict(names))
    if not isinstance(caught.value, LegnextError):  # Python's own words, which name the argument or the attribute
        assert any(word in str(caught.value) for word in ("argument", "attribute", "property", "callable"))
    assert legnext_mock.ledger == []


def test_what_the_right_code_imports_exists() -> None:
    runpy.run_path(str(WRONG.with_name("right.py")))


def test_the_lines_left_out_are_refused_when_they_are_sent(legnext_client: Client, legnext_mock: MockServer) -> None:
    canvas, mask = Canvas(width="1:1", height=1), Mask(areas="all")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidRequest, match=r"canvas\.width must be an integer; got '1:1'") as caught:
        legnext_client.midjourney.edit(job_id="a", image_no=0, canvas=canvas, img_pos={}, mask=mask, remix_prompt="a")
    assert "mask.areas must be a list" in str(caught.value)
    assert int(VariationType.STRONG) == int(UpscaleType.CREATIVE)
    assert legnext_mock.ledger == []


MISTAKES: list[tuple[Callable[[Client], object], str]] = [
    (lambda client: list(client.wait_all("abc")), "jobs must be a list of jobs or ids; got 'abc'"),
    (lambda client: list(client.wait_all(["abc", ""])), "job_id must be a job id"),
    (lambda client: list(client.wait_all(client.tasks.get("a"))), "jobs must be a list of jobs or ids; got <Job a"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (lambda client: list(client.wait_all(7)), "jobs must be a list of jobs or ids; got 7"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (lambda client: list(client.wait_all([None])), "job_id must be a job id, .*; got None"),  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    (lambda client: client.tasks.wait_for_completion(""), "job_id must be a job id, .*; got ''"),
    (lambda client: client.tasks.wait_for_completion(None), "job_id must be a job id, .*; got None"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (lambda client: client.tasks.get("a").wait("600"), "timeout must be seconds, 0 or more; got '600'"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (lambda client: client.tasks.get("a").wait(poll_interval="3"), "poll_interval must be seconds above 0; got '3'"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
]


@pytest.mark.parametrize(("mistake", "said"), MISTAKES)
def test_a_mistake_in_waiting_is_told_before_anybody_is_asked(
    mistake: Callable[[Client], object], said: str, legnext_client: Client, legnext_mock: MockServer
) -> None:
    legnext_mock.jobs.add("a")
    with pytest.raises(InvalidRequest, match=said):
        mistake(legnext_client)
