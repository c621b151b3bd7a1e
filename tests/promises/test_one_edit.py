"""One edit: a new operation in the spec, one run of the generator, and everything about it works.

A copy of the spec with an operation that does not exist is generated into a package of its own. What it shows: the
facade's method, the follow-up of a job, the entry in the table, the check before sending, the endpoint's module.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import generate
import httpx
import pytest

from legnext_client._protocol.checks import prepare
from legnext_client.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
SPEC: Json = json.loads((ROOT / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))

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
    "responses": SPEC["paths"]["/v1/reroll"]["post"]["responses"],
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
    },
}
RIGHT: Json = {"job_id": "a-job", "image_no": 1, "mood": "neon"}


def edited() -> Json:
    spec = copy.deepcopy(SPEC)
    spec["paths"]["/v1/relight-image"] = {"post": copy.deepcopy(RELIGHT)}
    spec["components"]["schemas"]["RelightRequest"] = copy.deepcopy(RELIGHT_REQUEST)
    return spec


def run_generator(spec: Path, package: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [sys.executable, ROOT / "scripts" / "generate.py", "--spec", spec, "--package", package]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fresh package that was generated from the edited spec, and can be imported."""
    folder = tmp_path_factory.mktemp("one_edit")
    target = folder / "fresh_client"
    target.mkdir()
    (target / "__init__.py").touch()
    spec = folder / "edited.yaml"
    spec.write_text(json.dumps(edited()), encoding="utf-8")
    ran = run_generator(spec, target)
    assert ran.returncode == 0, ran.stderr
    sys.path.insert(0, str(folder))
    yield target
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] == "fresh_client"]:
        del sys.modules[name]


@pytest.fixture
def fresh(package: Path) -> Callable[[str], Any]:
    return lambda name: importlib.import_module(f"{package.name}.generated.{name}")


def test_the_table_has_an_entry(fresh: Callable[[str], Any]) -> None:
    table = fresh("operations")
    relight = table.OPERATIONS["relight"]
    assert (relight.namespace, relight.method, relight.path) == ("midjourney", "POST", "/v1/relight-image")
    assert (relight.task_type, relight.takes, relight.makes) == ("relight", "image", "image")
    assert (relight.price.points, relight.price.when) == (90, ((130, "mood", "neon", None),))
    assert relight.seconds == (20, 0.5)
    assert table.ALIASES["illuminate"] is relight
    names = {field.wire: field.name for field in relight.fields}
    assert names == {
        "jobId": "job_id",
        "imageNo": "image_no",
        "mood": "mood",
        "strength": "strength",
        "lampPos": "lamp_pos",
    }


@pytest.mark.parametrize("colour", ["", "Async"])
def test_the_facade_has_the_method_and_a_job_the_follow_up(fresh: Callable[[str], Any], colour: str) -> None:
    told: list[tuple[str, Json]] = []

    class Calls:
        def job(self, operation: Any, fields: Json) -> Any:
            told.append((operation.name, fields))
            return asyncio.sleep(0, "a job") if colour else "a job"

    midjourney = getattr(fresh("namespaces"), f"{colour}Midjourney")(Calls())
    follow_ups = getattr(fresh("follow_ups"), f"{colour}FollowUps")

    def follow(_: object, operation: Any, fields: Json) -> Any:
        return Calls().job(operation, fields)

    follower: Any = type("Follower", (follow_ups,), {"_follow_up": follow, "_act": follow})()
    rest = {"strength": 1, "lamp_pos": None}
    for method, given in (
        (midjourney.relight, RIGHT),
        (midjourney.illuminate, RIGHT),
        (follower.relight, {"image_no": 1, "mood": "neon"}),
    ):
        answer = method(**given)
        assert (asyncio.run(awaited(answer)) if colour else answer) == "a job"
        assert told.pop() == ("relight", given | rest)
    assert "job_id" not in inspect.signature(follower.relight).parameters
    doc = inspect.getdoc(midjourney.relight) or ""
    assert "`lamp_pos` says from where" in doc
    assert "mood: Which light. One of dawn (FIRST_LIGHT), neon (CITY)." in doc
    assert "strength: How much of it. 0.5 to 2. Default: 1." in doc


async def awaited(answer: Any) -> Any:
    return await answer


def test_the_check_before_sending_knows_every_bound(fresh: Callable[[str], Any]) -> None:
    relight = fresh("operations").OPERATIONS["relight"]
    models = fresh("models")
    lamp = {"x": 1, "y": 2}
    assert prepare(relight, {**RIGHT, "strength": 2, "lamp_pos": lamp}).body == {
        "jobId": "a-job",
        "imageNo": 1,
        "mood": "neon",
        "strength": 2,
        "lampPos": lamp,
    }
    typed = {"mood": models.RelightRequestMood.CITY, "lamp_pos": models.RelightRequestLampPos(x=1, y=2)}
    assert prepare(relight, {**RIGHT, **typed}) == prepare(relight, {**RIGHT, "lamp_pos": lamp})
    wrong = {**RIGHT, "mood": "noon", "strength": 2.5, "lamp_pos": {"x": -1, "colour": "a" * 21}, "imageNo": 9}
    del wrong["image_no"]
    with pytest.raises(InvalidRequest) as caught:
        prepare(relight, wrong)
    assert sorted(str(problem) for problem in caught.value.problems) == [
        "imageNo must be 0 to 3; got 9",
        "lamp_pos.colour must have at most 20 characters; got 21 characters",
        "lamp_pos.x must be at least 0; got -1",
        "lamp_pos.y is required (at least 0)",
        "mood must be one of dawn, neon; got 'noon'",
        "strength must be 0.5 to 2; got 2.5",
    ]


def test_the_endpoint_works_by_itself(fresh: Callable[[str], Any]) -> None:
    endpoint, models = fresh("api.midjourney.relight"), fresh("models")
    sent: list[httpx.Request] = []

    def service(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={"job_id": "new", "status": "pending"})

    client = fresh("client").AuthenticatedClient(token="k", httpx_args={"transport": httpx.MockTransport(service)})
    body = models.RelightRequest(job_id="a-job", image_no=0, mood=models.RelightRequestMood.FIRST_LIGHT)
    assert endpoint.sync(client=client, body=body) == models.TaskResponse(job_id="new", status="pending")
    assert sent[0].url.path == "/api/v1/relight-image"
    assert json.loads(sent[0].content) == {"jobId": "a-job", "imageNo": 0, "mood": "dawn", "strength": 1.0}


def test_nothing_else_has_changed(package: Path) -> None:
    ours = ROOT / "legnext_client" / "generated"
    theirs = package / "generated"
    before = {path.relative_to(ours) for path in ours.rglob("*.py")}
    after = {path.relative_to(theirs) for path in theirs.rglob("*.py")}
    assert {str(path) for path in after ^ before} == {
        "api/midjourney/relight.py",
        "models/relight_request.py",
        "models/relight_request_lamp_pos.py",
        "models/relight_request_mood.py",
    }
    changed = {str(path) for path in before if (ours / path).read_bytes() != (theirs / path).read_bytes()}
    assert changed == {"follow_ups.py", "models/__init__.py", "namespaces.py", "operations.py"}
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


def without(path: str) -> Json:
    spec = edited()
    del spec["paths"][path]
    return spec


def with_media(*media: str) -> Json:
    spec = with_operation()
    spec["paths"]["/v1/relight-image"]["post"]["requestBody"]["content"] = {
        each: {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}} for each in media
    }
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
    ("an operationId used twice", with_operation(operationId="reroll"), ("operationId", "reroll")),
    ("a task_type used twice", with_extension(task_type="pan"), ("task_type", "pan")),
    ("a role used twice", with_extension(role="balance"), ("role", "balance")),
    ("an alias that is an operationId", with_extension(alias="upscale"), ("alias", "upscale")),
    ("an operationId that is no name", with_operation(operationId="reLight"), ("/v1/relight-image", "snake_case")),
    ("a follow-up that jobs hide", with_operation(operationId="download"), ("/v1/relight-image", "download")),
    ("a tag that is not described", with_operation(tags=["light"]), ("/v1/relight-image", "tag", "light")),
    ("a price by no field", with_price_by("mode", "neon"), ("relight", "price.when.field", "mood", "'mode'")),
    ("a price by no value", with_price_by("mood", "noon"), ("relight", "price.when.is", "neon", "'noon'")),
    ("a role that nobody has", without("/v1/video-upscale"), ("no operation has the role chain.upscale",)),
    ("no operationId", with_operation(operationId=None), ("/v1/relight-image", "operationId")),
    ("no description", with_operation(description=""), ("/v1/relight-image", "description")),
    (
        "a parameter of the path that the path does not have",
        with_operation(parameters=[{"name": "q", "in": "path", "required": True, "schema": {"type": "string"}}]),
        ("relight", "in path"),
    ),
]


@pytest.mark.parametrize(("spec", "named"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_spec_that_cannot_be_followed_is_refused_by_name_and_nothing_is_written(
    spec: Json,
    named: tuple[str, ...],
    package: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = tmp_path / "broken.yaml"
    source.write_text(json.dumps(spec), encoding="utf-8")
    before = fingerprints(package)
    monkeypatch.setattr(sys, "argv", ["generate.py", "--spec", str(source), "--package", str(package)])
    assert generate.main() == 1
    said = capsys.readouterr().err
    assert said.startswith("broken.yaml: ")
    for word in named:
        assert word in said
    assert fingerprints(package) == before


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_generating_twice_gives_the_same_bytes(package: Path) -> None:
    before = fingerprints(package)
    ran = run_generator(package.parent / "edited.yaml", package)
    assert ran.returncode == 0, ran.stderr
    assert fingerprints(package) == before
