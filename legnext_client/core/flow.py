"""The words in which the core asks for something to be done, and the answers it gets.

A flow is a generator: it yields what it wants done and receives the result. The two drivers, sync and async, carry it
out; tests do it by hand, without a network or a clock.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple, TypeVar

ResultT = TypeVar("ResultT")


class Request(NamedTuple):
    """A request as it will be sent. `paid` requests are never sent twice unless they provably were not accepted."""

    method: str
    path: str
    body: bytes | None = None
    paid: bool = False
    operation: str = ""
    sent: Mapping[str, Any] | None = None
    wants_job: bool = True


class Send(NamedTuple):
    """Send the request and wait for the whole answer, at most `timeout` seconds; answered with `Received` or `Lost`."""

    request: Request
    timeout: float
    attempt: int = 1


class Sleep(NamedTuple):
    seconds: float


class Emit(NamedTuple):
    """Something the caller wants to know of on the way."""

    value: Any


class Received(NamedTuple):
    """A whole answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Lost(NamedTuple):
    """No answer. `sent`: the request may have arrived. `again`: another try could end differently."""

    reason: str
    sent: bool
    again: bool = True
    answer: bytes | None = None


Effect = Send | Sleep | Emit
Flow = Generator[Effect, Any, ResultT]
