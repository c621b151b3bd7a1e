"""The pages describe `legnext` correctly: the reference is what the commands print, and every command and option that a
page names exists. tests/docs runs the commands.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from legnext_client.cli.app import app
from legnext_client.cli.entries import command_of
from legnext_client.mock.__main__ import parser
from tests.tables import for_each

ROOT = Path(__file__).parents[2]
GUIDE, REFERENCE = (ROOT / "docs" / name for name in ("command-line.md", "cli-reference.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted({*(ROOT / "docs").glob("*.md")} - {REFERENCE})]
CODE = re.compile(r"^```(?:sh)?\n(.*?)^```$|`([^`\n]+)`", re.DOTALL | re.MULTILINE)
FLAG = re.compile(r"--[a-z][a-z-]*")


def calls(text: str) -> list[list[str]]:
    """The words behind `legnext` of every command line that a page shows."""
    lines = [line for block, span in CODE.findall(text) for line in (block or span).replace("\\\n", " ").splitlines()]
    commands = [each for line in lines if "legnext " in line for each in commands_of(line)]
    return [each[1:] for each in commands if each[:1] == ["legnext"]]


def commands_of(line: str) -> list[list[str]]:
    """The commands of a line of shell, as words; those inside of quotes are not looked at."""
    lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("|&;()<>"):
            found.append([])
        elif found[-1] or "=" not in word:  # a variable may be set before the command
            found[-1].append(word)
    return found


def unknown(words: list[str]) -> list[str]:
    """What there is not of the words behind `legnext`."""
    known, options = command_of(app), {"--help"}
    for word in words:
        if word == "--":  # behind it, nothing is an option
            return []
        options |= {option for param in known.params for option in (*param.opts, *param.secondary_opts)}
        if known.name == "mock":
            options |= set(FLAG.findall(parser().format_help()))
        if word.startswith("--"):
            if word not in options:
                return [word]
        elif hasattr(known, "get_command"):
            known = known.get_command(None, word)
            if known is None:
                return [word]
    return []


@for_each("page", PAGES)
def test_every_command_and_option_that_a_page_names_exists(page: Path) -> None:
    assert [words for words in calls(page.read_text(encoding="utf-8")) if unknown(words)] == []


def test_the_guide_has_calls_to_look_at() -> None:
    assert len(calls(GUIDE.read_text(encoding="utf-8"))) > 25
