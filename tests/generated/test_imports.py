"""What an import costs: one endpoint brings only what it needs, and the tables bring neither httpx nor attrs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after the statement."""
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(ran.stdout))


def ours(modules: set[str], package: str) -> set[str]:
    prefix = f"legnext_client.generated.{package}."
    return {module.removeprefix(prefix) for module in modules if module.startswith(prefix)}


@pytest.mark.parametrize("endpoint", ["midjourney.diffusion", "tasks.get", "account.balance"])
def test_importing_one_endpoint_imports_no_model_and_nothing_of_others(endpoint: str) -> None:
    modules = loaded_by(f"import legnext_client.generated.api.{endpoint}")
    assert ours(modules, "api") == {endpoint.split(".")[0], endpoint}
    assert ours(modules, "models") == set()
    assert not modules & {"httpx", "attrs", "attr"}
    for big in ("namespaces", "follow_ups", "operations", "rules"):
        assert f"legnext_client.generated.{big}" not in modules


@pytest.mark.parametrize(
    "module",
    [
        "legnext_client",
        "legnext_client.errors",
        "legnext_client.exceptions",
        "legnext_client._protocol.checks",
        "legnext_client.generated",
        "legnext_client.generated.follow_ups",
        "legnext_client.generated.models",
        "legnext_client.generated.namespaces",
        "legnext_client.generated.operations",
        "legnext_client.generated.rules",
    ],
)
def test_it_imports_neither_httpx_nor_attrs(module: str) -> None:
    assert not loaded_by(f"import {module}") & {"httpx", "attrs", "attr", "dateutil", "anyio", "yaml"}


def test_the_package_itself_loads_almost_nothing() -> None:
    mine = {module for module in loaded_by("import legnext_client") if module.startswith("legnext_client")}
    assert mine == {"legnext_client", "legnext_client._version"}


def test_what_the_package_exports_is_loaded_on_first_use() -> None:
    modules = loaded_by("from legnext_client import Canvas, LegnextError, Mask")
    assert {"canvas", "mask"} <= ours(modules, "models")
    assert "task_response" not in ours(modules, "models")
    assert "httpx" not in modules


def test_making_a_client_loads_no_more_of_others_than_httpx_does() -> None:
    modules = loaded_by("from legnext_client import Client; Client('sk-x')")
    new = modules - loaded_by("import httpx; httpx.Client()")
    assert {module for module in new if not module.startswith("legnext_client")} == set()
