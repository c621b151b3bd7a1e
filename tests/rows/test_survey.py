"""All rows are looked at before anything is sent: what they take in all, or everything that is wrong with them."""

from __future__ import annotations

import json
import os
import tracemalloc
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._runs.rows import MOST_REPORTED as MOST_TOLD
from legnext_client._runs.rows import Survey, can_be_read_again, checked
from legnext_client.chains import VideoChain
from legnext_client.errors import InvalidRequest
from legnext_client.prices import price, typical_seconds
from tests.facts import DIFFUSION, LARGE_VIDEO, LONGEST, points
from tests.tables import for_each

if TYPE_CHECKING:
    from pathlib import Path


def test_a_survey_adds_up_what_rows_take() -> None:
    rows: list[Any] = [
        {"text": "x"},
        {"text": "x --draft --v 7"},
        ("extend_video", {"job_id": "a", "video_no": 0}),
        VideoChain.start("x", 1).extend().upscale(),
    ]
    large = points("extend_video", source="720p")
    rest = large + (LARGE_VIDEO + large + points("video_upscale"))
    survey = checked(rows)
    assert survey.rows == 4
    assert survey.points == DIFFUSION + ceil(DIFFUSION / 2) + rest
    assert survey.reserve == 2 * DIFFUSION + rest
    assert survey.typical_seconds == pytest.approx(45 + 4.5 + 180 + (210 + 180 + 300))
    assert survey.doubts == ()
    assert survey.left == (survey.rows, survey.points, survey.reserve, survey.typical_seconds)
    assert str(survey) == (
        f"4 rows, {survey.points:g} points; a budget counts {survey.reserve:g}, about 15 minutes of work"
    )
    assert checked([]) == Survey(0, 0, 0, 0.0)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    rows: list[Any] = [{"text": "x"}, {"text": ""}, ("upscale", {"image_no": 9}), {"text": "y", "key": "/"}]
    with pytest.raises(InvalidRequest) as caught:
        checked(rows)
    said = str(caught.value)
    assert said.startswith(f"3 of 4 rows cannot be sent. row 2: diffusion: text must have 1 to {LONGEST} characters")
    assert "row 3: upscale: 3 fields are wrong. image_no must be 0 to 3; got 9. job_id is required" in said
    assert "row 4: key must be 1 to 200 printable characters" in said
    assert [problem.field for problem in caught.value.problems] == ["text", "image_no", "job_id", "type", "key"]


@pytest.mark.parametrize(("wrong", "more"), [(MOST_TOLD, ""), (MOST_TOLD + 1, " And 1 more."), (500, " And 480 more.")])
def test_of_many_wrong_rows_the_first_are_told(wrong: int, more: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        checked([{"text": "x"}] + [{"text": "x" * (LONGEST + 1 + number)} for number in range(wrong)])
    assert caught.value.message.startswith(f"{wrong} of {wrong + 1} rows cannot be sent. row 2:")
    assert caught.value.message.count("text must have") == MOST_TOLD
    assert caught.value.message.endswith(f"got {LONGEST + MOST_TOLD} characters.{more}")
    assert len(caught.value.problems) == MOST_TOLD


def test_an_error_that_many_rows_share_is_told_once() -> None:
    with pytest.raises(InvalidRequest) as caught:
        checked([{"prompt": "a fox"}, {"text": "x"}, {"text": "", "key": "a"}, *[{"prompt": "a hare"}] * 200])
    assert caught.value.message == (
        "202 of 203 rows cannot be sent. row 1: diffusion: prompt is not a field here (did you mean text?). "
        f"The same in 200 more rows. row 3: diffusion: text must have 1 to {LONGEST} characters; got 0 characters."
    )
    assert [problem.field for problem in caught.value.problems] == ["prompt", "text"]


def test_a_file_that_cannot_be_read_on_is_told_with_what_was_found_before(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('text,key\nx,a/b\n"y\n', encoding="utf-8")
    with pytest.raises(
        InvalidRequest, match=r"^1 of 1 rows cannot be sent. .*line 2: key must.*line 3: this is not valid CSV"
    ):
        checked(path)


def test_prompts_are_refused_or_doubted_as_the_client_does() -> None:
    rows: list[Any] = [
        {"text": "x --v 8.1 --turbo"},
        {"text": "x --v 8"},
        {"text": "x"},
        ("variation", {"job_id": "a", "image_no": 0, "type": 0, "remix_prompt": "x --hd"}),
    ]
    doubts = [str(doubt) for doubt in checked(rows, prompts="warn").doubts]
    assert [doubt.partition(":")[0] for doubt in doubts] == ["row 1", "row 2"]
    assert "--turbo" in doubts[0]
    with pytest.raises(InvalidRequest, match=r"^1 of 4 rows cannot be sent. row 1: the prompt has problems: .*--turbo"):
        checked(rows)
    [doubt] = checked(rows[1:]).doubts
    assert str(doubt).startswith("row 1: the prompt has problems")
    assert [problem.severity for problem in doubt.problems] == ["warning"]


@pytest.mark.parametrize(("count", "rest"), [(MOST_TOLD, []), (MOST_TOLD + 1, ["1 more row"]), (100, ["80 more rows"])])
def test_of_many_doubts_the_first_are_told_and_how_many_more_there_are(count: int, rest: list[str]) -> None:
    doubts = [str(doubt) for doubt in checked([{"text": "x --v 8"}] * count).doubts]
    assert [doubt.partition(":")[0] for doubt in doubts[:MOST_TOLD]] == [f"row {n + 1}" for n in range(MOST_TOLD)]
    assert doubts[MOST_TOLD:] == [f"the prompts of {more} have problems" for more in rest]


def test_what_can_be_read_again_is_known(tmp_path: Path) -> None:
    rows = [{"text": "x"}]
    path = tmp_path / "rows.csv"
    assert can_be_read_again(path)  # and reading it tells that it is not there
    path.write_text("text\nx\n", encoding="utf-8")
    assert can_be_read_again(path)
    assert can_be_read_again(str(path))
    assert can_be_read_again(rows)
    assert can_be_read_again(tuple(rows))
    assert not can_be_read_again(iter(rows))
    assert not can_be_read_again(row for row in rows)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        assert not can_be_read_again(tmp_path / "pipe.csv")


def test_rows_are_looked_at_with_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(600):
            file.write(json.dumps({"text": f"a lighthouse, seen for the {number}th time --ar 16:9"}) + "\n")
    size = path.stat().st_size
    checked(path)  # what is imported and cached at first is no matter of rows
    tracemalloc.start()
    try:
        assert checked(path).rows == 600
        used = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert used < 20 * size  # the rows that are checked are kept for the run, and nothing else


@for_each(
    "flags",
    ["", "--turbo", "x--turbo", "\u2003--draft", "—ar 16:9 --turbo", "– v 8 --q 4", "-- turbo", "--v 7 --v 8 --hd"],
)
@for_each("words", ["", "a fox", "a - b -- c — d", "https://a.test/b--turbo.png"])
def test_the_survey_counts_what_each_row_would_cost_by_itself(words: str, flags: str) -> None:
    text = f"{words} {flags}".strip() or "x"
    for operation in ("diffusion", "video_diffusion"):
        fields = {"text" if operation == "diffusion" else "prompt": text}
        survey, alone = checked([(operation, fields)], prompts="ignore"), price(operation, fields)
        assert (survey.points, survey.reserve) == (alone.points, alone.reserve)
        assert survey.typical_seconds == typical_seconds(operation, fields)
