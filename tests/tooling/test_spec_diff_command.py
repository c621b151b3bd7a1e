"""`make spec-diff` on the project's own spec: what it prints, how it ends, and that no bound of it moves unseen."""

from __future__ import annotations

import copy
import json
import subprocess
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import spec_diff
from spec_changes import Verdict, compare

from tests.documents import operations
from tests.tables import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[2]
SPEC: Any = json.loads((PROJECT / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))
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


@for_each("way", sent())
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


SMALL = """\
openapi: 3.1.0
info: {title: Pictures, version: '1'}
paths:
  /draw:
    post:
      operationId: draw
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {text: {type: string, maxLength: 8192}}}
      responses: {'200': {description: Drawn.}}
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One commit, tagged v1, with a small spec; the working tree is the test's to edit."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "openapi.yaml").write_text(SMALL, encoding="utf-8")
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message=One"], ["tag", "v1"]):
        identity = ["-c", "user.name=Someone", "-c", "user.email=someone@example.com", "-c", "tag.gpgsign=false"]
        subprocess.run(["git", *identity, *words], cwd=folder, check=True)
    return folder


class SpecDiff:
    """The command, on a spec that a test has edited."""

    def __init__(self, repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.repository, self.monkeypatch, self.capsys = repository, monkeypatch, capsys

    def __call__(self, text: str, *words: str, name: str = "openapi.yaml") -> tuple[int, str, str]:
        """The exit status and what was printed, for a working tree that holds this text."""
        spec = self.repository / name
        spec.write_text(text, encoding="utf-8")
        self.monkeypatch.setattr("sys.argv", ["spec_diff.py", "--spec", str(spec), *words])
        try:
            status = spec_diff.main()
        except SystemExit as end:  # argparse
            status = int(end.code or 0)
        return (status, *self.capsys.readouterr())


@pytest.fixture
def command(repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> SpecDiff:
    return SpecDiff(repository, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("length", "options", "status", "section", "says"),
    [
        (8192, [], 0, "# What changes", "Nothing that callers see has changed."),
        (4000, [], 1, "## Breaking", "maxLength `8192` → `4000`"),
        (4000, ["--allow-breaking"], 0, "## Breaking", "maxLength `8192` → `4000`"),
        (9000, [], 0, "## Harmless", "maxLength `8192` → `9000`"),
    ],
)
def test_only_a_breaking_change_fails(
    length: int, options: list[str], status: int, section: str, says: str, command: SpecDiff
) -> None:
    ended, printed, errors = command(SMALL.replace("8192", str(length)), "--base", "v1", *options)
    assert (ended, errors) == (status, "")
    assert says in printed.split(section)[1]


def test_machines_get_the_same_as_json(command: SpecDiff) -> None:
    status, printed, _ = command(SMALL.replace("8192", "4000"), "--base", "v1", "--json")
    report = json.loads(printed)
    assert (status, report["since"], report["breaks"]) == (1, "v1", True)
    assert {(one["kind"], one["text"]) for one in report["breaking"]} == {("narrowed", "maxLength `8192` → `4000`")}
    assert report["worth_reading"] == report["harmless"] == []


@pytest.mark.parametrize(
    ("text", "base", "name", "says"),
    [
        (SMALL, "no-such", "openapi.yaml", "no-such is not a branch, tag or commit here"),
        (SMALL, "", "openapi.yaml", "make spec-diff BASE=main"),
        (SMALL, "--help", "openapi.yaml", "expected one"),
        (SMALL, "v1", "other.yaml", "there is no other.yaml at v1"),
        (f"{SMALL}  /probe: {{post: []}}\n", "v1", "openapi.yaml", "`make spec-lint` says where"),
        *((text, "v1", "openapi.yaml", "openapi.yaml is not") for text in ("a: [", "[]", "openapi: 3.1.0\npaths: 7")),
    ],
)
def test_what_cannot_be_compared_exits_with_2(text: str, base: str, name: str, says: str, command: SpecDiff) -> None:
    status, printed, errors = command(text, "--base", base, name=name)
    assert (status, printed) == (2, "")
    assert says in errors
