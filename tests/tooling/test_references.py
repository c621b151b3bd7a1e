"""What the document says under `x-legnext` refers to something that is there, or nothing is generated.

Each case is one edit, and all that is said of it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import asked_for
import flag_tables
import generate
import pytest
import references
from table import HTTP_METHODS

from legnext_client.generated.operations import ROLES
from legnext_client.mock.answers import _OUTPUTS
from legnext_client.prompts.values import _CHECKS
from tests.facts import MOST_CHAOS

from .edits import GONE, SPEC, edited, told

if TYPE_CHECKING:
    from pathlib import Path

UPSCALE, VIDEO, EXTEND = "/v1/upscale", "/v1/video-diffusion", "/v1/extend-video"
DRAFTS = next(row["models"] for row in SPEC["x-legnext"]["parameters"] if row["flag"] == "draft")
FLAGS = ", ".join(dict.fromkeys(row["flag"] for row in SPEC["x-legnext"]["parameters"]))
MODELS = ", ".join(row["model"] for row in SPEC["x-legnext"]["models"])


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
        "upscale: price.points must be a whole number from 0; got None",
    ),
    "points that are a text": (
        of(UPSCALE, "price points", "120"),
        "upscale: price.points must be a whole number from 0; got '120'",
    ),
    "points below nothing": (
        of(UPSCALE, "price points", -1),
        "upscale: price.points must be a whole number from 0; got -1",
    ),
    "other points that are none": (
        when(points=1.5, field="type", **{"is": 1}),
        "upscale: price.when.points must be a whole number from 0; got 1.5",
    ),
    "a price by a field that is not there": (
        when(field="kind", **{"is": 1}),
        "upscale: price.when.field must be one of jobId, imageNo, type, callback; got 'kind'",
    ),
    "a price by a field that is called so in Python": (
        when(field="image_no", **{"is": 1}),
        "upscale: price.when.field must be one of jobId, imageNo, type, callback; got 'image_no'",
    ),
    "a text where the field is a number": (
        when(field="type", **{"is": "1"}),
        "upscale: price.when.is of type must be one of 0 (SUBTLE), 1 (CREATIVE); got '1'",
    ),
    "a value that is not in the enum": (
        when(field="type", **{"is": 2}),
        "upscale: price.when.is of type must be one of 0 (SUBTLE), 1 (CREATIVE); got 2",
    ),
    "a value beyond the bounds": (
        when(field="imageNo", **{"is": 4}),
        "upscale: price.when.is of imageNo must be 0 to 3; got 4",
    ),
    "a value of another type than a switch": (
        switch_priced(1),
        "upscale: price.when.is of soft must be of type boolean; got 1",
    ),
    "a field without a value": (
        when(field="type"),
        "upscale: price.when must have field and is, or source alone, for 160 points",
    ),
    "a field and a source": (
        when(field="type", source="720p", **{"is": 1}),
        "upscale: price.when must have field and is, or source alone, for 160 points",
    ),
    "other points for nothing": (
        when(),
        "upscale: price.when must have field and is, or source alone, for 160 points",
    ),
    "a job that is done again, or not quite": (
        of(UPSCALE, "price again", "twice"),
        "upscale: price.again must be one of True, False; got 'twice'",
    ),
    "a size that no video has": (
        of(EXTEND, "price when", [{"source": "1080p", "points": 3000}]),
        "extend_video: price.when.source must be one of 480p, 720p; got '1080p'",
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
        "upscale: takes must be one of nothing, url, image, images, video; got 'picture'",
    ),
    "makes in other words": (
        of(UPSCALE, "makes", "grid"),
        "upscale: makes must be one of images, image, videos, video, texts; got 'grid'",
    ),
    "a role that nothing asks for": (
        of(UPSCALE, "role", "chain.enlarge"),
        f"upscale: role must be one of {', '.join(asked_for.roles())}; got 'chain.enlarge'",
    ),
    "a time without a spread": (
        of(UPSCALE, "seconds", {"median": 45}),
        "upscale: seconds.spread must be a number from 0; got None",
    ),
    "a prompt in a field that is not there": (
        of("/v1/pan", "prompt field", "prompt"),
        "pan: prompt.field must be one of jobId, remixPrompt, callback; got 'prompt'",
    ),
    "a prompt in a field that is a number": (
        of("/v1/pan", "prompt field", "imageNo"),
        "pan: prompt.field must be one of jobId, remixPrompt, callback; got 'imageNo'",
    ),
    "a prompt of an unknown kind": (
        of("/v1/pan", "prompt kind", "images"),
        f"pan: prompt.kind must be one of image, {MODELS}; got 'images'",
    ),
    "a source of an unknown model": (
        of("/v1/pan", "source not_models", ["8", "8.none"]),
        f"pan: source.not_models must be one of {MODELS}; got '8.none'",
    ),
    "a source without an unknown flag": (
        of("/v1/pan", "source not_flags", ["oref", "orefs"]),
        f"pan: source.not_flags must be one of {FLAGS}; got 'orefs'",
    ),
    "a source by an unknown flag": (
        of("/v1/enhance", "source flag", "drafts"),
        f"enhance: source.flag must be one of {FLAGS}; got 'drafts'",
    ),
    "a chain that adds nothing": (
        of(EXTEND, "chain", {"at_most": 4}),
        "extend_video: chain.adds must be a whole number from 0; got None",
    ),
    "a chain that can be extended by a word": (
        of(EXTEND, "chain at_most", "four"),
        "extend_video: chain.at_most must be a whole number from 0; got 'four'",
    ),
    "a size in a field that is not there": (
        of(VIDEO, "chain size", "size"),
        "video_diffusion: chain.size must be one of prompt, jobId, imageNo, videoType, callback; got 'size'",
    ),
    "fewer sizes than values": (
        of(VIDEO, "chain sizes", ["720p"]),
        "video_diffusion: chain.sizes must be 2, one for each value that videoType has in its enum; got 720p",
    ),
    "a large image by a field that is not there": (
        of("/v1/enhance-upscale", "long_edge field", "size"),
        "enhance_upscale: long_edge.field must be one of",
    ),
    "a large image without its pixels": (
        of("/v1/enhance-upscale", "long_edge pixels 8K", GONE),
        "enhance_upscale: long_edge.pixels of 8K must be a whole number from 0; got None",
    ),
    "pixels of a value that there is not": (
        of("/v1/enhance-upscale", "long_edge pixels 16K", 15360),
        "enhance_upscale: long_edge.pixels: target_resolution must be one of HD, FHD, 2K, 4K, 6K, 8K, 12K; got '16K'",
    ),
}
TABLES: dict[str, tuple[dict[str, Any], str]] = {
    "a factor of an unknown flag": (
        factor(flag="turbos"),
        f"x-legnext: price_factors: turbos: flag must be one of {FLAGS}; got 'turbos'",
    ),
    "a factor of an unknown model": (
        factor(models=["7.none"]),
        f"x-legnext: price_factors: ['7.none']: models must be one of {MODELS}; got '7.none'",
    ),
    "a factor of a flag that the model does not take": (
        factor(flag="draft", models=["8"]),
        f"x-legnext: price_factors: draft: models must be one of {', '.join(DRAFTS)}; got '8'",
    ),
    "a factor of a flag that the model rejects": (
        factor(flag="cw", models=["8.1"]),
        "x-legnext: price_factors: cw: models must be one of 6, 6.1, 7, niji 6, niji 7; got '8.1'",
    ),
    "a factor by a choice that there is not": (
        factor(flag="quality", value=3),
        "x-legnext: price_factors: quality: value with model 7 must be one of 1, 2, 4; got 3",
    ),
    "a factor by a number written as a text": (
        factor(flag="quality", value="4"),
        "x-legnext: price_factors: quality: value with model 7 must be one of 1, 2, 4; got '4'",
    ),
    "a factor by a number out of range": (
        factor(flag="chaos", value=101),
        f"x-legnext: price_factors: chaos: value with model 7 must be an integer from 0 to {MOST_CHAOS}; got 101",
    ),
    "a factor by a text where a number is": (
        factor(flag="cw", value="high"),
        "x-legnext: price_factors: cw: value with model 7 must be a number; got 'high'",
    ),
    "a factor by the value of a switch": (
        factor(flag="fast", value=True),
        "x-legnext: price_factors: fast: value with model 7 must be left out, for there is none; got True",
    ),
    "a factor by a model that a flag does not name": (
        factor(flag="niji", value="8"),
        "x-legnext: price_factors: niji: value with model 7 must be one of 6, 7; got '8'",
    ),
    "a factor by a value of no flag": (
        factor(value=4),
        "x-legnext: price_factors: ['7']: value must have a flag beside it; got 4 alone",
    ),
    "a factor that is a text": (
        factor(flag="turbo", factor="2"),
        "x-legnext: price_factors: turbo: factor must be a number from 0; got '2'",
    ),
    "a duration by an unknown flag": (
        root("duration_factors 0 flag", "drafts"),
        f"x-legnext: duration_factors: drafts: flag must be one of {FLAGS}; got 'drafts'",
    ),
    "a model to use instead that there is not": (
        of_model("8", "sunset", "none"),
        f"x-legnext: models: 8: sunset must be one of {MODELS}; got 'none'",
    ),
    "a plan that there is not": (
        of_model("8", "plan", "premium"),
        "x-legnext: models: 8: plan must be one of pro, free; got 'premium'",
    ),
    "a model by a flag that names none": (
        of_model("8", "flag", "stylize"),
        "x-legnext: models: 8: flag must be one of version, niji; got 'stylize'",
    ),
    "no model when none is named": (
        of_model("7", "default", False),
        "x-legnext: models: one must be the default; got none",
    ),
    "a flag of an unknown model": (
        of_flag("stylize", "models", ["5"]),
        f"x-legnext: parameters: stylize: models must be one of {MODELS}; got '5'",
    ),
    "a flag that takes something unknown": (
        of_flag("stylize", "takes", "colour"),
        "x-legnext: parameters: stylize: takes must be one of switch, integer, number, choice, ratio, urls, words, "
        "code, model; got 'colour'",
    ),
    "a flag of an unknown use": (
        of_flag("quality", "use", "refused"),
        "x-legnext: parameters: quality: use must be one of supported, ignored, rejected; got 'refused'",
    ),
    "a flag that excludes an unknown one": (
        of_flag("stylize", "excludes", ["turbos"]),
        f"x-legnext: parameters: stylize: excludes turbos: flag must be one of {FLAGS}; got 'turbos'",
    ),
    "a flag that excludes one which its model does not take": (
        of_flag("version", "excludes", ["draft"]),
        f"x-legnext: parameters: version: excludes draft: models must be one of {', '.join(DRAFTS)}; got '6'",
    ),
    "a flag that excludes another with no value of its": (
        of_flag("draft", "excludes", ["quality 3"]),
        "x-legnext: parameters: draft: excludes quality 3: value with model 7 must be one of 1, 2, 4; got 3",
    ),
    "two rows of a flag for one model": (
        root("parameters +", {"flag": "draft", "models": ["8", "7"], "takes": "switch"}),
        "x-legnext: parameters: draft: model 7 must be named once; got it 2 times",
    ),
    "a model that a flag names twice": (
        of_flag("draft", "models", [*DRAFTS, "7"]),
        "x-legnext: parameters: draft: model 7 must be named once; got it 2 times",
    ),
    "two models of one name": (
        root("models +", {"model": "7", "flag": "niji", "value": "5"}),
        "x-legnext: models: model 7 must be there once; got it 2 times",
    ),
    "two models that are named by one flag": (
        of_model("8", "value", "7"),
        "x-legnext: models: flag and value version 7 must be there once; got it 2 times",
    ),
    "a flag that takes at most some": (
        of_flag("stylize", "at_most", "one"),
        "x-legnext: parameters: stylize: at_most must be a whole number from 0; got 'one'",
    ),
    "a default that is no value": (
        of_flag("stylize", "default", 1001),
        "x-legnext: parameters: stylize: default must be an integer from 0 to 1000; got 1001",
    ),
}
SHAPES: dict[str, tuple[dict[str, Any], str]] = {
    "a price that is a number": (of(UPSCALE, "price", 80), "upscale: price must be an object; got 80"),
    "other points for a text": (of(UPSCALE, "price when", ["type"]), "upscale: price must be an object; got 'type'"),
    "a word that nothing reads": (
        of("/v1/enhance-upscale", "long_edge pixel", {}),
        "enhance_upscale: long_edge: x-legnext has pixel, which nothing reads",
    ),
    "a factor that is missing": (
        root("price_factors +", {"flag": "turbo", "models": ["7"]}),
        "x-legnext: a row of price_factors must have factor: {'flag': 'turbo', 'models': ['7']}",
    ),
}
CASES = MONEY | WORDS | TABLES | SHAPES


@pytest.mark.parametrize(("changes", "said"), CASES.values(), ids=CASES)
def test_what_refers_to_nothing_is_refused_with_its_place_what_it_is_and_what_it_may_be(
    changes: dict[str, Any], said: str
) -> None:
    found = told(edited(changes))
    assert found, "it was taken"
    assert found[0].startswith(said)
    assert all(each.split(": ")[:2] == found[0].split(": ")[:2] for each in found)


SOUND = {
    "what costs nothing": of(UPSCALE, "price", {"points": 0}),
    "a price by a number": when(field="imageNo", **{"is": 3}),
    "a price by a switch": switch_priced(False),
    "a prompt by a model": of("/v1/pan", "prompt kind", "7"),
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
    spec = edited(of(UPSCALE, "takes", "picture") | of("/v1/pan", "prompt kind", "x") | of_model("8", "sunset", "none"))
    assert [each.partition(":")[0] for each in told(spec)] == ["upscale", "pan", "x-legnext"]


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
    for key, words in references.WORDS.items():
        assert set(words) == set(explained(key)), key
    assert set(references.WORDS["makes"]) == set(_OUTPUTS), "the mock server makes something else"
    assert set(flag_tables.TAKES) == set(_CHECKS), "prompts are checked for something else"


def explained(key: str) -> list[str]:
    """The words that the table in the document's description has for a key of operations."""
    [meaning] = re.findall(rf"^\| operation \| `{key}` \| (.*) \|$", SPEC["info"]["description"], re.MULTILINE)
    return re.findall(r"`([^`]+)`", meaning)


def test_a_price_by_a_switch_that_is_off_stands_in_the_table() -> None:
    row = {"points": 1, "field": "soft", "value": False, "source": None}
    assert generate.constructor("PriceRow", row) == "PriceRow(points=1, field='soft', value=False)"
