"""Check a call against the spec before it is sent.

All problems are reported together, with each field named as the caller wrote it. New operations in the spec need no
change here.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from legnext_client._protocol.bounds import bound_of, range_of, shown, wrong_value
from legnext_client._protocol.headers import IN_HEADER, fits_header
from legnext_client._protocol.literals import fields_by_name, worded
from legnext_client.errors import InvalidRequest, Problem
from legnext_client.generated.operations import OPERATIONS, Field

if TYPE_CHECKING:
    from legnext_client.generated.operations import Condition, Operation


_NORMAL: Mapping[str | None, Callable[[str], str]] = {
    "date-time": lambda text: datetime.fromisoformat(text).isoformat(),
    "uuid": lambda text: str(UUID(text)),
}
"""Conversions that match how the generated models write these formats."""


_ANYTHING = Field("", "", "any", nullable=True)


class CheckedFields(NamedTuple):
    """The valid parameters and body of a call, as plain values by wire name."""

    parameters: dict[str, Any]
    body: dict[str, Any]


def prepare(operation: Operation, given: Mapping[str, Any]) -> CheckedFields:
    """Return the checked fields of a call, or raise `InvalidRequest` with all problems.

    Fields may use their Python or wire names; values may be plain, enums or generated models. None counts as missing
    unless the spec allows null.
    """
    fields = operation.parameters + operation.fields
    problems: list[Problem] = []
    prompt = operation.prompt.field if operation.prompt else None
    body = _object(_Level(fields, operation.rules, closed=True, prompt=prompt), given, "", problems)
    if not problems:
        problems.extend(_unplaceable(operation.parameters, body))
    if problems:
        details = ". ".join(str(problem) for problem in problems)
        count = f"{len(problems)} fields are wrong. " if len(problems) > 1 else ""
        raise InvalidRequest(f"{operation.name}: {count}{details}.", problems=problems)
    parameters = {field.wire: body.pop(field.wire) for field in operation.parameters if field.wire in body}
    return CheckedFields(parameters, body)


def _unplaceable(parameters: Iterable[Field], values: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the valid strings that cannot stand in a path or a header."""
    for field in parameters:
        value = values.get(field.wire)
        if not isinstance(value, str):
            continue
        if field.place == "path" and not value:
            yield Problem(field.name, "must not be empty, because it is a part of the path")
        elif field.place == "header" and not fits_header(value):
            yield Problem(field.name, IN_HEADER, shown(value))


class _Level(NamedTuple):
    """Rules for one object: the body or an object inside it."""

    fields: tuple[Field, ...]
    rules: tuple[Condition, ...]
    closed: bool
    prompt: str | None = None
    """The wire name of the field that holds the prompt."""
    values: Field | None = None
    """Rules for the values of unlisted names."""


def _object(level: _Level, given: Mapping[str, Any], where: str, problems: list[Problem]) -> dict[str, Any]:
    by_name = fields_by_name(level.fields)
    found: dict[str, Any] = {}
    written: dict[str, str] = {}
    meant: set[str] = set()
    for name, value in given.items():
        field = by_name.get(name)
        if field is None:
            if level.closed:
                near = nearest_field(str(name), level.fields, level.prompt)
                hint = f" (did you mean {near.name}?)" if near else ""
                problems.append(Problem(where + str(name), f"is not a field here{hint}"))
                meant |= {near.wire} if near else set()
            else:
                found[str(name)] = _value(level.values or _ANYTHING, value, where + str(name), problems)
        elif not _left_out(field, value):
            if field.wire in written:
                problems.append(Problem(where + name, f"is given twice, also as {written[field.wire]}"))
            written[field.wire] = name
            found[field.wire] = _value(field, value, where + name, problems)
    problems.extend(_missing(level, written, meant, where))
    known = {field.wire: found.pop(field.wire) for field in level.fields if field.wire in found}
    return found | known  # keeps the order of the generated models


def _value(field: Field, value: Any, where: str, problems: list[Problem]) -> Any:
    value = value if field.type == "file" else _plain(value)
    if field.choices:
        return _choice(field, value, where, problems)
    if field.enum and isinstance(value, str):
        value = worded(field, value)
    wrong = wrong_value(field, value)
    if wrong is not None:
        problems.append(Problem(where, *wrong))
    elif field.type == "array" and field.items is not None and value is not None:
        return [_value(field.items, item, f"{where}[{index}]", problems) for index, item in enumerate(value)]
    elif field.type == "object" and value is not None:
        inside = _object(
            _Level(field.fields, field.rules, field.closed, values=field.values), value, where + ".", problems
        )
        problems.extend(_count(field, inside, where))
        return inside
    elif field.format in _NORMAL and value is not None:
        return _NORMAL[field.format](value)
    elif field.type == "integer" and isinstance(value, float):
        return int(value)  # 1.0 is valid, but many JSON parsers want 1
    return value


def _choice(field: Field, value: Any, where: str, problems: list[Problem]) -> Any:
    """Check a value against alternatives, reporting the problems of the closest one."""
    if value is None and field.nullable:
        return None
    attempts: list[tuple[list[Problem], Any]] = []
    for choice in field.choices:
        wrong: list[Problem] = []
        checked = _value(choice, value, where, wrong)
        if not wrong:
            return checked
        attempts.append((wrong, checked))
    at = {where, f"{where}.{field.discriminator}"}
    close = [each for each in attempts if not at & {problem.field for problem in each[0]}]
    if close:
        wrong, checked = min(close, key=lambda each: len(each[0]))
        problems.extend(wrong)
        return checked
    mismatches = [problem for wrong, _ in attempts for problem in wrong if problem.field in at]
    head, tail = "must be ", ""
    if all(problem.must.startswith("is required") for problem in mismatches):
        head, tail = "is required (", ")"
    must = " or ".join(dict.fromkeys(problem.must.removeprefix(head).removesuffix(tail) for problem in mismatches))
    problems.append(mismatches[0]._replace(must=f"{head}{must}{tail}"))
    return value


def _plain(value: Any) -> Any:
    if type(value) is str:  # most values are
        return value
    if isinstance(value, Enum):
        return value.value
    if parts := getattr(value, "__attrs_attrs__", ()):  # to_dict fails if a nested value has the wrong type
        return {part.name: getattr(value, part.name) for part in parts}
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return value


def _left_out(field: Field, value: Any) -> bool:
    # UNSET is recognized by class name, because importing the generated types would slow every caller's start.
    return (value is None and not field.nullable) or type(value).__name__ == "Unset"


def _missing(level: _Level, written: Mapping[str, str], meant: set[str], where: str) -> Iterator[Problem]:
    reported = set(meant)  # "did you mean text?" makes "text is required" redundant
    for field in level.fields:
        if field.required and field.wire not in written and field.wire not in reported:
            reported.add(field.wire)
            must = bound_of(field)
            yield Problem(where + field.name, f"is required{f' ({must})' if must else ''}")
    names = {field.wire: written.get(field.wire, field.name) for field in level.fields if level.rules}
    for rule in level.rules:
        if not set(rule.present) <= set(written) or set(rule.absent) & set(written):
            continue
        because = " and ".join(
            [f"{names[wire]} is given" for wire in rule.present]
            + [f"{names[wire]} is not given" for wire in rule.absent]
        )
        for wire in rule.require:
            if wire not in written and wire not in reported:
                reported.add(wire)
                yield Problem(where + names[wire], f"is required when {because}")
        for wire in rule.forbid:
            if wire in written:
                yield Problem(where + names[wire], f"must be left out when {because}")


def _count(field: Field, inside: Mapping[str, Any], where: str) -> Iterator[Problem]:
    low, high = field.min_properties or 0, field.max_properties
    if len(inside) < low or (high is not None and len(inside) > high):
        choices = ", ".join(inner.name for inner in field.fields)
        many = f"exactly {'one' if low == 1 else low}" if low == high else range_of(low, high)
        yield Problem(where, f"must have {many} of {choices}", " and ".join(inside) or "none of them")


def nearest_field(name: str, fields: Iterable[Field], prompt: str | None = None) -> Field | None:
    """Return the field that an unknown name probably means.

    `prompt` is the wire name of the prompt field. The names of other operations' prompt fields match it too.
    """
    by_name = {written: field for field in fields for written in (field.wire, field.name)}
    word = name.strip().casefold()
    prompts = {each.prompt.field.casefold() for each in OPERATIONS.values() if each.prompt}
    if prompt in by_name and difflib.get_close_matches(word, prompts, n=1, cutoff=0.8):
        return by_name[prompt]
    near = difflib.get_close_matches(word, [field.name for field in by_name.values()], n=1)
    return by_name[near[0]] if near else None
