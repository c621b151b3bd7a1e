"""A receiver that cannot be served says so at once, and leaves nothing running."""

from __future__ import annotations

import socket

import pytest

from legnext_client._callbacks.receiver import CallbackReceiver
from legnext_client._callbacks.server import serving
from legnext_client.errors import ConfigurationError


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        served = CallbackReceiver().serve(port=port)
        with pytest.raises(ConfigurationError, match=rf"cannot be served at 127\.0\.0\.1, port {port}: "), served:
            raise AssertionError("it was served at a port of another")


def test_a_port_that_is_none_is_told() -> None:
    served = serving(CallbackReceiver(), "127.0.0.1", 70_000)
    with pytest.raises(ConfigurationError, match="port 70000"), served:
        raise AssertionError("there is no such port")
