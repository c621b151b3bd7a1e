"""Reading the state of a job: every oddity of the service has a meaning, and nothing raises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from legnext_client._protocol.state import State, moment
from legnext_client.jobs import Job
from tests.tables import for_each


@for_each(
    ("status", "done", "ok"),
    [
        ("pending", False, False),
        ("staged", False, False),
        ("processing", False, False),
        ("retry", False, False),
        ("completed", True, True),
        ("failed", True, False),
    ],
)
def test_only_completed_and_failed_are_the_end(status: str, done: bool, ok: bool) -> None:
    state = State({"job_id": "j", "status": status})
    assert (state.status, state.done, state.ok) == (status, done, ok)


@pytest.mark.parametrize("status", [None, "", 5, [], "absent"])
def test_no_status_means_on_its_way(status: Any) -> None:
    raw = {"job_id": "j"} if status == "absent" else {"job_id": "j", "status": status}
    assert State(raw).status == "pending"
    assert not State(raw).done


@for_each(
    ("raw", "progress"),
    [
        ({"status": "completed", "progress": 3}, 100),
        ({"status": "processing", "progress": 46}, 46),
        ({"status": "processing", "progress": 46.5}, 46.5),
        ({"status": "processing", "progress": "46%"}, 46),
        ({"status": "processing", "progress": "46"}, 46),
        ({"status": "processing", "progress": "46.5 %"}, 46.5),
        ({"status": "processing", "progress": None, "logs": ["step 1: 10%", "step 2: 62%", "waiting"]}, 62),
        ({"status": "processing", "logs": [{"progress": 15}, {"progress": 31}]}, 31),
        ({"status": "processing", "logs": [{"message": "now at 31%"}, {"level": "info"}]}, 31),
        ({"status": "processing", "logs": [{"progress": {"progress": "7%"}}]}, 7),
        ({"status": "processing", "logs": None}, 0),
        ({"status": "processing", "logs": "46%"}, 0),
        ({"status": "processing", "progress": True}, 0),
        ({"status": "processing", "progress": 460}, 0),
        ({"status": "processing", "progress": -1}, 0),
        ({"status": "processing", "progress": float("nan")}, 0),
        ({"status": "processing", "progress": "999%"}, 100),
        ({"status": "processing", "progress": "²"}, 0),
        ({"status": "processing", "progress": "9" * 5000}, 0),
        ({"status": "failed", "progress": 80}, 80),
        ({"status": "pending"}, 0),
    ],
)
def test_progress_is_read_from_wherever_it_is(raw: dict[str, Any], progress: float) -> None:
    assert State(raw).progress == progress
    assert Job({"job_id": "j", **raw}).progress == round(progress)


@for_each(
    ("value", "time"),
    [
        ("2025-12-17T03:22:29+08:00", datetime(2025, 12, 16, 19, 22, 29, tzinfo=UTC)),
        ("2025-11-05T08:22:37.784663288Z", datetime(2025, 11, 5, 8, 22, 37, 784663, tzinfo=UTC)),
        ("2025-11-05T08:22:37Z", datetime(2025, 11, 5, 8, 22, 37, tzinfo=UTC)),
        ("2025-11-05 08:22:37", datetime(2025, 11, 5, 8, 22, 37, tzinfo=UTC)),
        ("Wed, 05 Nov 2025 08:22:37 GMT", datetime(2025, 11, 5, 8, 22, 37, tzinfo=UTC)),
        ("Nov 5 2025 8:22:37 +0800", datetime(2025, 11, 5, 0, 22, 37, tzinfo=UTC)),
    ],
)
def test_times_are_read_with_their_offset(value: str, time: datetime) -> None:
    assert moment(value) == time


@for_each(
    "value",
    ["", " ", None, 0, 1730000000, [], "soon", "0001-01-01T00:00:00Z", "0001-01-01T08:05:43+08:05", "T", "9" * 30,
     "2025-01-01T00:00:00+9999"],
)  # fmt: skip
def test_what_is_no_time_is_none(value: Any) -> None:
    assert moment(value) is None


def test_a_zone_known_only_by_name_is_no_reason_to_warn() -> None:
    assert moment("Wed Nov 5 08:22:37 QQT 2025") == datetime(2025, 11, 5, 8, 22, 37, tzinfo=UTC)


def test_the_images_are_those_of_either_field() -> None:
    output = {"image_url": "one", "image_urls": ["a", "b", "", None, 5]}
    assert State({"output": output}).image_urls == ["a", "b"]
    assert State({"output": {"image_url": "one", "image_urls": None}}).image_urls == ["one"]
    assert State({"output": {"image_url": "", "image_urls": None, "seed": ""}}).image_urls == []
    assert State({"output": None}).image_urls == []
    assert State({}).video_urls == []
    assert State({"output": {"video_urls": None, "seed": ""}}).video_urls == []
    assert State({"output": {"video_urls": ["v"]}}).video_urls == ["v"]


def test_the_texts_are_each_told_once() -> None:
    output = {"promptEn": "a", "description": "d", "finalPrompt": "a", "prompts": ["p", "a"]}
    assert State({"output": output}).texts == ["p", "a", "d"]
    assert State({"output": {"promptEn": "", "description": "", "finalPrompt": "", "prompts": []}}).texts == []


@for_each(
    ("status", "usage", "points"),
    [
        ("completed", {"frozen": 80, "consume": 40}, 40),
        ("completed", {"frozen": 80, "consume": 0}, 80),
        ("pending", {"frozen": 80, "consume": 0}, 80),
        ("failed", {"frozen": 80, "consume": 0}, 0),
        ("pending", {"frozen": -5}, 0),
        ("pending", {"frozen": float("inf")}, 0),
        ("pending", {"frozen": float("nan")}, 0),
        ("pending", {"frozen": "80"}, 0),
        ("pending", None, 0),
    ],
)
def test_the_points_are_what_is_known(status: str, usage: Any, points: float) -> None:
    assert State({"status": status, "meta": {"usage": usage}}).points == points


def test_how_long_it_lasted_is_told_only_when_both_ends_are() -> None:
    def lasted(created: Any, ended: Any) -> float | None:
        return State({"meta": {"created_at": created, "ended_at": ended}}).lasted

    assert lasted("2025-12-17T03:22:29+08:00", "2025-12-16T19:23:13Z") == 44
    assert lasted("2025-12-17T03:22:29Z", "") is None
    assert lasted("0001-01-01T00:00:00Z", "2025-12-16T19:23:13Z") is None
    assert lasted("2025-12-16T19:23:13Z", "2025-12-16T19:22:13Z") is None
    assert State({"meta": None}).lasted is None


def test_an_id_may_be_anything_that_is_one() -> None:
    assert State({"job_id": 1868588555208310784}).job_id == "1868588555208310784"
    assert State({"job_id": None}).job_id == State({}).job_id == ""


def test_a_time_in_year_one_by_any_offset_is_none() -> None:
    assert moment((datetime(1, 1, 1, tzinfo=UTC) + timedelta(days=200)).isoformat()) is None
