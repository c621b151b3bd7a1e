"""The app of docs/testing.md and its test file: written to disk as a reader would, and run with pytest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"
PART = re.compile(r"^<!-- not run here: (\w+)\.py\b[^>]*-->\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def app(pytester: pytest.Pytester) -> pytest.Pytester:
    parts: dict[str, list[str]] = {}
    for name, code in PART.findall(PAGE.read_text(encoding="utf-8")):
        parts.setdefault(name, []).append(code)
    assert set(parts) == {"posters", "test_posters"}
    pytester.makepyfile(**{name: "\n\n".join(codes) for name, codes in parts.items()})
    pytester.makeini(
        "[pytest]\naddopts = --strict-markers -p no:cacheprovider -p no:schemathesis\n"
        "filterwarnings = error\npythonpath = .\n"
    )
    return pytester


def test_the_documented_tests_of_the_app_pass(app: pytest.Pytester) -> None:
    result = app.runpytest_inprocess("-q")
    result.assert_outcomes(passed=9)


def test_the_documented_tests_notice_an_app_that_pays_twice(app: pytest.Pytester) -> None:
    code = app.path / "posters.py"
    broken = code.read_text(encoding="utf-8").replace("except JobFailed:", "except Exception:")
    code.write_text(broken, encoding="utf-8")
    result = app.runpytest_inprocess("-q")
    assert result.parseoutcomes()["failed"] >= 1
    result.stdout.fnmatch_lines(["FAILED *test_a_lost_response_is_not_paid_twice*"])
