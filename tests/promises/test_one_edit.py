"""One edit: a new operation in the spec, one run of the generator, and everything about it works.

A copy of the package is generated anew from a spec with two operations more, one of them that of CONTRIBUTING.md; no
other line of it is touched.
"""

from __future__ import annotations

import copy
import json
import re
import sys
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any

import generate
import pytest
import yaml

from legnext_client.testing import MockServer
from tests.packages import ROOT, generated, run
from tests.tables import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Json = dict[str, Any]

TEXT = (ROOT / "legnext_client" / "openapi.json").read_text(encoding="utf-8")
SPEC: Json = json.loads(TEXT)

NEIGHBOUR: Json = next(
    item["post"]
    for item in SPEC["paths"].values()
    if "callbacks" in item.get("post", {}) and item["post"].get("x-legnext", {}).get("takes") == "image"
)
"""An operation that makes a job of an image."""
TAKEN: str = NEIGHBOUR["operationId"]
RELIGHT: Json = {
    "operationId": "relight",
    "tags": ["midjourney"],
    "summary": "Change the light of an image",
    "description": "Takes one image of a job and lights it anew; `lampPos` says from where.",
    "x-legnext": {
        "task_type": "relight",
        "alias": "illuminate",
        "takes": "image",
        "makes": "image",
        "price": {"points": 90, "when": [{"field": "mood", "is": "neon", "points": 130}]},
        "seconds": {"median": 20, "spread": 0.5},
    },
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RelightRequest"}}},
    },
    "responses": NEIGHBOUR["responses"],
}
RELIGHT_REQUEST: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["jobId", "imageNo", "mood"],
    "properties": {
        "jobId": {"$ref": "#/components/schemas/JobId"},
        "imageNo": {"$ref": "#/components/schemas/ImageNo"},
        "mood": {
            "type": "string",
            "enum": ["dawn", "neon"],
            "x-enum-varnames": ["FIRST_LIGHT", "CITY"],
            "description": "Which light.",
        },
        "strength": {"type": "number", "minimum": 0.5, "maximum": 2, "default": 1, "description": "How much of it."},
        "lampPos": {
            "type": "object",
            "additionalProperties": False,
            "required": ["x", "y"],
            "properties": {
                "x": {"type": "integer", "minimum": 0},
                "y": {"type": "integer", "minimum": 0},
                "colour": {"type": "string", "maxLength": 20},
            },
        },
        "note": {"type": ["string", "null"]},
        "soft": {"type": ["boolean", "null"]},
        "hints": {"type": ["array", "null"], "items": {"type": "string"}},
        "grainSize": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
        "canvas": {"anyOf": [{"$ref": "#/components/schemas/Canvas"}, {"type": "null"}]},
        "frame": {"anyOf": [{"type": "boolean"}, {"$ref": "#/components/schemas/Canvas"}, {"type": "null"}]},
    },
}
USED = """
import inspect, json
from legnext_client import InvalidRequest, price
from legnext_client.testing import MockServer

report = {"prices": [int(price("relight", {"mood": mood}).points) for mood in ("dawn", "neon")]}
with MockServer(in_process=True) as server, server.client() as client:
    source = client.midjourney.diffusion(text="a lighthouse").wait()
    before = client.account.balance().available_credits
    job = source.relight(image_no=1, mood="neon", lamp_pos={"x": 1, "y": 2}).wait()
    report["job"] = [job.status, len(job.image_urls)]
    report["paid"] = before - client.account.balance().available_credits
    report["alias"] = client.midjourney.illuminate(job_id=source.job_id, image_no=1, mood="dawn").task_type
    try:
        client.midjourney.relight(job_id=source.job_id, image_no=9, mood="noon", lamp_pos={"x": -1})
    except InvalidRequest as error:
        report["refused"] = sorted(map(str, error.problems))
    report["doc"] = inspect.getdoc(client.midjourney.relight)
print(json.dumps(report))
"""
PROMISED = """
import inspect
from legnext_client import Client, InvalidRequest
from legnext_client.testing import MockServer

with MockServer() as server, server.client() as client:
    sketch = client.midjourney.diffusion(text="a sketch of a fox --v 7").wait()

    job = client.midjourney.colour(job_id=sketch.job_id, image_no=1, type=0).wait()
    assert (job.ok, job.task_type, len(job.image_urls), job.points) == (True, "colour", 4, 80), job
    assert sketch.colour(image_no=0, type=1).wait().ok
    assert [paid.operation for paid in server.ledger] == ["diffusion", "colour", "colour"]
    assert server.ledger[-1].body == {"jobId": sketch.job_id, "imageNo": 0, "type": 1}

    text = inspect.getdoc(client.midjourney.colour)
    assert text.startswith("Colour a sketch."), text
    assert "How to colour. 0 is flat, 1 is shaded. One of 0 (FLAT), 1 (SHADED)." in text, text
    typed = inspect.signature(sketch.colour).parameters["type"].annotation
    assert typed == "ColourType | Literal[0, 1, 'flat', 'shaded']", typed

    try:
        client.midjourney.colour(job_id=sketch.job_id, image_no=4, type=2)
    except InvalidRequest as wrong:
        assert "image_no must be 0 to 3; got 4" in str(wrong), wrong
        assert "type must be one of 0 (FLAT), 1 (SHADED); got 2" in str(wrong), wrong
    else:
        raise AssertionError("wrong values were sent")

    assert client.price("colour").points == 80
    assert len(server.ledger) == 3
"""
USED_BY_AN_AGENT = """
import asyncio, json
from mcp import Client
from legnext_client.journal import Ledger
from legnext_client.mcp.server import make_server
from legnext_client.mcp.submitting import Submitter
from legnext_client.testing import MockServer

async def session(server):
    source, ledger = server.jobs.add()["job_id"], Ledger("agent.db")
    async with server.async_client(ledger=ledger) as client, Client(make_server(Submitter(client, ledger))) as agent:
        [tool] = [each for each in (await agent.list_tools()).tools if each.name == "follow_up"]
        fields = {"operation": "relight", "job_id": source, "image_no": 1, "mood": "neon", "lamp_pos": {"x": 1, "y": 2}}
        await agent.call_tool("follow_up", fields)
        line = next(line for line in tool.description.splitlines() if "relight" in line)
        properties = tool.input_schema["properties"]
        return {"line": line, "mood": properties["mood"], "lamp_pos": list(properties["lamp_pos"]["properties"])}

with MockServer(in_process=True) as server:
    report = asyncio.run(session(server))
    report["sent"] = server.ledger[-1].operation
print(json.dumps(report))
"""
NULLABLE: Json = {"note": "null and void", "grainSize": 3, "soft": False, "hints": ["a", "null"]}
NULLABLE |= {"canvas": {"width": 9, "height": 9}, "frame": {"width": 9, "height": 8}}
SENT: dict[str, Json] = {
    "left out": {},
    "null": dict.fromkeys(NULLABLE),
    "values": NULLABLE,
    "some of each": {"note": None, "soft": True},
}
WAYS = ("facade", "follow-up", "facade, async", "follow-up, async", "batch", "table", "command line")
REPORT, NAMES = "report: ", {"grainSize": "grain_size"}
SENT_EACH_WAY = """
import asyncio, csv, json, os, sys
from legnext_client.cli.app import run
from legnext_client.testing import MockServer

cases, fields = map(json.loads, sys.argv[1:])
own = {"image_no": 0, "mood": "dawn"}

def sent_each_way(given):
    told = {}
    source = client.midjourney.diffusion(text="a fox").wait()
    rest = {"job_id": source.job_id, **own}

    async def awaited():
        async with server.async_client() as calm:
            await calm.midjourney.relight(**rest, **given)
            told["facade, async"] = server.ledger[-1].body
            job = await calm.tasks.get(source.job_id)
            await job.relight(**own, **given)
            told["follow-up, async"] = server.ledger[-1].body

    client.midjourney.relight(**rest, **given)
    told["facade"] = server.ledger[-1].body
    source.relight(**own, **given)
    told["follow-up"] = server.ledger[-1].body
    asyncio.run(awaited())
    with client.batch([{"operation": "relight", **rest, **given}]) as batch:
        list(batch)
    told["batch"] = server.ledger[-1].body
    cells = [value if isinstance(value, str) else json.dumps(value) for value in given.values()]
    with open("rows.csv", "w", newline="") as file:
        csv.writer(file).writerows([["operation", *rest, *given], ["relight", *rest.values(), *cells]])
    with client.batch("rows.csv") as batch:
        list(batch)
    told["table"] = server.ledger[-1].body
    words = []
    for name, value in given.items():
        words += [f"--{name.replace('_', '-')}", value if isinstance(value, str) else json.dumps(value)]
    code = run(["relight", source.job_id, "--image-no", "0", "--mood", "dawn", "--json", *words])
    assert code == 0, code
    told["command line"] = server.ledger[-1].body
    return {way: {name: body[name] for name in body if name in fields} for way, body in told.items()}

with MockServer(time_scale=None) as server, server.client() as client:
    os.environ |= {"LEGNEXT_BASE_URL": server.base_url, "LEGNEXT_API_KEY": server.api_key}
    for given in cases:
        print("report:", json.dumps(sent_each_way(given)))
"""


@cache
def of_contributing() -> tuple[Json, Json]:
    """The schemas and paths that CONTRIBUTING.md adds; the responses and callbacks are a neighbour's."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```yaml\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    schemas, paths = (yaml.safe_load(textwrap.dedent(block)) for block in blocks)
    ((_, item),) = paths.items()
    item["post"] |= {name: NEIGHBOUR[name] for name in ("responses", "callbacks")}
    return schemas, paths


def edited() -> Json:
    spec: Json = json.loads(TEXT)
    schemas, paths = of_contributing()
    spec["paths"] |= {"/v1/relight-image": {"post": copy.deepcopy(RELIGHT)}, **paths}
    spec["components"]["schemas"] |= {"RelightRequest": copy.deepcopy(RELIGHT_REQUEST), **schemas}
    return spec


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, generated from the edited spec."""
    return generated(tmp_path_factory.mktemp("one_edit"), edited())


def test_client_prices_and_mock_know_a_new_operation(package: Path) -> None:
    report = json.loads(run(package.parent, "-c", USED))
    doc = report.pop("doc")
    assert report == {
        "prices": [90, 130],
        "job": ["completed", 1],
        "paid": 130,
        "alias": "relight",
        "refused": [
            "image_no must be 0 to 3; got 9",
            "lamp_pos.x must be at least 0; got -1",
            "lamp_pos.y is required (at least 0)",
            "mood must be one of dawn, neon; got 'noon'",
        ],
    }
    assert "`lamp_pos` says from where" in doc
    assert "mood: Which light. One of dawn (FIRST_LIGHT), neon (CITY)." in doc
    assert "strength: How much of it. 0.5 to 2. Default: 1." in doc


def test_what_contributing_promises_of_one_edit_follows(package: Path) -> None:
    run(package.parent, "-W", "error", "-c", PROMISED)


def test_another_mock_serves_the_new_document_from_the_file_alone(package: Path) -> None:
    ((path, _),) = of_contributing()[1].items()
    with MockServer(in_process=True, spec=package / "openapi.json") as server, server.client() as client:
        sketch = client.midjourney.diffusion(text="a sketch of a fox --v 7").wait()
        made = client.request("POST", path, json={"jobId": sketch.job_id, "imageNo": 0, "type": 1})
        assert client.tasks.wait_for_completion(made["job_id"]).task_type == "colour"
        assert server.ledger[-1].points == 80


def test_an_agent_is_offered_a_new_operation(package: Path) -> None:
    fields = "job_id, image_no, mood [strength, lamp_pos, note, soft, hints, grain_size, canvas, frame]"
    assert json.loads(run(package.parent, "-c", USED_BY_AN_AGENT)) == {
        "line": f"- relight (90-130 points, 20 s): Change the light of an image. {fields}",
        "mood": {"type": "string", "enum": ["dawn", "neon"]},
        "lamp_pos": ["x", "y", "colour"],
        "sent": "relight",
    }


def test_a_nullable_field_is_sent_as_given_and_left_out_as_not_given(package: Path) -> None:
    given = [{NAMES.get(name, name): value for name, value in sent.items()} for sent in SENT.values()]
    printed = run(package.parent, "-c", SENT_EACH_WAY, json.dumps(given), json.dumps(list(NULLABLE)))
    reports = [json.loads(line.removeprefix(REPORT)) for line in printed.splitlines() if line.startswith(REPORT)]
    assert dict(zip(SENT, reports, strict=True)) == {name: dict.fromkeys(WAYS, sent) for name, sent in SENT.items()}


def test_nothing_else_has_changed(package: Path) -> None:
    ours = ROOT / "legnext_client" / "generated"
    theirs = package / "generated"
    before = {path.relative_to(ours) for path in ours.rglob("*.py")}
    after = {path.relative_to(theirs) for path in theirs.rglob("*.py")}
    assert {str(path) for path in after ^ before} == {
        "api/midjourney/colour.py",
        "api/midjourney/relight.py",
        "models/colour_request.py",
        "models/colour_type.py",
        "models/relight_request.py",
        "models/relight_request_lamp_pos.py",
        "models/relight_request_mood.py",
    }
    changed = {str(path) for path in before if (ours / path).read_bytes() != (theirs / path).read_bytes()}
    assert changed == {"follow_ups.py", "making.py", "models/__init__.py", "namespaces.py", "operations.py"}
    assert json.loads((package / "openapi.json").read_text(encoding="utf-8")) == edited()


def with_operation(**changes: Any) -> Json:
    spec = edited()
    spec["paths"]["/v1/relight-image"]["post"] |= changes
    return spec


def with_field(name: str, **keywords: Any) -> Json:
    spec = edited()
    spec["components"]["schemas"]["RelightRequest"]["properties"][name] = keywords
    return spec


def with_extension(**own: Any) -> Json:
    return with_operation(**{"x-legnext": RELIGHT["x-legnext"] | own})


def with_price_by(field: str, value: str) -> Json:
    return with_extension(price={"points": 1, "when": [{"field": field, "is": value, "points": 2}]})


def without(role: str) -> Json:
    spec = edited()
    spec["paths"] = {path: item for path, item in spec["paths"].items() if f'"role": "{role}"' not in json.dumps(item)}
    return spec


def with_media(*media: str) -> Json:
    spec = with_operation()
    spec["paths"]["/v1/relight-image"]["post"]["requestBody"]["content"] = {
        each: {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}} for each in media
    }
    return spec


def with_example(**value: Any) -> Json:
    spec = with_operation()
    content = spec["paths"]["/v1/relight-image"]["post"]["requestBody"]["content"]["application/json"]
    content["examples"] = {"dim": {"value": value}}
    return spec


BROKEN: list[tuple[str, Json, tuple[str, ...]]] = [
    ("what is no OpenAPI", {"openapi": "3.1.0"}, ("info",)),
    ("an unknown keyword", with_field("step", type="object", patternProperties={}), ("step", "patternProperties")),
    ("an unknown type", with_field("step", type=["integer", "text"]), ("step", "text")),
    (
        "a discriminator that a choice does not have",
        with_field("step", oneOf=[{"type": "object"}], anyOf=[], discriminator={"propertyName": "kind"}),
        ("step",),
    ),
    ("a body of two media types", with_media("application/json", "text/plain"), ("relight", "one media type")),
    ("no good answer", with_operation(responses={"400": {"description": "No."}}), ("relight", "200 to 299")),
    (
        "an enum beside a null",
        with_field("step", type=["string", "null"], enum=["a", None]),
        ("step", "Write anyOf"),
    ),
    ("an unknown word on a field", with_field("step", type="integer", **{"x-legnext": {"odd": True}}), ("step", "odd")),
    ("a reference to nothing", with_field("step", **{"$ref": "#/components/schemas/Step"}), ("schemas/Step",)),
    ("an unknown word on an operation", with_extension(colour="red"), ("relight", "colour")),
    ("an unknown word in a price", with_extension(price={"points": 1, "whenn": []}), ("relight", "price", "whenn")),
    (
        "an unknown word in a change of price",
        with_extension(price={"points": 1, "when": [{"feld": "mood", "is": "neon", "points": 2}]}),
        ("relight", "feld"),
    ),
    ("an operationId used twice", with_operation(operationId=TAKEN), ("operationId", TAKEN)),
    ("a task_type used twice", with_extension(task_type=NEIGHBOUR["x-legnext"]["task_type"]), ("task_type",)),
    ("a role used twice", with_extension(role="balance"), ("role", "balance")),
    ("an alias that is an operationId", with_extension(alias=TAKEN), ("alias", TAKEN)),
    ("an operationId that is no name", with_operation(operationId="reLight"), ("/v1/relight-image", "snake_case")),
    ("a follow-up that jobs hide", with_operation(operationId="download"), ("/v1/relight-image", "download")),
    ("a tag that is not described", with_operation(tags=["light"]), ("/v1/relight-image", "tag", "light")),
    ("a price by no field", with_price_by("mode", "neon"), ("relight", "price/when/0/field", "mood", "'mode'")),
    ("a price by no value", with_price_by("mood", "noon"), ("relight", "price/when/0/is", "neon", "'noon'")),
    ("a role that nobody has", without("chain.upscale"), ("no operation has the role chain.upscale",)),
    (
        "an example that its schema refuses",
        with_example(jobId="a-job", imageNo=9, mood="dawn"),
        ("/v1/relight-image", "example dim", "imageNo: 9 is greater than the maximum of"),
    ),
    ("no operationId", with_operation(operationId=None), ("/v1/relight-image", "operationId")),
    ("no description", with_operation(description=""), ("/v1/relight-image", "description")),
    (
        "a parameter of the path that the path does not have",
        with_operation(parameters=[{"name": "q", "in": "path", "required": True, "schema": {"type": "string"}}]),
        ("relight", "in path"),
    ),
]


@pytest.fixture
def unwritten(package: Path) -> Iterator[Path]:
    """The package, in which nothing may be written."""
    before = fingerprints(package)
    yield package
    assert fingerprints(package) == before


@for_each(("case", "spec", "named"), BROKEN)
def test_a_spec_that_cannot_be_followed_is_refused_by_name_and_nothing_is_written(
    case: str, spec: Json, named: tuple[str, ...], unwritten: Path
) -> None:
    said = "\n".join(generate.refused(spec) or generate.everything(spec, ROOT / "openapi.yaml", unwritten))
    assert [word for word in named if word not in said] == [], f"{case}: {said}"


def test_the_command_names_the_file_of_a_spec_that_it_refuses(
    unwritten: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "broken.yaml"
    source.write_text(json.dumps(without("chain.upscale")), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["generate.py", "--spec", str(source), "--package", str(unwritten)])
    assert generate.main() == 1
    assert capsys.readouterr().err.startswith("broken.yaml: ")


def fingerprints(folder: Path) -> dict[Path, tuple[int, int]]:
    """The size of each file, and when it was written."""
    found = {path: path.stat() for path in folder.rglob("*") if path.suffix != ".pyc"}
    return {path: (status.st_size, status.st_mtime_ns) for path, status in found.items() if path.is_file()}
