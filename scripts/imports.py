"""Print how the package's folders stack: `make imports`. Fails on a circle, too many floors or an unstated lazy import.

The floor of a module or folder is the length of the longest chain of imports below it; imports for type checking count.
An import inside a function is lazy, and each module that has one states the reason in LAZY.
"""

from __future__ import annotations

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "legnext_client"
MOST_FLOORS = 8
LAZY = {
    "_callbacks/receiver": "the server is needed only by `serve`",
    "_calls/job_view": "the models take longer to import than all the rest",
    "_calls/planning": "a free call needs no prices",
    "_calls/results": "a job that is not downloaded needs no downloads",
    "_calls/service": "a call that does not wait needs no waiting, and a free call neither prices nor prompts",
    "_client/base": "making a client imports neither prices nor uploads nor a ledger",
    "_transport/async_driver": "a call that downloads nothing needs no file driver",
    "_transport/puts": "making an uploader imports no httpx",
    "cli/__init__": "Ctrl-C during start-up still has its exit code",
    "cli/command": "`--help` makes no client",
    "cli/entries": "the hand-written commands need no table of operations",
    "cli/exits": "errors are named only when one has been raised",
    "cli/mcp": "a server of the real service needs no mock server",
    "cli/operations": "`--help` and completion send nothing, and a free call needs no prices",
    "cli/showing": "`--help` and completion make no client",
    "client": "making a client imports neither httpx nor the engine of batches",
    "prompts/checks": "a prompt can be checked without the table of operations",
    "pytest_plugin": "pytest starts without the mock server",
}
"""Modules that import inside functions to start sooner, and what is not imported for that."""


def main() -> int:
    graph: dict[str, set[str]] = {}
    lazy: dict[str, int] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).with_suffix("")
        if "generated" in module.parts or (module.name == "__init__" and len(module.parts) == 1):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(node) for function in ast.walk(tree) if _is_function(function) for node in ast.walk(function)}
        below = graph.setdefault(module.parts[0], set())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("legnext_client"):
                if id(node) in inside:
                    lazy[module.as_posix()] = lazy.get(module.as_posix(), 0) + 1
                else:
                    below.update(_units(node) - {module.parts[0], "generated"})
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        print(f"imports: a circle: {' → '.join(circle.args[1])}", file=sys.stderr)
        return 1
    floors: dict[str, int] = {}
    for unit in order:
        floors[unit] = 1 + max((floors[each] for each in graph.get(unit, ())), default=0)
    for floor in range(max(floors.values()), 0, -1):
        print(f"{floor}  {' '.join(sorted(unit for unit, its in floors.items() if its == floor))}")
    print(f"{max(floors.values())} floors, 0 circles, {sum(lazy.values())} imports inside functions:")
    for name, count in lazy.items():
        print(f"   {count}  {name}: {LAZY.get(name, 'no reason is stated')}")
    unstated, stale = sorted(lazy.keys() - LAZY.keys()), sorted(LAZY.keys() - lazy.keys())
    for name in unstated:
        print(f"imports: {name} imports inside a function; state the reason in scripts/imports.py", file=sys.stderr)
    for name in stale:
        print(f"imports: {name} has no import inside a function; remove it from scripts/imports.py", file=sys.stderr)
    return int(bool(unstated or stale) or max(floors.values()) > MOST_FLOORS)


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _units(node: ast.ImportFrom) -> set[str]:
    _, _, rest = (node.module or "").partition(".")
    return {rest.partition(".")[0]} if rest else {alias.name for alias in node.names if (PACKAGE / alias.name).exists()}


if __name__ == "__main__":
    sys.exit(main())
