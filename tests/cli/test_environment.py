"""The key comes from the environment or a file, never from an option, and is never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from legnext_client.cli.environment import variables
from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Run

KEY = "lnx-0123456789-abcdef"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (f"LEGNEXT_API_KEY={KEY}", KEY),
        (f"export LEGNEXT_API_KEY={KEY}  # mine", KEY),
        (f"  LEGNEXT_API_KEY = '{KEY}'", KEY),
        (f'\ufeffLEGNEXT_API_KEY="{KEY}" # mine', KEY),
        (f"# a file\n\nOTHER=1\nLEGNEXT_API_KEY={KEY}\r\n", KEY),
        ("LEGNEXT_API_KEY=a#b", "a#b"),
        ("LEGNEXT_API_KEY='a # b'", "a # b"),
        ("LEGNEXT_API_KEY=a=b", "a=b"),
        (f"LEGNEXT_API_KEY=old\nLEGNEXT_API_KEY={KEY}", KEY),
        ("LEGNEXT_API_KEY=", ""),
        ("LEGNEXT_API_KEY= # none", ""),
    ],
)
def test_a_file_is_read_as_a_shell_would(tmp_path: Path, written: str, value: str) -> None:
    path = tmp_path / ".env"
    path.write_text(written, encoding="utf-8")
    found = variables(str(path))
    assert found["LEGNEXT_API_KEY"] == value
    assert "OTHER" not in found


@pytest.mark.parametrize("line", [KEY, f"LEGNEXT API KEY={KEY}", f"={KEY}", f"1KEY={KEY}"])
def test_a_line_that_is_none_is_named_but_not_shown(tmp_path: Path, line: str) -> None:
    path = tmp_path / ".env"
    path.write_text(f"# first\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 2 is not NAME=value") as caught:
        variables(str(path))
    assert KEY not in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="not UTF-8 text"):
        variables(str(tmp_path / ".env"))


def test_the_file_that_was_named_comes_before_the_environment(legnext: Run, server: MockServer, tmp_path: Path) -> None:
    (tmp_path / "there.env").write_text(
        f"LEGNEXT_API_KEY={server.api_key}\nLEGNEXT_BASE_URL={server.base_url}\n", encoding="utf-8"
    )
    elsewhere = {"LEGNEXT_API_KEY": "of-another-account", "LEGNEXT_BASE_URL": "https://elsewhere.invalid/api"}
    assert legnext("balance", "--env-file", "there.env", **elsewhere).code == 0
    assert legnext("--env-file", "there.env", "balance", **elsewhere).code == 0
    assert legnext("balance", "--base-url", server.base_url, LEGNEXT_BASE_URL="https://elsewhere.invalid/api").code == 0


@pytest.mark.parametrize("fault", ["none", "error_before", "html", "close_after"])
def test_the_key_is_never_shown(legnext: Run, server: MockServer, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setenv("LEGNEXT_API_KEY", KEY)
    if fault != "none":
        server.faults.add(fault)
    for words in (("diffusion", "a fox"), ("balance",)):
        ended = legnext(*words, "--debug", "--retries", "0")
        assert ended.code != 0
        assert KEY not in ended.out + ended.err
