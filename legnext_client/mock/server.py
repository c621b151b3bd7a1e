"""uvicorn around the application: a socket bound early, connections that faults can drop, a clean shutdown."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .app import App
from .clock import Clock
from .service import Service
from .spec import DOCUMENT, Spec
from .state import load, save
from .wire import KEY, Closing, SocketWire

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    import httpx

    from .settings import Settings
    from .state import Scenario

_BACKLOG = 4096
_GRACE = 1
_OFFER = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)
_LONGEST = 3600.0
_PATIENCE = 30.0


def make_service(
    settings: Settings, spec: str | Path | None, root_url: str, scenario: Scenario | None = None
) -> Service:
    """Return a service whose files are under `root_url`."""
    return Service(Spec.load(spec), settings, Clock(settings.time_scale), f"{root_url}/files", scenario)


class Server:
    """Server on a socket. The constructor binds the port; `run` starts serving."""

    def __init__(
        self,
        settings: Settings,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        spec: str | Path | None = None,
        faults: Iterable[dict[str, Any]] = (),
        scenario: Scenario | None = None,
        reload: bool = False,
        state: str | Path | None = None,
    ) -> None:
        self._state = None if state is None else Path(state)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((host, port))
            self._socket.listen(_BACKLOG)
            shown = f"[{host}]" if ":" in host else host
            self.root_url = f"http://{shown}:{self._socket.getsockname()[1]}"
            self.service = make_service(settings, spec, self.root_url, scenario)
            if self._state is not None and self._state.exists():
                load(self.service, json.loads(self._state.read_text(encoding="utf-8")))
            for fault in faults:
                self.service.faults.add(**fault)
        except BaseException:
            self._socket.close()
            raise
        self.app = App(self.service, (spec or DOCUMENT) if reload else None)
        self._uvicorn: _Uvicorn | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        return self.root_url + self.service.spec.base_path

    def run(self, started: Callable[[], None] | None = None) -> None:
        """Serve until `stop` is called or, in the main thread, until a signal."""
        closing = Closing()
        connection: Any = partial(_Connection, closing)
        config = uvicorn.Config(
            self.app,
            http=connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # the application sets the virtual date
            timeout_graceful_shutdown=_GRACE,
        )
        self._uvicorn = _Uvicorn(config, closing, started)
        with background(self.service):
            try:
                self._uvicorn.run(sockets=[self._socket])
            finally:
                self._socket.close()
                self.app.close()
                self._save()

    def _save(self) -> None:
        """Save the state, whole or not at all."""
        if self._state is not None:
            new = self._state.with_name(f"{self._state.name}.new")
            new.write_text(json.dumps(save(self.service)), encoding="utf-8")
            new.replace(self._state)

    def start(self) -> None:
        """Serve in a thread of its own until `stop` is called."""
        if self._thread is not None:
            raise RuntimeError("A MockServer can be started only once; create another.")
        started: Future[None] = Future()

        def run() -> None:
            try:
                self.run(lambda: started.set_result(None))
            except BaseException as error:
                if started.done():
                    raise
                started.set_exception(error)

        self._thread = threading.Thread(target=run, name="mock-server", daemon=True)
        self._thread.start()
        started.result(_PATIENCE)

    def stop(self) -> None:
        """Stop the server; `run` returns soon after."""
        if self._uvicorn is None:
            self._socket.close()
            return
        self._uvicorn.should_exit = True
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def transport(self) -> httpx.BaseTransport:
        import httpx

        return httpx.HTTPTransport(verify=False)  # http only: reads no certificates

    def async_transport(self) -> httpx.AsyncBaseTransport:
        import httpx

        return httpx.AsyncHTTPTransport(verify=False)


@contextlib.contextmanager
def background(service: Service) -> Generator[None]:
    """Settle ended jobs and send callbacks in the background while open, if the clock runs."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            with service.due:
                due = service.next_due()
                wait = _LONGEST if due is None else service.clock.as_waited(due - service.clock.now)
                if wait > 0:
                    service.due.wait(min(wait, _LONGEST))
            if not ended.is_set():
                service.settle()

    runs = service.clock.scale is not None and service.settings.callbacks.shape != "off"
    watcher = threading.Thread(target=watch, name="mock-callbacks", daemon=True)
    if runs:
        watcher.start()
    try:
        yield
    finally:
        ended.set()
        with service.due:
            service.due.notify_all()
        if runs:
            watcher.join()
        service.callbacks.close()


class _Uvicorn(uvicorn.Server):
    """uvicorn that reports its start, and ends waiting responses when it stops."""

    def __init__(self, config: uvicorn.Config, closing: Closing, started: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._closing = closing
        self._report = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._report is not None:
            self._report()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing.set()
        await super().shutdown(sockets)


class _Connection(HttpToolsProtocol):
    """One connection; its requests have a wire for faults."""

    def __init__(self, closing: Closing, **given: Any) -> None:
        super().__init__(**given)
        self._closing = closing

    def data_received(self, data: bytes) -> None:
        # The parser stops reading a body after an offer of h2c, which Java's client and `curl --http2` make. Such an
        # offer may be ignored; it is at the start of a request, and its headers arrive together.
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete:
            head, end, rest = data.partition(b"\r\n\r\n")
            data = _OFFER.sub(b"", head) + end + rest
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        wire: Any = SocketWire(self.transport, self._closing)
        self.scope["extensions"] = {KEY: wire}
