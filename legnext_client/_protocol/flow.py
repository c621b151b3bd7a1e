"""The words in which the core asks for something to be done, and the answers it gets.

A flow is a generator: it yields what it wants done and receives the result. The two drivers, sync and async, carry it
out; tests do it by hand, without a network or a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from legnext_client._protocol.callbacks import Wakeup
    from legnext_client.errors import ConfigurationError

ResultT = TypeVar("ResultT")


class Request(NamedTuple):
    """A request as it will be sent. `paid` requests are never sent twice unless they provably were not accepted.

    `job_id` is the job of which it speaks: that is asked for, or followed up.
    """

    method: str
    path: str
    body: bytes | None = None
    paid: bool = False
    operation: str = ""
    sent: Mapping[str, Any] | None = None
    expects_job: bool = True
    job_id: str | None = None
    query: str = ""
    headers: Mapping[str, str] = {}
    accepts: tuple[str, ...] = ()
    """Media types of good answers beside an object of JSON; `""` for no content, `application/json` for any JSON."""


class Send(NamedTuple):
    """Send the request and read the whole answer within `timeout` seconds; gives `Response` or `NoResponse`."""

    request: Request
    timeout: float
    attempt: int = 1


class Sleep(NamedTuple):
    """Wait so many seconds, or, with a bell, until it rings."""

    seconds: float
    bell: Wakeup | None = None


class Emit(NamedTuple):
    """Something the caller wants to know of on the way."""

    value: Any


class Response(NamedTuple):
    """A whole answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoResponse(NamedTuple):
    """No answer. `sent`: the request may have arrived. `retryable`: another try could end differently.

    `error` is what to raise where there was not even a try: the client is closed, say.
    """

    reason: str
    sent: bool
    retryable: bool = True
    answer: bytes | None = None
    error: ConfigurationError | None = None


class Fetch(NamedTuple):
    """Get a file from anywhere, with these headers and no others: no key, no cookies, no redirects followed.

    Answered with `NoResponse`, or with what the flow that `receive` makes of the `Opened` answer returns; the answer is
    closed when that flow ends, however it ends. `silence` is how long the other side may say nothing, `seconds` how
    long all of it may take.
    """

    url: str
    headers: Mapping[str, str]
    silence: float
    seconds: float
    receive: Callable[[Opened], Generator[Any, Any, Any]]


class Opened(NamedTuple):
    """The head of an answer, and the body to `Read` from."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Read(NamedTuple):
    """Read on; answered with bytes as they came, with none of them at the end, or with `NoResponse`."""

    body: Any


class RunBlocking(NamedTuple):
    """Do something with the disk; answered with what the function returns, or its `OSError` or error of ours."""

    function: Callable[[], Any]


class Gather(NamedTuple):
    """Carry flows out, so many at once; answered with what they return. The error of one ends them all."""

    flows: Sequence[Generator[Any, Any, Any]]
    limit: int


Effect = Send | Sleep | Emit | Fetch | Read | RunBlocking | Gather
Flow = Generator[Effect, Any, ResultT]
