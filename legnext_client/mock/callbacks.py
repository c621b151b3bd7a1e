"""Callbacks at the end of jobs, sent from threads; only to this machine unless configured otherwise."""

from __future__ import annotations

import hashlib
import heapq
import hmac
import ipaddress
import json
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import Clock
    from .settings import CallbackSettings

USER_AGENT = "legnext-mock-callback"
"""The control interface recognizes callbacks by this header and refuses them."""
_PATIENCE = 5.0
_SENDERS = 8
_AGAIN_AFTER = 10.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to send a callback, with its outcome."""

    job_id: str
    url: str
    attempt: int = 1
    at: float = 0.0
    outcome: str = ""
    """The receiver's status, `lost`, `not loopback`, or an error."""


class Callbacks:
    """Queue of callbacks that sends them from its own threads when due."""

    def __init__(
        self, settings: CallbackSettings, clock: Clock, settle: Callable[[], object], wake: Callable[[], None]
    ) -> None:
        self.settings = settings
        self._sent: list[Delivery] = []
        self._clock, self._settle, self._wake = clock, settle, wake
        self._lock = threading.Lock()
        self._waiting: list[tuple[float, int, Delivery, Callable[[], dict[str, Any]]]] = []
        self._numbers = 0
        self._senders = ThreadPoolExecutor(_SENDERS, thread_name_prefix="mock-callback")
        self._under_way: set[Future[None]] = set()
        self._client: Any = None
        self._closed = False

    @property
    def is_waiting(self) -> bool:
        """Whether any callback is still to be sent."""
        return bool(self._waiting)

    @property
    def sent(self) -> list[Delivery]:
        """Every attempt so far, with its outcome."""
        return list(self._sent)

    @property
    def on_their_way(self) -> bool:
        """Whether any due callback has not arrived yet."""
        due = self.next_due
        return bool(self._under_way) or (due is not None and due <= self._clock.now)

    @property
    def next_due(self) -> float | None:
        with self._lock:
            return self._waiting[0][0] if self._waiting else None

    def schedule(self, job_id: str, url: str, ended: float, body: Callable[[], dict[str, Any]], chance: float) -> None:
        """Schedule a callback for an ended job; `chance`, from 0 to 1, decides whether it is lost."""
        due = ended + self.settings.delay
        delivery = Delivery(job_id, url)
        if chance < self.settings.loss:
            self.record(replace(delivery, at=due, outcome="lost"))
        elif not self.settings.anywhere and not is_loopback(url):
            self.record(replace(delivery, at=due, outcome="not loopback"))
        else:
            for _ in range(self.settings.copies):
                self.enqueue(due, delivery, body)

    def send_due(self) -> None:
        """Pass due callbacks to the sender threads; return at once."""
        now = self._clock.now
        with self._lock:
            while self._waiting and self._waiting[0][0] <= now and not self._closed:
                _, _, delivery, body = heapq.heappop(self._waiting)
                future = self._senders.submit(self._send, delivery, body)
                self._under_way.add(future)
                future.add_done_callback(self._under_way.discard)

    def wait(self, timeout: float = 10.0) -> list[Delivery]:
        """Wait until every due callback is sent or has failed, then return `sent`."""
        self._settle()
        while under_way := set(self._under_way):
            if wait(under_way, timeout).not_done:
                raise TimeoutError(f"callbacks are still being sent after {timeout} s")
            self._under_way -= under_way
        return self.sent

    def waiting(self) -> list[tuple[float, Delivery]]:
        """Return the scheduled callbacks and when they are due."""
        with self._lock:
            return [(due, delivery) for due, _, delivery, _ in sorted(self._waiting, key=lambda each: each[:2])]

    def forget(self) -> None:
        """Drop scheduled callbacks and the record of sent ones."""
        with self._lock:
            self._waiting.clear()
            self._sent.clear()

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._senders.shutdown(wait=True, cancel_futures=True)
        if self._client is not None:
            self._client.close()

    def record(self, *attempts: Delivery) -> None:
        self._sent += attempts

    def enqueue(self, due: float, delivery: Delivery, body: Callable[[], dict[str, Any]]) -> None:
        """Schedule one attempt."""
        with self._lock:
            self._numbers += 1
            heapq.heappush(self._waiting, (due, self._numbers, delivery, body))

    def _send(self, delivery: Delivery, body: Callable[[], dict[str, Any]]) -> None:
        import httpx

        now = self._clock.now
        content, headers = self._written(body(), now)
        try:
            answer = self._http(httpx).post(delivery.url, content=content, headers=headers)
            outcome, received = str(answer.status_code), answer.is_success
        except Exception as error:  # a bad URL can raise more than httpx's errors
            outcome, received = f"{type(error).__name__}: {error}", False
        self.record(replace(delivery, at=now, outcome=outcome))
        if not received and delivery.attempt <= self.settings.retries:
            again = replace(delivery, attempt=delivery.attempt + 1)
            self.enqueue(now + _AGAIN_AFTER * delivery.attempt, again, body)
            self._wake()

    def _http(self, httpx: Any) -> Any:
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(trust_env=False, follow_redirects=False, timeout=_PATIENCE)
            return self._client

    def _written(self, job: dict[str, Any], now: float) -> tuple[bytes, dict[str, str]]:
        told = {"timestamp": int(now), "data": job} if self.settings.shape == "envelope" else job
        content = json.dumps(told, separators=(",", ":")).encode()
        headers = {"content-type": "application/json", "user-agent": USER_AGENT}
        if self.settings.secret is not None:
            stamp = str(int(now))
            signed = stamp.encode() + b"." + content
            headers["X-Legnext-Timestamp"] = stamp
            headers["X-Legnext-Signature"] = hmac.new(self.settings.secret.encode(), signed, hashlib.sha256).hexdigest()
        return content, headers


def is_loopback(url: str) -> bool:
    """Return whether a URL's host is `localhost` or a loopback IP address."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
