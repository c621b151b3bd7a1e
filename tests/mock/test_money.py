"""Points are held, charged and released as the document says, and the account adds up at every moment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from legnext_client.generated.rules import Factor
from legnext_client.mock.spec import DOCUMENT
from legnext_client.prices import estimates, price
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION, points

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


FACTORS: list[Any] = [{"flag": "motion", "value": "high", "factor": 3}, {"flag": "bs", "value": 4, "factor": 2}]
POINTS = {
    "a --motion high": 1440,
    "a --motion HIGH": 1440,
    "a --motion low": 480,
    "a --motion": 480,
    "a --bs 4": 960,
    "a --bs 4.0": 960,
    "a --bs four": 480,
}


def test_a_factor_can_ask_for_a_word_as_for_a_number_and_client_and_mock_agree(
    calling: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    document["x-legnext"]["price_factors"] = [{**row, "models": ["video"]} for row in FACTORS]
    spec = tmp_path / "factors.json"
    spec.write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setattr(estimates, "PRICE_FACTORS", tuple(Factor(models=("video",), **row) for row in FACTORS))
    with MockServer(in_process=True, spec=spec, answers="plain", concurrency=0) as server:
        api = calling(server)
        for prompt, points in POINTS.items():
            job = api.job(api.accepted("video_diffusion", prompt=prompt))
            assert (job["meta"]["usage"]["frozen"], prompt) == (points, prompt)
            assert price("video_diffusion", {"prompt": prompt}).points == points


def test_bonus_points_are_spent_first_and_come_back_where_they_were(calling: Any) -> None:
    with MockServer(in_process=True, credits=1000, points=100, concurrency=0) as server:
        api = calling(server)
        api.accepted("diffusion", text="fail-this-job --turbo")
        assert (api.balance()["available_points"], api.balance()["available_credits"]) == (0, 1100 - 2 * DIFFUSION)
        server.clock.advance(3600)
        assert (api.balance()["available_points"], api.balance()["available_credits"]) == (100, 1000)


def test_what_cannot_be_paid_is_refused_with_price_and_balance(calling: Any) -> None:
    with MockServer(in_process=True, credits=100) as server:
        api = calling(server)
        api.accepted("diffusion", text="a")
        message = api.refused(402, "diffusion", text="a")
        assert f"{DIFFUSION} points" in message
        assert f"{100 - DIFFUSION} are available" in message
        assert len(server.ledger) == 1
        assert (server.balance, server.frozen) == (100 - DIFFUSION, DIFFUSION)


def test_the_ledger_lists_every_accepted_submission_once(api: Any) -> None:
    first = api.accepted("diffusion", text="a")
    api.refused(422, "reroll", jobId=first)
    api.server.clock.advance(60)
    second = api.accepted("describe", imgUrl="https://example.com/a.png")
    ledger = api.server.ledger
    assert [(line.number, line.job_id, line.operation, line.points) for line in ledger] == [
        (1, first, "diffusion", DIFFUSION),
        (2, second, "describe", points("describe")),
    ]
    assert ledger[0].body == {"text": "a"}
    assert ledger[0].key == "mock-key"
    assert ledger[1].at - ledger[0].at == 60
