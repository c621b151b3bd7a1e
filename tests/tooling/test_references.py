"""What the document says under `x-legnext` refers to something that is there, or nothing is generated.

Each case is one edit, and all that is said of it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import asked_for
import generate
import own_data
import pytest
from table import HTTP_METHODS

from legnext_client.generated.operations import ROLES
from legnext_client.mock.answers import _OUTPUTS
from legnext_client.prompts.values import _CHECKS
from tests.facts import MOST_CHAOS

from .edits import GONE, SPEC, edited, path_of, told

if TYPE_CHECKING:
    from pathlib import Path

VIDEO, EXTEND = path_of(role="chain.start"), path_of(role="chain.extend")
UPSCALE, PAN = (
    path_of(takes="image", makes="image", source=...),
    path_of(takes="image", makes="images", prompt=..., source=...),
)
ENHANCE = path_of(long_edge=...)
NAMED = {
    told_as: SPEC["paths"][path]["post"]["operationId"]
    for told_as, path in {"upscale": UPSCALE, "pan": PAN, "extend_video": EXTEND, "enhance_upscale": ENHANCE}.items()
}
"""The names of the operations that the cases below are about."""
DRAFTS = next(row["models"] for row in SPEC["x-legnext"]["parameters"] if row["flag"] == "draft")
FLAGS = list(dict.fromkeys(row["flag"] for row in SPEC["x-legnext"]["parameters"]))
MODELS = [row["model"] for row in SPEC["x-legnext"]["models"]]


def of(path: str, key: str, value: Any, *, method: str = "post") -> dict[str, Any]:
    return {f"paths {path} {method} x-legnext {key}": value}


def root(key: str, value: Any) -> dict[str, Any]:
    return {f"x-legnext {key}": value}


def of_flag(flag: str, key: str, value: Any) -> dict[str, Any]:
    """In the first row of a flag."""
    flags = [row["flag"] for row in SPEC["x-legnext"]["parameters"]]
    return root(f"parameters {flags.index(flag)} {key}", value)


def of_model(model: str, key: str, value: Any) -> dict[str, Any]:
    models = [row["model"] for row in SPEC["x-legnext"]["models"]]
    return root(f"models {models.index(model)} {key}", value)


def renamed(schema: str) -> dict[str, Any]:
    """The schemas, with another name for one of them."""
    text = json.dumps(SPEC["components"]["schemas"]).replace(f'"{schema}"', f'"Other{schema}"')
    schemas: dict[str, Any] = json.loads(text.replace(f'/{schema}"', f'/Other{schema}"'))
    return schemas


def tasks_elsewhere() -> dict[str, Any]:
    """The operations that tell of jobs, under another tag."""
    moved = {
        f"paths {path} {method} tags": ["jobs"]
        for path, item in SPEC["paths"].items()
        for method, operation in item.items()
        if method in HTTP_METHODS and operation["tags"] == ["tasks"]
    }
    return {**moved, "tags +": {"name": "jobs", "description": "What they are."}}


def when(**row: Any) -> dict[str, Any]:
    return of(UPSCALE, "price when", [{"points": 160, **row}])


def switch_priced(value: Any) -> dict[str, Any]:
    field = {"components schemas UpscaleRequest properties soft": {"type": "boolean"}}
    return field | of(UPSCALE, "price when", [{"points": 160, "field": "soft", "is": value}])


def factor(**row: Any) -> dict[str, Any]:
    return root("price_factors +", {"models": ["7"], "factor": 3, **row})


MONEY: dict[str, tuple[dict[str, Any], str]] = {
    "a paid operation without a price": (
        of(UPSCALE, "price", GONE),
        "upscale: price must be there, as in {points: 80}; {points: 0} says that it costs nothing",
    ),
    "a price of what is asked again": (
        of("/account/balance", "price", {"points": 1}, method="get"),
        "balance: price must be left out: a GET is sent again when its answer is lost",
    ),
    "a price without points": (
        of(UPSCALE, "price", {}),
        "upscale: x-legnext/price: 'points' is a required property",
    ),
    "points below nothing": (
        of(UPSCALE, "price points", -1),
        "upscale: x-legnext/price/points: -1 is less than the minimum of 0",
    ),
    "a price by a field that is not there": (
        when(field="kind", **{"is": 1}),
        "upscale: x-legnext/price/when/0/field: 'kind' is not one of ['jobId', 'imageNo', 'type', 'callback']",
    ),
    "a text where the field is a number": (
        when(field="type", **{"is": "1"}),
        "upscale: x-legnext/price/when/0/is: '1' is not of type 'integer'",
    ),
    "a value beyond the bounds": (
        when(field="imageNo", **{"is": 4}),
        "upscale: x-legnext/price/when/0/is: 4 is greater than the maximum of 3",
    ),
    "a value of another type than a switch": (
        switch_priced(1),
        "upscale: x-legnext/price/when/0/is: 1 is not of type 'boolean'",
    ),
    "a field without a value": (
        when(field="type"),
        "upscale: x-legnext/price/when/0: 'is' is a required property",
    ),
    "a field and a source": (
        when(field="type", source="720p", **{"is": 1}),
        "upscale: x-legnext/price/when/0: {'points': 160, 'field': 'type', 'source': '720p', 'is': 1} has too many "
        "properties; it must be points and source alone",
    ),
    "other points for nothing": (
        when(),
        "upscale: x-legnext/price/when/0: 'field' is a required property",
    ),
    "a job that is done again, or not quite": (
        of(UPSCALE, "price again", "twice"),
        "upscale: x-legnext/price/again: 'twice' is not of type 'boolean'",
    ),
    "a size that no video has": (
        of(EXTEND, "price when", [{"source": "1080p", "points": 3000}]),
        "extend_video: x-legnext/price/when/0/source: '1080p' is not one of ['480p', '720p']",
    ),
}
WORDS: dict[str, tuple[dict[str, Any], str]] = {
    "a job that makes nothing": (
        of(UPSCALE, "makes", GONE),
        "upscale: x-legnext must have makes, because the operation makes a job",
    ),
    "a job that lasts no time": (
        of(UPSCALE, "seconds", GONE),
        "upscale: x-legnext must have seconds, because the operation makes a job",
    ),
    "takes in other words": (
        of(UPSCALE, "takes", "picture"),
        "upscale: x-legnext/takes: 'picture' is not one of ['nothing', 'url', 'image', 'images', 'video']",
    ),
    "makes in other words": (
        of(UPSCALE, "makes", "grid"),
        "upscale: x-legnext/makes: 'grid' is not one of ['images', 'image', 'videos', 'video', 'texts']",
    ),
    "a role that nothing asks for": (
        of(UPSCALE, "role", "chain.enlarge"),
        f"upscale: x-legnext/role: 'chain.enlarge' is not one of {list(asked_for.roles())}",
    ),
    "a prompt in a field that is not there": (
        of(PAN, "prompt field", "prompt"),
        "pan: x-legnext/prompt/field: 'prompt' is not one of ['jobId', 'remixPrompt', 'callback']",
    ),
    "a prompt in a field that is a number": (
        of(PAN, "prompt field", "imageNo"),
        "pan: x-legnext/prompt/field: 'imageNo' is not one of ['jobId', 'remixPrompt', 'callback']",
    ),
    "a prompt of an unknown kind": (
        of(PAN, "prompt kind", "images"),
        f"pan: x-legnext/prompt/kind: 'images' is not one of {['image', *MODELS]}",
    ),
    "a source of an unknown model": (
        of(PAN, "source not_models", ["8", "8.none"]),
        f"pan: x-legnext/source/not_models/1: '8.none' is not one of {MODELS}",
    ),
    "a source without an unknown flag": (
        of(PAN, "source not_flags", ["oref", "orefs"]),
        f"pan: x-legnext/source/not_flags/1: 'orefs' is not one of {FLAGS}",
    ),
    "a size in a field that is not there": (
        of(VIDEO, "chain size", "size"),
        "video_diffusion: x-legnext/chain/size: 'size' is not one of ['videoType']",
    ),
    "fewer sizes than values": (
        of(VIDEO, "chain sizes", ["720p"]),
        "video_diffusion: x-legnext/chain/sizes: ['720p'] is too short; "
        "it must be 2 sizes, one for each value of videoType",
    ),
    "a large image by a field that is not there": (
        of(ENHANCE, "long_edge field", "size"),
        "enhance_upscale: x-legnext/long_edge/field: 'size' is not one of ['image_url', 'jobId', 'imageNo', ",
    ),
    "a large image without its pixels": (
        of(ENHANCE, "long_edge pixels 8K", GONE),
        "enhance_upscale: x-legnext/long_edge/pixels: '8K' is a required property",
    ),
    "pixels of a value that there is not": (
        of(ENHANCE, "long_edge pixels 16K", 15360),
        "enhance_upscale: x-legnext/long_edge/pixels: '16K' is not one of ['HD', 'FHD', '2K', '4K', '6K', '8K', '12K']",
    ),
}
TABLES: dict[str, tuple[dict[str, Any], str]] = {
    "a factor of an unknown flag": (
        factor(flag="turbos"),
        f"x-legnext/price_factors/9 (turbos)/flag: 'turbos' is not one of {FLAGS}",
    ),
    "a factor of an unknown model": (
        factor(models=["7.none"]),
        f"x-legnext/price_factors/9/models/0: '7.none' is not one of {MODELS}",
    ),
    "a factor of a flag that the model does not take": (
        factor(flag="draft", models=["8"]),
        f"x-legnext/price_factors (draft)/models: '8' is not one of {DRAFTS}",
    ),
    "a factor of a flag that the model rejects": (
        factor(flag="cw", models=["8.1"]),
        "x-legnext/price_factors (cw)/models: '8.1' is not one of ['6', '6.1', '7', 'niji 6', 'niji 7']",
    ),
    "a factor by a choice that there is not": (
        factor(flag="quality", value=3),
        "x-legnext/price_factors (quality)/value, for model 7: 3 is not one of [1, 2, 4]",
    ),
    "a factor by a number written as a text": (
        factor(flag="quality", value="4"),
        "x-legnext/price_factors (quality)/value, for model 7: '4' is not one of [1, 2, 4]",
    ),
    "a factor by a number out of range": (
        factor(flag="chaos", value=101),
        f"x-legnext/price_factors (chaos)/value, for model 7: 101 is greater than the maximum of {MOST_CHAOS}",
    ),
    "a factor by a text where a number is": (
        factor(flag="cw", value="high"),
        "x-legnext/price_factors (cw)/value, for model 7: 'high' is not of type 'number'",
    ),
    "a factor by the value of a switch": (
        factor(flag="fast", value=True),
        "x-legnext/price_factors (fast)/value, for model 7: True is not of type 'null'; "
        "it must be left out, since the flag takes none",
    ),
    "a factor by a model that a flag does not name": (
        factor(flag="niji", value="8"),
        "x-legnext/price_factors (niji)/value, for model 7: '8' is not one of ['6', 6, '7', 7]",
    ),
    "a factor by a value of no flag": (
        factor(value=4),
        "x-legnext/price_factors/9: 'flag' is a dependency of 'value'",
    ),
    "a model to use instead that there is not": (
        of_model("8", "sunset", "none"),
        f"x-legnext/models/3 (8)/sunset: 'none' is not one of {MODELS}",
    ),
    "a plan that there is not": (
        of_model("8", "plan", "premium"),
        "x-legnext/models/3 (8)/plan: 'premium' is not one of ['pro', 'free']",
    ),
    "a model by a flag that names none": (
        of_model("8", "flag", "stylize"),
        "x-legnext/models/3 (8)/flag: 'stylize' is not one of ['version', 'niji']",
    ),
    "no model when none is named": (
        of_model("7", "default", False),
        "x-legnext/models: one must be the default; got none",
    ),
    "a flag of an unknown model": (
        of_flag("stylize", "models", ["5"]),
        f"x-legnext/parameters/7 (stylize)/models/0: '5' is not one of {MODELS}",
    ),
    "a flag that takes something unknown": (
        of_flag("stylize", "takes", "colour"),
        "x-legnext/parameters/7 (stylize)/takes: 'colour' is not one of ['switch', 'integer', 'number', 'choice', "
        "'ratio', 'urls', 'words', 'code', 'model']",
    ),
    "a flag of an unknown use": (
        of_flag("quality", "use", "refused"),
        "x-legnext/parameters/2 (quality)/use: 'refused' is not one of ['supported', 'ignored', 'rejected']",
    ),
    "a flag that excludes an unknown one": (
        of_flag("stylize", "excludes", ["turbos"]),
        f"x-legnext/parameters (stylize)/excludes/turbos: 'turbos' is not one of {FLAGS}",
    ),
    "a flag that excludes one which its model does not take": (
        of_flag("version", "excludes", ["draft"]),
        f"x-legnext/parameters (version)/excludes/draft/models: '6' is not one of {DRAFTS}",
    ),
    "a flag that excludes another with no value of its": (
        of_flag("draft", "excludes", ["quality 3"]),
        "x-legnext/parameters (draft)/excludes/quality 3/value, for model 7: 3 is not one of [1, 2, 4]",
    ),
    "two rows of a flag for one model": (
        root("parameters +", {"flag": "draft", "models": ["8", "7"], "takes": "switch"}),
        "x-legnext/parameters (draft): model 7 must be named once; got it 2 times",
    ),
    "a model that a flag names twice": (
        of_flag("draft", "models", [*DRAFTS, "7"]),
        "x-legnext/parameters (draft): model 7 must be named once; got it 2 times",
    ),
    "two models of one name": (
        root("models +", {"model": "7", "flag": "niji", "value": "5"}),
        "x-legnext/models: model 7 must be there once; got it 2 times",
    ),
    "two models that are named by one flag": (
        of_model("8", "value", "7"),
        "x-legnext/models: flag and value version 7 must be there once; got it 2 times",
    ),
    "a default that is no value": (
        of_flag("stylize", "default", 1001),
        "x-legnext/parameters (stylize)/default: 1001 is greater than the maximum of 1000",
    ),
}
SHAPES: dict[str, tuple[dict[str, Any], str]] = {
    "a price that is a number": (of(UPSCALE, "price", 80), "upscale: x-legnext/price: 80 is not of type 'object'"),
    "other points for a text": (
        of(UPSCALE, "price when", ["type"]),
        "upscale: x-legnext/price/when/0: 'type' is not of type 'object'",
    ),
    "a word that nothing reads": (
        of(ENHANCE, "long_edge pixel", {}),
        "enhance_upscale: x-legnext/long_edge: Additional properties are not allowed ('pixel' was unexpected)",
    ),
    "a factor that is missing": (
        root("price_factors +", {"flag": "turbo", "models": ["7"]}),
        "x-legnext/price_factors/9 (turbo): 'factor' is a required property",
    ),
}
CONTRADICTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "points that buy nothing": (
        root("points_per_usd", 0),
        "x-legnext/points_per_usd: 0 is less than the minimum of 1",
    ),
    "no tables at all": ({"x-legnext": GONE}, "x-legnext must be there"),
    "a reserve below the price": (
        factor(flag="turbo", reserve=1),
        "x-legnext/price_factors (turbo): reserve must be at least the factor, 3; got 1",
    ),
    "files that are gone before they are": (
        root("least_output_days", 99),
        f"x-legnext/least_output_days must be at most output_days, {SPEC['x-legnext']['output_days']}; got 99",
    ),
    "a status that code knows, by another name": (
        {"components schemas TaskStatus enum": ["pending", "staged", "processing", "completed", "errored"]},
        "components/schemas/TaskResponse/properties/status must list failed, as _protocol/state.py does",
    ),
}
CASES = CONTRADICTIONS | MONEY | WORDS | TABLES | SHAPES


@pytest.mark.parametrize(("changes", "said"), CASES.values(), ids=CASES)
def test_what_refers_to_nothing_is_refused_with_its_place_what_it_is_and_what_it_may_be(
    changes: dict[str, Any], said: str
) -> None:
    name, colon, rest = said.partition(":")
    said = f"{NAMED.get(name, name)}{colon}{rest}"
    found = told(edited(changes))
    assert found, "it was taken"
    assert found[0].startswith(said)
    assert {each.partition(":")[0] for each in found} == {found[0].partition(":")[0]}


SOUND = {
    "what costs nothing": of(UPSCALE, "price", {"points": 0}),
    "a price by a number": when(field="imageNo", **{"is": 3}),
    "a price by a switch": switch_priced(False),
    "a prompt by a model": of(PAN, "prompt kind", "7"),
    "a factor by a word": factor(flag="style", value="raw"),
    "a factor by the word of a flag that takes any": factor(flag="no", value="people"),
    "a factor by a model's value": factor(flag="version", value="8", models=["8"]),
    "a factor by a model's value that looks like a number": factor(flag="version", value=8, models=["8"]),
    "a flag that excludes others": of_flag("draft", "excludes", ["fast", "quality 4", "version 7", "chaos 5"]),
    "a factor by a number in range": factor(flag="iw", value=1.5),
    "a factor of a model alone": factor(models=["8"]),
    "nothing that changes a duration": root("duration_factors", GONE),
}


@pytest.mark.parametrize("changes", SOUND.values(), ids=SOUND)
def test_what_refers_to_something_is_taken(changes: dict[str, Any]) -> None:
    assert told(edited(changes)) == ()


def test_all_that_is_wrong_is_told_at_once() -> None:
    spec = edited(of(UPSCALE, "role", "picture") | of(PAN, "prompt kind", "x") | of_model("8", "sunset", "none"))
    assert [each.partition(":")[0] for each in told(spec)] == [
        NAMED["upscale"],
        NAMED["pan"],
        "x-legnext/models/3 (8)/sunset",
    ]


# ---- what hand-written code asks for ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(ROLES))
def test_an_operation_that_code_must_know_cannot_be_removed(role: str) -> None:
    operation = ROLES[role]
    [said] = [each for each in told(edited({f"paths {operation.path}": GONE})) if "role" in each]
    assert said.startswith(f"x-legnext: no operation has the role {role}, by which legnext_client/")


def test_a_name_that_code_imports_cannot_be_removed(tmp_path: Path) -> None:
    """Neither a number, nor a class, nor a tag."""
    spec = edited(root("points_per_usd", GONE) | {"components schemas": renamed("VideoType")} | tasks_elsewhere())
    source = tmp_path / "spec.yaml"
    source.write_text(json.dumps(spec), encoding="utf-8")
    found = "\n".join(generate.generate(spec, source, tmp_path))
    for name, module in (
        ("POINTS_PER_USD", "rules"),
        ("VideoType", "models"),
        ("AsyncTasks", "namespaces"),
    ):
        assert f" imports {name} from generated.{module}, which has none now" in found
    assert list(tmp_path.iterdir()) == [source]


def test_what_is_generated_now_has_every_name_that_code_imports() -> None:
    assert list(asked_for.lost(asked_for.PACKAGE / "generated")) == []


def test_the_roles_that_code_asks_for_are_those_that_the_document_explains() -> None:
    assert set(asked_for.roles()) == set(ROLES) == set(explained("role"))


def test_the_words_that_the_generator_knows_are_those_that_the_document_explains() -> None:
    operation = own_data.DEFINITIONS["operation"]["properties"]
    for key in ("takes", "makes"):
        assert set(operation[key]["enum"]) == set(explained(key)), key
    assert set(operation["makes"]["enum"]) == set(_OUTPUTS), "the mock server makes something else"
    assert set(own_data.DEFINITIONS["flag"]["properties"]["takes"]["enum"]) == set(_CHECKS), (
        "prompts are checked for others"
    )


def explained(key: str) -> list[str]:
    """The words that the table in the document's description has for a key of operations."""
    [meaning] = re.findall(rf"^\| operation \| `{key}` \| (.*) \|$", SPEC["info"]["description"], re.MULTILINE)
    return re.findall(r"`([^`]+)`", meaning)


def test_a_price_by_a_switch_that_is_off_stands_in_the_table() -> None:
    row = {"points": 1, "field": "soft", "value": False, "source": None}
    assert generate.constructor("PriceRow", row) == "PriceRow(points=1, field='soft', value=False)"
