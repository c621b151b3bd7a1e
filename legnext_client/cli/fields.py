"""From the table of operations to the parameters of a command, and from what was given to the fields of a call."""

import inspect
import re
from collections.abc import Callable, Container, Generator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, NamedTuple

import typer

from legnext_client._protocol.bounds import bound_of
from legnext_client._protocol.checks import prepare
from legnext_client._protocol.literals import NULL, name_of, names_of
from legnext_client.cli.command import Run, command, single
from legnext_client.cli.exits import Exit
from legnext_client.cli.values import value_of
from legnext_client.errors import InvalidRequest, Problem
from legnext_client.generated.operations import Field, Operation

JOB = "job_id"
"""The field by which a follow-up names its source."""

QUOTES = 'A prompt is one word to the shell: put it in quotes, flags and all, as in "a lighthouse --v 7".'
"""The last words of the help of commands that take a prompt, and of errors in using them."""

_PREFIX = "field_"
"""Before the names of fields, which could be those of a command's own parameters."""
_LONGEST_CHOICE = 20
"""In letters. Of what is longer the help tells, where 80 columns would not be enough for names and choices."""
_FIELD = re.compile(r"[A-Za-z_]\w*")


class Word(NamedTuple):
    """A field as it is written on the command line: by its place or as an option, under this name."""

    field: Field
    by_place: bool
    name: str

    @property
    def parameter(self) -> str:
        return _PREFIX + self.field.name


def words(operation: Operation, taken: frozenset[str]) -> list[Word]:
    """How each field of an operation is written; `taken` are the options that its command has besides."""
    return [_word(operation, field, taken) for field in (*operation.parameters, *operation.fields)]


def fields(listed: list[Word], given: dict[str, Any]) -> dict[str, Any]:
    """The fields that were given, by their Python names, taken out of everything that was given."""
    found: dict[str, Any] = {}
    with named(listed):
        for word in listed:
            value = given.pop(word.parameter)
            if value is not None and value != []:
                found[word.field.name] = value_of(word.field, value)
    return found


def checked(operation: Operation, listed: list[Word], found: Mapping[str, Any], *, partly: bool = False) -> None:
    """Refuse what the spec does not allow, in the words of the command line; `partly`, and fields may be missing."""
    with named(listed):
        try:
            prepare(operation, found)
        except InvalidRequest as error:
            wrong = [problem for problem in error.problems if not (partly and problem.must.startswith("is required"))]
            if wrong:
                raise InvalidRequest(error.message, problems=wrong) from None


def app_with_fields(
    function: Callable[..., Exit | None],
    operation: Operation,
    listed: list[Word],
    *,
    optional: bool = False,
    without: Container[str] = (),
) -> typer.Typer:
    """An app of one command, made from a function whose `**given` takes the fields.

    All fields can be left out if they are `optional`. The function's parameters that are named in `without` keep their
    defaults and are no options.
    """

    def carry_out(run: Run, **given: Any) -> Exit | None:
        return function(run, **given)

    run, *own = inspect.signature(function).parameters.values()
    own = [each for each in own if each.kind is not each.VAR_KEYWORD and each.name not in without]
    carry_out.__name__ = operation.name
    carry_out.__doc__ = _told_of(operation, listed)
    parameters = [_parameter(word, optional=optional) for word in listed]
    vars(carry_out)["__signature__"] = inspect.Signature([run, *parameters, *own])
    return single(command(carry_out), epilog=QUOTES if operation.prompt is not None else None)


@contextmanager
def named(listed: list[Word]) -> Generator[None]:
    """Problems with fields are told with the names that the fields have on the command line."""
    by_name = {word.field.name: word for word in listed}
    try:
        yield
    except InvalidRequest as error:
        if not all(isinstance(problem, Problem) for problem in error.problems) or not error.problems:
            raise
        told = ". ".join(str(_reworded(problem, by_name)) for problem in error.problems)
        raise InvalidRequest(f"{told}.", problems=error.problems) from None


def _reworded(problem: Problem, words: Mapping[str, Word]) -> Problem:
    def name(found: re.Match[str]) -> str:
        return words[found[0]].name if found[0] in words else found[0]

    must, when, because = problem.must.partition(" when ")
    if problem.field in words and (choice := _choice(words[problem.field].field)):
        must = f"is required ({choice})" if must.startswith("is required") else f"must be {choice}"
    return problem._replace(
        field=_FIELD.sub(name, problem.field, count=1), must=must + when + _FIELD.sub(name, because)
    )


def _choice(field: Field) -> str:
    """The values of an enum as they are written here; numbers are taken, too."""
    named = [(name_of(field, value), str(value)) for value in field.enum]
    return f"one of {', '.join(name if name == value else f'{name} ({value})' for name, value in named)}" * bool(named)


def _word(operation: Operation, field: Field, taken: frozenset[str]) -> Word:
    if _by_place(operation, field):
        return Word(field, True, "JOB" if field.name == JOB else field.name.upper())
    option = f"--{field.name.replace('_', '-')}"
    return Word(field, False, f"{option}-field" if option in taken else option)


def _by_place(operation: Operation, field: Field) -> bool:
    """Texts that are required, if only because nothing else is given, have a place."""
    stands_in = any(not rule.present and field.wire in rule.require for rule in operation.rules)
    return field.type == "string" and not field.enum and (field.required or stands_in)


def _parameter(word: Word, *, optional: bool) -> inspect.Parameter:
    field = word.field
    settings: dict[str, Any] = {"help": _help(word), "metavar": _metavar(word), "show_default": False}
    if word.by_place:
        required = field.required and not optional
        kind: Any = Annotated[str if required else str | None, typer.Argument(**settings)]
        default: Any = inspect.Parameter.empty if required else None
    elif _is_switch(field):
        kind, default = Annotated[bool | None, typer.Option(f"{word.name}/--no-{word.name[2:]}", **settings)], None
    else:
        type_ = list[str] if field.type == "array" else str
        kind, default = Annotated[type_ | None, typer.Option(word.name, **settings, **_completion(field))], None
    return inspect.Parameter(word.parameter, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)


def _is_switch(field: Field) -> bool:
    """A switch is on or off; for one that may be null as well, the value is written."""
    return field.type == "boolean" and not field.nullable


def _metavar(word: Word) -> str | None:
    if word.by_place:
        return word.name
    field = word.field
    if field.type == "boolean":
        return None if _is_switch(field) else f"true|false|{NULL}"
    choice = "|".join(names_of(field))
    if choice and len(choice) <= _LONGEST_CHOICE:
        return choice
    return {"string": "TEXT", "integer": "NUMBER", "number": "NUMBER", "object": "JSON"}.get(
        "string" if field.enum else field.items.type if field.items else field.type, "JSON"
    )


def _completion(field: Field) -> dict[str, Any]:
    names = list(names_of(field))
    return {"autocompletion": lambda: names} if names else {}


def _told_of(operation: Operation, listed: list[Word]) -> str:
    """What the spec tells of an operation, with its fields as they are written here."""
    told = f"{operation.summary}.\n\n{operation.description}"
    for word in listed:
        told = told.replace(f"`{word.field.wire}`", f"`{word.name}`")
    return told


def _help(word: Word) -> str:
    field, choice = word.field, ", ".join(names_of(word.field))
    bound = f"one of {choice}" if choice else "" if field.name == JOB else bound_of(field)
    from_elsewhere = word.by_place and not field.pattern and field.name != JOB
    parts = [
        field.description,
        "" if choice and _metavar(word) != "TEXT" else bound[:1].upper() + bound[1:],
        f"Must {field.means}" if field.means else "",
        "@FILE takes it from a file, - from standard input" if from_elsewhere else "",
        "To be given several times" if field.type == "array" else "",
        f"Inside: {', '.join(inner.name for inner in field.fields)}" if field.fields else "",
        f"Can be {NULL}" if field.nullable else "",
        f"Default: {name_of(field, field.default)}" if field.default is not None else "",
        "Deprecated" if field.deprecated else "",
    ]
    told = " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)
    return told + (" [required]" if field.required and not word.by_place else "")
