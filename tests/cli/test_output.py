"""Standard output holds results and nothing else, and nothing that comes from outside can command a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from legnext_client.cli.output import Output, printable

if TYPE_CHECKING:
    import pytest

    from legnext_client.testing import MockServer

    from .commands import Run


def test_what_would_command_a_terminal_is_not_printed(legnext: Run, server: MockServer) -> None:
    answer = {
        "job_id": "evil",
        "status": "completed",
        "task_type": "\x1b[31mred\x07",
        "output": {"prompts": ["\x9b2J"]},
    }
    server.jobs.add("evil", answer=answer)
    shown = legnext("get", "evil")
    assert "\ufffd[31mred\ufffd" in shown.out
    assert not any(ord(character) < 32 and character != "\n" for character in shown.out)
    assert "\x9b" not in shown.out
    assert legnext("wait", "evil").lines == ["\ufffd2J"]
    assert legnext("get", "evil", "--json").values == [answer]


def test_half_a_character_is_no_mistake(process: Run, server: MockServer) -> None:
    server.jobs.add("odd", answer={"job_id": "odd", "status": "completed", "output": {"prompts": ["\ud800 fox"]}})
    for words in (("get", "odd"), ("wait", "odd")):
        ended = process(*words)
        assert (ended.code, "\\ud800 fox" in ended.out) == (0, True)
    assert process("get", "odd", "--json").values[0]["output"]["prompts"] == ["\\ud800 fox"]


def test_words_in_other_scripts_are_printed_where_the_terminal_has_them_or_not(process: Run) -> None:
    for language in ("C.UTF-8", "C"):
        ended = process("check", "一只狐狸 --v 99", LANG=language, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
        assert (ended.code, ended.err) == (2, "")


def test_markup_of_others_is_no_markup(legnext: Run, server: MockServer) -> None:
    server.jobs.add(
        "a", answer={"job_id": "a", "status": "completed", "output": {"prompts": ["[red]a fox[/red] :fox:"]}}
    )
    assert "[red]a fox[/red] :fox:" in legnext("get", "a").out


def test_a_value_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Output(for_machines=True).result({"a": "b\nc"}, ["never"])
    Output(for_machines=False).result({"a": 1}, ["for people"])
    assert capsys.readouterr() == (json.dumps({"a": "b\nc"}) + "\nfor people\n", "")


def test_lines_and_tabs_are_printed() -> None:
    assert printable("a\tb\nc\x00\x7f") == "a\tb\nc\ufffd\ufffd"
