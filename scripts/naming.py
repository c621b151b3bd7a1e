"""What operations, aliases and tags may be called: so that each is reached by its name, in Python and in a shell.

What hand-written code has taken is read out of its text. Importing it would import the generated code below it, which
may be the very thing that is broken and made anew.
"""

from __future__ import annotations

import ast
import keyword
import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeGuard, cast

import table
from asked_for import PACKAGE
from examples import VALUES
from fields import SpecError
from openapi_python_client.strings import snake_case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Json = dict[str, Any]

TEMPLATES = PACKAGE.parent / "templates"
_IMPORTED = re.compile(r"^ *from [\w.]+ import ([\w, ]+)$", re.MULTILINE)
_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def problems(spec: Json, rows: Sequence[Json]) -> Iterator[str]:
    """What is wrong with the names of a document, by the rows of its operations."""
    described = [tag["name"] for tag in spec.get("tags", ()) if tag.get("description")]
    for row in rows:
        place = f"{row['method']} {row['path']}"
        yield from _no_name(f"{place}: operationId", row["name"])
        if row["alias"] is not None:
            yield from _no_name(f"{place}: alias", row["alias"])
            yield from _taken(f"{place}: alias", row["alias"], commands(), "a command of that name hides it")
        if table.job_field(row) is not None:
            hides = "jobs have an attribute of that name, which hides the follow-up"
            yield from _taken(f"{place}: operationId", row["name"], of_jobs(), hides)
        if row["namespace"] not in described:
            yield (
                f"{place}: tag must be one that stands with a description under tags at the top of the document "
                f"({', '.join(described)}); got {row['namespace']!r}"
            )
    yield from _choices(spec)
    for asked in (table.server, table.key_header):
        try:
            asked(spec)
        except SpecError as reason:
            yield from reason.args
    for name in sorted(of_templates() & set(spec.get("components", {}).get("schemas", {}))):
        yield f"components/schemas/{name}: generated code has a class of that name; call the schema otherwise"
    for tag in dict.fromkeys(row["namespace"] for row in rows):
        yield from _no_name("tag", tag)
        yield from _taken("tag", tag, of_clients(), "clients have a method of that name, which hides the namespace")


def _choices(node: Any, *place: str) -> Iterator[str]:
    """The enums below a node of which two values would have one name in Python: one of them would be lost."""
    if isinstance(node, list):
        for number, inner in enumerate(node):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            yield from _choices(inner, *place, str(number))
    elif isinstance(node, dict):
        named = place[-1:] == ("properties",)
        inside = cast("Json", node)
        if not named and isinstance(inside.get("enum"), list):
            names = _members(inside["enum"], inside.get("x-enum-varnames", ()))
            for name in sorted({name for name in names if names.count(name) > 1}):
                clash = [value for value, own in zip(inside["enum"], names, strict=True) if own == name]
                yield (
                    f"{' '.join(place)}: the values {clash} of the enum would all be named {name}; "
                    "give each a name of its own under x-enum-varnames"
                )
        for key, inner in inside.items():
            if named or key not in VALUES:
                yield from _choices(inner, *place, str(key))


def _members(values: list[Any], varnames: Sequence[str]) -> list[str]:
    """The names that openapi-python-client gives the values of an enum."""
    if len(varnames) == len(values):
        return [snake_case(name).upper() for name in varnames]
    return [
        snake_case(str(value).upper()).upper() if str(value)[:1].isalpha() else f"VALUE_{at}"
        for at, value in enumerate(values)
    ]


def of_templates() -> set[str]:
    """The classes that generated modules import or define beside their models."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.glob("*.jinja"))]
    imported = " ".join(each for text in texts for each in _IMPORTED.findall(text))
    names = re.findall(r"\w+", f"{imported} File FileTypes UUID Job AsyncJob")
    return {name for name in names if name[0].isupper() and not name.isupper()} | {"UUID"}


def commands() -> set[str]:
    """The commands that are written by hand, as operations are spelt."""
    for node in _tree("cli/entries.py"):
        match node:
            case ast.Assign(targets=[ast.Name(id="OWN")], value=ast.Dict(keys=keys)):
                return {str(key.value).replace("-", "_") for key in keys if isinstance(key, ast.Constant)}
            case _:
                pass
    raise LookupError("cli/entries.py has no OWN")


def of_jobs() -> set[str]:
    """The public attributes of jobs, of either colour, but for the follow-ups."""
    return _attributes("_calls/job_view.py") | _attributes("jobs.py")


def of_clients() -> set[str]:
    """The methods of clients. A property of theirs may have a tag's name: that is the namespace, with more to it.

    `make` stands in generated code.
    """
    return _attributes("_client/base.py", properties=False) | _attributes("client.py", properties=False) | {"make"}


def _no_name(what: str, name: str) -> Iterator[str]:
    if not _SNAKE_CASE.fullmatch(name) or keyword.iskeyword(name):
        yield f"{what} must be a name in snake_case, such as paint_over, and no keyword of Python; got {name!r}"


def _taken(what: str, name: str, taken: set[str], why: str) -> Iterator[str]:
    if name in taken:
        yield f"{what} must not be {name!r}: {why}; so it is with {', '.join(sorted(taken))}"


def _attributes(module: str, *, properties: bool = True) -> set[str]:
    """The public attributes that the classes of a module define in their bodies, or those classes that it exports."""
    found: set[str] = set()
    exported = [ast.literal_eval(node.value) for node in _tree(module) if _is_all(node)]
    for node in _tree(module):
        if exported and isinstance(node, ast.ClassDef) and node.name not in exported[0]:
            continue
        shape = isinstance(node, ast.ClassDef) and {"TypedDict", "Protocol"} & {
            ast.unparse(each) for each in node.bases
        }
        for item in node.body if isinstance(node, ast.ClassDef) and not shape else ():
            match item:
                case ast.FunctionDef(name=name, decorator_list=decorators):
                    if properties or not any(ast.unparse(each) == "property" for each in decorators):
                        found.add(name)
                case ast.AsyncFunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                    found.add(name)
                case _:
                    pass
    return {name for name in found if not name.startswith("_")}


def _is_all(node: ast.stmt) -> TypeGuard[ast.Assign]:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


@cache
def _tree(module: str) -> list[ast.stmt]:
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8")).body
