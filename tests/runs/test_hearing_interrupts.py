"""Ctrl-C is heard while a run waits, also where the system does not break off a wait for it.

On Windows no wait for a lock is broken off, and elsewhere it is not in the moment before the wait begins. What is heard
late then is heard when the wait ends, so waits are short.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import crews
from legnext_client.clocks import SystemClock
from legnext_client.core.flow import Do, Flow, Start
from legnext_client.drivers import Hands
from tests.client.worlds import HandClock

if TYPE_CHECKING:
    from legnext_client.clocks import Clock


@pytest.mark.parametrize("clock", [SystemClock(), HandClock()], ids=["real", "by hand"])
def test_a_crew_that_waits_for_an_answer_looks_up_now_and_then(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "STEP", 0.01)
    answered = threading.Event()

    def asking() -> Flow[None]:
        yield Do(answered.wait)

    transport: Any = None
    found: list[list[crews.Message]] = []
    with crews.ThreadCrew(Hands(transport, clock)) as crew:
        crew.start(Start("question", asking()))
        waiting = threading.Thread(target=lambda: found.append(crew.collect(float("inf"))), daemon=True)
        waiting.start()
        waiting.join(10)
        looked_up = not waiting.is_alive()
        answered.set()
        waiting.join()
    assert looked_up
    assert found == [[]]
