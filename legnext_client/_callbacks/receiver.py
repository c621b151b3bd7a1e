"""`CallbackReceiver`: where callbacks arrive, and who waits for them is woken.

It is an ASGI application of its own: mount it in FastAPI or Starlette, run it with any ASGI server, or `serve()` it. In
another framework, hand what came to `take`.
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

RECEIVED, NO_JOB, STRANGER, WRONG_METHOD, TOO_LARGE = 204, 400, 404, 405, 413
_TOKEN_LOOKS = re.compile(r"[A-Za-z0-9._~-]{16,200}", re.ASCII)
_LONGEST_STATUS = 100


class Taken(NamedTuple):
    """What to answer to the sender, and the job, if this callback is news."""

    status: int
    job: Job | None = None


class Served(NamedTuple):
    """Where a receiver is served: `url` is what to pass as `callback=`."""

    url: str
    port: int


class CallbackReceiver:
    """Receives callbacks, and wakes who waits: `job.wait(callbacks=receiver)`, in any thread or event loop.

    Args:
        token: The last part of the address, by which the service's callbacks are told from strangers'; random, if left
            out. Processes that receive for one another share one.
        secret: Refuse what is not signed with this; see `webhooks.parse`.
        tolerance: How many seconds the time of a signed callback may be off.
        on_job: Called with the job of each callback that is news, after the sender has its answer; a coroutine
            function, or a function, which is called in a thread. The job is as the callback tells of it, and belongs to
            no client: `client.confirm(job)`. What it raises is logged.
        largest: Bodies of more bytes than this are refused.
        remember: So many callbacks are remembered, to drop what comes twice, and for waits that begin later.
        now: The time in seconds since 1970, for signatures; a test puts another in.
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
        if token is not None and not _TOKEN_LOOKS.fullmatch(token):
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
        self._bells = CallbackHub(remember)

    # ---- where it is --------------------------------------------------------------------------------------------

    def address(self, base: str) -> str:
        """What to pass as `callback=`, when this receiver is reached at `base`."""
        try:
            parts = urlsplit(base)
            usable = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        except ValueError:
            usable = False
        if not usable:
            raise ConfigurationError(f"base must be an http(s) address without query or fragment; got {base!r}.")
        return f"{base.rstrip('/')}/{self._token}"

    @contextlib.contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Generator[Served]:
        """Serve in a thread while the context is open; `.url` is what to pass as `callback=`.

        Needs the `mock` extra.
        """
        try:
            from legnext_client._callbacks.server import serving
        except ImportError as error:
            raise ConfigurationError("serve needs the mock extra: pip install 'legnext-client[mock]'.") from error
        try:
            with serving(self, host, port) as (base, found):
                yield Served(self.address(base), found)
        finally:
            self.close()

    # ---- what arrives -------------------------------------------------------------------------------------------

    def take(self, token: str, body: webhooks.Body, headers: webhooks.Headers | None = None) -> Taken:
        """Take a callback that arrived elsewhere: what to answer, and the job if it is news. Returns at once.

        `token` is the last part of the path that was called.
        """
        ours, claim = self._split(token)
        if not self._is_ours(ours):
            return Taken(STRANGER)
        try:
            content = webhooks.as_bytes(body)
            if len(content) > self._largest:
                return Taken(TOO_LARGE)
            job = webhooks.parse(content, headers, secret=self._secret, tolerance=self._tolerance, now=self._now())
        except WebhookError as error:
            logger.debug("a callback was refused: %s", error.message)
            return Taken(NO_JOB)
        told = job.raw.get("status")
        new = self._bells.note(job.job_id, told[:_LONGEST_STATUS] if isinstance(told, str) else "", claim)
        return Taken(RECEIVED, job if new else None)

    def wait_for(self, job_ids: Iterable[str]) -> AbstractContextManager[Wakeup]:
        """What a wait asks for; see `core.callbacks.Callbacks`."""
        return self._bells.wait_for(job_ids)

    def subscribe(self, hear: Callable[[str, str], object]) -> AbstractContextManager[None]:
        """What a batch asks for; see `core.callbacks.Claims`."""
        return self._bells.subscribe(hear)

    def close(self) -> None:
        """Say that no callback will come any more: who waits polls again as if there were none."""
        self._bells.close()

    def open(self) -> None:
        """Take it back; serving it, or an ASGI server that starts it, does the same."""
        self._bells.open()

    def _split(self, token: str) -> tuple[str, str]:
        """The receiver's token, and that of one submission, which a batch puts behind it."""
        length = len(self._token)
        behind = token[length:]
        return (token[:length], behind[1:]) if behind.startswith(CLAIM_MARK) and len(behind) > 1 else (token, "")

    def _is_ours(self, token: str) -> bool:
        given = token.encode("utf-8", "surrogatepass")
        return hmac.compare_digest(given, self._token.encode())

    def __repr__(self) -> str:
        return f"<CallbackReceiver, {self._bells.waits} waiting>"

    # ---- ASGI ---------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        for event, then in (("startup", self.open), ("shutdown", self.close)):
            await receive()
            then()
            await send({"type": f"lifespan.{event}.complete"})

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        token = scope["path"].rsplit("/", 1)[-1]
        job = None
        if not self._is_ours(self._split(token)[0]):
            status = STRANGER
        elif scope["method"] != "POST":
            status = WRONG_METHOD
        else:
            body = await self._read(scope, receive)
            if body is None:
                return
            status, job = self.take(token, body, scope["headers"])
        headers = list(_HEADERS.get(status, _EMPTY))
        if status == TOO_LARGE and scope.get("http_version", "1.1").startswith("1"):
            headers.append((b"connection", b"close"))  # what is left of the body is not read
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        if job is not None and self._on_job is not None:
            await self._tell(self._on_job, job)

    async def _read(self, scope: Message, receive: Receive) -> bytes | None:
        """The body, or as much of it as is too much; None when the sender is gone."""
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

    async def _tell(self, on_job: Callable[[Job], object], job: Job) -> None:
        try:
            heard = on_job(job) if inspect.iscoroutinefunction(on_job) else await asyncio.to_thread(on_job, job)
            if inspect.isawaitable(heard):
                await heard
        except Exception:
            logger.exception("on_job failed for job %r", job.job_id)


_EMPTY = [(b"content-length", b"0")]
_HEADERS = {RECEIVED: [], WRONG_METHOD: [*_EMPTY, (b"allow", b"POST")]}
