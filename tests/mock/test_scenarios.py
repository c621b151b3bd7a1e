"""A scenario file says with which settings, jobs, faults and time a server starts, and starts again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.mock.__main__ import main, parser, settings_of
from legnext_client.mock.state import Scenario
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from pathlib import Path

SCENARIO = """
credits: 100
points: 60
plan: free
seed: 7
keys: [one, two]
time: 2026-03-01T12:00:00Z
jobs:
  - {job_id: a, operation: diffusion, body: {text: a fox}, age: 60}
  - {job_id: b, operation: upscale, source: a, body: {imageNo: 0, type: 0}, status: processing}
faults:
  - rate_limit
  - {name: delay, times: 2, seconds: 9}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "start.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def test_a_server_starts_with_its_scenario_and_returns_to_it(scenario: Path, calling: Any) -> None:
    with MockServer(in_process=True, scenario=scenario, answers="plain") as server:
        for _ in range(2):
            assert (server.balance, server.api_key, server.settings.plan) == (160, "one", "free")
            assert {name: job["status"] for name, job in server.jobs.items()} == {"a": "completed", "b": "processing"}
            assert server.jobs["a"]["meta"]["ended_at"] == "2026-03-01T11:59:00Z"
            assert [fault.name for fault in server.faults] == ["rate_limit", "delay"]
            assert calling(server).call("balance").status_code == 429
            server.clock.advance(3600)
            assert server.jobs["b"]["status"] == "completed"
            server.faults.clear()
            calling(server).accepted("diffusion", text="a")
            server.reset()


def test_arguments_win_over_the_scenario(scenario: Path) -> None:
    with MockServer(in_process=True, scenario=scenario, credits=5) as server:
        assert (server.balance, server.settings.points) == (65, 60)


def test_the_command_takes_a_scenario_and_its_options_win(scenario: Path) -> None:
    options = parser().parse_args(["--credits", "5"])
    made = settings_of(options, Scenario.read(scenario))
    assert (made.credits, made.points, made.seed, made.plan) == (5, 60, 7, "free")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("- a", "must be an object with fields"),
        ("a: [", "is not YAML"),
        ("credit: 5", "credit is not a field of a scenario; use seed, credits,"),
        ("credits: many", 'credits: "many" is not of type "integer"'),
        ("time: soon", "time must be a date and time, as 2026-03-01T12:00:00Z; got 'soon'"),
        ("jobs: 5", "jobs must be a list; got 5"),
        (
            "jobs: [{job: a}]",
            "jobs[0]: 'job' is not a field here; the fields are job_id, operation,",
        ),
        ("jobs: [{job_id: a}, {job_id: a}]", "jobs[1]: job_id must be new; job 'a' already exists"),
        ("faults: [explode]", "faults[0]: 'explode' is not a fault"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_by_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        MockServer(in_process=True, scenario=path)
    assert said in str(caught.value)
    assert main(["--port", "0", "--scenario", str(path)]) == 2
    assert said in capsys.readouterr().err
