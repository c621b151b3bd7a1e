"""Points are held, charged and released as the document says, and the account adds up at every moment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.generated.rules import Factor
from legnext_client.mock.account import Account, Hold
from legnext_client.mock.spec import DOCUMENT
from legnext_client.prices import estimates, price
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = {"jobId": "images", "imageNo": 0}
PLACES = {"width": 1024, "height": 1024}
MASK = {"mask": {"url": "https://example.com/mask.png"}}
FILE = {"imgUrl": "https://example.com/image.png"}
# As the documents' price page has it: what is asked for, points held, points charged.
PRICES: list[tuple[str, dict[str, Any], int, int]] = [
    ("diffusion", {"text": "a"}, 80, 80),
    ("diffusion", {"text": "a --turbo"}, 160, 160),
    ("diffusion", {"text": "a --v 7 --draft"}, 80, 40),
    ("diffusion", {"text": "a --draft --turbo"}, 160, 80),
    ("diffusion", {"text": "a --v 6 --draft"}, 80, 80),
    ("diffusion", {"text": "a --oref https://example.com/a.png"}, 160, 160),
    ("diffusion", {"text": "a --v 8 --oref https://example.com/a.png"}, 80, 80),
    ("diffusion", {"text": "a --v 8 --hd"}, 320, 320),
    ("diffusion", {"text": "a --v 8 --q 4"}, 320, 320),
    ("diffusion", {"text": "a --v 8 --hd --q 4 --sv 6"}, 320, 320),
    ("diffusion", {"text": "a --v 8 --q 1"}, 80, 80),
    ("diffusion", {"text": "a --v 8.1 --hd"}, 80, 80),
    ("diffusion", {"text": "a --niji 6 --turbo"}, 160, 160),
    ("variation", {**SOURCE, "type": 0}, 120, 120),
    ("variation", {**SOURCE, "type": 1, "remixPrompt": "a --turbo"}, 240, 240),
    ("upscale", {**SOURCE, "type": 0}, 120, 120),
    ("upscale", {**SOURCE, "type": 1}, 160, 160),
    ("upscale", {**SOURCE, "type": 1.0}, 160, 160),
    ("reroll", {"jobId": "images"}, 80, 80),
    ("blend", {"imgUrls": ["https://a.b/1", "https://a.b/2"], "aspect_ratio": "1:1"}, 80, 80),
    ("describe", FILE, 20, 20),
    ("shorten", {"prompt": "a --turbo --draft"}, 20, 20),
    ("pan", {**SOURCE, "direction": 0, "scale": 1.5}, 80, 80),
    ("outpaint", {**SOURCE, "scale": 1.5}, 80, 80),
    ("inpaint", {**SOURCE, **MASK}, 120, 120),
    ("remix", {**SOURCE, "remixPrompt": "a"}, 120, 120),
    ("edit", {**SOURCE, "canvas": PLACES, "imgPos": {**PLACES, "x": 0, "y": -5}, "remixPrompt": ""}, 120, 120),
    (
        "upload_paint",
        {**FILE, **MASK, "canvas": PLACES, "imgPos": {**PLACES, "x": 0, "y": 0}, "remixPrompt": "a"},
        120,
        120,
    ),
    ("retexture", {**FILE, "remixPrompt": "a"}, 120, 120),
    ("remove_background", FILE, 80, 80),
    ("enhance", {"jobId": "draft", "imageNo": 3}, 80, 80),
    *[
        ("enhance_upscale", {**SOURCE, "target_resolution": size}, points, points)
        for size, points in {"HD": 120, "FHD": 120, "2K": 120, "4K": 160, "6K": 200, "8K": 300, "12K": 540}.items()
    ],
    ("enhance_upscale", {"image_url": "https://example.com/a.jpg"}, 120, 120),
    ("video_diffusion", {"prompt": "a"}, 480, 480),
    ("video_diffusion", {"prompt": "a --bs 1"}, 120, 120),
    ("video_diffusion", {"prompt": "a --bs 2", "videoType": 1}, 768, 768),
    ("video_diffusion", {**SOURCE, "videoType": 1}, 1536, 1536),
    ("extend_video", {"jobId": "480p", "videoNo": 0}, 480, 480),
    ("extend_video", {"jobId": "480p", "videoNo": 0, "prompt": "a --batchsize 1"}, 120, 120),
    ("extend_video", {"jobId": "720p", "videoNo": 0}, 1536, 1536),
    ("extend_video", {"jobId": "720p longer", "videoNo": 3}, 1536, 1536),
    ("video_upscale", {"jobId": "720p", "videoNo": 0}, 480, 480),
]


def sources(server: MockServer) -> None:
    add = server.jobs.add
    add("images", body={"text": "a"})
    add("draft", body={"text": "a --v 7 --draft"})
    add("480p", operation="video_diffusion", body={"prompt": "a"})
    add("720p", operation="video_diffusion", body={"prompt": "a", "videoType": 1})
    add("720p longer", operation="extend_video", source="720p")


@pytest.mark.parametrize(
    ("operation", "body", "held", "charged"), PRICES, ids=[f"{each[0]}-{at}" for at, each in enumerate(PRICES)]
)
def test_each_request_costs_what_the_price_page_says(
    api: Any, operation: str, body: dict[str, Any], held: int, charged: int
) -> None:
    sources(api.server)
    before = api.server.balance
    job_id = api.accepted(operation, **body)
    assert api.job(job_id)["meta"]["usage"] == {"type": "point", "frozen": held, "consume": 0}
    assert (before - api.server.balance, api.server.frozen, api.server.consumed) == (held, held, 0)
    api.server.clock.advance(3600)
    assert api.job(job_id)["meta"]["usage"] == {"type": "point", "frozen": held, "consume": charged}
    assert (before - api.server.balance, api.server.frozen, api.server.consumed) == (charged, 0, charged)


@pytest.mark.parametrize(
    ("prompt", "points"),
    [
        ("a --motion high", 1440),
        ("a --motion HIGH", 1440),
        ("a --motion low", 480),
        ("a --motion", 480),
        ("a --bs 4", 960),
        ("a --bs 4.0", 960),
        ("a --bs four", 480),
    ],
)
def test_a_factor_can_ask_for_a_word_as_for_a_number_and_client_and_mock_agree(
    calling: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prompt: str, points: int
) -> None:
    rows: list[Any] = [{"flag": "motion", "value": "high", "factor": 3}, {"flag": "bs", "value": 4, "factor": 2}]
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    document["x-legnext"]["price_factors"] = [{**row, "models": ["video"]} for row in rows]
    spec = tmp_path / "factors.json"
    spec.write_text(json.dumps(document), encoding="utf-8")
    with MockServer(in_process=True, spec=spec) as server:
        job_id = calling(server).accepted("video_diffusion", prompt=prompt)
        assert calling(server).job(job_id)["meta"]["usage"]["frozen"] == points
    monkeypatch.setattr(estimates, "PRICE_FACTORS", tuple(Factor(models=("video",), **row) for row in rows))
    assert price("video_diffusion", {"prompt": prompt}).points == points


def test_the_table_above_has_all_paid_operations_of_the_price_page(api: Any) -> None:
    priced = {operation for operation, *_ in PRICES}
    assert len(priced) == 20
    assert priced <= {name for name, (method, _) in api.paths.items() if method == "POST"}


def test_a_failed_job_costs_nothing(api: Any) -> None:
    before = api.server.balance
    job_id = api.accepted("diffusion", text="fail-this-job")
    assert api.server.frozen == 80
    api.server.clock.advance(3600)
    assert (api.server.balance, api.server.frozen, api.server.consumed) == (before, 0, 0)
    assert api.job(job_id)["meta"]["usage"] == {"type": "point", "frozen": 80, "consume": 0}


def test_the_balance_adds_up_at_every_moment(calling: Any) -> None:
    with MockServer(in_process=True, credits=1000, points=100, concurrency=0) as server:
        api = calling(server)
        for step in range(40):
            told = api.balance()
            assert told["balance_usd"] * 1000 == pytest.approx(told["available_credits"] + told["available_points"])
            assert told["available_credits"] + told["available_points"] == server.balance
            assert server.balance + server.frozen + server.consumed == 1100
            api.call("diffusion", text="a --draft" if step % 3 else "fail-this-job")
            server.clock.advance(step)
        assert server.consumed > 0


def test_bonus_points_are_spent_first_and_come_back_where_they_were(calling: Any) -> None:
    with MockServer(in_process=True, credits=1000, points=100, concurrency=0) as server:
        api = calling(server)
        api.accepted("diffusion", text="fail-this-job --turbo")
        assert (api.balance()["available_points"], api.balance()["available_credits"]) == (0, 940)
        server.clock.advance(3600)
        assert (api.balance()["available_points"], api.balance()["available_credits"]) == (100, 1000)


def test_what_is_charged_of_a_hold_is_taken_from_points_before_credits() -> None:
    account = Account(credits=100, points=30)
    held = account.hold(80)
    assert held == Hold(points=30, credits=50)
    account.settle(Hold(30, 50), 40)
    assert (account.available_points, account.available_credits, account.consumed) == (0, 90, 40)


def test_what_cannot_be_paid_is_refused_with_price_and_balance(calling: Any) -> None:
    with MockServer(in_process=True, credits=100) as server:
        api = calling(server)
        api.accepted("diffusion", text="a")
        message = api.refused(402, "diffusion", text="a")
        assert "80 points" in message
        assert "20 are available" in message
        assert len(server.ledger) == 1
        assert (server.balance, server.frozen) == (20, 80)


def test_exactly_enough_is_enough(calling: Any) -> None:
    with MockServer(in_process=True, credits=80) as server:
        api = calling(server)
        assert api.balance()["low_balance_alert"] is True
        api.accepted("diffusion", text="a")
        assert api.balance()["balance_usd"] == 0


def test_a_wrong_request_is_told_so_even_when_nothing_could_be_paid(calling: Any) -> None:
    with MockServer(in_process=True, credits=0) as server:
        api = calling(server)
        api.refused(400, "diffusion")
        api.refused(400, "diffusion", text="a --v 8.1 --turbo")
        api.refused(403, "diffusion", text="forbidden-content")
        api.refused(404, "reroll", jobId="nobody")
        api.refused(402, "diffusion", text="a")


def test_the_ledger_lists_every_accepted_submission_once(api: Any) -> None:
    first = api.accepted("diffusion", text="a")
    api.refused(422, "reroll", jobId=first)
    api.server.clock.advance(60)
    second = api.accepted("describe", imgUrl="https://example.com/a.png")
    ledger = api.server.ledger
    assert [(line.number, line.job_id, line.operation, line.points) for line in ledger] == [
        (1, first, "diffusion", 80),
        (2, second, "describe", 20),
    ]
    assert ledger[0].body == {"text": "a"}
    assert ledger[0].key == "mock-key"
    assert ledger[1].at - ledger[0].at == 60
