"""Help is quick, because it imports next to nothing; completion knows commands, options and the names of values."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.core import TyperArgument

from legnext_client.cli.app import app
from legnext_client.cli.entries import OWN, entries
from legnext_client.cli.groups import Command, command_of

from .commands import LEGNEXT

if TYPE_CHECKING:
    from pathlib import Path

    from .commands import Run

HEAVY = (
    "rich",
    "httpx",
    "httpcore",
    "legnext_client.client",
    "legnext_client.prompts",
    "legnext_client.mock",
    "uvicorn",
)


def test_help_lists_every_command(process: Run) -> None:
    ended = process("--help")
    shown = [line.split()[0] for line in ended.lines if line.startswith("  ")]
    assert (ended.code, ended.err) == (0, "")
    assert set(entries()) <= set(shown)
    assert process().out == process("-h").out == ended.out, "without a command, the help is shown"
    assert "  Results go to standard output, messages to standard error." in ended.lines


def test_machines_get_a_list_of_the_commands(legnext: Run) -> None:
    [listed] = legnext("--json").values
    assert [each["command"] for each in listed] == list(entries())
    assert listed[1] == {"command": "imagine", "summary": "Another name for diffusion."}
    [listed] = legnext("batch", "--json").values
    assert [each["command"] for each in listed] == ["run", "status", "unknown", "resolve", "gallery"]


def test_a_group_by_itself_is_a_question(legnext: Run) -> None:
    assert legnext("batch") == legnext("batch", "--help")


def loaded_by(word: str, environment: dict[str, str]) -> set[str]:
    """The modules that are loaded when a command has ended."""
    program = f"import sys; from legnext_client.cli import main; sys.argv = ['', {word!r}]; main(); "
    program += "print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_a_command_imports_what_it_needs(environment: dict[str, str]) -> None:
    loaded = loaded_by("--help", environment)
    assert "legnext_client.cli.entries" in loaded
    assert loaded & {*HEAVY, *(f"legnext_client.cli.{name}" for name in OWN), "legnext_client.cli.operations"} == set()
    assert loaded_by("spec", environment) & {f"legnext_client.cli.{name}" for name in OWN} == {
        "legnext_client.cli.spec"
    }
    assert loaded_by("balance", environment) & {"rich", "click", "uvicorn", "httpx"} == {"httpx"}


@pytest.mark.parametrize("name", OWN)
def test_the_line_in_the_list_is_the_first_line_of_the_help(name: str) -> None:
    assert command_of(entries()[name].app()).help.splitlines()[0] == OWN[name][0]


def options_of(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts if name.startswith("--")}


@pytest.mark.parametrize(
    "words", [(), ("price",), ("batch",), ("batch", "run"), *((name,) for name in entries() if name != "mock")]
)
def test_every_command_explains_itself_at_any_width(
    legnext: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    command: Any = command_of(app)
    for word in words:
        command = command.get_command(None, word) if hasattr(command, "get_command") else command.commands[word]
    assert options_of(command)
    for columns in (40, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        ended = legnext(*words, "--help")
        assert (ended.code, ended.err) == (0, "")
        assert f"Usage: {' '.join(['legnext', *words])} [OPTIONS]" in " ".join(ended.out.split())
        assert "**" not in ended.out
        for name in options_of(command):
            assert re.search(rf"^\W*(-\w, )?{name}( |$)", ended.out, re.MULTILINE), f"{name} cannot be read"


def test_help_keeps_the_lists_and_the_strong_words_of_the_spec() -> None:
    command: Any = Command(
        name="x", rich_markup_mode=None, help="one\ntwo\n\n- a\n- b\n\n| a |\n|---|\n\n[image_url] **text**"
    )
    shown = command.get_help(typer.Context(command)).splitlines()
    assert shown[2:10] == ["  one two", "", "  - a", "  - b", "", "  | a |", "  |---|", ""]
    assert shown[10] == "  [image_url] \x1b[1mtext\x1b[0m"


def test_help_hides_the_types_that_newer_versions_of_typer_add(legnext: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TyperArgument, "get_help_record", lambda *_: ("JOB... <list[str]>", "x"))
    assert "  JOB...  x" in legnext("wait", "--help").lines


def test_a_terminal_shows_strong_words_unless_colours_are_unwanted(terminal: Any) -> None:
    for variables, expected in (({}, True), ({"NO_COLOR": "1"}, False)):
        session = terminal("--help", **variables)
        assert session.ended() == 0
        assert ("\x1b[1m" in session.raw) == expected


class Bash:
    """A bash in which completion is set up."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        path = {"PATH": f"{LEGNEXT.parent}{os.pathsep}{environment['PATH']}"}
        self._settings: Any = {"cwd": folder, "capture_output": True, "text": True, "check": True}
        asking = environment | path | {"_LEGNEXT_COMPLETE": "source_bash"}
        self._script = str(subprocess.run([str(LEGNEXT)], env=asking, **self._settings).stdout)
        self._environment = environment | path

    def completions(self, line: str) -> list[str]:
        """What Tab offers at the end of a line."""
        words = line.split(" ")
        quoted = " ".join(f"'{word}'" for word in words)
        program = f"""{self._script}
COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}
$(complete -p legnext | sed 's/.*-F //; s/ .*//') legnext
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
        done = subprocess.run(["bash", "--norc", "-c", program], env=self._environment, **self._settings)
        assert done.stderr == ""
        return str(done.stdout).split()


def test_completion_in_bash(environment: dict[str, str], tmp_path: Path) -> None:
    bash = Bash(environment, tmp_path)
    assert bash.completions("legnext vid") == ["video-diffusion", "video-upscale"]
    assert set(OWN) < set(bash.completions("legnext "))
    assert bash.completions("legnext upscale J --type ") == ["subtle", "creative"]
    assert bash.completions("legnext upscale J --type cr") == ["creative"]
    assert bash.completions("legnext upscale J --im") == ["--image-no"]
    assert bash.completions("legnext price ext") == ["extend-video"]
    assert bash.completions("legnext check a --kind ") == ["image", "video"]


@pytest.mark.parametrize(
    ("shell", "more", "form"),
    [
        ("zsh", {}, '"{word}"'),
        ("fish", {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}, "{word}"),
    ],
)
def test_completion_in_other_shells(
    shell: str, more: dict[str, str], form: str, environment: dict[str, str], tmp_path: Path
) -> None:
    def answered(line: str) -> str:
        asking = {"_LEGNEXT_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line}
        done = subprocess.run(
            [LEGNEXT], env=environment | asking | more, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        return done.stdout

    for line, wanted, unwanted in (
        ("legnext vid", ("video-diffusion", "video-upscale"), ("upscale",)),
        ("legnext upscale J --type ", ("subtle", "creative"), ()),
        ("legnext upscale J --im", ("--image-no",), ("--type",)),
        ("legnext batch ", ("run", "gallery"), ("download",)),
    ):
        found = answered(line)
        assert all(form.format(word=word) in found for word in wanted), found
        assert not any(form.format(word=word) in found.split() for word in unwanted), found
