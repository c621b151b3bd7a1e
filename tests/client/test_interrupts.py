"""Ctrl-C: what the first does, and the second, and one that comes by another way; and what handlers of signals do."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import Client, ConfigurationError
from legnext_client._calls import service
from legnext_client._calls.queue import JobQueue
from legnext_client._runs.portal import first_interrupt

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
def test_what_ctrl_c_did_before_it_does_again_afterwards() -> None:
    with first_interrupt(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_signals_may_close_a_client_that_is_about_to_send_its_first_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client("key")

    def interrupted(*given: Any) -> JobQueue:
        monkeypatch.undo()
        signal.raise_signal(signal.SIGINT)
        return JobQueue(*given)

    monkeypatch.setattr(service, "JobQueue", interrupted)
    before = signal.signal(signal.SIGINT, lambda *_: client.close())
    try:
        with pytest.raises(ConfigurationError, match="closed"):
            client.midjourney.diffusion(text="a cat")
    finally:
        signal.signal(signal.SIGINT, before)
