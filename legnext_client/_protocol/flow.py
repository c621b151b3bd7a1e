"""Effects that flows yield, and the results they receive.

A flow is a generator that yields an effect and receives its result. A sync and an async driver run flows; tests drive
them by hand, without a network or a clock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from legnext_client._protocol.callbacks import Wakeable
    from legnext_client.errors import ConfigurationError

ResultT = TypeVar("ResultT")


class Request(NamedTuple):
    """A request. If it is `paid`, it is sent again only if it was provably not accepted.

    `job_id` is the job that it polls or follows up.
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
    """Accepted media types besides a JSON object; `""` for no content, `application/json` for any JSON."""


class Send(NamedTuple):
    """Effect: send the request and read the response within `timeout` seconds. Result: `Response` or `NoResponse`."""

    request: Request
    timeout: float
    attempt: int = 1


class Sleep(NamedTuple):
    """Effect: sleep for `seconds`, or less if the wakeup is set."""

    seconds: float
    wakeup: Wakeable | None = None


class Emit(NamedTuple):
    """Effect: pass a value to the caller."""

    value: Any


class Response(NamedTuple):
    """A complete response. Header names are lower case. The driver fills in the `elapsed` seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: float = 0.0


class NoResponse(NamedTuple):
    """A failure without a complete response. `sent`: the request may have arrived.

    `error` is raised if sending was impossible, for example because the client is closed.
    """

    reason: str
    sent: bool
    retryable: bool = True
    answer: bytes | None = None
    error: ConfigurationError | None = None


class Fetch(NamedTuple):
    """Effect: download a file with exactly these headers, without API key, cookies or redirects.

    Result: `NoResponse`, or the result of the flow that `receive` makes from the `Opened` response. The response is
    closed when that flow ends. `silence` is the read timeout, `seconds` the total timeout.
    """

    url: str
    headers: Mapping[str, str]
    silence: float
    seconds: float
    receive: Callable[[Opened], Generator[Any, Any, Any]]


class Opened(NamedTuple):
    """The status and headers of a response, and the body to `Read` from."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Read(NamedTuple):
    """Effect: read the next part of a body. Result: raw bytes, empty at the end, or `NoResponse`."""

    body: Any


class RunBlocking(NamedTuple):
    """Effect: run disk I/O. Result: the function's return value, or its `OSError` or `LegnextError`."""

    function: Callable[[], Any]


class Await(NamedTuple):
    """Effect: await a function of the async client's caller. Result: the function's."""

    function: Callable[[], Awaitable[Any]]


class Gather(NamedTuple):
    """Effect: run flows, at most `limit` at a time. Result: their results. An error in one stops all."""

    flows: Sequence[Generator[Any, Any, Any]]
    limit: int


Effect = Send | Sleep | Emit | Fetch | Read | RunBlocking | Await | Gather
Flow = Generator[Effect, Any, ResultT]
