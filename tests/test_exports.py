"""What `import legnext_client` offers: names to complete, loaded when they are used, and not before."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import legnext_client
from legnext_client import errors

ALONE = ("ConnectionError",)
"""Its name is Python's own."""
MODULES = {"errors", "exceptions", "gallery", "progress", "testing", "types", "uploads", "webhooks"}


def in_a_fresh_python(program: str) -> object:
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def test_completion_shows_the_public_names_and_no_others() -> None:
    assert set(dir(legnext_client)) == {*legnext_client.__all__, *MODULES}
    assert all(getattr(legnext_client, name) is not None for name in dir(legnext_client))


def test_importing_the_package_and_completing_a_name_imports_nothing_of_it() -> None:
    program = "import sys, json, legnext_client; dir(legnext_client); print(json.dumps(sorted(sys.modules)))"
    found = in_a_fresh_python(program)
    assert isinstance(found, list)
    assert [name for name in found if name.startswith("legnext_client")] == [
        "legnext_client",
        "legnext_client._version",
    ]


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_is_an_attribute_without_an_import_of_its_own(name: str) -> None:
    program = f"import json, legnext_client; print(json.dumps(legnext_client.{name}.__name__))"
    assert in_a_fresh_python(program) == f"legnext_client.{name}"


def test_every_error_can_be_imported_from_the_package() -> None:
    kinds = {name for name, kind in vars(errors).items() if getattr(kind, "__module__", "") == errors.__name__}
    raised = {name for name in kinds if isinstance(vars(errors)[name], type) and name != "Problem"}
    assert raised - set(legnext_client.__all__) == set(ALONE)
    assert all(getattr(legnext_client, name) is vars(errors)[name] for name in raised - set(ALONE))


def test_what_is_not_there_is_told_as_by_any_module() -> None:
    with pytest.raises(AttributeError, match="module 'legnext_client' has no attribute 'Clint'"):
        _ = legnext_client.Clint  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
