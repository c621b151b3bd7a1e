"""httpx transports to a server on a socket, whose connections are never shared with a child process."""

from __future__ import annotations

import os

import httpx


class Transport(httpx.BaseTransport):
    def __init__(self) -> None:
        self._by_process: dict[int, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        process = os.getpid()
        if process not in self._by_process:
            self._by_process.setdefault(process, httpx.HTTPTransport(verify=False))  # http only: reads no certificates
        return self._by_process[process].handle_request(request)

    def close(self) -> None:
        if own := self._by_process.get(os.getpid()):
            own.close()


class AsyncTransport(httpx.AsyncBaseTransport):
    def __init__(self) -> None:
        self._by_process: dict[int, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        process = os.getpid()
        if process not in self._by_process:
            self._by_process.setdefault(process, httpx.AsyncHTTPTransport(verify=False))
        return await self._by_process[process].handle_async_request(request)

    async def aclose(self) -> None:
        if own := self._by_process.get(os.getpid()):
            await own.aclose()
