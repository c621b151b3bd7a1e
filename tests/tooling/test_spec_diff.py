"""Every kind of change lands in the right section, on the right side, and a second tool agrees where it can see."""

from __future__ import annotations

import copy
import json
import subprocess
from typing import Any

import npm_tools
import pytest
from spec_changes import Verdict, breaks, compare, markdown, summary

Json = dict[str, Any]

BREAKING, READ, HARMLESS = Verdict.BREAKING, Verdict.WORTH_READING, Verdict.HARMLESS
GONE = object()
JSON = "content/application~json/schema"


def described() -> Json:
    """A small API in words that both OpenAPI 3.0 and 3.1 know."""
    draw: Json = {
        "operationId": "draw",
        "tags": ["pictures"],
        "x-legnext": {
            "role": "film.start",
            "alias": "paint",
            "takes": "nothing",
            "makes": "images",
            "price": {"points": 80, "when": [{"field": "size", "is": 2, "points": 160}]},
            "source": {"not_models": ["8"]},
            "film": {"adds": 4, "at_most": 4},
        },
        "parameters": [{"name": "trace", "in": "query", "schema": {"type": "string"}}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
        },
        "responses": {
            "200": {
                "description": "Accepted.",
                "headers": {"X-Trace": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}},
            },
            "404": {"description": "None."},
        },
        "callbacks": {
            "ended": {
                "{$request.body#/url}": {
                    "post": {
                        "requestBody": {
                            "content": {"application/json": {"schema": {"type": "object", "properties": {}}}}
                        },
                        "responses": {"200": {"description": "Thanks."}},
                    }
                }
            }
        },
    }
    order: Json = {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "required": ["text"],
        "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^a"},
            "size": {"type": "integer", "minimum": 0, "maximum": 3, "default": 1},
            "shape": {"type": "string", "enum": ["wide", "tall"], "x-enum-varnames": ["WIDE", "TALL"]},
            "areas": {"type": "array", "minItems": 2, "maxItems": 5, "items": {"$ref": "#/components/schemas/Area"}},
        },
    }
    job: Json = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string", "minLength": 1},
            "state": {"anyOf": [{"type": "string", "enum": ["new", "done"]}, {"type": "string"}]},
            "kind": {"type": "string", "enum": ["image"]},
            "output": {"$ref": "#/components/schemas/Output"},
            "count": {"type": "integer", "minimum": 0, "maximum": 4},
        },
    }
    area: Json = {"type": "object", "required": ["width"], "properties": {"width": {"type": "integer", "minimum": 5}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Pictures", "version": "1"},
        "servers": [{"url": "https://pictures.example"}],
        "security": [{"Key": []}],
        "x-legnext": {
            "points_per_usd": 1000,
            "models": [
                {"model": "7", "flag": "version", "value": "7"},
                {"model": "8", "flag": "version", "value": "8"},
            ],
            "parameters": [
                {"flag": "chaos", "short": "c", "takes": "integer", "range": [0, 100], "models": ["7", "8"]},
                {"flag": "quality", "takes": "choice", "values": [1, 2], "default": 1, "models": ["7"]},
                {"flag": "tile", "takes": "switch", "models": ["7"]},
            ],
            "price_factors": [{"flag": "turbo", "models": ["7"], "factor": 2}],
        },
        "paths": {
            "/draw": {"post": draw},
            "/job/{id}": {
                "get": {
                    "operationId": "look",
                    "tags": ["jobs"],
                    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                    "responses": {"200": {"description": "The job."}},
                }
            },
        },
        "components": {
            "securitySchemes": {"Key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
            "schemas": {
                "Order": order,
                "Job": job,
                "Area": area,
                "Output": {"type": "object", "properties": {"url": {"type": "string"}}},
            },
        },
    }


DRAW, LOOK, OWN = "paths/~draw/post", "paths/~job~{id}/get", "paths/~draw/post/x-legnext"
ORDER, JOB, AREA = (f"components/schemas/{name}" for name in ("Order", "Job", "Area"))
FIELDS, ANSWER, PROMPTS = f"{ORDER}/properties", f"{JOB}/properties", "x-legnext/parameters"
BRANCH: Json = {"if": {"required": ["size"]}, "then": {"properties": {"shape": False}}, "else": {"required": ["shape"]}}


def edited(spec: Json, edits: Json) -> Json:
    """A copy with values set at paths, `~` for a slash within a name; GONE deletes."""
    spec = copy.deepcopy(spec)
    for path, value in edits.items():
        *way, last = (part.replace("~", "/") for part in path.split("/"))
        place: Any = spec
        for part in way:
            place = place[int(part)] if isinstance(place, list) else place[part]
        if value is GONE:
            del place[last]
        else:
            place[int(last) if isinstance(place, list) else last] = copy.deepcopy(value)
    return spec


# before, after: edits of the small API that make the two versions.
EDITS: list[tuple[str, Json, Json, Verdict, str]] = [
    # Operations
    ("an operation removed", {}, {LOOK: GONE}, BREAKING, "operation removed (GET /job/{id})"),
    ("an operation added", {LOOK: GONE}, {LOOK: described()["paths"]["/job/{id}"]["get"]}, HARMLESS, "operation added"),
    ("an operationId renamed", {}, {f"{DRAW}/operationId": "paint"}, BREAKING, "renamed, and so its method: `draw`"),
    (
        "an operation moved",
        {},
        {"paths/~sketch": described()["paths"]["/draw"], "paths/~draw": GONE},
        BREAKING,
        "moved",
    ),
    ("a namespace renamed", {}, {f"{DRAW}/tags": ["images"]}, BREAKING, "namespace `pictures` → `images`"),
    ("an operation deprecated", {}, {f"{DRAW}/deprecated": True}, READ, "deprecated now"),
    (
        "a key demanded",
        {f"{LOOK}/security": []},
        {f"{LOOK}/security": GONE},
        BREAKING,
        "no longer be called with `no key`",
    ),
    ("a key in another header", {}, {"components/securitySchemes/Key/name": "key"}, BREAKING, "`x-api-key` → `key`"),
    ("a server gone", {}, {"servers/0": {"url": "https://new.example"}}, BREAKING, "server `https://pictures.example`"),
    (
        "a class gone",
        {},
        {f"{JOB}/properties/output": GONE, "components/schemas/Output": GONE},
        BREAKING,
        "class `Output`",
    ),
    # Parameters and bodies
    ("a parameter removed", {}, {f"{DRAW}/parameters": []}, BREAKING, "parameter removed"),
    ("a parameter demanded", {}, {f"{DRAW}/parameters/0/required": True}, BREAKING, "required now"),
    (
        "a parameter added",
        {f"{DRAW}/parameters": GONE},
        {f"{DRAW}/parameters": [{"name": "a", "in": "query", "schema": {}}]},
        HARMLESS,
        "",
    ),
    ("a parameter narrowed", {}, {f"{LOOK}/parameters/0/schema/minLength": 1}, BREAKING, "minLength `1`"),
    ("a body no longer required", {}, {f"{DRAW}/requestBody/required": False}, HARMLESS, "no longer required"),
    ("a body removed", {}, {f"{DRAW}/requestBody": GONE}, BREAKING, "body removed"),
    # Fields of a request
    ("a request field removed", {}, {f"{FIELDS}/size": GONE}, BREAKING, "field removed"),
    ("an optional request field", {}, {f"{FIELDS}/seed": {"type": "string"}}, HARMLESS, "field added"),
    (
        "a required request field",
        {},
        {f"{FIELDS}/seed": {}, f"{ORDER}/required": ["text", "seed"]},
        BREAKING,
        "required",
    ),
    ("a field becomes required", {}, {f"{ORDER}/required": ["text", "size"]}, BREAKING, "required now"),
    ("a field becomes optional", {}, {f"{ORDER}/required": GONE}, HARMLESS, "no longer required"),
    ("a nested field narrowed", {}, {f"{AREA}/properties/width/minimum": 6}, BREAKING, "minimum `5` → `6`"),
    ("a request opened", {}, {f"{ORDER}/additionalProperties": True}, HARMLESS, "unknown fields admitted now"),
    ("a request closed", {}, {f"{AREA}/additionalProperties": False}, BREAKING, "unknown fields refused now"),
    ("a request type narrowed", {}, {f"{FIELDS}/text/type": "integer"}, BREAKING, "type `string` → `integer`"),
    ("a request type widened", {}, {f"{FIELDS}/size/type": "number"}, HARMLESS, "type `integer` → `number`"),
    ("a request may be null", {}, {f"{FIELDS}/size/nullable": True}, HARMLESS, "can also be `null`"),
    ("a list of types", {}, {f"{FIELDS}/size/type": ["integer", "string"]}, HARMLESS, "can also be `string`"),
    ("a request value removed", {}, {f"{FIELDS}/shape/enum": ["wide"]}, BREAKING, "value `tall` removed"),
    ("a request value added", {}, {f"{FIELDS}/shape/enum": ["wide", "tall", "odd"]}, HARMLESS, "value `odd` added"),
    ("values confined", {}, {f"{FIELDS}/size/enum": [1, 2]}, BREAKING, "only `1`, `2` admitted now"),
    (
        "a value's name",
        {},
        {f"{FIELDS}/shape/x-enum-varnames": ["BROAD", "TALL"]},
        BREAKING,
        "has another name: `BROAD`",
    ),
    ("another default", {}, {f"{FIELDS}/size/default": 2}, READ, "default `1` → `2`"),
    ("a field deprecated", {}, {f"{FIELDS}/size/deprecated": True}, READ, "deprecated now"),
    ("another pattern", {}, {f"{FIELDS}/text/pattern": "^b"}, BREAKING, "pattern `^a` → `^b`"),
    ("a Python type by format", {}, {f"{FIELDS}/text/format": "date-time"}, BREAKING, "format nothing → `date-time`"),
    ("only even lengths", {}, {f"{FIELDS}/areas/x-legnext": {"even_length": True}}, BREAKING, "even_length"),
    # Rules between fields
    (
        "a companion demanded",
        {},
        {f"{ORDER}/dependentRequired": {"size": ["shape"]}},
        BREAKING,
        "with `size`, `shape` req",
    ),
    ("a condition set", {}, {f"{ORDER}/if": BRANCH["if"], f"{ORDER}/else": BRANCH["else"]}, BREAKING, "a condition on"),
    ("a condition lifted", {f"{ORDER}/if": {"required": ["size"]}}, {f"{ORDER}/if": GONE}, HARMLESS, "no condition on"),
    (
        "a branch demands more",
        {f"{ORDER}/{word}": rule for word, rule in BRANCH.items()},
        {f"{ORDER}/else": {"required": ["shape", "areas"]}},
        BREAKING,
        "without `size`, `areas` required now",
    ),
    (
        "a branch forbids less",
        {f"{ORDER}/{word}": rule for word, rule in BRANCH.items()},
        {f"{ORDER}/then": {}},
        HARMLESS,
        "with `size`, `shape` no longer forbidden",
    ),
    # Answers
    ("an answer's field removed", {}, {f"{ANSWER}/kind": GONE}, BREAKING, "field removed"),
    ("an answer's field added", {}, {f"{ANSWER}/seed": {"type": "string"}}, HARMLESS, "field added"),
    ("an answer's field may be missing", {}, {f"{JOB}/required": GONE}, BREAKING, "no longer required"),
    ("an answer's field is always there", {}, {f"{JOB}/required": ["id", "kind"]}, HARMLESS, "required now"),
    ("an answer may be null", {}, {f"{ANSWER}/id/nullable": True}, BREAKING, "can also be `null`"),
    ("a value in an open set", {}, {f"{ANSWER}/state/anyOf/0/enum": ["new", "done", "odd"]}, HARMLESS, "`odd` added"),
    ("a value in a closed set", {}, {f"{ANSWER}/kind/enum": ["image", "odd"]}, BREAKING, "value `odd` added"),
    ("a success removed", {}, {f"{DRAW}/responses/200": GONE}, BREAKING, "answer `200` removed"),
    ("a failure added", {}, {f"{DRAW}/responses/409": {"description": "No."}}, HARMLESS, "answer `409` added"),
    ("a header removed", {}, {f"{DRAW}/responses/200/headers": {}}, BREAKING, "header `X-Trace` removed"),
    ("a callback removed", {}, {f"{DRAW}/callbacks": GONE}, BREAKING, "callback `ended` removed"),
    # Prices, roles, and the rest of x-legnext
    ("a price raised", {}, {f"{OWN}/price/points": 90}, READ, "price in points raised: `80` → `90`"),
    ("a price lowered", {}, {f"{OWN}/price/points": 70}, HARMLESS, "price in points lowered: `80` → `70`"),
    (
        "a case made dearer",
        {},
        {f"{OWN}/price/when/0/points": 200},
        READ,
        "price with size `2` in points raised: `160`",
    ),
    ("a case set apart", {}, {f"{OWN}/price/when/0/is": 3}, READ, "price with size `3` in points raised: `80` → `160`"),
    ("a role removed", {}, {f"{OWN}/role": GONE}, BREAKING, "role `film.start` removed"),
    ("a role moved", {}, {f"{OWN}/role": GONE, f"{LOOK}/x-legnext": {"role": "film.start"}}, READ, "plays the role"),
    ("an alias removed", {}, {f"{OWN}/alias": GONE}, BREAKING, "alias `paint` → nothing"),
    ("another result", {}, {f"{OWN}/makes": "image"}, BREAKING, "makes `images` → `image`"),
    ("a source refused", {}, {f"{OWN}/source/not_models": ["8", "9"]}, BREAKING, "made with `9` is refused now"),
    ("a film ends sooner", {}, {f"{OWN}/film/at_most": 3}, BREAKING, "`4` → `3`"),
    # Prompts
    ("a flag dropped", {}, {f"{PROMPTS}/2/models": []}, BREAKING, "use `supported` → `rejected`"),
    ("a flag for another model", {}, {f"{PROMPTS}/2/models": ["7", "8"]}, HARMLESS, "use `rejected` → `supported`"),
    ("a flag without effect", {}, {f"{PROMPTS}/2/use": "ignored"}, READ, "use `supported` → `ignored`"),
    ("a flag's range narrowed", {}, {f"{PROMPTS}/0/range": [0, 50]}, BREAKING, "range `0–100` → `0–50`"),
    ("a flag's range widened", {}, {f"{PROMPTS}/0/range": [0, 200]}, HARMLESS, "range `0–100` → `0–200`"),
    ("a flag's value removed", {}, {f"{PROMPTS}/1/values": [1]}, BREAKING, "value `2` removed"),
    ("a flag's default", {}, {f"{PROMPTS}/1/default": 2}, READ, "default `1` → `2`"),
    ("a flag's short spelling", {}, {f"{PROMPTS}/0/short": GONE}, BREAKING, "short spelling `c` → nothing"),
    ("a model retired", {}, {"x-legnext/models/1": {"model": "9"}}, BREAKING, "model removed"),
    ("a price factor raised", {}, {"x-legnext/price_factors/0/factor": 3}, READ, "price factor raised: `2` → `3`"),
    (
        "a discount ended",
        {"x-legnext/price_factors/0/factor": 0.5},
        {"x-legnext/price_factors": []},
        READ,
        "`0.5` → `1`",
    ),
    ("the points' worth", {}, {"x-legnext/points_per_usd": 500}, READ, "points_per_usd `1000` → `500`"),
]

# The keyword, a loose value of it and a tight one; None is its absence.
BOUNDS: list[tuple[str, Any, Any]] = [
    *((word, 1, 2) for word in ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")),
    *((word, 2, 1) for word in ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")),
    *(
        (word, None, 2)
        for word in ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "multipleOf")
    ),
    *((word, None, 1) for word in ("minProperties", "maxProperties")),
    ("multipleOf", 2, 4),
    ("pattern", None, "^a"),
    ("format", None, "uri"),
    ("uniqueItems", None, True),
    ("const", None, 1),
    ("enum", None, [1]),
    ("type", "number", "integer"),
    ("type", None, "string"),
    ("type", ["string", "null"], "string"),
    ("x-legnext", None, {"even_length": True}),
    ("not", None, {"type": "string"}),
    ("propertyNames", None, {"maxLength": 3}),
    ("dependentRequired", None, {"a": ["b"]}),
    ("required", None, ["a"]),
    ("anyOf", [{"type": "string"}, {"type": "null"}], [{"type": "string"}]),
    ("oneOf", [{"type": "integer"}, {"type": "string"}], [{"type": "string"}]),
    ("allOf", [{"minimum": 1}], [{"minimum": 1}, {"maximum": 9}]),
    ("items", {"type": "string"}, {"type": "string", "minLength": 1}),
    ("additionalProperties", {"type": "string"}, {"type": "string", "minLength": 1}),
]


@pytest.mark.parametrize(
    ("before", "after", "verdict", "words"), [row[1:] for row in EDITS], ids=[row[0] for row in EDITS]
)
def test_every_kind_of_change_lands_in_its_section(before: Json, after: Json, verdict: Verdict, words: str) -> None:
    old = edited(described(), before)
    changes = compare(old, edited(old, after))
    assert any(change.verdict is verdict and words in change.text for change in changes), changes
    assert breaks(changes) == (verdict is BREAKING), "an edit broke callers, or failed to"


def with_bound(place: str, word: str, value: Any) -> Json:
    schema = {} if value is None else {word: value}
    return edited(described(), {f"{place}/probe": schema})


@pytest.mark.parametrize(("word", "loose", "tight"), BOUNDS, ids=lambda value: json.dumps(value).replace('"', ""))
def test_direction_decides_whom_a_bound_breaks(word: str, loose: Any, tight: Any) -> None:
    def verdicts(place: str, old: Any, new: Any) -> set[tuple[Verdict, str]]:
        changes = compare(with_bound(place, word, old), with_bound(place, word, new))
        return {(change.verdict, change.kind) for change in changes}

    assert verdicts(FIELDS, loose, tight) == {(BREAKING, "narrowed")}
    assert verdicts(FIELDS, tight, loose) == {(HARMLESS, "widened")}
    assert verdicts(ANSWER, loose, tight) == {(HARMLESS, "narrowed")}
    assert verdicts(ANSWER, tight, loose) == {(BREAKING, "widened")}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": "string", "nullable": True}, {"type": ["null", "string"]}),
        ({"$ref": "#/components/schemas/Area"}, {"allOf": [{"$ref": "#/components/schemas/Area"}]}),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, {"type": "integer", "exclusiveMinimum": 0}),
        ({"type": "object"}, {"type": "object", "additionalProperties": True, "description": "Anything."}),
        ({"allOf": [{"minLength": 1}, {"maxLength": 3}]}, {"minLength": 1, "maxLength": 3}),
    ],
)
def test_the_same_in_other_words_is_no_change(old: Json, new: Json) -> None:
    assert compare(edited(described(), {f"{FIELDS}/p": old}), edited(described(), {f"{FIELDS}/p": new})) == []


def test_a_schema_that_contains_itself_is_compared_to_its_end() -> None:
    tree: Json = {"type": "object", "properties": {"size": {"type": "integer"}, "child": {"$ref": f"#/{AREA}"}}}
    old = edited(described(), {AREA: tree})
    changes = compare(old, edited(old, {f"{AREA}/properties/size/minimum": 1}))
    assert ("areas[].size", "minimum `1` (there was none)") in {(one.field, one.text) for one in changes}


def test_a_shared_schema_is_one_line_and_names_its_users() -> None:
    old = edited(described(), {f"{LOOK}/responses/200": described()["paths"]["/draw"]["post"]["responses"]["200"]})
    report = markdown(compare(old, edited(old, {f"{ANSWER}/kind": GONE})), "v1")
    assert report.count("field removed") == 1
    assert "draw, look, answer 200, `kind`: field removed" in report


def test_raised_prices_stand_above_everything_else() -> None:
    changes = compare(described(), edited(described(), {f"{OWN}/price/points": 90, f"{FIELDS}/size": GONE}))
    report = markdown(changes, "v1")
    assert summary(changes).endswith("a price raised.")
    assert report.index("## Prices raised") < report.index("## Breaking")


OPINIONS = """
const {diffSpecs} = require(process.argv[1]);
const option = (spec) => ({content: JSON.stringify(spec), location: 'spec.json', format: 'openapi3'});
(async () => {
  const pairs = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  const opinions = [];
  for (const [sourceSpec, destinationSpec] of pairs)
    opinions.push(await diffSpecs({sourceSpec: option(sourceSpec), destinationSpec: option(destinationSpec)})
      .then((outcome) => (outcome.breakingDifferences ?? []).map((difference) => difference.code), () => null));
  console.log(JSON.stringify(opinions));
})();
"""
NOT_IN_3_0 = {
    "a list of types",
    "a companion demanded",
    "a condition set",
    "a condition lifted",
    "a branch demands more",
    "a branch forbids less",
}


def test_openapi_diff_finds_nothing_breaking_that_we_call_harmless() -> None:
    if "openapi-diff" in " ".join(npm_tools.missing()):
        reason = "openapi-diff is not in .tools; `make spec-lint` installs it where npm is"
        (pytest.fail if npm_tools.in_ci() else pytest.skip)(reason)
    pairs = [(old, edited(old, after)) for _, before, after, *_ in EDITS for old in [edited(described(), before)]]
    module = str(npm_tools.MODULES / "openapi-diff")
    done = subprocess.run(
        ["node", "-e", OPINIONS, module], input=json.dumps(pairs), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    opinions: list[list[str] | None] = json.loads(done.stdout)
    verdicts = {row[0]: row[3] for row in EDITS}
    named = dict(zip(verdicts, opinions, strict=True))
    disagreements = {name: codes for name, codes in named.items() if codes and verdicts[name] is not BREAKING}
    assert disagreements == {}
    assert sum(bool(codes) for codes in named.values()) > 10, "it has no opinion any more"
    assert {name for name, codes in named.items() if codes is None} == NOT_IN_3_0
