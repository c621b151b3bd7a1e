"""Ctrl-C is heard while a run waits, also where no wait is broken off for it; who leaves does not wait for nothing.

On Windows no wait for a lock is broken off, and elsewhere it is not in the moment before the wait begins. What is heard
late then is heard when the wait ends, so waits are short.
"""

from __future__ import annotations

import contextlib
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import workers
from legnext_client._protocol.flow import Do, Flow, Start
from legnext_client._transport.clocks import SystemClock
from legnext_client._transport.drivers import Hands
from tests.client.worlds import HandClock

if TYPE_CHECKING:
    from legnext_client._transport.clocks import Clock


@pytest.mark.parametrize("clock", [SystemClock(), HandClock()], ids=["real", "by hand"])
def test_who_waits_for_an_answer_looks_up_now_and_then(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "STEP", 0.01)
    answered = threading.Event()

    def asking() -> Flow[None]:
        yield Do(answered.wait)

    transport: Any = None
    found: list[list[workers.Message]] = []
    with workers.ThreadWorkers(Hands(transport, clock)) as helpers:
        helpers.start(Start("question", asking()))
        waiting = threading.Thread(target=lambda: found.append(helpers.collect(float("inf"))), daemon=True)
        waiting.start()
        waiting.join(10)
        looked_up = not waiting.is_alive()
        answered.set()
        waiting.join()
    assert looked_up
    assert found == [[]]


def test_who_is_interrupted_as_an_answer_comes_does_not_wait_for_that_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "HURRY", 60.0)

    class Inbox(SimpleQueue[workers.Message]):
        """Ctrl-C comes in the moment after the first message was taken out."""

        interrupts = True

        def get(self, block: bool = True, timeout: float | None = None) -> workers.Message:
            message = super().get(block, timeout)
            if self.interrupts:
                self.interrupts = False
                raise KeyboardInterrupt
            return message

    transport: Any = None
    helpers = workers.ThreadWorkers(Hands(transport, SystemClock()))
    helpers._inbox = Inbox()

    def leave() -> None:
        with contextlib.suppress(KeyboardInterrupt), helpers:
            helpers.start(Start("submission", submitting(), finish=True))
            helpers.collect(60.0)

    def submitting() -> Flow[None]:
        yield Do(lambda: None)

    leaving = threading.Thread(target=leave, daemon=True)
    leaving.start()
    leaving.join(10)
    assert not leaving.is_alive()
