"""A body that breaks its schema, or that two readers could understand differently, is refused by field and bound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DOCUMENT = json.loads((Path(__file__).parents[2] / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]
BODIES = [
    pytest.param(
        item["operationId"],
        next(iter(content["examples"].values()))["value"],
        content["schema"],
        id=item["operationId"],
    )
    for methods in DOCUMENT["paths"].values()
    for item in methods.values()
    if "requestBody" in item
    for content in item["requestBody"]["content"].values()
]


def schema_of(reference: dict[str, str]) -> dict[str, Any]:
    return dict(SCHEMAS[reference["$ref"].rpartition("/")[2]])


@pytest.mark.parametrize(("operation", "body", "schema"), BODIES)
def test_each_required_field_is_missed_by_name(api: Any, operation: str, body: Any, schema: Any) -> None:
    for field in schema_of(schema).get("required", []):
        message = api.refused(400, operation, **{name: value for name, value in body.items() if name != field})
        assert f'"{field}" is a required property' in message


@pytest.mark.parametrize(("operation", "body", "schema"), BODIES)
def test_an_unknown_field_is_refused_by_name(api: Any, operation: str, body: Any, schema: Any) -> None:
    assert "'imageNumber' was unexpected" in api.refused(400, operation, **body, imageNumber=1)
    assert "imageNumber" not in schema_of(schema)["properties"]


@pytest.mark.parametrize(("operation", "body", "schema"), BODIES)
def test_every_field_refuses_what_has_another_type(api: Any, operation: str, body: Any, schema: Any) -> None:
    for field in schema_of(schema)["properties"]:
        wrongs: list[Any] = [None, True, {"a": 1}, [[]]]
        for wrong in wrongs:
            message = api.refused(400, operation, **{**body, field: wrong})
            assert field in message


@pytest.mark.parametrize("value", ["7", "", None, [], 3, True])
def test_a_body_must_be_an_object(api: Any, value: Any) -> None:
    headers = {"content-type": "application/json"}
    answer = api.client.post("/v1/diffusion", content=json.dumps(value), headers=headers)
    assert answer.status_code == 400
    assert 'is not of type "object"' in answer.json()["message"]


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
    ("words", b"hello", "not JSON"),
    ("cut off", b'{"text": "a', "not JSON"),
    ("two values", b'{"text": "a"}{}', "not JSON"),
    ("trailing comma", b'{"text": "a",}', "not JSON"),
    ("NUL in a string", b'{"text": "a\\u0000b"}', "NUL"),
    ("raw NUL", b'{"text": "a\x00b"}', "not JSON"),
    ("NUL in a name", b'{"text": "a", "\\u0000": 1}', "NUL"),
    ("half a surrogate pair", b'{"text": "\\ud800"}', "surrogate"),
    ("the other half", b'{"text": "a\\udfffb"}', "surrogate"),
    ("NaN", b'{"text": NaN}', "NaN"),
    ("infinity", b'{"text": -Infinity}', "Infinity"),
    ("too large a number", b'{"text": 1e999}', "too large"),
    ("twice", b'{"text": "a", "text": "b"}', '"text" twice'),
    ("5000 digits", b'{"text": ' + b"7" * 5000 + b"}", "too long"),
    ("nested", b'{"text": ' + b"[" * 40 + b"]" * 40 + b"}", "nested too deeply"),
    ("nested without end", b"[" * 200_000, "nested too deeply"),
    ("nested objects", b'{"a":' * 50_000, "nested too deeply"),
    ("not UTF-8", b'{"text": "\xff"}', "UTF-8"),
    ("UTF-16", '{"text": "a"}'.encode("utf-16"), "UTF-8"),
    ("byte order mark", b'\xef\xbb\xbf{"text": "a"}', "JSON"),
]


@pytest.mark.parametrize(
    ("body", "said"), [(body, said) for _, body, said in HAZARDS], ids=[name for name, _, _ in HAZARDS]
)
def test_what_is_no_plain_json_is_refused_with_a_reason(api: Any, body: bytes, said: str) -> None:
    answer = api.client.post("/v1/diffusion", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert api.server.ledger == []


def test_characters_beyond_the_first_plane_are_welcome(api: Any) -> None:
    body = b'{"text": "\\ud83c\\udf0a \xf0\x9f\x8c\x8a"}'
    answer = api.client.post("/v1/diffusion", content=body, headers={"content-type": "application/json; charset=UTF-8"})
    assert answer.status_code == 200
    assert api.server.ledger[0].body == {"text": "🌊 🌊"}


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/json; charset=utf-16",
        "application/json; a=b; charset=latin1",
        "application/jsonx",
        "; charset=utf-8",
    ],
)
def test_another_content_type_is_refused(api: Any, kind: str) -> None:
    answer = api.client.post("/v1/diffusion", content=b'{"text": "a"}', headers={"content-type": kind})
    assert answer.status_code == answer.json()["code"] == 400
    assert f"must be application/json, in UTF-8, if any is given; got {kind!r}" in answer.json()["message"]
    assert api.server.ledger == []


@pytest.mark.parametrize("headers", [{}, {"content-type": ""}])
def test_what_does_not_say_what_it_is_counts_as_json(api: Any, headers: dict[str, str]) -> None:
    answer = api.client.post("/v1/diffusion", content=b'{"text": "a"}', headers=headers)
    assert answer.status_code == 200
    assert "not JSON" in api.client.post("/v1/diffusion", content=b"text=a", headers=headers).json()["message"]


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "Application/JSON",
        'application/json; charset="utf-8"',
        "application/json;charset=UTF-8; a=b",
    ],
)
def test_json_may_be_named_in_more_ways_than_one(api: Any, kind: str) -> None:
    answer = api.client.post("/v1/diffusion", content=b'{"text": "a"}', headers={"content-type": kind})
    assert answer.status_code == 200


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
