"""The page about errors says what the code says: the same tree, every error once, with the advice that it prints."""

from __future__ import annotations

import builtins
import importlib
import inspect
import re
from pathlib import Path

from legnext_client import errors
from legnext_client.errors import LegnextError
from tests.tables import for_each

PAGE = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
TREE = re.compile(r"```text\n(.*?)```", re.DOTALL)
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.*?) ?\| (.+?) \|$", re.MULTILINE)
IMPORTED = re.compile(
    r"The errors are in `([\w.]+)`; all but `(\w+)`.*?imported\s+from\s+`(\w+)`. `([\w.]+)` has them", re.DOTALL
)

ERRORS = [
    thing
    for thing in vars(errors).values()
    if inspect.isclass(thing) and issubclass(thing, LegnextError) and thing.__module__ == errors.__name__
]


def tree(kind: type[BaseException], indent: str = "") -> list[str]:
    """The errors below one, in the order in which they are written, each with its other parents."""
    below = [each for each in ERRORS if kind in each.__bases__]
    lines: list[str] = []
    for each in below:
        last = each is below[-1]
        others = [named(parent) for parent in each.__bases__ if parent is not kind]
        lines.append(
            f"{indent}{'└── ' if last else '├── '}{each.__name__}" + (f" (also {others[0]})" if others else "")
        )
        lines += tree(each, indent + ("    " if last else "│   "))
    return lines


def named(kind: type) -> str:
    if kind.__module__ != builtins.__name__:
        return f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}"
    return f"Python's own {kind.__name__}" if issubclass(kind, OSError) else f"a {kind.__name__}"


def test_the_tree_is_that_of_the_code() -> None:
    (shown,) = TREE.findall(PAGE)
    assert shown.splitlines() == [LegnextError.__name__, *tree(LegnextError)]


def test_every_error_is_explained_once() -> None:
    explained = [name for name, *_ in ROW.findall(PAGE)]
    assert sorted(explained) == sorted(kind.__name__ for kind in ERRORS if kind is not LegnextError)


@for_each(("name", "carries", "advice"), [(name, has, todo) for name, _, has, todo in ROW.findall(PAGE)])
def test_a_row_carries_and_advises_what_the_error_does(name: str, carries: str, advice: str) -> None:
    kind = getattr(errors, name)
    assert not kind.advice or advice == kind.advice, f"{name} prints: {kind.advice}"
    known = {*dir(kind("what happened"))} | {each.__name__ for each in ERRORS}
    assert set(re.findall(r"`(\w+)`", carries)) <= known


def test_what_can_be_imported_from_where_is_told_truly() -> None:
    (home, without, package, other) = IMPORTED.findall(PAGE)[0]
    names = {kind.__name__ for kind in ERRORS}
    assert without in names
    for name in names:
        assert hasattr(importlib.import_module(home), name)
        assert hasattr(importlib.import_module(package), name) == (name != without)
        assert hasattr(importlib.import_module(other), name)
    assert importlib.import_module(other).LegnextAPIError is LegnextError


def test_what_an_error_takes_is_on_the_page() -> None:
    # An attribute that is new to an error has to be told of; those that an error inherits are told once.
    told = {name: set(re.findall(r"`(\w+)`", carries)) for name, _, carries, _ in ROW.findall(PAGE)}
    for kind in ERRORS:
        if kind is not LegnextError and (taken := inspect.get_annotations(kind).keys()):
            assert taken <= told[kind.__name__], f"{kind.__name__} carries {taken}"
