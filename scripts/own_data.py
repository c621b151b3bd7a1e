"""Whether what stands under `x-legnext` is known, and refers to something: a field, a model, a flag, a role.

`x_legnext.yaml` says what may stand there; the words of a document are put into it here. A price for a field that is
not there would never be asked for, and all would go on with the wrong one.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asked_for
import jsonschema_rs
import table
import yaml
from fields import BOUNDS, resolve
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from legnext_client.mock.settings import PLANS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Json = dict[str, Any]

DEFINITIONS: Json = yaml.load(
    Path(__file__).with_name("x_legnext.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
)["$defs"]
WORDS = (
    "role", "field", "text-field", "set-field", "value-of-the-field", "size", "size-for-each-value",
    "length-for-each-value", "property", "query-parameter", "kind", "model", "flag", "flag-that-names-models", "plan",
)  # fmt: skip
"""What `x_legnext.yaml` leaves to the document."""
_JOB_NEEDS = ("task_type", "takes", "makes", "seconds")
_PLAIN = ("string", "integer", "number", "boolean")


def shapes(spec: Json) -> Iterator[str]:
    """What is unknown or of a wrong type, whatever the rest of the document is."""
    for path, item in spec["paths"].items():
        for data in (each for method, each in resolve(spec, item).items() if method in table.METHODS):
            where = data.get("operationId", path)
            yield from refused(f"{where}: x-legnext", "operation", data.get("x-legnext", {}))
    if "x-legnext" not in spec:
        yield "x-legnext must be there: the models, their flags and what a dollar buys"
        return
    yield from refused("x-legnext", "root", spec["x-legnext"])


def problems(spec: Json, rows: Sequence[Json], rules: Json) -> Iterator[str]:
    """What refers to nothing."""
    played = {row["role"]: row for row in rows}
    for role, module in asked_for.roles().items():
        if role not in played:
            yield f"x-legnext: no operation has the role {role}, by which legnext_client/{module} finds one"
    job = played["job"]["answer_model"] if "job" in played else None
    models = [row["model"] for row in rules["models"]]
    known: Json = {
        "role": one_of(asked_for.roles()),
        "size": one_of(size for row in rows if row["chain"] for size in row["chain"].get("sizes", ())),
        "model": one_of(models),
        "kind": one_of(("image", *models)),
        "flag": one_of(row["flag"] for row in rules["parameters"]),
        "flag-that-names-models": one_of(row["flag"] for row in rules["parameters"] if row.get("takes") == "model"),
        "plan": one_of(PLANS),
    }
    for row in rows:
        own = table.data_of(spec, row).get("x-legnext", {})
        yield from refused(f"{row['name']}: x-legnext", "operation", own, **known, **_of_operation(spec, row))
        yield from _paid(row, answers_job=row["answer_model"] == job)
    yield from refused("x-legnext", "root", spec["x-legnext"], **known)
    yield from _tables(rules)
    yield from _numbers(rules)
    if job is not None:
        yield from _statuses(spec, job)


def refused(where: str, rules: str | Json, value: Any, **words: Json) -> Iterator[str]:
    """What a definition, or a schema, says of a value; each with its place, the rule and what came."""
    with suppress(TypeError, ValueError):  # YAML has values that JSON does not have
        if _quick_validator(json.dumps([rules, words])).is_valid(value):
            return
    validator: Any = Draft202012Validator(_schema(rules, words))
    for error in validator.iter_errors(value):
        place, must = where, error.schema.get("description")
        inside: Any = value
        for step in error.absolute_path:
            inside = inside[step]  # pyright: ignore[reportUnknownVariableType]
            row: Json = inside if isinstance(step, int) and isinstance(inside, dict) else {}  # pyright: ignore
            name = row.get("model", row.get("flag"))
            place += f"/{step} ({name})" if name else f"/{step}"
        yield f"{place}: {error.message}" + (f"; it must be {must}" if must else "")


@cache
def _quick_validator(rules_and_words: str) -> jsonschema_rs.Draft202012Validator:
    """A validator that is quick, and does not know the description of the rule that was broken."""
    return jsonschema_rs.Draft202012Validator(_schema(*json.loads(rules_and_words)))


def _schema(rules: str | Json, words: Json) -> Json:
    schema = {"$ref": f"#/$defs/{rules}"} if isinstance(rules, str) else rules
    return {**schema, "$defs": DEFINITIONS | {f"a-{word}": words.get(word, {}) for word in WORDS}}


def one_of(known: Iterable[object]) -> Json:
    return {"enum": list(dict.fromkeys(known))}


def _of_operation(spec: Json, row: Json) -> Json:
    """What an operation's own data can refer to: its fields, its parameters, and the properties of its answer."""
    plain = {field["wire"]: field for field in row["fields"] if field["type"] in _PLAIN}
    answer: Json = {}
    if row["answer_model"] is not None:
        answer = resolve(spec, {"$ref": f"#/components/schemas/{row['answer_model']}"}).get("properties", {})
    values = {wire: [*map(str, field.get("enum", ()))] for wire, field in plain.items()}
    set_fields = [wire for wire, field in plain.items() if field["required"] or "default" in field]
    return {
        "field": one_of(plain),
        "text-field": one_of(wire for wire, field in plain.items() if field["type"] == "string"),
        "set-field": one_of(set_fields),
        # What the check before sending refuses can never be asked for.
        "value-of-the-field": _by("field", {wire: {"is": _admitted(field)} for wire, field in plain.items()}),
        "size-for-each-value": _by("size", {wire: {"sizes": _as_many(each, wire)} for wire, each in values.items()}),
        "length-for-each-value": _by(
            "field",
            {wire: {"pixels": {"required": each, "propertyNames": one_of(each)}} for wire, each in values.items()},
        ),
        "property": one_of(answer) if answer else {},
        "query-parameter": one_of(each["wire"] for each in row["parameters"] if each["place"] == "query"),
    }


def _by(key: str, rules: dict[str, Json]) -> Json:
    """Rules for the properties of an object, by the value of one of them."""
    conditions = [
        {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": {"properties": properties}}
        for value, properties in rules.items()
    ]
    return {"allOf": conditions} if conditions else {}


def _as_many(values: Sequence[str], wire: str) -> Json:
    many = len(values)
    return {"minItems": many, "maxItems": many, "description": f"{many} sizes, one for each value of {wire}"}


def _admitted(field: Json) -> Json:
    """The schema of a plain field."""
    return {
        "type": field["type"],
        **{word: field[name] for word, name in BOUNDS.items() if name in field},
        **({"enum": [*field["enum"]]} if "enum" in field else {}),
    }


def _paid(row: Json, *, answers_job: bool) -> Iterator[str]:
    """An operation that makes a job has a price; one that only acts on a job of the path, or makes none, needs none."""
    if row["method"] == "GET":
        if row["price"] is not None:
            yield f"{row['name']}: price must be left out: a GET is sent again when its answer is lost"
        return
    known = table.job_field(row)
    acts = row["makes"] is None and known is not None and known.get("place") == "path"
    if row["ends"] is not None and not acts:
        yield f"{row['name']}: x-legnext can have ends only where the path names a job and the operation makes none"
    if not answers_job or acts:
        return
    if row["price"] is None:
        yield f"{row['name']}: price must be there, as in {{points: 80}}; {{points: 0}} says that it costs nothing"
    if absent := [key for key in _JOB_NEEDS if row[key] is None]:
        yield f"{row['name']}: x-legnext must have {', '.join(absent)}, because the operation makes a job"


def _tables(rules: Json) -> Iterator[str]:
    """What is there twice, and values that flags do not take."""
    models = [("model", row["model"]) for row in rules["models"]]
    models += [("flag and value", f"{row['flag']} {row['value']}") for row in rules["models"] if "flag" in row]
    for (what, name), times in Counter(models).items():
        if times > 1:
            yield f"x-legnext/models: {what} {name} must be there once; got it {times} times"
    defaults = [row["model"] for row in rules["models"] if row.get("default")]
    if len(defaults) != 1:
        yield f"x-legnext/models: one must be the default; got {', '.join(defaults) or 'none'}"
    named = [(row["flag"], model) for row in rules["parameters"] for model in row["models"]]
    for (flag, model), times in Counter(named).items():
        if times > 1:
            yield f"x-legnext/parameters ({flag}): model {model} must be named once; got it {times} times"
    flags = [row["flag"] for row in rules["parameters"]]
    for row in rules["parameters"]:
        where = f"x-legnext/parameters ({row['flag']})"
        if "default" in row:
            yield from refused(f"{where}/default", _taken(row, rules), row["default"])
        for words in row.get("excludes", ()):
            flag, _, value = words.partition(" ")
            yield from refused(f"{where}/excludes/{words}", one_of(flags), flag)
            yield from _flag(f"{where}/excludes/{words}", flag, _read(value), row["models"], rules)
    for name in ("price_factors", "duration_factors"):
        for row in (row for row in rules[name] if "flag" in row):
            yield from _flag(f"x-legnext/{name} ({row['flag']})", row["flag"], row.get("value"), row["models"], rules)


def _numbers(rules: Json) -> Iterator[str]:
    """Numbers that contradict each other."""
    for row in rules["price_factors"]:
        if row.get("reserve", row["factor"]) < row["factor"]:
            where = f"x-legnext/price_factors ({row['flag']})"
            yield f"{where}: reserve must be at least the factor, {row['factor']}; got {row['reserve']}"
    least, most = (rules["numbers"].get(name) for name in ("LEAST_OUTPUT_DAYS", "OUTPUT_DAYS"))
    if least is not None and most is not None and least > most:
        yield f"x-legnext/least_output_days must be at most output_days, {most}; got {least}"


def _statuses(spec: Json, job: str) -> Iterator[str]:
    """The statuses that code knows a job's begin and end by, where the document lists some."""
    answer = resolve(spec, {"$ref": f"#/components/schemas/{job}"})
    status = resolve(spec, answer.get("properties", {}).get("status", {}))
    choices = [status, *(resolve(spec, each) for each in status.get("anyOf", ()))]
    listed = [value for each in choices for value in each.get("enum", ())]
    for absent in (each for each in asked_for.statuses() if listed and each not in listed):
        yield f"components/schemas/{job}/properties/status must list {absent}, as _protocol/state.py does"


def _flag(where: str, flag: str, value: Any, models: Sequence[str], rules: Json) -> Iterator[str]:
    """Whether these models take a flag, and take it with this value."""
    rows = [row for row in rules["parameters"] if row["flag"] == flag]
    taking = {model: row for row in rows if row.get("use") != "rejected" for model in row["models"]}
    for model in models if rows else ():
        yield from refused(f"{where}/models", one_of(taking), model)
        if value is not None and model in taking:
            yield from refused(f"{where}/value, for model {model}", _taken(taking[model], rules), value)


def _taken(row: Json, rules: Json) -> Json:
    """The schema of what a flag takes."""
    match row.get("takes"):
        case "choice":
            return one_of(row.get("values", ()))
        case "model":  # a prompt's words are texts, and the document may write 8 for '8'
            named = [each["value"] for each in rules["models"] if each.get("flag") == row["flag"]]
            return one_of(each for value in named for each in (value, _read(value)))
        case "integer" | "number" as kind:
            return {"type": kind, **dict(zip(("minimum", "maximum"), row.get("range", ()), strict=False))}
        case "switch" | None:
            return {"type": "null", "description": "left out, since the flag takes none"}
        case _:
            return {}  # words, addresses and codes can be anything


def _read(value: str) -> str | float | None:
    """A value that stands behind a flag."""
    with suppress(ValueError):
        return int(value)
    with suppress(ValueError):
        return float(value)
    return value or None
