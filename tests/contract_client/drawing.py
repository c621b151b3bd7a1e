"""Calls that must be accepted: each value of each field once, and any values together."""

from __future__ import annotations

import copy
from functools import partial
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from legnext_client.prompts import Prompt

from . import prompts, values
from .expected import Asked, all_models, counterpart, image_models, usual_model
from .sources import Source, fitting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.generated.operations import Condition, Field, Operation
    from tests.contract.description import Schema

    from .prompts import Text
    from .values import Value

Json = dict[str, Any]
JOB, NUMBERS = "jobId", ("imageNo", "videoNo")


class Call(NamedTuple):
    """A call that must be accepted."""

    operation: Operation
    given: Json
    """The arguments, by their Python names."""
    plain: Json
    """What they stand for."""
    source: Source | None
    asked: Asked
    sound: bool
    """Whether the client should have nothing to say against the prompt."""

    @property
    def body(self) -> Json:
        """What they stand for, by their names on the wire."""
        wires = {field.name: field.wire for field in self.operation.fields}
        return {wires[name]: value for name, value in self.plain.items()}


def listed(operation: Operation) -> Iterator[Call]:
    """A call for each value that a field can have, and for each source, beside what the field cannot be without."""
    for field in sorted(operation.fields, key=partial(_is_prompt, operation)):  # prompts last: they are many
        chosen = min((one for one in combinations_of(operation) if field.wire in one), key=len)
        sources = fitting(counterpart(operation.name)) if JOB in chosen else [None]
        if _is_prompt(operation, field):
            for source in sources:
                texts = _prompts(operation, source)
                if source is not sources[0]:
                    texts = prompts.priced(_models(operation, source)[0])
                yield from (_call(operation, chosen, source, {}, text) for text in texts)
        elif field.wire == JOB:
            yield from (_call(operation, chosen, source, {}) for source in sources)
        else:
            for value in _values(operation, field, sources[0]):
                yield _call(operation, chosen, sources[0], {field.wire: value})


@st.composite
def calls(draw: st.DrawFn, operation: Operation) -> Call:
    """A call of this operation with any fields that may be there together."""
    chosen = draw(st.sampled_from(combinations_of(operation)))
    source = draw(st.sampled_from(fitting(counterpart(operation.name)))) if JOB in chosen else None
    picked: dict[str, Value] = {}
    text: Text | None = None
    for field in operation.fields:
        if field.wire in chosen and field.wire != JOB:
            if _is_prompt(operation, field):
                text = draw(prompts.drawn(*_models(operation, source)))
            elif field.wire in NUMBERS:
                picked[field.wire] = draw(st.sampled_from(_values(operation, field, source)))
            else:
                picked[field.wire] = draw(values.drawn(_schema(operation, field)))
    return _call(operation, chosen, source, picked, text, parsed=draw(st.booleans()))


def _call(
    operation: Operation,
    chosen: tuple[str, ...],
    source: Source | None,
    picked: dict[str, Value],
    text: Text | None = None,
    parsed: bool = False,
) -> Call:
    """A call with these fields, and these values for some of them; the others have the first that there is."""
    given: Json = {}
    plain: Json = {}
    for field in operation.fields:
        if field.wire not in chosen:
            continue
        if _is_prompt(operation, field):
            text = text or next(_prompts(operation, source))
            value: Value = (Prompt.parse(text.text) if parsed else text.text), text.text
        elif source and field.wire == JOB:
            value = source.job_id, source.job_id
        else:
            value = picked.get(field.wire) or _values(operation, field, source)[0]
        given[field.name], plain[field.name] = copy.deepcopy(value)  # a seeded fault may change what it is given
    text = text or prompts.Text("", sound=True)
    return Call(operation, given, plain, source, text.asked, text.sound)


def _schema(operation: Operation, field: Field) -> Schema:
    schema: Schema = counterpart(operation.name).body["properties"][field.wire]
    return schema


def _values(operation: Operation, field: Field, source: Source | None) -> list[Value]:
    found = values.listed(_schema(operation, field))
    return [value for value in found if value[1] < source.many] if source and field.wire in NUMBERS else found


def _is_prompt(operation: Operation, field: Field) -> bool:
    return operation.prompt is not None and field.wire == operation.prompt.field


def _prompts(operation: Operation, source: Source | None) -> Iterator[Text]:
    unnamed, named = _models(operation, source)
    yield from prompts.listed(unnamed, named)
    field = next(field for field in operation.fields if _is_prompt(operation, field))
    if not field.min_length:
        yield prompts.Text("")


def _models(operation: Operation, source: Source | None) -> tuple[str, list[str]]:
    """The model that works on a prompt which names none, and those that it can name."""
    kind = operation.prompt.kind if operation.prompt else ""
    if kind in all_models():
        return kind, []
    forbidden = operation.source.not_models if operation.source else ()
    return (source and source.model) or usual_model(), [one for one in image_models() if one not in forbidden]


def combinations_of(operation: Operation) -> list[tuple[str, ...]]:
    """The sets of fields that may be there together: all, the fewest, and what lies between."""
    needed = tuple(field.wire for field in operation.fields if field.required)
    free = [field.wire for field in operation.fields if not field.required]
    entangled = {wire for rule in operation.rules for group in rule for wire in group}
    plain = [wire for wire in free if wire not in entangled]
    some = [(), tuple(plain), *((wire,) for wire in plain)]
    together = _subsets([wire for wire in free if wire in entangled])
    sets = dict.fromkeys((*needed, *extra, *more) for extra in together for more in some)
    return [chosen for chosen in sets if all(_holds(rule, set(chosen)) for rule in operation.rules)]


def _subsets(wires: list[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(wires, size) for size in range(len(wires) + 1))


def _holds(rule: Condition, chosen: set[str]) -> bool:
    if not set(rule.present) <= chosen or set(rule.absent) & chosen:
        return True
    return set(rule.require) <= chosen and not set(rule.forbid) & chosen
