"""`make spec-diff` on the project's own spec: what it prints, how it ends, and that no bound of it moves unseen."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from spec_changes import Verdict, compare

from tests.documents import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[2]
SPEC: Any = yaml.load((PROJECT / "openapi.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
TIGHTENING = {
    "additionalProperties",
    "dependentRequired",
    "else",
    "enum",
    "format",
    "maximum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "minimum",
    "minItems",
    "minLength",
    "minProperties",
    "pattern",
    "required",
    "then",
    "even_length",
}


def stated(node: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """Where each bound of the request schemas stands; a condition and its branches count as one."""
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in TIGHTENING and path[-1] != "properties":
            yield (*path, key)
        elif key not in ("if", "examples", "default", "means"):
            yield from stated(value, *path, key)


def sent() -> list[tuple[Any, ...]]:
    """The schemas that callers write: those that a request body leads to."""
    todo = [item["post"]["requestBody"] for item in SPEC["paths"].values() if "requestBody" in item.get("post", {})]
    names: dict[str, None] = {}
    while todo:
        text = json.dumps(todo.pop())
        for name in (part.split('"')[0] for part in text.split("#/components/schemas/")[1:]):
            if name not in names:
                names[name] = None
                todo.append(SPEC["components"]["schemas"][name])
    return [way for name in names for way in stated(SPEC["components"]["schemas"][name], name)]


def small(name: str, schemas: Any) -> Any:
    """A document with one operation, which is sent this schema; a comparison of the whole one takes longer."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    operation = {"operationId": "probe", "requestBody": {"content": content}, "responses": {}}
    return {"openapi": "3.1.0", "paths": {"/probe": {"post": operation}}, "components": {"schemas": schemas}}


def without(way: tuple[Any, ...]) -> Any:
    schemas = copy.deepcopy(SPEC["components"]["schemas"])
    node = schemas
    for part in way[:-1]:
        node = node[part]
    del node[way[-1]]
    return schemas


def value_at(way: tuple[Any, ...]) -> Any:
    return reduce(lambda node, part: node[part], way, SPEC["components"]["schemas"])


@pytest.mark.parametrize("way", sent(), ids=lambda way: "-".join(map(str, way)))
def test_no_bound_of_a_request_comes_or_goes_unseen(way: tuple[Any, ...]) -> None:
    strict, loose = small(way[0], SPEC["components"]["schemas"]), small(way[0], without(way))
    assert verdicts(loose, strict) == {Verdict.BREAKING}
    # With these, the class of the caller's value changes.
    typed = way[-1] == "format" and value_at(way) in ("date-time", "date", "uuid", "binary")
    assert verdicts(strict, loose) == {Verdict.BREAKING if typed else Verdict.HARMLESS}


def verdicts(old: Any, new: Any) -> set[Verdict]:
    """Of the bounds alone: with an enum its class comes and goes too."""
    return {change.verdict for change in compare(old, new) if not change.text.startswith("class")}


def test_every_price_and_role_of_the_spec_is_watched() -> None:
    priced = [operation for _, _, operation in operations(SPEC) if "price" in operation.get("x-legnext", {})]
    spec = copy.deepcopy(SPEC)
    for _, _, operation in operations(spec):
        own = operation.get("x-legnext", {})
        own.pop("role", None)
        if "price" in own:
            own["price"]["points"] += 5000
    changes = compare(SPEC, spec)
    assert {one.subject for one in changes if one.price and one.verdict is Verdict.WORTH_READING} == {
        operation["operationId"] for operation in priced
    }
    roles = {
        operation["x-legnext"]["role"]
        for _, _, operation in operations(SPEC)
        if "role" in operation.get("x-legnext", {})
    }
    told = {role for role in roles for one in changes if f"role `{role}` removed" in one.text}
    assert told == roles


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One commit, tagged v1, with the project's spec; the working tree is the test's to edit."""
    (tmp_path / "openapi.yaml").write_text((PROJECT / "openapi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message=One"], ["tag", "v1"]):
        identity = ["-c", "user.name=Someone", "-c", "user.email=someone@example.com", "-c", "tag.gpgsign=false"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, env=environment())
    return tmp_path


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull}


def spec_diff(repository: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        str(PROJECT / "scripts/spec_diff.py"),
        "--spec",
        str(repository / "openapi.yaml"),
        *words,
    ]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)


def edit(repository: Path, old: str, new: str) -> None:
    spec = repository / "openapi.yaml"
    text = spec.read_text(encoding="utf-8")
    assert old in text
    spec.write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_changed_exits_with_0_and_says_so(repository: Path) -> None:
    done = spec_diff(repository, "--base", "v1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing that callers see has changed." in done.stdout


def test_what_breaks_callers_exits_with_1(repository: Path) -> None:
    edit(repository, "maxLength: 8192", "maxLength: 4000")
    done = spec_diff(repository, "--base", "v1")
    assert done.returncode == 1
    assert "maxLength `8192` → `4000`" in done.stdout.split("## Breaking")[1]
    assert spec_diff(repository, "--base", "v1", "--allow-breaking").returncode == 0


def test_what_breaks_nobody_exits_with_0(repository: Path) -> None:
    edit(repository, "maxLength: 8192", "maxLength: 9000")
    done = spec_diff(repository, "--base", "v1")
    assert done.returncode == 0
    assert "maxLength `8192` → `9000`" in done.stdout.split("## Harmless")[1]


def test_machines_get_the_same_as_json(repository: Path) -> None:
    edit(repository, "maxLength: 8192", "maxLength: 4000")
    done = spec_diff(repository, "--base", "v1", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["since"], report["breaks"]) == (1, "v1", True)
    assert {(one["kind"], one["text"]) for one in report["breaking"]} == {("narrowed", "maxLength `8192` → `4000`")}
    assert report["worth_reading"] == report["harmless"] == []


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ("no-such", "no-such is not a branch, tag or commit here"),
        ("", "make spec-diff BASE=main"),
        ("--help", "expected one"),
    ],
)
def test_a_base_that_is_none_exits_with_2(repository: Path, base: str, words: str) -> None:
    done = spec_diff(repository, "--base", base)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_document_that_is_not_valid_exits_with_2(repository: Path) -> None:
    edit(repository, "  /v1/variation:", "  /v1/probe: {post: []}\n  /v1/variation:")
    done = spec_diff(repository, "--base", "v1")
    assert done.returncode == 2
    assert "`make spec-lint` says where" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_ref_without_a_spec_exits_with_2(repository: Path) -> None:
    (repository / "openapi.yaml").rename(repository / "other.yaml")
    command = [sys.executable, str(PROJECT / "scripts/spec_diff.py"), "--spec", str(repository / "other.yaml")]
    done = subprocess.run([*command, "--base", "v1"], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no other.yaml at v1" in done.stderr


@pytest.mark.parametrize("text", ["a: [", "a: 1", "[]", "openapi: 3.1.0\npaths: 7"])
def test_a_file_that_is_no_spec_exits_with_2(repository: Path, text: str) -> None:
    (repository / "openapi.yaml").write_text(text, encoding="utf-8")
    done = spec_diff(repository, "--base", "v1")
    assert done.returncode == 2
    assert "openapi.yaml is not" in done.stderr
