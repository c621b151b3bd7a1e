"""One edit: no hand-written module spells a path or an operation of the spec; a new one needs no line of code.

What counts, in the syntax tree of each module:

- a string that holds a path of the spec, or that is an operationId, an alias, or the last word of a path;
- an attribute of a namespace (`….midjourney.X`, `.tasks.X`, `.account.X`) that is an operationId or an alias, and
  anywhere an attribute that is an operationId of several words, which is no ordinary word;
- an import of an endpoint's module or of a request model.

Docstrings may speak of operations. Where a short operationId is an ordinary word as well (`get`), it may stand where
it can only be that word: among HTTP methods, or as a role. One word for an operation that makes no job and has no role
(`content`, `delete`) is as ordinary: it counts only where an operation is looked up or compared by it.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legnext_client.generated.operations import ALIASES, OPERATIONS, ROLES
from tests.tables import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SHOWS_WHAT_A_USER_WRITES = {"scripts/demo.py"}
"""Calls operations by name, as any program of a user does; it is no part of what follows from the spec."""

SPEC: dict[str, Any] = json.loads((ROOT / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))
HTTP_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
NAMES = {*OPERATIONS, *ALIASES}
PATHS = {path.partition("{")[0] for path in SPEC["paths"]}
LAST_WORDS = {path.rsplit("/", 1)[1] for path in SPEC["paths"] if "-" in path.rsplit("/", 1)[1]}
ORDINARY = {
    name
    for name, operation in OPERATIONS.items()
    if "_" not in name and not operation.makes_job and operation.role is None
}
NAMESPACES = {operation.namespace for operation in OPERATIONS.values()}
REQUEST_MODELS = {operation.request_model for operation in OPERATIONS.values() if operation.request_model}


def violations(source: str) -> list[str]:
    """Where a module names what the spec could name."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if not is_docstring(node, parents):
                named = text.strip("/") in NAMES | LAST_WORDS and not is_another_word(text, node, parents)
                named = named and (text not in ORDINARY or looks_one_up(node, parents))
                if named or any(path in text for path in PATHS):
                    found.append(f"line {node.lineno}: the string {text!r}")
            case ast.Attribute(value=holder, attr=name) if name in NAMES:
                if last_name(holder) in NAMESPACES or "_" in name:
                    found.append(f"line {node.lineno}: the attribute {ast.unparse(node)}")
            case ast.Import() | ast.ImportFrom():
                found.extend(f"line {node.lineno}: the import {one}" for one in imported(node) if names_one(one))
            case _:
                pass
    return found


def is_docstring(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    return isinstance(parents[node], ast.Expr)


def is_another_word(text: str, node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Among HTTP methods only, or compared with a method, `get` is one; as a role, a role is one."""
    match parents[node]:
        case ast.Tuple(elts=siblings) | ast.List(elts=siblings) | ast.Set(elts=siblings):
            words = [one.value if isinstance(one, ast.Constant) else None for one in siblings]
            return len(words) > 1 and all(word in HTTP_METHODS for word in words)
        case ast.Compare(left=left, comparators=others):
            beside = {last_name(one) for one in (left, *others) if one is not node}  # also of row["role"]
            return (text in HTTP_METHODS and beside == {"method"}) or (text in ROLES and beside == {"role"})
        case ast.Subscript(value=holder, slice=index) if index is node:
            return text in ROLES and last_name(holder) == "ROLES"
        case ast.Call(func=function, args=[first, *_]) if first is node:
            return text in ROLES and last_name(function) == "command_for"
        case _:
            return False


def looks_one_up(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """`OPERATIONS["x"]`, `getattr(tasks, "x")`, `operation.name == "x"`."""
    match parents[node]:
        case ast.Subscript(value=holder):
            return last_name(holder) in ("OPERATIONS", "ALIASES")
        case ast.Call(func=function):
            return last_name(function) == "getattr"
        case ast.Compare(left=left, comparators=others):
            return bool({last_name(one) for one in (left, *others)} & {"name", "alias", "task_type"})
        case _:
            return False


def last_name(node: ast.AST) -> str:
    """`c` of `a.b.c`, and of `a.b.c()`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Call(func=function):
            return last_name(function)
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case _:
            return ""


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    before = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        yield before + alias.name


def names_one(module: str) -> bool:
    parts = module.split(".")
    return parts[-1] in REQUEST_MODELS or (
        "generated" in parts and bool({part.removesuffix("_request") for part in parts} & set(OPERATIONS))
    )


HAND_WRITTEN = sorted(
    str(path.relative_to(ROOT))
    for folder in ("legnext_client", "scripts")
    for path in (ROOT / folder).rglob("*.py")
    if path.relative_to(ROOT).parts[:2] != ("legnext_client", "generated")
)


@for_each("module", [module for module in HAND_WRITTEN if module not in SHOWS_WHAT_A_USER_WRITES])
def test_no_hand_written_module_names_a_path_or_an_operation(module: str) -> None:
    assert violations((ROOT / module).read_text(encoding="utf-8")) == []


def test_all_hand_written_modules_are_looked_at() -> None:
    assert {"legnext_client/_protocol/checks.py", "legnext_client/errors.py", "scripts/generate.py"} <= set(
        HAND_WRITTEN
    )
    assert not any("/generated/" in module for module in HAND_WRITTEN)
    for module in SHOWS_WHAT_A_USER_WRITES & set(HAND_WRITTEN):
        assert violations((ROOT / module).read_text(encoding="utf-8")), "no exception is needed any more"


PAID = next(operation for operation in OPERATIONS.values() if operation.makes_job and operation.request_model)
LONG = next(operation for operation in OPERATIONS.values() if operation.makes_job and "_" in operation.name)
SEEDED = [
    f"client.{PAID.namespace}.{PAID.name}(text='a')",
    f"self._client.tasks.{ROLES['job'].name}(job_id)",
    f"getattr(client.{PAID.namespace}, '{PAID.name}')(job_id='a')",
    f"OPERATIONS['{PAID.name}']",
    f"if operation.name == '{PAID.name}': pass",
    f"if operation.task_type in ('{LONG.name}', 'a'): pass",
    f"PAID = {{'a', '{PAID.name}'}}",
    f"match name:\n    case '{PAID.name}': pass",
    f"url = f'{{base}}{ROLES['job'].path}'",
    f"url = base + '{PAID.path}'",
    f"from legnext_client.generated.models import {PAID.request_model}",
    *(f"getattr(client.tasks, '{name}')(job_id='a')" for name in ORDINARY),
    *(f"OPERATIONS['{name}']" for name in ORDINARY),
]
INNOCENT = [
    "'''The module that sends /v1/diffusion, as client.midjourney.diffusion does.'''",
    "def f() -> None:\n    'diffusion'",
    "headers.get('retry-after')",
    "self.balance = answer.balance",
    "METHODS = ('get', 'put', 'post')",
    "if request.method == 'get': pass",
    "balance = ROLES['balance']",
    "command_for('balance')",
    "if operation.role == 'balance': pass",
    "def upscale(self) -> None: ...",
    "chain.upscale()",
    "from legnext_client.generated.models import TaskResponse",
]


@for_each("source", SEEDED)
def test_a_seeded_violation_is_found(source: str) -> None:
    assert violations(source) != []


@for_each("source", INNOCENT)
def test_ordinary_code_is_no_violation(source: str) -> None:
    assert violations(source) == []


@for_each("template", sorted((ROOT / "templates").rglob("*.jinja")))
def test_no_template_names_a_path_or_an_operation(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert [name for name in PATHS if name in text] == []
    assert [name for name in NAMES - ORDINARY for quote in "\"'" if f"{quote}{name}{quote}" in text] == []
