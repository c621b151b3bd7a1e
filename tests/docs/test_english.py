"""The prose is plain English: no phrase of the table comes back.

To correct a finding, use the words next to the phrase. To hold one more module to the table, add it to `MODULES`.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "legnext_client"

INSTEAD = {
    r"(?:go|goes|going|gone|went) on(?! top)": "continue, resume, is still running",
    r"told": "reported, recorded",
    r"tells?": "say, show, report",
    r"dear(?:er|est)?": "the higher price",
    r"questions?": "poll, request",
    r"ask(?:s|ed|ing)? for(?! confirmation)": "poll, request, fetch",
    r"(?<!IP )address(?:es)?": "URL, IP address",
    r"answer(?:s|ed|ing)?": "response, respond",
    r"(?<!there )(?:is|are|was|were|be) no(?! (?:longer|more)\b)": "is not a",
    r"(?:whoever|somebody|anybody)": "the user, the code, anyone",
    r"(?<!# )(?-i:What|Who|Which)(?![^.]*\?)": "a noun as the subject",
    r"sent again": "resent",
    r"on (?:its|their) way": "running, in flight",
    r"beside": "next to, with",
    r"stands? (?:in|under|at|there)": "is",
    r"(?:lead|leads|leading|led) nowhere": "is broken",
    r"mend(?:s|ed|ing)?": "fix",
    r"(?:anew|afresh)": "again, from scratch",
    r"in the midst": "during",
    r"(?:take|takes|taken|took) (?:it )?up": "resume",
    r"(?:come|comes|came) of": "the result",
    r"(?:write|writes|written|writing|wrote) down": "record",
    r"(?:speak|speaks|spoke|hear|hears|heard) of": "refer to, know",
    r"lets? go of": "release",
    r"never passed": "never exceeded",
    r"pictures?": "image, diagram",
    r"for good": "permanently",
    r"so many(?! that)": "at most, the number of",
    r"to the letter": "exactly",
    r"in your hands": "you have",
    r"of itself": "by itself",
    r"by way of": "through",
    r"watch for": "Note:",
}
"""For each phrase that reads as translated, a regular expression for whole words, the words to use instead."""

PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY")),
    *sorted(path for path in (ROOT / "docs").glob("*.md") if path.name != "cli-reference.md"),
]
MODULES = [
    "_journal/store.py",
    "_prompt_policy.py",
    "_protocol/retries.py",
    "_runs/options.py",
    "batches.py",
    "chains.py",
    "cli/check.py",
    "cli/entries.py",
    "cli/mock.py",
    "cli/spec.py",
    "exceptions.py",
    "prompts/checks.py",
    "prompts/problems.py",
    *(path.relative_to(PACKAGE).as_posix() for path in sorted((PACKAGE / "mock").rglob("*.py"))),
]
"""The hand-written modules whose docstrings and comments are plain. Extend it until it has all of them."""

PHRASES = [(re.compile(rf"\b{phrase}\b", re.IGNORECASE), words) for phrase, words in INSTEAD.items()]
NEVER = [each for each in PHRASES if re.search("told|dear|anew|letter|of itself|watch for", each[0].pattern)]
"""What no description of the spec needs either. The rest is left to the people who describe a new endpoint."""
NOT_PROSE = re.compile(r"^ *```.*?^ *```|``.*?``|`[^`]*`|\]\([^)]*\)|<!--.*?-->", re.DOTALL | re.MULTILINE)


def findings(text: str, name: str, phrases: Iterable[tuple[re.Pattern[str], str]] = PHRASES) -> list[str]:
    """The phrases of a prose text, each with its place and the words to use."""
    prose = NOT_PROSE.sub(lambda found: "_" * len(found[0]), text).replace("\n", " ")
    found = sorted((one.start(), one[0], words) for phrase, words in phrases for one in phrase.finditer(prose))
    lines = [text.count("\n", 0, start) + 1 for start, *_ in found]
    return [f"{name}:{line}: {phrase!r}: write {words}" for line, (_, phrase, words) in zip(lines, found, strict=True)]


def prose_of(source: str) -> str:
    """The docstrings and comments of a module, each on its own lines."""
    lines = [""] * (source.count("\n") + 2)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            lines[token.start[0] - 1] = token.string.lstrip("#")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            first = node.lineno - 1
            lines[first : node.end_lineno] = source.splitlines()[first : node.end_lineno]
    return "\n".join(lines)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_plain_english(page: Path) -> None:
    assert findings(page.read_text(encoding="utf-8"), page.name) == []


@pytest.mark.parametrize("name", MODULES)
def test_the_docstrings_and_comments_of_a_module_are_plain_english(name: str) -> None:
    assert findings(prose_of((PACKAGE / name).read_text(encoding="utf-8")), name) == []


def descriptions(node: Any, place: str = "openapi.yaml") -> Iterator[tuple[str, str]]:
    """The summaries and descriptions of the spec, each with its place."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if key in ("summary", "description") and isinstance(value, str):
            yield place, value
        elif key not in ("example", "value"):
            yield from descriptions(value, f"{place} {key}")


def test_the_descriptions_of_the_spec_are_plain_english() -> None:
    spec = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    assert [one for place, text in descriptions(spec) for one in findings(text, place, NEVER)] == []


def test_a_finding_has_its_place_its_phrase_and_the_words_to_use() -> None:
    text = "# Jobs\n\nThe job goes\non. What ran is told.\n`told`, [here](told.md)\n```\ntold\n```\n"
    assert findings(text, "jobs.md") == [
        "jobs.md:3: 'goes on': write continue, resume, is still running",
        "jobs.md:4: 'What': write a noun as the subject",
        "jobs.md:4: 'told': write reported, recorded",
    ]


def test_code_is_not_prose() -> None:
    source = '"""Told.\n\nTold.\n"""\n\ntold = "told"  # told\n"""Told."""\n'
    assert [one.split(": ")[0] for one in findings(prose_of(source), "a.py")] == [
        "a.py:1",
        "a.py:3",
        "a.py:6",
        "a.py:7",
    ]
