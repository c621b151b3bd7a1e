"""Each package that a module imports is a dependency of the project, or of the extra that the module belongs to."""

from __future__ import annotations

import ast
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.utils import NormalizedName

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "legnext_client"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
distributions = cache(packages_distributions)
EXTRAS = {"_callbacks": "mock", "cli": "cli", "fleet": "fleet", "mcp": "mcp", "mock": "mock", "otel.py": "otel"}
"""The extra of each folder or module that needs one. A plugin of pytest runs only where pytest is."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def declared(place: str) -> set[NormalizedName]:
    """The distributions that are installed with a part of the package."""
    extra = EXTRAS.get(place)
    found = {"legnext-client", *(["pytest"] if place == "pytest_plugin.py" else [])}
    for text in [*PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] if extra else [])]:
        requirement = Requirement(text)
        found |= {requirement.name, *(f"{requirement.name}-{each}" for each in requirement.extras)}
    return set(map(canonicalize_name, found))


@pytest.mark.parametrize("place", sorted(path.name for path in PACKAGE.iterdir() if path.suffix in ("", ".py")))
def test_what_is_imported_is_declared(place: str) -> None:
    at = PACKAGE / place
    found = {name for path in (at.rglob("*.py") if at.is_dir() else [at]) for name in imported(path)}
    for name in found - sys.stdlib_module_names:
        of = {canonicalize_name(one) for one in distributions().get(name, [name])}
        assert of & declared(place), f"{place} imports {name}, of {of}"
