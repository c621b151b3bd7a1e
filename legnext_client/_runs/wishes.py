"""What a life may wish for beside what a driver does: a place, a moment, something done beside it; see `scheduling`."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client._protocol.flow import Flow

ResultT = TypeVar("ResultT")
LifeFlow = Generator[Any, Any, ResultT]
"""A flow that may also yield what only the scheduler can give."""


class Room(NamedTuple):
    """Wait for a place among the jobs that run at once, then make an attempt to use it; answered with what it gives.

    An attempt that would pass the budget is made again when other jobs have ended: they may cost less than was held.
    """

    attempt: Callable[[], Any]


class Occupy(NamedTuple):
    """Take a place, free or not: the service is running the job already."""


class Leave(NamedTuple):
    """Give the place back; with `until`, only then: the service may be running a job that nobody knows of."""

    until: float | None = None


class Pause(NamedTuple):
    """Wait until a moment, or until something is heard of this; answered with what was heard.

    A pause that is not `needed` ends when the run is being stopped.
    """

    until: float
    ear: str | None = None
    needed: bool = True


class Aside(NamedTuple):
    """Carry out a flow beside the others; answered with what it gives. Requests to the service keep to its rate."""

    flow: Flow[Any]
    request: bool = True
    finish: bool = False


class Halt(NamedTuple):
    """Begin nothing new any more, and raise this when what runs has ended."""

    error: BaseException


class Heard(NamedTuple):
    """Told from outside: something happened to what this ear listens for."""

    ear: str
    value: Any


class Stopped(Exception):
    """Thrown into a life that waits to begin something when nothing is begun any more."""
