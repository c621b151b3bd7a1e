"""In the child: the client's journal, connections and downloads say which boundary they are at, and wait to go on."""

from __future__ import annotations

import functools
import json
import logging
import os
import threading
from typing import TYPE_CHECKING, Any, cast

from legnext_client._downloads.targets import DiskTarget
from legnext_client._journal.journal import Journal
from legnext_client._runs import batch_work
from legnext_client._runs.portal import Portal
from legnext_client._transport.pools import AsyncPool, Pool
from tests.kills import windows
from tests.kills.patching import put_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from multiprocessing.connection import Connection

    import httpx

    Key = Callable[..., str | None]

INTERRUPTED, LEAVING = "heard of the first interrupt", "leaves"
UNANSWERED = (INTERRUPTED, LEAVING)


class Voice:
    """Speaks to the parent. Whoever tells a marker stands still until the parent answers, and so do all after it."""

    def __init__(self, out: Connection, back: Connection) -> None:
        self._out, self._back = out, back
        self._lock = threading.Lock()

    def tell(self, marker: str, key: str | None = None) -> None:
        with self._lock:
            self.say(marker, key)
            # One byte, read in one go: an interrupt comes before or after it, never in the middle.
            if not os.read(self._back.fileno(), 1):
                os._exit(70)

    def say(self, *what: object) -> None:
        """Say something that needs no answer; also from a signal's handler."""
        self._out.send(what)


class Marks:
    """Marks the boundaries in the classes of the client; for good, as this process lives only for it."""

    def __init__(self, voice: Voice) -> None:
        self._tell = voice.tell
        self._say = voice.say
        self._keys: dict[str, str] = {}
        """The keys of requests by their bodies."""

    def make(self) -> None:
        self._around(Journal, "begin", windows.INTENDING, None, self._intended)
        self._around(Journal, "accepted", windows.ANSWERED, windows.ID_WRITTEN, _of_number)
        self._around(Journal, "mark_unknown", windows.LOSING, windows.LOST, _of_number)
        self._around(Journal, "mark_not_sent", windows.RETURNING, windows.RETURNED, _of_number)
        self._around(Journal, "ended", windows.ENDING, windows.ENDED, _of_number)
        self._around(Journal, "downloaded", windows.FETCHED, windows.NOTED, _of_number)
        self._around(DiskTarget, "write", None, windows.WRITING, _of_file)
        self._around(DiskTarget, "finish", windows.LANDING, windows.LANDED, _of_file)
        self._mark_commits()
        self._mark_connections()
        self._mark_leaving()
        logging.getLogger("legnext_client").addHandler(_Listener(self._say))

    def _around(self, owner: type, name: str, before: str | None, after: str | None, key_of: Key) -> None:
        def make(plain: Any) -> Any:
            @functools.wraps(plain)
            def marked(*arguments: Any, **named: Any) -> Any:
                key = key_of(*arguments)
                if before is not None:
                    self._tell(before, key)
                result = plain(*arguments, **named)
                if after is not None:
                    self._tell(after, key)
                return result

            return marked

        put_over(owner, name, make)

    def _intended(self, _: Journal, intent: Any) -> str:
        self._keys[_canonical(intent.body)] = intent.key
        key: str = intent.key
        return key

    def _mark_commits(self) -> None:
        under_way = threading.local()

        def make_begin(plain: Any) -> Any:
            def begin(journal: Journal, intent: Any) -> Any:
                under_way.key = intent.key
                try:
                    return plain(journal, intent)
                finally:
                    under_way.key = None

            return begin

        def make_run(plain: Any) -> Any:
            def run(journal: Journal, statement: str, *values: Any) -> None:
                key = getattr(under_way, "key", None)
                if statement == "COMMIT" and key is not None:
                    self._tell(windows.UNCOMMITTED, key)
                plain(journal, statement, *values)

            return run

        put_over(Journal, "begin", make_begin)
        put_over(Journal, "_run", make_run)

    def _mark_leaving(self) -> None:
        def make(plain: Any) -> Any:
            def leave(portal: Portal, *why: Any) -> None:
                if why[0] is KeyboardInterrupt:
                    portal._stop.set()
                    self._say(LEAVING, None)
                plain(portal, *why)

            return leave

        put_over(Portal, "__exit__", make)

    def _mark_connections(self) -> None:
        def make(plain: Any) -> Any:
            def handle(transport: Pool, request: httpx.Request) -> httpx.Response:
                key = self._before(request)
                request.extensions["trace"] = lambda event, _: self._passed(event, request, key)
                response: httpx.Response = plain(transport, request)
                self._after(request)
                return response

            return handle

        def make_async(plain: Any) -> Any:
            async def handle(transport: AsyncPool, request: httpx.Request) -> httpx.Response:
                key = self._before(request)

                async def trace(event: str, _: object) -> None:
                    self._passed(event, request, key)

                request.extensions["trace"] = trace
                response: httpx.Response = await plain(transport, request)
                self._after(request)
                return response

            return handle

        put_over(Pool, "handle_request", make)
        put_over(AsyncPool, "handle_async_request", make_async)

    def _before(self, request: httpx.Request) -> str | None:
        if request.method != "POST":
            if "/job/" in request.url.path:
                self._tell(windows.ASKING, request.url.path.rpartition("/")[2])
            return None
        key = self._keys.get(_canonical(json.loads(b"".join(cast("Iterable[bytes]", request.stream)))))
        self._tell(windows.INTENDED, key)
        return key

    def _passed(self, event: str, request: httpx.Request, key: str | None) -> None:
        if request.method == "POST" and event == "http11.send_request_body.complete":
            self._tell(windows.WIRED, key)
        elif request.method == "POST" and event == "http11.receive_response_headers.complete":
            self._tell(windows.ARRIVING, key)

    def _after(self, request: httpx.Request) -> None:
        if "/files/" in request.url.path:
            self._tell(windows.OPENED, _row_of_file(request.url.path))


class _Listener(logging.Handler):
    """Hears the client say that it was interrupted."""

    def __init__(self, say: Callable[..., None]) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == batch_work.INTERRUPTED:
            self._say(INTERRUPTED, None)


def _of_number(journal: Journal, number: int, *_: object) -> str:
    key: str = journal._rows("SELECT key FROM requests WHERE id = ?", number)[0][0]
    return key


def _of_file(target: DiskTarget, *_: object) -> str | None:
    return _row_of_file(target._target)


def _row_of_file(path: str) -> str | None:
    row, underscore, _ = os.path.basename(path).rpartition("_")
    return row if underscore else None


def _canonical(body: Any) -> str:
    return json.dumps(body, sort_keys=True)
