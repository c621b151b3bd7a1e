"""Command parameters made from an operation's fields, and fields read from the given arguments.

A value that does not parse as the field's type is passed on as a string, so that the check before sending reports all
problems of a call at once.
"""

import inspect
import re
import sys
from collections.abc import Callable, Container, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from legnext_client._downloads.local_files import path_of
from legnext_client._protocol import literals
from legnext_client._protocol.bounds import bound_of
from legnext_client._protocol.checks import CheckedFields, prepare
from legnext_client._protocol.literals import NULL, name_of, names_of
from legnext_client.cli.command import Run, command, single
from legnext_client.cli.exits import Exit
from legnext_client.errors import InvalidRequest, Problem
from legnext_client.generated.operations import Field, Operation

JOB = "job_id"
"""The field that holds a follow-up's source job."""

QUOTES = 'Quote the whole prompt, including flags: "a lighthouse --v 7".'
"""Shown at the end of help and usage errors of commands that take a prompt."""

OPTIONS = frozenset((
    "--wait", "--timeout", "--download", "--name", "--price", "--prompts", "--key", "--all", "--at-most", "--show",
    "--source", "--json", "--env-file", "--base-url", "--ledger", "--retries", "--debug", "--help",
))  # fmt: skip
"""Options of commands besides the fields of their operations; no field takes such a name."""

_PREFIX = "field_"
"""Keeps field names apart from a command's own parameters."""
_LONGEST_CHOICE = 20
"""In characters. Longer choices go into the help text, because names and choices must fit in 80 columns."""
_FIELD = re.compile(r"[A-Za-z_]\w*")


class Word(NamedTuple):
    """A field as a command-line argument or option."""

    field: Field
    by_place: bool
    name: str

    @property
    def parameter(self) -> str:
        return _PREFIX + self.field.name


def words(operation: Operation) -> list[Word]:
    """Return an operation's fields as arguments and options, which are the same in all commands."""
    return [_word(operation, field) for field in (*operation.parameters, *operation.fields)]


def fields(listed: list[Word], given: dict[str, Any]) -> dict[str, Any]:
    """Remove the fields from `given` and return them by Python name."""
    found: dict[str, Any] = {}
    with named(listed):
        for word in listed:
            value = given.pop(word.parameter)
            if value is not None and value != []:
                found[word.field.name] = value_of(word.field, value)
    return found


def checked(operation: Operation, listed: list[Word], found: Mapping[str, Any]) -> CheckedFields:
    """Refuse fields the spec does not allow, naming them as on the command line."""
    with named(listed):
        return prepare(operation, found)


def app_with_fields(
    function: Callable[..., Exit | None],
    operation: Operation,
    listed: list[Word],
    *,
    optional: bool = False,
    without: Container[str] = (),
) -> typer.Typer:
    """Return an app of one command from a function that takes the fields as `**given`.

    With `optional`, no field is required. The function's parameters named in `without` keep their defaults and do not
    become options.
    """

    def carry_out(run: Run, **given: Any) -> Exit | None:
        return function(run, **given)

    run, *own = inspect.signature(function).parameters.values()
    own = [each for each in own if each.kind is not each.VAR_KEYWORD and each.name not in without]
    carry_out.__name__ = operation.name
    carry_out.__doc__ = _description(operation, listed)
    parameters = [_parameter(word, optional=optional) for word in listed]
    vars(carry_out)["__signature__"] = inspect.Signature([run, *parameters, *own])
    return single(command(carry_out), epilog=QUOTES if operation.prompt is not None else None)


@contextmanager
def named(listed: list[Word]) -> Generator[None]:
    """Rename fields in problems to their command-line names while open."""
    by_name = {word.field.name: word for word in listed}
    try:
        yield
    except InvalidRequest as error:
        if not all(isinstance(problem, Problem) for problem in error.problems) or not error.problems:
            raise
        text = ". ".join(str(_reworded(problem, by_name)) for problem in error.problems)
        raise InvalidRequest(f"{text}.", problems=error.problems) from None


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
    """Return the names and values of an enum; both are accepted."""
    named = [(name_of(field, value), str(value)) for value in field.enum]
    return f"one of {', '.join(name if name == value else f'{name} ({value})' for name, value in named)}" * bool(named)


def _word(operation: Operation, field: Field) -> Word:
    if _by_place(operation, field):
        return Word(field, True, "JOB" if field.name == JOB else field.name.upper())
    option = f"--{field.name.rstrip('_').replace('_', '-')}"
    return Word(field, False, f"{option}-field" if option in OPTIONS else option)


def _by_place(operation: Operation, field: Field) -> bool:
    """Return whether a field is an argument: a string that is required, at least if nothing else is given."""
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
    """Return whether a field is a plain switch; a nullable boolean takes a value."""
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


def _description(operation: Operation, listed: list[Word]) -> str:
    """Return the spec's text on an operation, with its fields named as on the command line."""
    text = f"{operation.summary}.\n\n{operation.description}"
    if operation.deprecated:
        text += "\n\nDeprecated."
    for word in listed:
        text = text.replace(f"`{word.field.wire}`", f"`{word.name}`")
    return text


def _help(word: Word) -> str:
    field, choice = word.field, ", ".join(names_of(word.field))
    bound = f"one of {choice}" if choice else "" if field.name == JOB else bound_of(field)
    from_elsewhere = word.by_place and not field.pattern and field.name != JOB
    parts = [
        field.description,
        "" if choice and _metavar(word) != "TEXT" else bound[:1].upper() + bound[1:],
        f"Must {field.means}" if field.means else "",
        "@FILE reads it from a file, - from standard input" if from_elsewhere else "",
        "Can be repeated" if field.type == "array" else "",
        f"Fields: {', '.join(inner.name for inner in field.fields)}" if field.fields else "",
        f"Can be {NULL}" if field.nullable else "",
        f"Default: {name_of(field, field.default)}" if field.default is not None else "",
        "Deprecated" if field.deprecated else "",
    ]
    text = " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)
    return text + (" [required]" if field.required and not word.by_place else "")


# ---- values -------------------------------------------------------------------------------------------------------


def value_of(field: Field, given: Any) -> Any:
    """Return a field's value from a string, several strings for a list, or a switch's boolean."""
    if field.nullable and given in (NULL, [NULL]):
        return None
    if field.type == "array":
        return _listed(field, given)
    if not isinstance(given, str):
        return given
    if field.type == "file":
        return Path(given)
    if field.file and (path := path_of(given)):
        return path
    if field.type in ("string", "object") and not field.enum:
        given = text_of(given)
    return literals.value_of(field, given, value_of)


def text_of(given: str) -> str:
    """Return a string as given, or read it from `@file` or `-` (standard input); `@@` stands for `@`."""
    if given == "-":
        if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]  # Python sets it to None when it is closed
            raise InvalidRequest("standard input is closed; pass the value itself or @FILE.")
        return _stripped("standard input", sys.stdin.read)
    if given.startswith("@@"):
        return given[1:]
    if given.startswith("@"):
        path = Path(given[1:])
        return _stripped(str(path), lambda: path.read_text(encoding="utf-8"))
    return given


def _listed(field: Field, given: Any) -> Any:
    """Return a list's items; each string is one item or a JSON list."""
    found: list[Any] = []
    for text in [given] if isinstance(given, str) else given:
        several = literals.json_or_text(text) if text.lstrip().startswith("[") else text
        if isinstance(several, list):
            found += several
        else:
            found.append(value_of(field.items, text) if field.items is not None else literals.json_or_text(text))
    return found


def _stripped(where: str, read: Any) -> str:
    try:
        text: str = read().strip()
    except OSError as error:
        raise InvalidRequest(f"{where} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidRequest(f"{where} cannot be read: it is not UTF-8 text.") from None
    if not text:
        raise InvalidRequest(f"{where} is empty.")
    return text
