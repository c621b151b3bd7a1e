"""A wrong call fails before anything is sent, and the error names each wrong field, its bound, and what came."""

from __future__ import annotations

from typing import Any

import pytest

from legnext_client._protocol.bounds import bound_of
from legnext_client._protocol.checks import prepare
from legnext_client.errors import InvalidRequest, Problem
from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.types import UNSET
from tests.facts import LONGEST
from tests.tables import for_each

Json = dict[str, Any]

AREA: Json = {"width": 500, "height": 500, "points": [0, 0, 0, 9, 9, 9]}
INPAINT: Json = {"job_id": "a-job", "image_no": 0}
IMAGES = bound_of(next(field for field in OPERATIONS["blend"].fields if field.name == "img_urls"))


def refusal(operation: str, body: dict[Any, Any]) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        prepare(OPERATIONS[operation], body)
    return caught.value


def problems(error: InvalidRequest) -> list[Problem]:
    return [problem for problem in error.problems if isinstance(problem, Problem)]


MESSAGES: list[tuple[str, dict[Any, Any], str]] = [
    ("upscale", {"job_id": "a", "image_no": 7, "type": 1}, "image_no must be 0 to 3; got 7"),
    ("upscale", {"job_id": "a", "image_no": 1.5, "type": 1}, "image_no must be an integer, 0 to 3; got 1.5"),
    ("upscale", {"job_id": "a", "type": 1}, "image_no is required (0 to 3)"),
    ("upscale", {"job_id": "a", "image_no": 1, "type": 2}, "type must be one of 0 (SUBTLE), 1 (CREATIVE); got 2"),
    ("pan", {**INPAINT, "direction": 1, "scale": 3.5}, "scale must be 1.1 to 3.0; got 3.5"),
    (
        "diffusion",
        {"text": "a" * (LONGEST + 1)},
        f"text must have 1 to {LONGEST} characters; got {LONGEST + 1} characters",
    ),
    (
        "diffusion",
        {"text": "a", "callback": "javascript:alert(1)"},
        "callback must begin with http:// or https://, and contain no spaces; got 'javascript:alert(1)'",
    ),
    ("diffusion", {"text": "a", "calback": "https://a"}, "calback is not a field here (did you mean callback?)"),
    ("diffusion", {"prompt": "a"}, "prompt is not a field here (did you mean text?)"),
    ("diffusion", {"Prompts": "a", "text": "b"}, "Prompts is not a field here (did you mean text?)"),
    ("diffusion", {"text": "a", 7: 1}, "7 is not a field here"),
    ("reroll", {"job_id": "a", "jobId": "b"}, "jobId is given twice, also as job_id"),
    (
        "blend",
        {"img_urls": ["https://a"], "aspect_ratio": "1:1"},
        f"img_urls must have {IMAGES}; got 1",
    ),
    (
        "blend",
        {"img_urls": "https://a", "aspect_ratio": "1:1"},
        f"img_urls must be a list, {IMAGES}; got 'https://a'",
    ),
    (
        "blend",
        {"imgUrls": ["https://a", "ftp://b"], "aspect_ratio": "1:1"},
        "imgUrls[1] must begin with http:// or https://, and contain no spaces; got 'ftp://b'",
    ),
    ("inpaint", {**INPAINT, "mask": {}}, "mask must have exactly one of areas, url; got none of them"),
    (
        "inpaint",
        {**INPAINT, "mask": {"areas": [AREA, {**AREA, "points": [1] * 7}]}},
        "mask.areas[1].points must have an even number of items; got 7",
    ),
    ("enhance_upscale", {}, "image_url is required when job_id is not given"),
    ("enhance_upscale", {"job_id": "a"}, "image_no is required when job_id is given"),
    (
        "enhance_upscale",
        {"job_id": "a", "image_no": 0, "image_url": "https://a"},
        "image_url must be left out when job_id is given",
    ),
    ("enhance_upscale", {"image_no": 0, "image_url": "https://a"}, "job_id is required when image_no is given"),
    # What a schema would let through, and the service or the wire would not.
    ("diffusion", {"text": "a\0b"}, "text must not contain the NUL character; got 'a\\x00b'"),
    (
        "diffusion",
        {"text": "a\ud800"},
        "text must be valid Unicode, without half a surrogate pair; got 'a\\ud800'",
    ),
]


@for_each(("operation", "body", "message"), MESSAGES)
def test_the_error_names_the_field_as_it_was_written_its_bound_and_what_came(
    operation: str, body: Json, message: str
) -> None:
    error = refusal(operation, body)
    assert error.message == f"{operation}: {message}."
    assert str(error) == f"{operation}: {message}. Nothing was sent."
    assert [str(problem) for problem in error.problems] == [message]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    areas = [{**AREA, "width": 1}, {**AREA, "points": [0, 0], "colour": 1}]
    error = refusal("inpaint", {"jobId": 5, "image_no": 9, "mask": {"areas": areas}, "extra": 1})
    assert [problem.field for problem in problems(error)] == [
        "jobId",
        "image_no",
        "mask.areas[0].width",
        "mask.areas[1].points",
        "mask.areas[1].colour",
        "extra",
    ]
    assert error.message.startswith("inpaint: 6 fields are wrong. jobId must be a string")
    for problem in error.problems:
        assert str(problem) in error.message


def test_a_long_value_is_not_repeated_in_full() -> None:
    error = refusal("upscale", {"job_id": "a", "image_no": "x" * 5000, "type": [["y"] * 5000]})
    assert len(error.message) < 400
    assert "\n" not in str(refusal("upscale", {"job_id": "a", "image_no": "x\n" * 50, "type": 0}))


@pytest.mark.parametrize("left_out", [None, UNSET])
def test_none_and_unset_mean_that_a_field_was_not_given(left_out: Any) -> None:
    assert prepare(OPERATIONS["diffusion"], {"text": "a", "callback": left_out}).body == {"text": "a"}
    (problem,) = problems(refusal("diffusion", {"text": left_out}))
    assert problem.must.startswith("is required")
    assert prepare(OPERATIONS["enhance_upscale"], {"job_id": left_out, "image_url": "https://a"}).body == {
        "image_url": "https://a"
    }
