"""A body that breaks its schema, or that two readers could understand differently, is refused by field and bound."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE = {"jobId": "there", "imageNo": 0}
POLYGON = {"width": 500, "height": 500, "points": [1, 1, 1, 9, 9, 9]}
WRONG = [
    ("variation", {"type": 5}, "type: 5 is not one of 0 or 1"),
    ("variation", {"imageNo": 7}, "imageNo: 7 is greater than the maximum of 3"),
    ("variation", {"imageNo": -1}, "imageNo: -1 is less than the minimum of 0"),
    ("variation", {"imageNo": 1.5}, 'imageNo: 1.5 is not of type "integer"'),
    ("variation", {"imageNo": True}, 'imageNo: true is not of type "integer"'),
    ("variation", {"imageNo": "1"}, 'imageNo: "1" is not of type "integer"'),
    ("variation", {"remixPrompt": ""}, 'remixPrompt: "" is shorter than 1 character'),
    ("variation", {"jobId": ""}, 'jobId: "" is shorter than 1 character'),
    ("pan", {"scale": 3.01}, "scale: 3.01 is greater than the maximum of 3"),
    ("outpaint", {"scale": 2.5}, "scale: 2.5 is greater than the maximum of 2"),
    ("inpaint", {"mask": {}}, "mask: {} has less than 1 property"),
    ("inpaint", {"mask": {"areas": [POLYGON], "url": "https://a.b"}}, "has more than 1 property"),
    ("inpaint", {"mask": {"areas": []}}, "mask.areas: [] has less than 1 item"),
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
    ("inpaint", {"mask": {"areas": [{**POLYGON, "points": [1] * 4}]}}, "points: [1,1,1,1] has less than 6 items"),
    (
        "enhance_upscale",
        {"target_resolution": "5K"},
        'target_resolution: "5K" is not one of "HD", "FHD", "2K", "4K", "6K", "8K" or "12K"',
    ),
    (
        "enhance_upscale",
        {"content_type": "wood" * 99},
        'oodwoo… is not one of "standard", "photo", "illustration", "text" or "low_res"',
    ),
    ("enhance_upscale", {"image_url": "https://a.b/c"}, "image_url: {} is not allowed for"),
    ("variation", {"callback": "ftp://a.b"}, 'callback: "ftp://a.b" does not match "^'),
]
NEEDED: dict[str, dict[str, Any]] = {
    "variation": {"type": 0},
    "pan": {"direction": 0, "scale": 1.5},
    "outpaint": {"scale": 1.5},
    "inpaint": {"mask": {"url": "https://example.com/mask.png"}},
    "enhance_upscale": {},
}


@pytest.mark.parametrize(("operation", "change", "said"), WRONG, ids=[said for _, _, said in WRONG])
def test_what_is_wrong_is_said_with_its_bound(api: Any, operation: str, change: Any, said: str) -> None:
    api.server.jobs.add("there")
    right = {**SOURCE, **NEEDED[operation]}
    api.accepted(operation, **right)
    assert said in api.refused(400, operation, **{**right, **change})


def test_everything_wrong_is_said_at_once_and_field_by_field(api: Any) -> None:
    answer = api.call("pan", jobId="x", imageNo=9, direction=9, scale=9)
    assert [each["field"] for each in answer.json()["detail"]] == ["imageNo", "direction", "scale"]


@pytest.mark.parametrize("number", ["1.0", "1", "10e-1"])
def test_a_whole_number_is_an_integer_however_it_is_written(api: Any, number: str) -> None:
    api.server.jobs.add("there")
    body = f'{{"jobId": "there", "imageNo": {number}, "type": {number}}}'
    answer = api.client.post("/v1/variation", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text


def test_lengths_are_counted_in_characters(api: Any) -> None:
    api.accepted("diffusion", text="🌊" * 8192)
    assert "longer than 8192 characters" in api.refused(400, "diffusion", text="🌊" * 8193)
    far = "https://example.com/"
    rest = {"remixPrompt": "x"}
    api.accepted("retexture", imgUrl=far + "x" * (1024 - len(far)), **rest)
    assert "longer than 1024" in api.refused(400, "retexture", imgUrl=far + "x" * (1025 - len(far)), **rest)


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


@pytest.mark.parametrize(
    "kind",
    [
        "application/json; charset=utf-16",
        "; charset=utf-8",
    ],
)
def test_another_content_type_is_refused(api: Any, kind: str) -> None:
    answer = api.client.post("/v1/diffusion", content=b'{"text": "a"}', headers={"content-type": kind})
    assert answer.status_code == answer.json()["code"] == 400
    assert f"must be application/json, in UTF-8, if any is given; got {kind!r}" in answer.json()["message"]
    assert api.server.ledger == []


def test_a_body_that_is_too_large_is_not_even_looked_at(api: Any) -> None:
    answer = api.client.post("/v1/diffusion", content=b"x" * (1 << 20) + b"x", headers={"content-type": "text/plain"})
    assert answer.status_code == 413


def test_the_checks_come_in_order(api: Any) -> None:
    """Each request is wrong in all that follows, too."""
    post, large = api.client.post, b"x" * 2_000_000
    assert post("/v1/nothing", content=large, headers={"x-api-key": "no"}).status_code == 404
    assert api.client.put("/v1/pan", content=large, headers={"x-api-key": "no"}).status_code == 405
    assert post("/v1/pan", content=large, headers={"x-api-key": "no"}).status_code == 401
    assert post("/v1/pan", content=large).status_code == 413
    assert "content type" in post("/v1/pan", content=b"{", headers={"content-type": "text/plain"}).json()["message"]
    assert "not JSON" in post("/v1/pan", content=b"{").json()["message"]
