"""Every kind of change lands in the right section, on the right side."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from spec_changes import Verdict, breaks, compare
from spec_diff import markdown, summary

from tests.tables import for_each

Json = dict[str, Any]

BREAKING, HARMLESS = Verdict.BREAKING, Verdict.HARMLESS
DATA: Json = yaml.load((Path(__file__).parent / "spec_edits.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
API: Json = DATA["api"]
EDITS: dict[str, Json] = {row["change"]: row for row in DATA["edits"]}
DRAW, LOOK = "paths/~draw/post", "paths/~job~{id}/get"
ORDER, JOB, AREA = (f"components/schemas/{name}" for name in ("Order", "Job", "Area"))
FIELDS, ANSWER = f"{ORDER}/properties", f"{JOB}/properties"


def edited(spec: Json, edits: Json) -> Json:
    """A copy with values set at paths, `~` for a slash within a name; `(gone)` deletes."""
    spec = copy.deepcopy(spec)
    for path, value in edits.items():
        *way, last = (part.replace("~", "/") for part in path.split("/"))
        place: Any = spec
        for part in way:
            place = place[int(part)] if isinstance(place, list) else place[part]
        if value == "(gone)":
            del place[last]
        elif last == "+":
            place.append(copy.deepcopy(value))
        else:
            place[int(last) if isinstance(place, list) else last] = copy.deepcopy(value)
    return spec


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


def versions(row: Json) -> tuple[Json, Json]:
    old = edited(API, row.get("before", {}))
    return old, edited(old, row["after"])


@for_each("name", EDITS)
def test_every_kind_of_change_lands_in_its_section(name: str) -> None:
    row = EDITS[name]
    changes = compare(*versions(row))
    if row["verdict"] == "same":
        assert changes == []
        return
    assert any(change.verdict == row["verdict"] and row["says"] in change.text for change in changes), changes
    assert breaks(changes) == (row["verdict"] == BREAKING), "an edit broke callers, or failed to"


def with_bound(place: str, word: str, value: Any) -> Json:
    schema = {} if value is None else {word: value}
    return edited(API, {f"{place}/probe": schema})


@for_each(("word", "loose", "tight"), BOUNDS)
def test_direction_decides_whom_a_bound_breaks(word: str, loose: Any, tight: Any) -> None:
    def verdicts(place: str, old: Any, new: Any) -> set[tuple[Verdict, str]]:
        changes = compare(with_bound(place, word, old), with_bound(place, word, new))
        return {(change.verdict, change.kind) for change in changes}

    assert verdicts(FIELDS, loose, tight) == {(BREAKING, "narrowed")}
    assert verdicts(FIELDS, tight, loose) == {(HARMLESS, "widened")}
    assert verdicts(ANSWER, loose, tight) == {(HARMLESS, "narrowed")}
    assert verdicts(ANSWER, tight, loose) == {(BREAKING, "widened")}


@for_each(
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
    assert compare(edited(API, {f"{FIELDS}/p": old}), edited(API, {f"{FIELDS}/p": new})) == []


def test_values_of_every_type_are_told_apart() -> None:
    old, new = ({"enum": [1, {"a": 1}]}, {"enum": [True, {"a": 1}, ["b"]]})
    changes = compare(edited(API, {f"{FIELDS}/p": old}), edited(API, {f"{FIELDS}/p": new}))
    assert {change.text for change in changes} == {"value `1` removed", "value `true` added", "value `b` added"}


def test_a_schema_that_contains_itself_is_compared_to_its_end() -> None:
    tree: Json = {"type": "object", "properties": {"size": {"type": "integer"}, "child": {"$ref": f"#/{AREA}"}}}
    old = edited(API, {AREA: tree})
    changes = compare(old, edited(old, {f"{AREA}/properties/size/minimum": 1}))
    assert ("areas[].size", "minimum `1` added") in {(one.field, one.text) for one in changes}


def test_a_shared_schema_is_one_line_and_names_its_users() -> None:
    old = edited(API, {f"{LOOK}/responses/200": API["paths"]["/draw"]["post"]["responses"]["200"]})
    report = markdown(compare(old, edited(old, {f"{ANSWER}/kind": "(gone)"})), "v1")
    assert report.count("field removed") == 1
    assert "draw, look, answer 200, `kind`: field removed" in report


def test_raised_prices_stand_above_everything_else() -> None:
    changes = compare(API, edited(API, {f"{DRAW}/x-legnext/price/points": 90, f"{FIELDS}/size": "(gone)"}))
    report = markdown(changes, "v1")
    assert summary(changes).endswith("a price raised.")
    assert report.index("## Prices raised") < report.index("## Breaking")
