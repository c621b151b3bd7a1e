"""What hand-written code asks of what is generated: operations by their roles, and classes and tables by their names.

Where the document does not give one of them any more, the package could not be imported; so nothing is generated then.
"""

from __future__ import annotations

import re
import symtable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).resolve().parent.parent / "legnext_client"
_IMPORT = re.compile(r"^ *from legnext_client\.generated\.([\w.]+) import (?:\(([^)]*)\)|(.+))$", re.MULTILINE)
_ROLE = re.compile(r'ROLES\["([\w.]+)"\]')


@cache
def roles() -> dict[str, str]:
    """The roles that are asked for, each with a module that does."""
    found: dict[str, str] = {}
    for module, text in _hand_written():
        for role in _ROLE.findall(text):
            found.setdefault(role, module)
    return found


@cache
def statuses() -> tuple[str, ...]:
    """The statuses of a job that are known by name."""
    text = (PACKAGE / "_protocol" / "state.py").read_text(encoding="utf-8")
    found = re.search(r"^PENDING, COMPLETED, FAILED = (.+)$", text, re.MULTILINE)
    return tuple(re.findall(r'"(\w+)"', found[1])) if found else ()


def lost(generated: Path) -> Iterator[str]:
    """The names that are imported from generated code and are not in it."""
    for module, text in _hand_written():
        for name, listed, plain in _IMPORT.findall(text):
            there = _names(generated, name) | {"*"}
            for alias in re.sub(r"#.*", "", listed or plain).split(","):
                words = alias.split()
                if words and words[0] not in there:
                    yield f"legnext_client/{module} imports {words[0]} from generated.{name}, which has none now"


@cache
def _hand_written() -> list[tuple[str, str]]:
    """The modules of the package, by their paths in it, with their texts."""
    paths = [(path.relative_to(PACKAGE).as_posix(), path) for path in sorted(PACKAGE.rglob("*.py"))]
    return [(name, path.read_text(encoding="utf-8")) for name, path in paths if not name.startswith("generated/")]


@cache
def _names(generated: Path, module: str) -> set[str]:
    """What can be imported from a generated module."""
    path = generated.joinpath(*module.split(".")).with_suffix(".py")
    path = path if path.exists() else path.with_suffix("") / "__init__.py"
    symbols = symtable.symtable(path.read_text(encoding="utf-8"), str(path), "exec").get_symbols()
    return {each.get_name() for each in symbols if each.is_assigned() or each.is_imported() or each.is_namespace()}
