"""The page about jobs explains every attribute that a job has, and none that it has not."""

from __future__ import annotations

import re
from pathlib import Path

from legnext_client._calls.job_view import JobView

PAGE = (Path(__file__).parents[2] / "docs" / "jobs.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \|", re.MULTILINE)


def test_every_attribute_is_explained_once() -> None:
    explained = [name for names in ROW.findall(PAGE) for name in re.findall(r"\w+", names)]
    attributes = [name for name, thing in vars(JobView).items() if isinstance(thing, property) and name[0] != "_"]
    assert sorted(explained) == sorted(attributes)
