"""The package as users get it: the wheel, installed into an empty environment with its core dependencies alone."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from legnext_client import __version__

ROOT = Path(__file__).parents[1]

PROGRAM = """
import json
from importlib.metadata import distributions, version
from importlib.resources import files

import httpx
import legnext_client
from legnext_client.generated import AuthenticatedClient
from legnext_client.generated.api.midjourney import diffusion
from legnext_client.generated.models import DiffusionRequest

sent = []

def service(request):
    sent.append([request.method, str(request.url), request.headers["x-api-key"], json.loads(request.content)])
    return httpx.Response(200, json={"job_id": "a-job", "status": "pending", "new": 1})

with AuthenticatedClient(token="k", httpx_args={"transport": httpx.MockTransport(service)}) as client:
    job = diffusion.sync(client=client, body=DiffusionRequest(text="a lighthouse"))

legnext_client.Client(api_key="x").close()
package = files("legnext_client")
print(json.dumps({
    "file": legnext_client.__file__,
    "version": [legnext_client.__version__, version("legnext-client")],
    "exports": [name for name in legnext_client.__all__ if getattr(legnext_client, name) is None],
    "sent": sent,
    "job": job.to_dict(),
    "typed": package.joinpath("py.typed").is_file(),
    "json": json.loads(package.joinpath("openapi.json").read_text(encoding="utf-8")),
    "installed": sorted(one.metadata["Name"].lower().replace("_", "-") for one in distributions()),
}))
"""


class Installed(NamedTuple):
    wheel: Path
    environment: Path
    report: dict[str, Any]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("package")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    run(build, folder)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "empty"
    venv.create(environment, with_pip=True, symlinks=True)
    python = str(environment / "bin" / "python")
    install = ["install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    run([python, "-m", "pip", *install, "--constraint", str(ROOT / "constraints.txt"), str(wheel)], folder)
    return Installed(wheel, environment, json.loads(run([python, "-I", "-c", PROGRAM], folder)))


def run(command: list[str], folder: Path) -> str:
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_installed_package_is_used_and_says_its_version(installed: Installed) -> None:
    assert Path(installed.report["file"]).is_relative_to(installed.environment)
    assert installed.report["version"] == [__version__, __version__]
    assert installed.report["exports"] == []


def test_the_generated_client_works_there(installed: Installed) -> None:
    assert installed.report["sent"] == [
        ["POST", "https://api.legnext.ai/api/v1/diffusion", "k", {"text": "a lighthouse"}]
    ]
    assert installed.report["job"] == {"job_id": "a-job", "status": "pending", "new": 1}


def test_the_wheel_carries_the_spec_and_its_types(installed: Installed) -> None:
    assert installed.report["typed"]
    assert installed.report["json"]["openapi"] == "3.1.0"
    assert installed.report["json"] == json.loads(
        (ROOT / "legnext_client" / "openapi.json").read_text(encoding="utf-8")
    )


def test_the_wheel_holds_the_package_and_nothing_else(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"legnext_client", f"legnext_client-{__version__}.dist-info"}
    assert not [name for name in names if name.endswith((".jinja", ".pyc", ".db"))]
    modules = {name for name in names if name.endswith(".py")}
    here = {str(path.relative_to(ROOT)) for path in (ROOT / "legnext_client").rglob("*.py")}
    assert modules == here
    assert any(name.endswith("/LICENSE") for name in names)


def test_three_dependencies_are_enough(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        text = archive.read(f"legnext_client-{__version__}.dist-info/METADATA").decode()
    required = [one for one in Parser().parsestr(text).get_all("Requires-Dist", []) if "extra ==" not in one]
    assert sorted(one.split(">")[0].split("<")[0] for one in required) == ["attrs", "httpx", "python-dateutil"]
    of_extras = {"pyyaml", "jsonschema-rs", "starlette", "uvicorn", "rich", "typer", "pillow", "av"}
    assert {"attrs", "httpx", "python-dateutil", "legnext-client"} <= set(installed.report["installed"])
    assert not of_extras & set(installed.report["installed"])
