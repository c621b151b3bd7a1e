"""The boundaries that a paid request passes, in their order, and what must be so when a process is killed at one.

The child tells each marker at the moment that it names, and stands still until it is answered.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from legnext_client._journal.submit import DONE, NEW, SUBMITTED, SUBMITTING, UNKNOWN


class Window(NamedTuple):
    """From this marker on until the next one of the same request."""

    marker: str
    states: tuple[str | None, ...]
    """How the request may stand in the journal after a kill at the marker; None: it is not there."""
    accepted: bool | None
    """Whether the service has accepted it; None: perhaps."""
    weather: str = "clear"
    """In which weather there is such a moment."""


INTENDING = "before the intent is written"
UNCOMMITTED = "intent written, not durable"
INTENDED = "intent durable, nothing sent"
WIRED = "request on the wire"
ARRIVING = "accepted, answer not read"
ANSWERED = "answer read, id not written"
ID_WRITTEN = "id written"
ASKING = "waiting for the job"
ENDING = "job ended, not written"
ENDED = "end written"
OPENED = "file begins to come"
WRITING = "part of a file is there"
LANDING = "file has come, not named"
LANDED = "file named"
FETCHED = "files there, not written"
NOTED = "files written"
LOSING = "answer lost, not written"
LOST = "loss written"
RETURNING = "refusal read, not written"
RETURNED = "refusal written"

_BEFORE = (None, NEW)
WINDOWS = (
    Window(INTENDING, _BEFORE, False),
    Window(UNCOMMITTED, _BEFORE, False),
    Window(INTENDED, (SUBMITTING,), False),
    Window(WIRED, (SUBMITTING,), None),
    Window(ARRIVING, (SUBMITTING,), True),
    Window(ANSWERED, (SUBMITTING,), True),
    Window(ID_WRITTEN, (SUBMITTED,), True),
    Window(ASKING, (SUBMITTED,), True),
    Window(ENDING, (SUBMITTED,), True),
    Window(ENDED, (DONE,), True),
    Window(OPENED, (DONE,), True),
    Window(WRITING, (DONE,), True),
    Window(LANDING, (DONE,), True),
    Window(LANDED, (DONE,), True),
    Window(FETCHED, (DONE,), True),
    Window(NOTED, (DONE,), True),
    Window(LOSING, (SUBMITTING,), True, "lost answers"),
    Window(LOST, (UNKNOWN,), True, "lost answers"),
    Window(RETURNING, (SUBMITTING,), False, "refusals"),
    Window(RETURNED, (NEW,), False, "refusals"),
)
BY_MARKER = {window.marker: window for window in WINDOWS}
MARKERS = tuple(BY_MARKER)
OF_FILES = MARKERS[MARKERS.index(OPENED) : MARKERS.index(NOTED) + 1]

UNSURE = frozenset((UNCOMMITTED, INTENDED, WIRED, ARRIVING, ANSWERED, LOSING, LOST, RETURNING))
"""When one of these is the last of a request, what became of it may be unknown to the journal; otherwise never."""
OF_SUBMISSIONS = frozenset((*UNSURE, INTENDING, ID_WRITTEN, RETURNED))

Hits = Counter[str]


def table(hits: Hits) -> str:
    """How many kills have landed in each window."""
    width = max(map(len, MARKERS))
    return "\n".join(f"{marker:<{width}}  {hits[marker]:>5}" for marker in MARKERS)


def missed(hits: Hits) -> list[str]:
    """The windows in which none has."""
    return [marker for marker in MARKERS if not hits[marker]]
