"""Two hosts of a server inside a program: on a socket in a thread, and without a socket."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from .scenarios import Scenario
    from .settings import Settings

_INSIDE = "https://mock.invalid"
_PATIENCE = 30.0


class OnSocket:
    """A server in a thread, on a free local port."""

    def __init__(
        self, settings: Settings, spec: str | Path | None, scenario: Scenario | None, reload: bool, port: int
    ) -> None:
        from .server import Server

        self._server = Server(settings, port=port, spec=spec, scenario=scenario, reload=reload)
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self.service = self._server.service
        self.root_url = self._server.root_url

    def start(self) -> None:
        if self._thread is not None:
            raise RuntimeError("A MockServer can be started only once; create another.")
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="mock-server", daemon=True)
        self._thread.start()
        if not started.wait(_PATIENCE) or self._failure is not None:
            raise RuntimeError("The mock server did not start.") from self._failure

    def _run(self, started: threading.Event) -> None:
        try:
            self._server.run(started.set)
        except BaseException as error:
            self._failure = error
            raise
        finally:
            started.set()

    def stop(self) -> None:
        self._server.stop()
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def transport(self) -> httpx.BaseTransport:
        import httpx

        return httpx.HTTPTransport()

    def async_transport(self) -> httpx.AsyncBaseTransport:
        import httpx

        return httpx.AsyncHTTPTransport()


class InProcess:
    """A server without a socket."""

    root_url = _INSIDE

    def __init__(self, settings: Settings, spec: str | Path | None, scenario: Scenario | None, reload: bool) -> None:
        from .app import App
        from .inside import Home
        from .server import make_service
        from .spec import DOCUMENT

        self.service = make_service(settings, spec, _INSIDE, scenario)
        self._app = App(self.service, (spec or DOCUMENT) if reload else None)
        self._home = Home()
        self._background = contextlib.ExitStack()

    def start(self) -> None:
        from .server import background

        self._background.enter_context(background(self.service))

    def stop(self) -> None:
        self._background.close()
        self._home.close()
        self._app.close()

    def transport(self) -> httpx.BaseTransport:
        from .inside import InsideTransport

        return InsideTransport(self._app, self._home)

    def async_transport(self) -> httpx.AsyncBaseTransport:
        from .inside import InsideAsyncTransport

        return InsideAsyncTransport(self._app)
