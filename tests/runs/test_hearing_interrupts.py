"""Ctrl-C is heard while a run waits; who leaves does not wait for what nobody needs."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest

from .test_bad_weather import behind
from .test_batches import cats
from .test_leaving import press_when

if TYPE_CHECKING:
    from .conftest import World

pytestmark = pytest.mark.parametrize("colour", ["sync"], indirect=True)


def test_who_leaves_does_not_wait_for_a_poll(world: World) -> None:
    asked, never = threading.Event(), threading.Event()

    def hang(send: Any) -> None:
        if "/job/" in send.request.path:
            asked.set()
            never.wait(30)

    press_when(asked, times=2)
    with pytest.raises(KeyboardInterrupt):
        world.batch(cats(1), client=behind(world, hang))
    assert not never.is_set()
    assert world.states() == {"cat-0": "submitted"}
    never.set()
    [result], _ = world.batch(cats(1))
    assert result.ok


def test_one_interrupt_while_an_answer_is_waited_for_is_heard_when_it_has_come(world: World) -> None:
    asked, heard = threading.Event(), threading.Event()

    def wait_for_it(send: Any) -> None:
        if "/job/" in send.request.path and not heard.is_set():
            asked.set()
            heard.wait(30)

    def press() -> None:
        asked.wait(30)
        os.kill(os.getpid(), signal.SIGINT)
        heard.set()

    threading.Thread(target=press, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        world.batch(cats(4), client=behind(world, wait_for_it), concurrency=1)
    assert world.states() == {"cat-0": "done"}
