"""Each place where an answer may say something is read, and the bounds of what is believed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from legnext_client.core.answers import error_words, hidden_error, page_title, retry_after
from legnext_client.core.retries import Retries
from legnext_client.core.state import KNOWN, State, failure, moment, number, percentage
from legnext_client.errors import JobFailed


def test_the_documented_statuses_are_known_and_no_others() -> None:
    assert {"pending", "staged", "processing", "completed", "failed"} == KNOWN


def test_every_text_of_a_description_is_told_once_and_in_order() -> None:
    output = {"prompts": ["one", "two"], "description": "three", "finalPrompt": "one", "promptEn": "four"}
    assert State({"output": output}).texts == ["one", "two", "three", "four"]


def usage(**points: Any) -> dict[str, Any]:
    return {"meta": {"usage": points}}


@pytest.mark.parametrize(
    ("raw", "points", "told"),
    [
        ({"status": "failed", **usage(consume=7, frozen=80)}, 7, True),
        ({"status": "failed", **usage(frozen=80)}, 0, False),
        ({"status": "pending", **usage(consume=0, frozen=80)}, 80, True),
        ({"status": "completed", **usage(consume=0.5)}, 0.5, True),
        ({"status": "completed", **usage(consume="80")}, 0, False),
    ],
)
def test_what_a_job_costs_is_what_was_charged_and_before_that_what_is_held(
    raw: dict[str, Any], points: float, told: bool
) -> None:
    state = State(raw)
    assert (state.points, state.charge_is_told) == (points, told)


@pytest.mark.parametrize(("value", "counted"), [(0.5, 0.5), (0, 0), (-1, 0), (float("inf"), 0), (True, 0), ("9", 0)])
def test_only_a_sound_count_of_points_is_one(value: Any, counted: float) -> None:
    assert number(value) == counted


def test_a_job_may_last_less_than_a_second() -> None:
    times = {"created_at": "2030-01-01T00:00:00Z", "ended_at": "2030-01-01T00:00:00.500Z"}
    assert State({"meta": times}).lasted == 0.5


@pytest.mark.parametrize(
    ("error", "message", "code"),
    [
        ({"message": "policy", "raw_message": "raw", "code": 403}, "upscale j-1 failed: policy.", 403),
        ({"message": "", "raw_message": "raw", "code": "403"}, "upscale j-1 failed: raw.", None),
        (None, "upscale j-1 failed: the service does not say why.", None),
    ],
)
def test_a_failed_job_fails_in_the_words_of_the_service(error: Any, message: str, code: int | None) -> None:
    job = object()
    raised = failure(State({"job_id": "j-1", "task_type": "upscale", "error": error}), job)
    assert type(raised) is JobFailed
    assert (raised.message, raised.code, raised.job) == (message, code, job)


def test_a_failed_job_of_no_known_type_is_a_job() -> None:
    assert failure(State({"job_id": "j-1"}), None).message.startswith("job j-1 failed: ")


def test_only_the_year_one_means_not_yet() -> None:
    assert moment("0001-12-31T00:00:00Z") is None
    assert moment("0002-01-01T00:00:00Z") == datetime(2, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "share"),
    [
        (0, 0.0),
        (0.5, 0.5),
        (100, 100.0),
        (100.5, None),
        (-0.5, None),
        ("100", 100.0),
        ("101", None),
        ("7", 7.0),
        ("about 40", None),
        (None, None),
        (True, None),
        ({"progress": 12}, 12.0),
        ({"message": "at 30%"}, 30.0),
        ({"msg": "at 40%"}, 40.0),
        ({"text": "at 50%"}, 50.0),
        ({"words": "at 60%"}, None),
    ],
)
def test_a_share_is_read_wherever_it_may_stand_and_believed_within_bounds(value: Any, share: float | None) -> None:
    assert percentage(value) == share


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": 400}, 400),
        ({"code": 399}, None),
        ({"status": "failed"}, 500),
        ({"status": "failed", "job_id": "1"}, None),
    ],
)
def test_a_hidden_error_begins_at_400_and_a_failed_job_without_an_id_is_a_500(
    body: dict[str, Any], code: int | None
) -> None:
    assert hidden_error(body) == code


def test_the_code_beside_an_error_of_words_alone_is_its_code() -> None:
    words = error_words({"code": 402, "error": "no points left"})
    assert (words.code, words.message) == (402, "no points left")


def test_a_page_is_told_by_its_title_its_heading_or_its_text() -> None:
    assert page_title(b"<html><title>Bad  gateway</title><h1>Sorry</h1>") == "Bad gateway"
    assert page_title(b"<H1>Sorry</H1> <p>Come later") == "Sorry"
    assert page_title(b"<p>upstream <b>is</b> gone</p>") == "upstream is gone"
    assert len(page_title(b"x" * 5000)) == 200


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_a_date_to_come_back_at_is_one_of_universal_time_however_it_is_written(zone: str) -> None:
    assert retry_after({"retry-after": f"Wed, 21 Oct 2015 07:28:00 {zone}"}) == 0.0
    later = retry_after({"retry-after": f"Wed, 21 Oct 2099 07:28:00 {zone}"})
    assert later is not None
    assert later > 1e9
    assert retry_after({}) is None


def test_the_usual_patience_is_what_the_documentation_says() -> None:
    assert Retries() == (5, 120.0, 0.5, 20.0, 60.0)


def test_each_of_the_texts_of_an_answer_is_among_them() -> None:
    output = {"prompts": ["a"], "description": "b", "finalPrompt": "c", "promptEn": "d"}
    assert State({"output": output}).texts == ["a", "b", "c", "d"]
