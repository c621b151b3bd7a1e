"""What the tests of the client share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.thorough import parametrize_colour

from .raw_servers import Raw
from .worlds import Colour

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterator


pytest_generate_tests = parametrize_colour


@pytest.fixture
def colour(request: pytest.FixtureRequest) -> Iterator[Colour]:
    colour = Colour(request.param)
    yield colour
    colour.close()


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEGNEXT_API_KEY", "LEGNEXT_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def serve() -> Iterator[Callable[..., Raw]]:
    servers: list[Raw] = []

    def start(deed: Callable[[socket.socket], None], wrap: ssl.SSLContext | None = None, **how: bool) -> Raw:
        servers.append(Raw(deed, wrap, **how))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
