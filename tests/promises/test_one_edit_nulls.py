"""One edit: a field that may be null, and may be left out, is sent as it was given, whichever way the call is made.

The copy of the package is generated anew from a spec with such fields, and tried against its own mock server.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
SPEC: Json = json.loads((ROOT / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))
FIELDS: Json = {
    "note": {"type": ["string", "null"], "description": "A word."},
    "remixPrompt": {"anyOf": [{"$ref": "#/components/schemas/PromptText"}, {"type": "null"}]},
    "grainSize": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "description": "How coarse."},
    "tone": {"anyOf": [{"$ref": "#/components/schemas/VariationType"}, {"type": "null"}]},
    "soft": {"type": ["boolean", "null"]},
    "hints": {"type": ["array", "null"], "items": {"type": "string"}},
    "canvas": {"anyOf": [{"$ref": "#/components/schemas/Canvas"}, {"type": "null"}]},
}
PROGRAM = """
import asyncio, csv, json, os, sys
from legnext_client.cli.app import run
from legnext_client.generated.models import VariationRequest
from legnext_client.testing import MockServer

given, fields = map(json.loads, sys.argv[1:])
own = {"image_no": 0, "type": 1}
told = {}
with MockServer(time_scale=None) as server, server.client() as client:
    source = client.midjourney.diffusion(text="a fox").wait()
    rest = {"job_id": source.job_id, **own}

    async def awaited():
        async with server.async_client() as calm:
            await calm.midjourney.variation(**rest, **given)
            told["facade, async"] = server.ledger[-1].body
            job = await calm.tasks.get(source.job_id)
            await job.variation(**own, **given)
            told["follow-up, async"] = server.ledger[-1].body

    client.midjourney.variation(**rest, **given)
    told["facade"] = server.ledger[-1].body
    source.variation(**own, **given)
    told["follow-up"] = server.ledger[-1].body
    asyncio.run(awaited())
    with client.batch([{"operation": "variation", **rest, **given}]) as batch:
        list(batch)
    told["batch"] = server.ledger[-1].body
    cells = [value if isinstance(value, str) else json.dumps(value) for value in given.values()]
    with open("rows.csv", "w", newline="") as file:
        csv.writer(file).writerows([["operation", *rest, *given], ["variation", *rest.values(), *cells]])
    with client.batch("rows.csv") as batch:
        list(batch)
    told["table"] = server.ledger[-1].body
    os.environ |= {"LEGNEXT_BASE_URL": server.base_url, "LEGNEXT_API_KEY": server.api_key}
    words = []
    for name, value in given.items():
        words += [f"--{name.replace('_', '-')}", value if isinstance(value, str) else json.dumps(value)]
    code = run(["variation", source.job_id, "--image-no", "0", "--type", "1", "--json", *words])
    told["command line"] = server.ledger[-1].body
assert code == 0, code
print(json.dumps({way: {name: body[name] for name in body if name in fields} for way, body in told.items()}))
"""


def edited() -> Json:
    spec = copy.deepcopy(SPEC)
    spec["components"]["schemas"]["VariationRequest"]["properties"] |= FIELDS
    return spec


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nulls")
    package = folder / "legnext_client"
    shutil.copytree(ROOT / "legnext_client", package, ignore=shutil.ignore_patterns("__pycache__"))
    source = folder / "edited.yaml"
    source.write_text(json.dumps(edited()), encoding="utf-8")
    generator: list[str | Path] = [
        sys.executable,
        ROOT / "scripts" / "generate.py",
        "--spec",
        source,
        "--package",
        package,
    ]
    made = subprocess.run(generator, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    here = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run([sys.executable, *words], env=here, cwd=folder, capture_output=True, text=True, check=False)


WAYS = ("facade", "follow-up", "facade, async", "follow-up, async", "batch", "table", "command line")
NAMES = {"grainSize": "grain_size", "remixPrompt": "remix_prompt"}
VALUES: Json = {
    "note": "null and void",
    "remixPrompt": "a cat --v 7",
    "grainSize": 3,
    "tone": 0,
    "soft": False,
    "hints": ["a", "null"],
    "canvas": {"width": 9, "height": 9},
}


@pytest.mark.parametrize(
    "sent",
    [{}, dict.fromkeys(FIELDS), VALUES, {"note": None, "soft": True}],
    ids=["left out", "null", "values", "some of each"],
)
def test_what_may_be_null_is_sent_as_given_and_left_out_as_not_given(folder: Path, sent: Mapping[str, Any]) -> None:
    given = {NAMES.get(name, name): value for name, value in sent.items()}
    ran = run(folder, "-c", PROGRAM, json.dumps(given), json.dumps(list(FIELDS)))
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1]) == dict.fromkeys(WAYS, sent)


def test_the_generated_code_of_such_fields_is_right_by_its_types_and_its_lint(folder: Path) -> None:
    generated = folder / "legnext_client" / "generated"
    checks = ["ruff", "check", "--select=F", "--isolated", "--no-cache"], ["mypy", "--strict"]
    for check in checks:
        ran = run(folder, "-m", *check, str(generated / "namespaces.py"), str(generated / "follow_ups.py"))
        assert ran.returncode == 0, ran.stdout


def test_only_code_that_has_such_a_default_imports_it(folder: Path) -> None:
    for package, here in ((folder / "legnext_client", True), (ROOT / "legnext_client", False)):
        for module in ("namespaces", "follow_ups"):
            text = (package / "generated" / f"{module}.py").read_text(encoding="utf-8")
            assert ("\nfrom .types import UNSET\n" in text) == here
