"""Edits of the document that no operation of today has, and a program that uses what they make."""

from __future__ import annotations

import copy
from typing import Any

from legnext_client.generated.operations import ALIASES, OPERATIONS

Json = dict[str, Any]

LIST = "probe_list" if "list" in {**OPERATIONS, **ALIASES} else "list"
"""The name of a type, where the document leaves it: the other methods' annotations must not mean it."""

JOB = {"name": "job_id", "in": "path", "required": True, "schema": {"type": "string"}}
KEY = {"name": "X-Probe-Key", "in": "header", "schema": {"type": "string"}, "x-legnext": {"idempotency": True}}
KINDS: Json = {
    "flag": {"type": "boolean", "default": True},
    "count_or_null": {"type": ["integer", "null"]},
    "parts_or_null": {"anyOf": [{"$ref": "#/components/schemas/ProbePart"}, {"type": "null"}]},
    "ratio": {"type": "number", "exclusiveMinimum": 0, "maximum": 2, "multipleOf": 0.5},
    "word": {"type": "string", "pattern": "^[a-z]+$"},
    "orders": {"type": "array", "items": {"$ref": "#/components/schemas/ProbeOrder"}, "uniqueItems": True},
    "table": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
    "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
    "open": {"type": "object"},
    "at": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "who": {"type": "string", "format": "uuid"},
    "version": {"const": "v1"},
    "pet": {
        "oneOf": [{"$ref": "#/components/schemas/ProbeCat"}, {"$ref": "#/components/schemas/ProbeDog"}],
        "discriminator": {"propertyName": "kind"},
    },
    "whole": {"allOf": [{"$ref": "#/components/schemas/ProbePart"}, {"type": "object", "properties": {"b": {}}}]},
    "either": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    "made_by": {"type": "string", "readOnly": True},
    "anything": {},
    "old": {"type": "string", "deprecated": True},
}
SCHEMAS: Json = {
    "ProbeOrder": {"type": "string", "enum": ["asc", "desc"]},
    "ProbePart": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
    "ProbeCat": {
        "type": "object",
        "required": ["kind", "lives"],
        "properties": {"kind": {"type": "string", "enum": ["cat"]}, "lives": {"type": "integer"}},
    },
    "ProbeDog": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "enum": ["dog"]}}},
    "ProbeSummary": {
        "type": "object",
        "required": ["job_id"],
        "properties": {"job_id": {"type": "string"}, "at": {"type": "string", "format": "date-time"}},
    },
    "ProbePage": {
        "type": "object",
        "required": ["data"],
        "properties": {
            "data": {"type": "array", "items": {"$ref": "#/components/schemas/ProbeSummary"}},
            "next": {"type": ["string", "null"]},
        },
    },
    "ProbeUpload": {
        "type": "object",
        "additionalProperties": False,
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "public": {"type": "boolean"},
        },
    },
    "ProbeKinds": {
        "type": "object",
        "additionalProperties": False,
        "required": ["orders", "at"],
        "properties": KINDS,
    },
}


def edited(spec: Json) -> Json:
    """The document with operations of every kind, and a header on every POST."""
    spec = copy.deepcopy(spec)
    spec["components"]["schemas"] |= SCHEMAS
    for item in spec["paths"].values():
        if "post" in item:
            item["post"].setdefault("parameters", []).append(KEY)

    def query(name: str, schema: Json) -> Json:
        return {"name": name, "in": "query", "schema": schema}

    page = {"paging": {"items": "data", "cursor": "next", "parameter": "cursor"}}
    job = {"task_type": "probe_kinds", "takes": "nothing", "makes": "images", "price": {"points": 5}}
    spec["paths"] |= {
        "/probe/jobs": {
            "get": operation(LIST, answered("ProbePage"), page)
            | {
                "parameters": [
                    query("cursor", {"type": "string"}),
                    query("limit", {"type": "integer", "minimum": 1, "default": 20}),
                    query("order", {"$ref": "#/components/schemas/ProbeOrder"}),
                    query("type", {"type": "array", "items": {"type": "string"}}),
                    query("since", {"type": "string", "format": "date-time"}),
                ]
            }
        },
        "/probe/job/{job_id}/cancel": {
            "parameters": [JOB],
            "post": operation("probe_cancel", answered("TaskResponse", "202")),
        },
        "/probe/job/{job_id}/preview": {
            "parameters": [JOB],
            "get": operation("probe_preview", {"200": {"description": "A picture.", "content": {"image/png": {}}}}),
        },
        "/probe/files": {
            "post": operation("probe_upload", answered("ProbePart", "201"))
            | body("multipart/form-data", "ProbeUpload"),
            "put": operation("probe_store", {"204": {"description": "Done."}})
            | {"requestBody": {"required": True, "content": {"image/png": {}}}},
        },
        "/probe/kinds": {
            "post": operation("probe_kinds", answered("TaskResponse"), job | {"seconds": {"median": 1, "spread": 0.1}})
            | body("application/json", "ProbeKinds")
            | {"deprecated": True}
        },
    }
    spec["paths"]["/probe/job/{job_id}"] = {
        "delete": operation("probe_forget", {"204": {"description": "Gone."}}) | {"parameters": [JOB]}
    }
    return spec


def operation(name: str, responses: Json, extension: Json | None = None) -> Json:
    return {
        "operationId": name,
        "tags": ["tasks"],
        "summary": "Do it",
        "description": "Does it.",
        "responses": responses,
        **({} if extension is None else {"x-legnext": extension}),
    }


def answered(schema: str, status: str = "200") -> Json:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {status: {"description": "Done.", "content": content}}


def body(media: str, schema: str) -> Json:
    return {
        "requestBody": {"required": True, "content": {media: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}
    }


PROGRAM = r"""
import datetime, json, pathlib, sys
import httpx
from legnext_client import Client
from legnext_client._transport.transports import HttpxTransport
from legnext_client.errors import InvalidRequest
from legnext_client.generated import AuthenticatedClient, models
from legnext_client.generated.api.tasks import probe_kinds
from legnext_client.generated.service import API_KEY_HEADER

URL, sent = "https://x.test/api", []

def answer(request):
    sent.append(request)
    path = request.url.path
    if path.endswith("/probe/jobs"):
        first = "cursor" not in request.url.params
        jobs = [{"job_id": "a", "at": "2026-01-01T00:00:00Z"}] if first else [{"job_id": "b"}]
        return httpx.Response(200, json={"data": jobs, "next": "n2" if first else None})
    if path.endswith("/cancel"):
        return httpx.Response(202, json={"job_id": "j1", "status": "failed", "error": {"code": 499, "message": "no"}})
    if path.endswith("/preview"):
        return httpx.Response(200, content=b"\x89PNG", headers={"content-type": "image/png"})
    if request.method in ("DELETE", "PUT"):
        return httpx.Response(204)
    if path.endswith("/files"):
        return httpx.Response(201, json={"a": "stored"})
    return httpx.Response(200, json={"job_id": "j1", "status": "completed"})

def last():
    return sent[-1]

transport = httpx.MockTransport(answer)
client = Client("key", base_url=URL, transport=HttpxTransport(URL, {API_KEY_HEADER: "key"}, transport))
page = client.tasks.LIST(limit=5, order="asc", type=["a", "b"], since=datetime.datetime(2026, 1, 1))
assert page.data[0].at.year == 2026 and page.next_ == "n2", page
assert last().url.query == b"limit=5&order=asc&type=a&type=b&since=2026-01-01T00%3A00%3A00", last().url
assert [each.job_id for each in client.tasks.LIST_items()] == ["a", "b"]
assert last().url.query == b"cursor=n2&limit=20", last().url

job = client.midjourney.diffusion(text="a fox", x_probe_key="k-1")
assert last().headers["x-probe-key"] == "k-1"
assert job.probe_cancel() is job and job.status == "failed"
assert job.probe_forget() is None and last().method == "DELETE"
assert job.probe_preview() == b"\x89PNG" and "image/png" in last().headers["accept"]
assert client.tasks.probe_cancel("j1").job_id == "j1"

file = pathlib.Path(sys.argv[1])
file.write_bytes(b"PIXELS")
for given in (file, file.open("rb")):
    assert client.tasks.probe_upload(file=given, tags=["a", "b"], public=True).a == "stored"
    content = last().content
    assert b'name="file"; filename="x.png"\r\nContent-Type: image/png\r\n\r\nPIXELS' in content, content
    assert b'name="public"\r\n\r\ntrue' in content, content
    assert content.count(b'name="tags"') == 2
client.tasks.probe_upload(file=b"PIXELS")
assert client.tasks.probe_store(body=file) is None and last().content == b"PIXELS"
assert last().headers["content-type"] == "image/png"

right = {"orders": ["asc"], "at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}
client.tasks.probe_kinds(
    **right, count_or_null=None, parts_or_null=None, ratio=1.5, word="abc", table=[[1]], counts={"a": 1},
    open={"z": []},
    day=datetime.date(2026, 1, 31), who="0D9E70B5-4E4E-4AE6-986C-9D0B06EE2105", version="v1",
    pet={"kind": "cat", "lives": 9}, whole={"a": "x", "b": 2}, either=3, anything={"a": [1]},
)
body = json.loads(last().content)
assert body["who"].islower() and body["day"] == "2026-01-31" and body["flag"] is True and body["count_or_null"] is None
generated = AuthenticatedClient(base_url=URL, token="key", httpx_args={"transport": transport})
probe_kinds.sync(client=generated, body=models.ProbeKinds.from_dict(body))
assert sent[-1].content == sent[-2].content

for wrong, named in [
    ({"ratio": 0}, "ratio must be above 0"), ({"ratio": 0.7}, "multiple of 0.5"), ({"word": "A"}, "word must match"),
    ({"orders": ["asc", "asc"]}, "must not repeat an item"), ({"table": [["a"]]}, "table[0][0]"),
    ({"counts": {"a": "b"}}, "counts.a"),
    ({"day": "x"}, "must be a date"), ({"who": "x"}, "must be a UUID"), ({"version": "v2"}, "must be v1"),
    ({"pet": {"kind": "cat"}}, "pet.lives is required"), ({"pet": {"kind": "bird"}}, "pet.kind must be cat or dog"),
    ({"pet": {}}, "pet.kind is required (cat or dog)"),
    ({"either": 1.5}, "a string or an integer"), ({"whole": {"b": 2}}, "whole.a is required"),
    ({"at": "y"}, "date and time"),
]:
    before = len(sent)
    try:
        client.tasks.probe_kinds(**{**right, **wrong})
    except InvalidRequest as error:
        assert named in str(error) and len(sent) == before, error
    else:
        raise AssertionError(wrong)
with client.batch([{"operation": "diffusion", "text": "a fox", "key": "row-1"}], download=None) as batch:
    assert [result.key for result in batch] == ["row-1"]
assert "row-1" in next(each for each in reversed(sent) if each.method == "POST").headers["x-probe-key"]
assert client.request("GET", "/probe/jobs", params={"cursor": "n2"})["data"] == [{"job_id": "b"}]
assert client.request("DELETE", "/v1/x") is None
assert client.request("POST", "/probe/kinds", json=[1], job=True, headers={"X-A": "b"}).job_id == "j1"
assert last().headers["x-a"] == "b" and last().content == b"[1]"
assert client.request("POST", "/probe/files", files={"file": b"1"}) == {"a": "stored"}
""".replace("LIST", LIST)
