"""A body that breaks its schema, or that two readers could understand differently, is refused by field and bound."""

from __future__ import annotations

import json
from typing import Any

import pytest

from legnext_client.generated.service import API_KEY_HEADER
from tests.contract.description import sound_document
from tests.facts import LONGEST

DAY = 86400.0
SOURCE = {"jobId": "there", "imageNo": 0}
*OTHERS, LAST = map(json.dumps, sound_document()["components"]["schemas"]["ContentType"]["enum"])
POLYGON = {"width": 500, "height": 500, "points": [1, 1, 1, 9, 9, 9]}
WRONG = [
    ("variation", {"type": 5}, "type: 5 is not one of 0 or 1"),
    ("variation", {"imageNo": 7}, "imageNo: 7 is greater than the maximum of 3"),
    ("variation", {"imageNo": True}, 'imageNo: true is not of type "integer"'),
    ("variation", {"jobId": ""}, 'jobId: "" is shorter than 1 character'),
    ("inpaint", {"mask": {"areas": [POLYGON], "url": "https://a.b"}}, "has more than 1 property"),
    (
        "inpaint",
        {"mask": {"areas": [POLYGON, {**POLYGON, "width": 499}]}},
        "mask.areas[1].width: 499 is less than the minimum of 500",
    ),
    (
        "inpaint",
        {"mask": {"areas": [{**POLYGON, "points": [1] * 7}]}},
        "mask.areas[0].points: must have an even number of items",
    ),
    (
        "enhance_upscale",
        {"content_type": "wood" * 99},
        f"oodwoo… is not one of {', '.join(OTHERS)} or {LAST}",
    ),
    ("enhance_upscale", {"image_url": "https://a.b/c"}, 'image_url: "https://a.b/c" is not allowed here'),
    ("diffusion", {"text": "🌊" * (LONGEST + 1)}, f"longer than {LONGEST} characters"),
]
NEEDED: dict[str, dict[str, Any]] = {
    "variation": {"type": 0},
    "inpaint": {"mask": {"url": "https://example.com/mask.png"}},
    "enhance_upscale": {},
}


@pytest.mark.parametrize(("operation", "change", "said"), WRONG, ids=[said for _, _, said in WRONG])
def test_what_is_wrong_is_said_with_its_bound(api: Any, operation: str, change: Any, said: str) -> None:
    api.server.jobs.add("there")
    right = {"text": "a"} if operation == "diffusion" else {**SOURCE, **NEEDED[operation]}
    api.accepted(operation, **right)
    assert said in api.refused(400, operation, **{**right, **change})


def test_everything_wrong_is_said_at_once_and_field_by_field(api: Any) -> None:
    answer = api.call("pan", jobId="x", imageNo=9, direction=9, scale=9)
    assert [each["field"] for each in answer.json()["detail"]] == ["imageNo", "direction", "scale"]


HAZARDS = [
    ("nothing", b"", "empty"),
    ("NUL in a string", b'{"text": "a\\u0000b"}', "NUL"),
    ("half a surrogate pair", b'{"text": "\\ud800"}', "surrogate"),
    ("NaN", b'{"text": NaN}', "a number that JSON cannot have"),
    ("too large a number", b'{"text": 1e999}', "a number that JSON cannot have"),
    ("twice", b'{"text": "a", "text": "b"}', '"text" twice'),
    ("5000 digits", b'{"text": ' + b"7" * 5000 + b"}", "a number that JSON cannot have"),
    ("nested without end", b"[" * 200_000, "nested too deeply"),
    ("not UTF-8", b'{"text": "\xff"}', "UTF-8"),
]


@pytest.mark.parametrize(
    ("body", "said"), [(body, said) for _, body, said in HAZARDS], ids=[name for name, _, _ in HAZARDS]
)
def test_what_is_no_plain_json_is_refused_with_a_reason(api: Any, body: bytes, said: str) -> None:
    answer = api.client.post("/v1/diffusion", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert api.server.ledger == []


def test_the_checks_come_in_order(api: Any) -> None:
    """Each request is wrong in all that follows, too."""
    post, large = api.client.post, b"x" * 2_000_000
    assert post("/v1/nothing", content=large, headers={API_KEY_HEADER: "no"}).status_code == 404
    assert api.client.put("/v1/pan", content=large, headers={API_KEY_HEADER: "no"}).status_code == 405
    assert post("/v1/pan", content=large, headers={API_KEY_HEADER: "no"}).status_code == 401
    assert post("/v1/pan", content=large).status_code == 413
    for kind in ("text/plain", "application/json; charset=utf-16"):
        answer = post("/v1/pan", content=b"{", headers={"content-type": kind})
        assert f"must be application/json, in UTF-8, if any is given; got {kind!r}" in answer.json()["message"]
    assert "not JSON" in post("/v1/pan", content=b"{").json()["message"]


def test_all_rejected_flags_are_named_at_once_and_an_inherited_model_rejects_its_own(api: Any) -> None:
    message = api.refused(400, "diffusion", text="a --turbo --v 8.1 --sd")
    assert "--turbo" in message
    assert "--sd" in message
    api.server.jobs.add("it", body={"text": "a --v 8.1"})
    api.refused(400, "variation", jobId="it", imageNo=0, type=0, remixPrompt="b --turbo")
    api.accepted("variation", jobId="it", imageNo=0, type=0, remixPrompt="b --turbo --v 7")


def test_the_rules_are_checked_in_their_order(api: Any) -> None:
    """Each request breaks all that follows, too."""
    api.server.jobs.add("texts", operation="describe", age=9 * DAY)
    api.server.jobs.add("old eight", operation="upscale", age=9 * DAY)
    pan = {"imageNo": 0, "direction": 0, "scale": 2}
    api.refused(400, "pan", jobId="nobody", **pan, remixPrompt="forbidden-content --v 8.1 --sd")
    api.refused(403, "pan", jobId="nobody", **pan, remixPrompt="forbidden-content")
    api.refused(404, "pan", jobId="nobody", **pan)
    assert "made texts" in api.refused(422, "pan", jobId="texts", **pan)
    message = api.refused(422, "pan", jobId="old eight", **{**pan, "imageNo": 1})
    assert "must be 0; got 1. This job has 1 image." in message
    assert "days" in api.refused(422, "pan", jobId="old eight", **pan)
