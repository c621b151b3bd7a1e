"""What the command line calls `creative` is `creative` in Python, and the same request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import InvalidRequest, VideoChain
from legnext_client.testing import MockServer
from legnext_client.types import UpscaleType
from tests.facts import LARGE_VIDEO

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def mock() -> Any:
    with MockServer(in_process=True) as server:
        yield server


@pytest.mark.parametrize("written", ["creative", "Creative", "CREATIVE", 1, 1.0, UpscaleType.CREATIVE])
def test_a_word_is_sent_as_the_number_it_stands_for(mock: MockServer, written: Any) -> None:
    source = mock.jobs.add()["job_id"]
    with mock.client() as client:
        client.midjourney.upscale(job_id=source, image_no=0, type=written)
    assert mock.ledger[-1].body == {"jobId": source, "imageNo": 0, "type": 1}


@pytest.mark.parametrize("written", ["cretive", "1", ""])
def test_another_text_is_refused_before_anything_is_sent(mock: MockServer, written: Any) -> None:
    source = mock.jobs.add()["job_id"]
    before = len(mock.ledger)
    with mock.client() as client, pytest.raises(InvalidRequest, match=rf"one of 0 .*CREATIVE.*; got '{written}'"):
        client.midjourney.upscale(job_id=source, image_no=0, type=written)
    assert len(mock.ledger) == before


def test_a_word_has_the_price_of_its_number(mock: MockServer) -> None:
    with mock.client() as client:
        prices = {client.price("video_diffusion", prompt="x", video_type=size) for size in ("720p", "hd-720p", 1)}
        assert [price.points for price in prices] == [LARGE_VIDEO]
    assert VideoChain.start("x", video_type="720p").price() == VideoChain.start("x", video_type=1).price()


def test_a_row_that_was_paid_by_its_number_is_not_paid_again_by_its_word(mock: MockServer, tmp_path: Path) -> None:
    source = mock.jobs.add()["job_id"]
    submitted = len(mock.ledger)
    with mock.client() as client:
        for written in (1, "creative", UpscaleType.CREATIVE):
            row = {"key": "a", "operation": "upscale", "job_id": source, "image_no": 1, "type": written}
            assert [result.ok for result in client.batch([row], journal=tmp_path / "run.db")] == [True]
    assert len(mock.ledger) == submitted + 1
