"""Checks: what is asked for otherwise than with a JSON object that makes a job: with ids, queries, headers, files.

Each argument has each value once, on both sides of its bounds. What must be on the line is read from the document.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from legnext_client.errors import LegnextError, NotFoundError, UnprocessableError
from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.service import API_KEY_HEADER
from tests.contract.description import resolved
from tests.contract.values import fits, near

from .checks_of_refusals import asked
from .checks_of_requests import PAID
from .expected import counterpart, path_of, python_name
from .sources import SOURCES
from .stage import KEY, shown, staged
from .values import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.generated.operations import Operation
    from tests.contract.description import Schema

    from .effort import Effort
    from .stage import Heard, Stage
    from .values import Value

Json = dict[str, Any]
JOB_ID, FILE, WHOLE = "job_id", b"\x89PNG bytes", "body"
_LONG = 2_000
"""In characters. Nobody takes a longer address."""
_OUT_OF_PLACE = {"path": [""], "header": ["a\nb", " a", "é"]}
"""Texts that cannot stand there, whatever a schema says."""
OTHERS = [operation for operation in OPERATIONS.values() if operation not in PAID]


@dataclass(frozen=True)
class Argument:
    """An argument of a call: where it goes, its name there, and its schema."""

    place: str
    wire: str
    schema: Schema = field(compare=False)
    required: bool

    @property
    def name(self) -> str:
        return python_name(self.wire)

    @property
    def is_file(self) -> bool:
        return bool(resolved(self.schema).get("format") == "binary")

    def values(self) -> list[Value]:
        if self.is_file:
            return [(FILE, FILE)]
        if resolved(resolved(self.schema).get("items", {})).get("format") == "binary":
            return [([FILE], [FILE])]
        if self.name == JOB_ID:
            return [(source.job_id, source.job_id) for source in SOURCES]
        found = listed(self.schema)
        if self.place == "body":
            return found
        return [(way, plain) for way, plain in found if plain is not None and len(text(plain)) < _LONG
                and self.has_room_for(plain)]  # fmt: skip

    def has_room_for(self, plain: Any) -> bool:
        """Whether a value can stand in this place at all; null stands nowhere, and is left out."""
        if self.place not in ("path", "header") or plain is None:
            return True
        return bool(text(plain)) if self.place == "path" else _in_header(text(plain))


def text(plain: Any) -> str:
    """A value outside of JSON."""
    return plain if isinstance(plain, str) else json.dumps(plain, separators=(",", ":"))


def _in_header(written: str) -> bool:
    return written.isascii() and written.isprintable() and written == written.strip()


def arguments_of(operation: Operation) -> Iterator[Argument]:
    documented = counterpart(operation.name)
    for each in documented.parameters:
        yield Argument(each["in"], each["name"], each["schema"], each["in"] == "path" or each.get("required", False))
    schema = _content(operation)[1]
    flat = resolved(schema)
    if operation.whole:
        yield Argument("body", WHOLE, schema, resolved(documented.item["requestBody"]).get("required", False))
    elif operation.fields:
        for wire, inner in flat["properties"].items():
            if not resolved(inner).get("readOnly"):
                yield Argument("body", wire, inner, wire in flat.get("required", ()))


def _content(operation: Operation) -> tuple[str, Schema]:
    """The media type of the body, and its schema."""
    content = resolved(counterpart(operation.name).item.get("requestBody", {})).get("content", {"": {}})
    ((media, described),) = content.items()
    return media, described.get("schema", {"type": "string", "format": "binary"})


def arguments_sent_by(operation: Operation, effort: Effort) -> None:
    """Each right value of each argument is sent as it must be, and the answer is read."""
    arguments = list(arguments_of(operation))
    least = {each: each.values()[0] for each in arguments if each.required}
    with staged(effort) as stage:
        check_sent(stage, operation, least)
        for argument in arguments:
            for value in argument.values():
                check_sent(stage, operation, {**least, argument: value})


def arguments_refused_by(operation: Operation, effort: Effort) -> None:
    """Each wrong value of each argument is refused by its name, before anything is sent."""
    arguments = list(arguments_of(operation))
    least = {each.name: each.values()[0][0] for each in arguments if each.required}
    with staged(effort) as stage:
        for argument in (each for each in arguments if not each.is_file):
            for value in (*near(argument.schema), *_OUT_OF_PLACE.get(argument.place, ())):
                if value is None or (fits(argument.schema, value) and argument.has_room_for(value)):
                    continue
                for method in _methods(stage, operation):
                    stage.ready()
                    verdict = asked(stage, method, {**least, argument.name: value})
                    label = f"{operation.name}, {argument.name}={shown(value)}"
                    assert not verdict.accepted, f"{label} is accepted"
                    assert not stage.heard, f"{label} is sent"
                    assert argument.name in verdict.said, f"{label}: {verdict.said}"


def check_sent(stage: Stage, operation: Operation, values: dict[Argument, Value]) -> None:
    for method in _methods(stage, operation):
        stage.ready()
        label = f"{operation.name}, {shown({each.name: plain for each, (_, plain) in values.items()})}"
        try:
            stage.do(method(**{each.name: given for each, (given, _) in values.items()}))
        except (LegnextError, TypeError, ValueError) as error:
            # The mock server knows its jobs; what it has no job for is right all the same.
            if not isinstance(error, NotFoundError | UnprocessableError):
                raise AssertionError(f"{label} raises {error!r}") from error
        assert len(stage.heard) == 1, f"{label} is sent {len(stage.heard)} times"
        check_line(operation, stage.heard[0], {each: plain for each, (_, plain) in values.items()}, label)


def _methods(stage: Stage, operation: Operation) -> Iterator[Any]:
    for _, client in stage.colours():
        yield getattr(getattr(client, operation.namespace), operation.name)


def check_line(operation: Operation, heard: Heard, plain: dict[Argument, Any], label: str) -> None:
    """What is on the line is what was asked for, in its place, and nothing else."""
    documented = counterpart(operation.name)
    by_place: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "cookie": {}, "body": {}}
    for argument in arguments_of(operation):
        default = resolved(argument.schema).get("default")
        if (value := plain.get(argument, default)) is not None or argument in plain:
            by_place[argument.place][argument.wire] = value
    path, _, query = heard.path.partition("?")
    ways = {wire: text(value) for wire, value in by_place["path"].items()}
    assert (heard.method, path) == (documented.method, path_of(documented, **ways)), f"{label}: {heard.method} {path}"
    pairs = [(wire, each) for wire, value in by_place["query"].items() for each in _several(value)]
    sent = parse_qsl(query, keep_blank_values=True)
    assert sorted(sent) == sorted((wire, text(each)) for wire, each in pairs), f"{label}: the query is {query}"
    assert heard.header(API_KEY_HEADER) == [KEY], f"{label}: the keys are {heard.header(API_KEY_HEADER)}"
    for wire, value in by_place["header"].items():
        assert heard.header(wire.lower()) == [text(value)], f"{label}: {wire} is {heard.header(wire.lower())}"
    check_body(_content(operation)[0], heard, by_place["body"], label, whole=operation.whole)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def check_body(media: str, heard: Heard, fields: Json, label: str, *, whole: bool) -> None:
    kind = heard.header("content-type")
    if not fields and (whole or not media):
        assert not heard.body, f"{label}: the body is {heard.body[:99]!r}"
        return
    assert [each.partition(";")[0] for each in kind] == [media], f"{label} is said to be {kind}"
    if media == "application/json":
        assert json.loads(heard.body) == (fields[WHOLE] if whole else fields), f"{label}: the body is {heard.body!r}"
    elif media == "multipart/form-data":
        for wire, value in fields.items():
            for each in _several(value):
                written = each if isinstance(each, bytes) else text(each).encode()
                assert f'name="{wire}"'.encode() in heard.body, f"{label}: {wire} is not in {heard.body[:300]!r}"
                assert written in heard.body, f"{label}: {each!r} is not in {heard.body[:300]!r}"
    elif whole:
        value = fields[WHOLE]
        assert heard.body == (value if isinstance(value, bytes) else value.encode()), f"{label}: {heard.body[:99]!r}"
    else:
        pairs = sorted((wire, text(each)) for wire, value in fields.items() for each in _several(value))
        assert sorted(parse_qsl(heard.body.decode(), keep_blank_values=True)) == pairs, f"{label}: {heard.body!r}"


ARGUMENTS = {
    f"{what}_{operation.name}": partial(check, operation)
    for operation in OTHERS
    for what, check in (("arguments_sent_by", arguments_sent_by), ("arguments_refused_by", arguments_refused_by))
}
