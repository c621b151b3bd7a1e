"""A service that answers what it is told, and answers drawn from the document's schemas, with everything that is odd.

Fields that need not be there are there or not; null stands wherever it may; there are fields that nobody has heard of,
at every level; choices are each of the documented ones, and words that are none of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
from hypothesis import strategies as st

from tests.contract.description import is_job_id, operations, resolved, sound_document

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
NUMBERS = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
NEWS = ["retry", "RETRY", "queued for GPU", "Diffusion_V9", "übermalen", " ", "0", ""]
"""Words that are none of the known ones."""
URLS = [
    "https://cdn.legnext.ai/mj/b_1.png",
    "https://cdn.legnext.ai/mj/a_0.png?X-Amz-Signature=0aF&e=1#x",
    "https://cdn.legnext.ai/mj/ü b.PNG",
]
ADDRESSES = [None, [], URLS, URLS[:1] * 2, URLS[2:]]
TIMES = [
    *("2025-10-14T02:22:04Z", "", None, "0001-01-01T00:00:00Z", "2025-12-17T03:22:29+08:00"),
    *("2025-11-05T08:22:37.784663288Z", "2024-02-29T23:59:59.5Z", "2025-01-01T00:00:00-11:30"),
]
JOB_IDS = ["a616de55-6130-4e1f-b8cd-531ed0599353", "1868588555208310784", "007", "Job/ä?#%2F", " x ", ".."]
ODD: dict[str, list[Any]] = {
    "job_id": [each for each in JOB_IDS if is_job_id(each)],
    "seed": ["1904983176", "", "007", None, "18446744073709551617"],
    "image_url": [*URLS, "", None],
    "image_urls": ADDRESSES,
    "video_urls": ADDRESSES,
    "progress": [None, 0, 46, 46.5, 100, "46%", "46", "46.5 %", "0%"],
    "logs": [
        [],
        None,
        ["progress: 7%", "at work"],
        [{"progress": 31}, {"at": [1, None]}],
        ["7%", {"progress": 31}, ""],
    ],
    "created_at": TIMES,
    "started_at": TIMES,
    "ended_at": TIMES,
    "updated_at": TIMES,
    "frozen": [80, None, 0, 80.5, 1536],
    "consume": [40, None, 0, 39.25, 1536],
    "available_actions": [{"upscale": [0, 3], "reroll": True, "news": {"a": None}}, None, {}],
}
"""What can stand in a field whose meaning a schema does not tell."""
BY_TYPE: dict[str, list[Any]] = {
    "string": NEWS,
    "integer": [200, 0, 1, -7, 2**53 + 1],
    "number": [72.048, 71000, 0, 0.1, -3.5],
    "boolean": [True, False],
    "null": [None],
    "anything": [None, {"a": [1, None, {"b": ""}]}, "text", 0, 0.0, False, [], {}],
}


def types(schema: Json) -> list[str]:
    kinds = schema.get("type", "anything")
    return [kinds] if isinstance(kinds, str) else kinds


def listed(schema: Json, name: str = "") -> list[Any]:
    """The values that a field of an answer can have; of an object, one that has everything."""
    schema = resolved(schema)
    if name in ODD or "enum" in schema:
        return ODD.get(name) or schema["enum"]
    if "anyOf" in schema:
        return [value for part in schema["anyOf"] for value in listed(part)]
    found: list[Any] = []
    for kind in types(schema):
        if kind == "object":
            found.append({key: listed(inner, key)[0] for key, inner in schema.get("properties", {}).items()})
        elif kind == "array":
            found += [[], listed(schema["items"])[:2]]
        else:
            found += BY_TYPE[kind]
    return found


def odd_answers(schema: Json) -> Iterator[Json]:
    """An answer that has everything, with each field in turn changed to each thing that it can be, and left out."""
    whole = listed(schema)[0]
    for path, inner, is_needed in places(schema):
        for value in listed(inner, path[-1]):
            yield changed(whole, path, value)
        yield changed(whole, (*path[:-1], f"{path[-1]} of tomorrow"), {"unheard": ["of", None]})
        if not is_needed:
            yield changed(whole, path)


def places(schema: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Json, bool]]:
    """Every field of an answer, at any depth: where it stands, its schema, and whether it must be there."""
    for part in map(resolved, resolved(schema).get("anyOf", [schema])):
        for name, inner in part.get("properties", {}).items():
            yield (*path, name), inner, name in part.get("required", [])
            yield from places(inner, (*path, name))


def changed(answer: Json, path: tuple[str, ...], *value: Any) -> Json:
    """A copy of an answer with this value at a place; with none, without what stood there."""
    name, *below = path
    if below:
        return {**answer, name: changed(answer[name], tuple(below), *value)}
    return {**answer, name: value[0]} if value else {key: inner for key, inner in answer.items() if key != name}


def answers(schema: Json, name: str = "") -> st.SearchStrategy[Any]:
    """Whatever a schema of an answer allows."""
    schema = resolved(schema)
    if name in ODD or "enum" in schema:
        return st.sampled_from(listed(schema, name))
    if "anyOf" in schema:
        return st.one_of([answers(part) for part in schema["anyOf"]])
    return st.one_of([_of(kind, schema) for kind in types(schema)])


def _of(kind: str, schema: Json) -> st.SearchStrategy[Any]:
    if kind == "object":
        return objects(schema)
    if kind == "array":
        return st.lists(answers(schema["items"]), max_size=3)
    return ANY_JSON if kind == "anything" else st.sampled_from(BY_TYPE[kind])


@st.composite
def objects(draw: st.DrawFn, schema: Json) -> Json:
    properties = schema.get("properties", {})
    needed = schema.get("required", [])
    drawn = {name: draw(answers(inner, name)) for name, inner in properties.items() if name in needed or draw(OFTEN)}
    names = st.text(min_size=1, max_size=6).filter(lambda name: name not in properties)
    news = draw(st.dictionaries(names, ANY_JSON, max_size=2)) if draw(st.booleans()) else {}
    return dict(draw(st.permutations([*drawn.items(), *news.items()])))


OFTEN = st.sampled_from([True, True, True, False])


def schema_of(name: str) -> Json:
    found: Json = sound_document()["components"]["schemas"][name]
    return found


class Replies(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The other end of the line: gives the same answer until it is told another, and keeps the requests."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self.headers: dict[str, str] = {}
        self.asked: list[httpx.Request] = []

    def tell(self, answer: Any, status: int = 200, *, ascii_only: bool = False, **headers: str) -> None:
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        written = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=ascii_only).encode()
        self.body = written
        self.asked.clear()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(self.status, headers=self.headers, content=self.body)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def documented_answers() -> Iterator[tuple[str, Json]]:
    """Every answer that the document shows, with its name."""
    for operation in operations().values():
        for status, response in operation.item["responses"].items():
            content = resolved(response).get("content", {}).get("application/json", {})
            for name, example in content.get("examples", {}).items():
                yield f"{operation.name} {status} {name}", resolved(example)["value"]
