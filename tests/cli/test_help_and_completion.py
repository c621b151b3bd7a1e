"""Help is quick, because it imports next to nothing; completion knows commands, options and the names of values."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.core import TyperArgument

from legnext_client.cli.app import app
from legnext_client.cli.entries import OWN, Command, command_of, entries
from tests.tables import for_each

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


def test_help_lists_every_command(legnext: Run) -> None:
    ended = legnext("--help")
    shown = [line.split()[0] for line in ended.lines if line.startswith("  ")]
    assert (ended.code, ended.err) == (0, "")
    assert set(entries()) <= set(shown)
    assert legnext().out == legnext("-h").out == ended.out, "without a command, the help is shown"
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


@for_each("name", OWN)
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


def test_a_terminal_shows_strong_words(terminal: Any) -> None:
    session = terminal("--help")
    assert session.ended() == 0
    assert "\x1b[1m" in session.raw


def offered(legnext: Run, shell: str, line: str) -> str:
    """Return the answer to Tab at the end of a line."""
    words = line.split(" ")
    asking = {"_LEGNEXT_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line}
    asking |= {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    ended = legnext(_TYPER_COMPLETE_FISH_ACTION="get-args", **asking)
    assert (ended.code, ended.err) == (0, "")
    return ended.out


def test_completion_knows_commands_options_and_choices(legnext: Run) -> None:
    def completions(line: str) -> list[str]:
        return offered(legnext, "bash", line).split()

    assert completions("legnext vid") == ["video-diffusion", "video-upscale"]
    assert set(OWN) < set(completions("legnext "))
    assert completions("legnext upscale J --type ") == ["subtle", "creative"]
    assert completions("legnext upscale J --type cr") == ["creative"]
    assert completions("legnext upscale J --im") == ["--image-no"]
    assert completions("legnext price ext") == ["extend-video"]
    assert completions("legnext batch ") == ["run", "status", "unknown", "resolve", "gallery"]
    assert completions("legnext check a --kind ") == ["image", "video"]


@pytest.mark.parametrize(("shell", "form"), [("zsh", '"{}"'), ("fish", "{}")])
def test_completion_in_other_shells(legnext: Run, shell: str, form: str) -> None:
    for line, wanted, unwanted in (
        ("legnext vid", ("video-diffusion", "video-upscale"), "upscale"),
        ("legnext upscale J --type ", ("subtle", "creative"), "J"),
        ("legnext upscale J --im", ("--image-no",), "--type"),
    ):
        found = offered(legnext, shell, line)
        assert all(form.format(word) in found for word in wanted), found
        assert form.format(unwanted) not in found.split(), found


def test_completion_in_a_real_bash(environment: dict[str, str], tmp_path: Path) -> None:
    program = f"""
PATH="{LEGNEXT.parent}:$PATH"
eval "$(_LEGNEXT_COMPLETE=source_bash legnext)"
COMP_WORDS=(legnext vid); COMP_CWORD=1
$(complete -p legnext | sed 's/.*-F //; s/ .*//') legnext
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    settings: Any = {"env": environment, "cwd": tmp_path, "capture_output": True, "text": True, "check": True}
    done = subprocess.run(["bash", "--norc", "-c", program], **settings)
    assert (done.stdout.split(), done.stderr) == (["video-diffusion", "video-upscale"], "")
