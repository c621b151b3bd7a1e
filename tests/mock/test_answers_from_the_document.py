"""What the server has no state for it answers from the document: right by its schemas, and it says so."""

from __future__ import annotations

import copy
import json
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema_rs
import pytest

from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.mock.schemas import Schemas, sample
from legnext_client.mock.spec import DOCUMENT
from legnext_client.testing import MockServer
from tests.promises.one_edit.edits import EDITS, FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]
SPEC: Json = json.loads(DOCUMENT.read_text(encoding="utf-8"))
KEY = {API_KEY_HEADER: "mock-key"}
TEXT = {"text": "a"}


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Json], tuple[MockServer, httpx.Client]]]:
    """Serves a document; the same one is served once for all tests."""
    with ExitStack() as stack:

        @cache
        def made(text: str) -> tuple[MockServer, httpx.Client]:
            path = tmp_path_factory.mktemp("spec") / "edited.json"
            path.write_text(text, encoding="utf-8")
            server = stack.enter_context(MockServer(in_process=True, spec=path, answers="plain"))
            api = httpx.Client(transport=server.transport(), base_url=server.base_url, headers=KEY)
            return server, stack.enter_context(api)

        yield lambda spec: made(json.dumps(spec))


def with_answer(schema: Json, **operation: Any) -> Json:
    spec = copy.deepcopy(SPEC)
    content = {"application/json": {"schema": schema}}
    get = {"operationId": "probe", "tags": ["account"], "responses": {"200": {"description": "", "content": content}}}
    spec["paths"]["/probe/probe"] = {"get": {**get, **operation}}
    return spec


def valid(spec: Json, schema: Json, value: Any) -> bool:
    return jsonschema_rs.Draft202012Validator({"allOf": [schema], "components": spec["components"]}).is_valid(value)


MORE: dict[str, Json] = {
    "a long text by a pattern": {"type": "string", "pattern": "^(?:ab|c)+[^a-c]\\d{2,3}$", "minLength": 20},
    "no text": {"type": "string", "maxLength": 0},
    "a number below": {"type": "number", "exclusiveMaximum": -1},
    "a number between": {"type": "number", "exclusiveMinimum": 0.1, "exclusiveMaximum": 0.2},
    "a multiple between": {"type": "integer", "multipleOf": 7, "minimum": 8, "maximum": 20},
    "many that differ": {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"type": "integer"}},
    "no items": {"type": "array", "maxItems": 0, "items": {"type": "integer"}},
    "fields by name": {"type": "object", "minProperties": 2, "additionalProperties": {"type": "boolean"}},
    "one of three": {"type": "object", "maxProperties": 1, "properties": {"a": {}, "b": {}, "c": {}}},
    "anything": {},
}


@pytest.mark.parametrize("kind", [*FIELDS, *MORE])
def test_what_is_made_from_a_schema_is_right_by_it(kind: str) -> None:
    about: Json = FIELDS.get(kind) or {"schema": MORE[kind]}
    spec = copy.deepcopy(SPEC)
    spec["components"]["schemas"] |= about.get("schemas", {})
    for turn in (1, 2, 3):
        made = sample(Schemas(spec), about["schema"], turn)
        assert valid(spec, about["schema"], made), made


def test_a_schema_that_contains_itself_ends() -> None:
    spec = copy.deepcopy(SPEC)
    tree = {
        "type": "object",
        "properties": {"parts": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    }
    spec["components"]["schemas"]["Tree"] = tree
    assert valid(spec, tree, sample(Schemas(spec), tree))


@pytest.mark.parametrize("source", ["example", "schema"])
def test_an_answer_without_a_state_says_so(serving: Any, source: str) -> None:
    schema: Json = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "enum": ["made"]}}}
    spec = with_answer(schema)
    if source == "example":
        content = spec["paths"]["/probe/probe"]["get"]["responses"]["200"]["content"]["application/json"]
        content["examples"] = {"one": {"value": {"a": "shown"}}}
    _, api = serving(spec)
    answer = api.get("/probe/probe")
    assert answer.json() == {"a": "shown" if source == "example" else "made"}
    assert answer.headers["x-mock-answer"] == source
    assert "x-mock-answer" not in api.get("/account/balance").headers


LIMIT: Json = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}}
PARAMETERS: list[tuple[Json, str, int, str]] = [
    (LIMIT, "?limit=2", 200, ""),
    (LIMIT, "?limit=0", 400, "limit: 0 is less than the minimum of 1, in the query"),
    (LIMIT, "?limit=a", 400, "is not of type"),
    ({"name": "limit", "in": "query", "required": True, "schema": {}}, "", 400, "limit is required in the query"),
    ({"name": "deep", "in": "query", "schema": {"type": "boolean"}}, "?deep=true", 200, ""),
    ({"name": "deep", "in": "query", "schema": {"type": "boolean"}}, "?deep=yes", 400, "is not of type"),
    ({"name": "at", "in": "query", "schema": {"type": ["number", "null"]}}, "?at=0.5", 200, ""),
    ({"name": "a", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}}, "?a=1&a=2", 200, ""),
    ({"name": "a", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}}, "?a=b", 400, "a[0]: "),
    (
        {"name": "a", "in": "query", "explode": False, "schema": {"type": "array", "maxItems": 2}},
        "?a=1,2,3",
        400,
        "has more than 2 items",
    ),
    (
        {"name": "f", "in": "query", "style": "deepObject", "schema": {"type": "object", "required": ["x"]}},
        "?f[y]=1",
        400,
        "f: ",
    ),
    (
        {"name": "X-Trace", "in": "header", "required": True, "schema": {}},
        "",
        400,
        "X-Trace is required in the header",
    ),
    ({"name": "trace", "in": "cookie", "required": True, "schema": {}}, "", 400, "trace is required in the cookies"),
]


def test_parameters_are_held_against_their_schemas(serving: Any) -> None:
    spec = with_answer({"type": "boolean"})
    probe = spec["paths"].pop("/probe/probe")["get"]
    for number, (parameter, *_) in enumerate(PARAMETERS):
        own = {**probe, "operationId": f"probe{number}", "parameters": [parameter]}
        spec["paths"][f"/probe/{number}"] = {"get": own}
    _, api = serving(spec)
    for number, (_, query, status, says) in enumerate(PARAMETERS):
        answer = api.get(f"/probe/{number}{query}")
        assert (answer.status_code, says in answer.text) == (status, True), answer.text


def test_parameters_of_a_path_hold_for_its_operations(serving: Any) -> None:
    edit = EDITS["parameters on the path item"]
    _, api = serving(edit.of(SPEC))
    assert api.get("/probe/boards/a%2Fb").status_code == 200


@pytest.mark.parametrize("name", ["a list with a query, and pages by cursor", "a list with pages by number"])
def test_pages_come_to_an_end(serving: Any, name: str) -> None:
    _, api = serving(EDITS[name].of(SPEC))
    query: Json = {}
    pages = [api.get("/probe/probes").json()]
    while pages[-1]["data"] and (pages[-1].get("next_cursor") or "page" in pages[-1]):
        query = {"page": pages[-1]["page"] + 1} if "page" in pages[-1] else {"cursor": pages[-1]["next_cursor"]}
        pages.append(api.get("/probe/probes", params=query).json())
    assert sum(len(page["data"]) for page in pages) == 2


def test_a_job_is_ended_for_its_caller_and_its_points_are_released(serving: Any) -> None:
    server, api = serving(EDITS["a cancel that tells of the job"].of(SPEC))
    before = api.get("/account/balance").json()["data"]["available_credits"]
    start = api.post("/v1/diffusion", json={"text": "a fox"}).json()["job_id"]
    told = api.post(f"/probe/job/{start}/cancel")
    assert (told.status_code, told.json()["status"]) == (200, "cancelled")
    assert told.json()["meta"]["usage"]["consume"] == 0
    assert api.get(f"/v1/job/{start}").json()["status"] == "cancelled"
    assert api.get("/account/balance").json()["data"]["available_credits"] == before
    again = api.post(f"/probe/job/{start}/cancel")
    assert (again.status_code, "has ended already; it is cancelled" in again.text) == (422, True)
    assert api.post("/probe/job/nobody/cancel").status_code == 404
    refused = api.post("/v1/upscale", json={"jobId": start, "imageNo": 0, "type": 0})
    assert (refused.status_code, "is cancelled, so nothing can be made" in refused.text) == (422, True)
    server.jobs.add("there", status="cancelled")
    assert server.jobs["there"]["status"] == "cancelled"


def test_what_ends_a_job_can_answer_nothing(serving: Any) -> None:
    server, api = serving(EDITS["a cancel that tells nothing"].of(SPEC))
    job = api.post("/v1/diffusion", json={"text": "a fox"}).json()["job_id"]
    told = api.delete(f"/probe/job/{job}/delete")
    assert (told.status_code, told.content, "content-type" in told.headers) == (204, b"", False)
    assert server.jobs[job]["status"] == "discarded"


KINDS: list[tuple[str, tuple[str, str, Json], int, str | None]] = [
    ("a list that is an array", ("GET", "/probe/probes", {}), 200, "application/json"),
    ("an inline object", ("GET", "/probe/status", {}), 200, "application/json"),
    ("a thing that is made with 201", ("POST", "/probe/boards", {"json": {"text": "a"}}), 201, "application/json"),
    ("a thing that is made with 201", ("POST", "/probe/boards", {"json": {"text": ""}}), 400, "application/json"),
    ("a thing that is deleted with 204", ("DELETE", "/probe/boards/a", {}), 204, None),
    ("a thing that is changed", ("PATCH", "/probe/boards/a", {}), 200, "application/json"),
    ("a thing that is changed", ("PATCH", "/probe/boards/a", {"json": {"name": 1}}), 400, "application/json"),
    ("an upload of parts", ("POST", "/probe/files", {"files": {"file": b"a"}}), 201, "application/json"),
    (
        "an upload of parts",
        ("POST", "/probe/files", {"files": {"file": b"\r\n\xff"}, "data": {"size": "2", "purpose": "style"}}),
        201,
        "application/json",
    ),
    ("an upload of parts", ("POST", "/probe/files", {"files": {"other": b"a"}}), 400, "application/json"),
    (
        "an upload of parts",
        ("POST", "/probe/files", {"files": {"file": b"a"}, "data": {"size": "0"}}),
        400,
        "application/json",
    ),
    ("an upload of parts", ("POST", "/probe/files", {"json": {"file": "a"}}), 400, "application/json"),
    (
        "an upload that makes a job",
        ("POST", "/probe/probe", {"files": {"file": b"a"}, "data": {"text": "a"}}),
        200,
        "",
    ),
    ("an upload of bytes", ("PUT", "/probe/files", {"content": b"\xff" * (2 << 20)}), 204, None),
    ("a form", ("POST", "/probe/forms", {"data": {"name": "a b", "size": "1"}}), 204, None),
    ("a form", ("POST", "/probe/forms", {"data": {"name": "a", "size": "b"}}), 400, "application/json"),
    ("a body that is an array", ("POST", "/probe/words", {"json": ["a"]}), 204, None),
    ("a body that is an array", ("POST", "/probe/words", {"json": [1]}), 400, "application/json"),
    ("a picture for an answer", ("GET", "/probe/boards/a/picture", {}), 200, "image/png"),
    ("a text for an answer", ("GET", "/probe/terms", {}), 200, "text/plain"),
    ("a job that is accepted with 202", ("POST", "/probe/probe", {"json": {"text": "a"}}), 202, ""),
    (
        "a free job",
        ("POST", "/probe/probe", {"json": {"text": "a"}}),
        202,
        "application/json",
    ),
    ("parts of the document by reference", ("POST", "/probe/boards?deep=true", {"json": {"text": "a"}}), 200, ""),
    ("parts of the document by reference", ("POST", "/probe/boards?deep=7", {"json": {"text": "a"}}), 400, ""),
    ("a question about a job", ("GET", "/probe/job/nobody/lines", {}), 404, "application/json"),
    (
        "an operation without a key",
        ("GET", "/probe/health", {"headers": {API_KEY_HEADER: ""}}),
        200,
        "application/json",
    ),
]


@pytest.mark.parametrize(("name", "request_", "status", "media"), KINDS)
def test_every_kind_of_operation_is_answered(
    serving: Any, name: str, request_: tuple[str, str, Json], status: int, media: str | None
) -> None:
    method, path, options = request_
    _, api = serving(EDITS[name].of(SPEC))
    answer = api.request(method, path, **options)
    assert answer.status_code == status, answer.text
    assert answer.headers.get("content-type") == (media if media != "" else "application/json")


def test_what_only_the_service_writes_need_not_be_sent(serving: Any) -> None:
    spec = copy.deepcopy(SPEC)
    request = spec["components"]["schemas"]["ShortenRequest"]
    request["properties"]["stamp"] = {"type": "string", "readOnly": True}
    request["required"] = [*request["required"], "stamp"]
    _, api = serving(spec)
    assert api.post("/v1/shorten", json={"prompt": "a fox"}).status_code == 200


def test_a_path_without_parameters_wins_over_one_with_them(serving: Any) -> None:
    spec = with_answer({"type": "string", "enum": ["latest"]})
    spec["paths"]["/v1/job/latest"] = spec["paths"].pop("/probe/probe")
    server, api = serving(spec)
    server.jobs.add("latest")
    assert api.get("/v1/job/latest").json() == "latest"
