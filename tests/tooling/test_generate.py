"""Shapes of a body that none of the service's operations has, but the next one may have; and every drift."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import generate
import pytest
import table
from fields import SpecError

from .edits import path_of

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "legnext_client"
SPEC: Json = json.loads((PACKAGE / "openapi.json").read_text(encoding="utf-8"))


def spec_of_one(**properties: Json) -> Json:
    """A spec with one operation beside those that code must know: it works on a job, and takes these fields."""
    spec = copy.deepcopy(SPEC)
    path = path_of(takes="images")
    operation = spec["paths"][path]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    spec["components"]["schemas"][body]["properties"] = {"jobId": {"type": "string"}, **properties}
    must_be = {path: item for path, item in spec["paths"].items() if '"role"' in json.dumps(item)}
    spec["paths"] = {path: {"post": operation}, **must_be}
    return spec


def test_an_operation_that_takes_a_job_and_nothing_else_is_a_follow_up() -> None:
    [row] = [row for row in table.operations(spec_of_one()) if row["path"] == path_of(takes="images")]
    assert table.job_field(row)
    assert not table.follow_up_fields(row | {"parameters": ()})


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        (("self",), "self: self is taken already"),
        (("imgUrl", "img_url"), "img_url: img_url is taken already"),
        (("2x",), "2x: .* is no name for an argument"),
    ],
)
def test_names_that_cannot_be_arguments_stop_the_generation(properties: tuple[str, ...], named: str) -> None:
    with pytest.raises(SpecError, match=named):
        table.operations(spec_of_one(**{name: {"type": "string"} for name in properties}))


FILES = {
    "openapi.json": "{}",
    "generated/errors.py": "a = 1\n",
    "generated/models/mask.py": "b = 2\n",
    "generated/api/tasks/get.py": "c = 3\n",
}
DRIFTS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "nothing": (lambda _: None, []),
    "a byte": (lambda here: (here / "generated/errors.py").write_bytes(b"a = 2\n"), ["generated/errors.py"]),
    "the document": (lambda here: (here / "openapi.json").write_bytes(b"[]"), ["openapi.json"]),
    "line ends": (
        lambda here: (here / "generated/models/mask.py").write_bytes(b"b = 2\r\n"),
        ["generated/models/mask.py"],
    ),
    "a file too many": (lambda here: (here / "generated/api/notes.txt").touch(), ["generated/api/notes.txt"]),
    "a file too few": (lambda here: (here / "generated/api/tasks/get.py").unlink(), ["generated/api/tasks/get.py"]),
    "a compiled file": (lambda here: (here / "generated/errors.pyc").touch(), []),
}


@pytest.mark.parametrize(("drifts", "names"), DRIFTS.values(), ids=DRIFTS)
def test_every_drift_is_found(
    drifts: Callable[[Path], object], names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def generator(_spec: Json, _source: Path, package: Path) -> list[str]:
        for name, text in FILES.items():
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            (package / name).write_text(text, encoding="utf-8")
        return []

    monkeypatch.setattr(generate, "generate", generator)
    generator({}, Path(), tmp_path)
    drifts(tmp_path)
    assert [said.split()[0] for said in generate.drift({}, Path(), tmp_path)] == names


def test_a_status_without_quotes_is_refused_with_its_place() -> None:
    spec = copy.deepcopy(SPEC)
    path = path_of(takes="images")
    spec["paths"][path]["post"]["responses"][418] = {"description": "Tea."}
    said = f"paths {path} post responses: write 418 in quotes, as '418': every name in the document is a text"
    assert generate.refused(spec) == [said]
