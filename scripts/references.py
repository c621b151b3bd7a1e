"""Whether what `x-legnext` says of an operation refers to something: to a field of its body, a model, a flag, a role.

`table.py` knows which keys there are; here their values are looked at. A price for a field that is not there would
never be asked for, and all would go on with the wrong one. `flag_tables.py` does the same for the tables of the root.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asked_for
import jsonschema_rs
import signatures
import table
from fields import BOUNDS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

Json = dict[str, Any]

FREE = "GET"
"""It is sent again when its answer is lost, so nothing that it asks for may cost anything."""
WORDS = {
    "takes": ("nothing", "url", "image", "images", "video"),
    "makes": ("images", "image", "videos", "video", "texts"),
}
"""What the client and the mock server understand. The description of the document explains each of them."""
_JOB_NEEDS = ("task_type", "takes", "makes", "seconds")
_IMAGE = "image"
"""The kind of prompt whose flags name the model; every other kind is a model."""
_PLAIN = ("string", "integer", "number", "boolean")


def problems(rows: Sequence[Json], rules: Json) -> Iterator[str]:
    """What refers to nothing in the rows of the operations."""
    roles = asked_for.roles()
    played = {row["role"]: row for row in rows}
    for role, module in roles.items():
        if role not in played:
            yield f"x-legnext: no operation has the role {role}, by which legnext_client/{module} finds one"
    job = played["job"]["answer_model"] if "job" in played else None
    sizes: list[str] = [size for row in rows if row["chain"] for size in row["chain"].get("sizes", ())]
    models = [model["model"] for model in rules["models"]]
    flags = [parameter["flag"] for parameter in rules["parameters"]]
    for row in rows:
        for word, known in {**WORDS, "role": tuple(roles)}.items():
            if row[word] is not None:
                yield from one_of(f"{row['name']}: {word}", row[word], known)
        yield from _paid(row, answers_job=row["answer_model"] == job)
        yield from _price(row, sizes)
        yield from _seconds(row)
        yield from _prompt(row, models)
        yield from _source(row, models, flags)
        yield from _chain(row)
        yield from _long_edge(row)


def one_of(where: str, given: object, known: Sequence[object]) -> Iterator[str]:
    if given not in known:
        yield f"{where} must be {choice(known)}; got {given!r}"


def choice(known: Sequence[object]) -> str:
    return f"one of {', '.join(map(str, dict.fromkeys(known)))}" if known else "left out, for there is none"


def number(where: str, given: Any, *kinds: type) -> Iterator[str]:
    if type(given) not in kinds or given < 0:
        yield f"{where} must be a {'' if float in kinds else 'whole '}number from 0; got {given!r}"


def _paid(row: Json, *, answers_job: bool) -> Iterator[str]:
    """An operation that makes a job has a price; one that only acts on a job of the path, or makes none, needs none."""
    name = row["name"]
    if row["method"] == FREE:
        if row["price"] is not None:
            yield f"{name}: price must be left out: a {FREE} is sent again when its answer is lost"
        return
    known = table.job_field(row)
    acts = row["makes"] is None and known is not None and known.get("place") == "path"
    makes_job = answers_job and not acts
    if makes_job and row["price"] is None:
        yield f"{name}: price must be there, as in {{points: 80}}; {{points: 0}} says that it costs nothing"
    absent = [key for key in _JOB_NEEDS if row[key] is None]
    if makes_job and absent:
        yield f"{name}: x-legnext must have {', '.join(absent)}, because the operation makes a job"


def _price(row: Json, sizes: Sequence[str]) -> Iterator[str]:
    if (price := row["price"]) is None:
        return
    where = f"{row['name']}: price"
    yield from number(f"{where}.points", price.get("points"), int)
    yield from one_of(f"{where}.again", price.get("again", False), (True, False))
    for change in price.get("when", ()):
        yield from number(f"{where}.when.points", change["points"], int)
        asks = {key for key in ("field", "value", "source") if change[key] is not None}
        if asks == {"source"}:
            yield from one_of(f"{where}.when.source", change["source"], sizes)
        elif asks == {"field", "value"}:
            field = yield from _field(f"{where}.when.field", row, change["field"])
            # What the check before sending refuses can never be asked for.
            if field and not _admits(field, change["value"]):
                must = signatures.bound(field) or f"of type {field['type']}"
                yield f"{where}.when.is of {field['wire']} must be {must}; got {change['value']!r}"
        else:
            yield f"{where}.when must have field and is, or source alone, for {change['points']} points"


def _seconds(row: Json) -> Iterator[str]:
    if (seconds := row["seconds"]) is not None:
        for key in ("median", "spread"):
            yield from number(f"{row['name']}: seconds.{key}", seconds.get(key), int, float)


def _prompt(row: Json, models: Sequence[str]) -> Iterator[str]:
    if (prompt := row["prompt"]) is not None:
        yield from _field(f"{row['name']}: prompt.field", row, prompt.get("field"), ("string",))
        yield from one_of(f"{row['name']}: prompt.kind", prompt.get("kind"), (_IMAGE, *models))


def _source(row: Json, models: Sequence[str], flags: Sequence[str]) -> Iterator[str]:
    source: Json = row["source"] or {}
    for model in source.get("not_models", ()):
        yield from one_of(f"{row['name']}: source.not_models", model, models)
    for flag in source.get("not_flags", ()):
        yield from one_of(f"{row['name']}: source.not_flags", flag, flags)
    if "flag" in source:
        yield from one_of(f"{row['name']}: source.flag", source["flag"], flags)


def _chain(row: Json) -> Iterator[str]:
    if (chain := row["chain"]) is None:
        return
    where = f"{row['name']}: chain"
    yield from number(f"{where}.adds", chain.get("adds"), int)
    if "at_most" in chain:
        yield from number(f"{where}.at_most", chain["at_most"], int)
    if "size" not in chain and "sizes" not in chain:
        return
    if field := (yield from _field(f"{where}.size", row, chain.get("size"))):
        values, sizes = field.get("enum", ()), chain.get("sizes", ())
        if len(values) != len(sizes):
            yield (
                f"{where}.sizes must be {len(values)}, one for each value that {field['wire']} has in its enum; "
                f"got {', '.join(map(str, sizes)) or 'none'}"
            )
        if not field["required"] and "default" not in field:
            yield f"{where}.size must be a field that is required or has a default; got {field['wire']!r}"


def _long_edge(row: Json) -> Iterator[str]:
    if (said := row["long_edge"]) is None:
        return
    where, pixels = f"{row['name']}: long_edge", said.get("pixels", {})
    if field := (yield from _field(f"{where}.field", row, said.get("field"))):
        for value in dict.fromkeys((*field.get("enum", ()), *pixels)):
            yield from one_of(f"{where}.pixels: {field['wire']}", value, field.get("enum", ()))
            yield from number(f"{where}.pixels of {value}", pixels.get(value), int)


def _field(where: str, row: Json, wire: object, kinds: Sequence[str] = _PLAIN) -> Generator[str, None, Json | None]:
    """The field of the body that is meant, if it is there and of such a type."""
    fields = [field for field in row["fields"] if field["type"] in kinds]
    yield from one_of(where, wire, [field["wire"] for field in fields])
    return next((field for field in fields if field["wire"] == wire), None)


def _admits(field: Json, value: Any) -> bool:
    """Whether a plain field of the body can have this value."""
    bounds = {word: field[name] for word, name in {**BOUNDS, "enum": "enum"}.items() if name in field}
    return jsonschema_rs.is_valid({**bounds, "type": field["type"]}, value)
