"""Ctrl-C that comes by another way, and a key that is too short to be one."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from legnext_client.core.flow import Lost
from legnext_client.core.secrets import Veil, key_end
from legnext_client.interrupts import first_interrupt

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def ctrl_c_ends_the_program() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_ends_the_program")
def test_where_another_handler_stands_before_ours_ctrl_c_does_what_it_did_before() -> None:
    told: list[str] = []
    with first_interrupt(lambda: told.append("stop")):
        ours = signal.getsignal(signal.SIGINT)
        assert callable(ours)
        signal.signal(signal.SIGINT, lambda number, frame: ours(number, frame))
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert told == [], "another's handler stands before ours: it is theirs to say what Ctrl-C means"
    assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler


@pytest.mark.usefixtures("ctrl_c_ends_the_program")
def test_the_first_ctrl_c_tells_and_the_second_ends_the_program() -> None:
    told: list[str] = []
    with first_interrupt(lambda: told.append("stop")):
        signal.raise_signal(signal.SIGINT)
        assert told == ["stop"]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert told == ["stop"]


@pytest.mark.usefixtures("ctrl_c_ends_the_program")
def test_what_ctrl_c_did_before_it_does_again_afterwards() -> None:
    with first_interrupt(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_too_short_to_be_a_key_is_not_sought_in_answers() -> None:
    veil, headers = Veil("short"), {"x-echo": "short"}
    received = veil.received(200, headers, [(b"x-echo", b"short")], b"in short")
    assert (received.headers, received.body) == (headers, b"in short")
    lost = Lost("cut short", sent=True, answer=b"short")
    assert veil.lost(lost) == lost


def test_the_shortest_key_is_taken_out_of_whatever_comes_back() -> None:
    veil = Veil("sixsix")
    received = veil.received(200, {"X-Echo": "a sixsix"}, [(b"X-Echo", b"a sixsix")], b"the sixsix key")
    assert (received.headers, received.body) == ({"x-echo": "a …"}, "the … key".encode())
    lost = veil.lost(Lost("sixsix is wrong", sent=True, answer=b"sixsix"))
    assert (lost.reason, lost.answer) == ("… is wrong", "…".encode())
    assert veil.lost(Lost("sixsix", sent=False)).answer is None


@pytest.mark.parametrize(("key", "end"), [("twelve-chars", ""), ("thirteen-char", "char")])
def test_four_characters_are_shown_of_a_key_that_is_long_enough(key: str, end: str) -> None:
    assert key_end(key) == end
