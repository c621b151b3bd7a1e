"""`CallbackReceiver`: receives callbacks and wakes the waits for their jobs.

It is an ASGI application: mount it in FastAPI or Starlette, run it with any ASGI server, or `serve()` it. In another
framework, pass each request to `take`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import inspect
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from legnext_client import webhooks
from legnext_client._callbacks.hub import CallbackHub
from legnext_client._protocol.callbacks import CLAIM_MARK
from legnext_client.errors import ConfigurationError, WebhookError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from contextlib import AbstractContextManager

    from legnext_client._protocol.callbacks import Wakeup
    from legnext_client.jobs import Job

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

logger = logging.getLogger("legnext_client")

RECEIVED, NO_JOB, UNKNOWN_TOKEN, WRONG_METHOD, TOO_LARGE = 204, 400, 404, 405, 413
_TOKEN_PATTERN = re.compile(r"[A-Za-z0-9._~-]{16,200}", re.ASCII)
_LONGEST_STATUS = 100


class Taken(NamedTuple):
    """The status to respond with, and the job if this callback is new."""

    status: int
    job: Job | None = None


class Served(NamedTuple):
    """The address of a served receiver. Pass `url` as `callback=`."""

    url: str
    port: int


class CallbackReceiver:
    """Receiver of callbacks that wakes `job.wait(callbacks=receiver)` in any thread or event loop.

    Args:
        token: Last path segment of the URL; requests without it are refused. Default: random. Processes that receive
            for one another share one token.
        secret: Require a signature made with this secret; see `webhooks.parse`.
        tolerance: Maximum clock difference of a signed callback in seconds.
        on_job: Function called with the job of each new callback, after the response is sent. A plain function runs in
            a thread; a coroutine function is awaited. The job is not attached to a client: verify it with
            `client.confirm(job)`. Exceptions are logged.
        largest: Maximum body size in bytes.
        remember: Number of callbacks to remember, to drop duplicates and to serve waits that begin later.
        now: Clock for signatures, in seconds since 1970.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        secret: str | bytes | None = None,
        tolerance: float = 300.0,
        on_job: Callable[[Job], object] | None = None,
        largest: int = webhooks.LARGEST,
        remember: int = 10_000,
        now: Callable[[], float] = time.time,
    ) -> None:
        if token is not None and not _TOKEN_PATTERN.fullmatch(token):
            raise ConfigurationError("token must have 16 to 200 letters, digits or any of . _ ~ - and nothing else.")
        webhooks.check_settings(secret, tolerance)
        if on_job is not None and not callable(on_job):
            raise ConfigurationError(f"on_job must be a function that takes the job; got {type(on_job).__name__}.")
        if not 1 <= largest <= webhooks.LARGEST:
            raise ConfigurationError(f"largest must be 1 to {webhooks.LARGEST} bytes; got {largest}.")
        if remember < 1:
            raise ConfigurationError(f"remember must be 1 or more; got {remember}.")
        self._token = secrets.token_urlsafe(24) if token is None else token
        self._secret = secret
        self._tolerance = tolerance
        self._on_job = on_job
        self._largest = largest
        self._now = now
        self._hub = CallbackHub(remember)

    # ---- address ------------------------------------------------------------------------------------------------

    def address(self, base: str) -> str:
        """Return the URL to pass as `callback=`, given that this receiver is reachable at `base`."""
        try:
            parts = urlsplit(base)
            usable = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        except ValueError:
            usable = False
        if not usable:
            raise ConfigurationError(f"base must be an http(s) URL without query or fragment; got {base!r}.")
        return f"{base.rstrip('/')}/{self._token}"

    @contextlib.contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Generator[Served]:
        """Serve in a thread while the context is open. Pass `.url` as `callback=`.

        Needs the `mock` extra.
        """
        try:
            from legnext_client._callbacks.server import serving
        except ImportError as error:
            raise ConfigurationError("serve needs the mock extra: pip install 'legnext-client[mock]'.") from error
        self.open()
        try:
            with serving(self, host, port) as (base, bound_port):
                yield Served(self.address(base), bound_port)
        finally:
            self.close()

    # ---- callbacks ----------------------------------------------------------------------------------------------

    def take(self, token: str, body: webhooks.Body, headers: webhooks.Headers | None = None) -> Taken:
        """Take a callback received elsewhere; returns immediately with the status to respond with and the job if new.

        `token` is the last path segment of the request.
        """
        ours, claim = self._split(token)
        if not self._is_ours(ours):
            return Taken(UNKNOWN_TOKEN)
        try:
            content = webhooks.as_bytes(body)
            if len(content) > self._largest:
                return Taken(TOO_LARGE)
            job = webhooks.parse(content, headers, secret=self._secret, tolerance=self._tolerance, now=self._now())
        except WebhookError as error:
            logger.debug("a callback was refused: %s", error.message)
            return Taken(NO_JOB)
        status = job.raw.get("status")
        new = self._hub.note(job.job_id, status[:_LONGEST_STATUS] if isinstance(status, str) else "", claim)
        return Taken(RECEIVED, job if new else None)

    def wait_for(self, job_ids: Iterable[str]) -> AbstractContextManager[Wakeup]:
        """Return a wakeup for these jobs, for as long as the context is open."""
        return self._hub.wait_for(job_ids)

    def subscribe(self, listener: Callable[[str, str], object]) -> AbstractContextManager[None]:
        """Call `listener` for each callback while the context is open; see `Claims.subscribe`."""
        return self._hub.subscribe(listener)

    def close(self) -> None:
        """Announce that no more callbacks will come, so that waits poll normally."""
        self._hub.close()

    def open(self) -> None:
        """Undo `close`. `serve` and ASGI servers call this at the start."""
        self._hub.open()

    def _split(self, token: str) -> tuple[str, str]:
        """Split a path segment into the receiver's token and the submission's token that a batch appends."""
        length = len(self._token)
        rest = token[length:]
        return (token[:length], rest[1:]) if rest.startswith(CLAIM_MARK) and len(rest) > 1 else (token, "")

    def _is_ours(self, token: str) -> bool:
        given = token.encode("utf-8", "surrogatepass")
        return hmac.compare_digest(given, self._token.encode())

    def __repr__(self) -> str:
        return f"<CallbackReceiver, {self._hub.waits} waiting>"

    # ---- ASGI ---------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
        elif scope["type"] == "http":
            await self._respond(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        for event, then in (("startup", self.open), ("shutdown", self.close)):
            await receive()
            then()
            await send({"type": f"lifespan.{event}.complete"})

    async def _respond(self, scope: Message, receive: Receive, send: Send) -> None:
        token = scope["path"].rsplit("/", 1)[-1]
        job = None
        if not self._is_ours(self._split(token)[0]):
            status = UNKNOWN_TOKEN
        elif scope["method"] != "POST":
            status = WRONG_METHOD
        else:
            body = await self._read(scope, receive)
            if body is None:
                return
            status, job = self.take(token, body, scope["headers"])
        headers = list(_HEADERS.get(status, _EMPTY))
        if status == TOO_LARGE and scope.get("http_version", "1.1").startswith("1"):
            headers.append((b"connection", b"close"))  # the rest of the body is not read
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        if job is not None and self._on_job is not None:
            await self._notify(self._on_job, job)

    async def _read(self, scope: Message, receive: Receive) -> bytes | None:
        """Read the body, stopping just past the size limit; None if the sender disconnected."""
        length = next((value for name, value in scope["headers"] if name.lower() == b"content-length"), b"")
        if length.isdigit() and (len(length) > 15 or int(length) > self._largest):
            return bytes(self._largest + 1)
        body = bytearray()
        while len(body) <= self._largest:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        return bytes(body)

    async def _notify(self, on_job: Callable[[Job], object], job: Job) -> None:
        try:
            result = on_job(job) if inspect.iscoroutinefunction(on_job) else await asyncio.to_thread(on_job, job)
            if inspect.isawaitable(result):
                await result
        except Exception:
            logger.exception("on_job failed for job %r", job.job_id)


_EMPTY = [(b"content-length", b"0")]
_HEADERS = {RECEIVED: [], WRONG_METHOD: [*_EMPTY, (b"allow", b"POST")]}
