"""A server for tests: `MockServer` behaves like the service, on this machine, and its clock is moved by hand.

    with MockServer() as server, server.client() as client:
        job = client.midjourney.diffusion(text="a lighthouse")
        job.wait()  # takes no time: the client's waiting moves the server's clock

It needs the `mock` extra: `pip install 'legnext-client[mock]'`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .mock.hosts import InProcess, OnSocket
from .mock.seed_jobs import seed_job
from .mock.settings import CallbackSettings, Settings

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    import httpx

    from .client import AsyncClient, Client
    from .mock.callbacks import Delivery
    from .mock.clock import Clock
    from .mock.faults import Faults
    from .mock.service import Service, Submission

__all__ = ["CallbackSettings", "MockServer"]


class MockServer:
    """A mock server and its controls. Use it in `with` or `async with`.

    `time_scale` None is a clock that stands until `clock.advance(seconds)`; a number lets it run, so many times as fast
    as real time. `in_process` serves without a socket: pass `transport()` or `async_transport()` to httpx. Everything
    drawn (ids, durations, which documented shape an answer takes) follows from `seed`.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        credits: int = Settings.credits,
        points: int = 0,
        plan: str = "pro",
        keys: tuple[str, ...] = ("mock-key",),
        concurrency: int | None = None,
        queues: bool = False,
        requests_per_second: int | None = None,
        time_scale: float | None = None,
        error_shape: str = "flat",
        answers: str = "drawn",
        callbacks: CallbackSettings | str = "bare",
        in_process: bool = False,
        port: int = 0,
        spec: str | Path | None = None,
    ) -> None:
        self.settings = Settings(
            seed=seed,
            credits=credits,
            points=points,
            plan=plan,
            keys=keys,
            concurrency=concurrency,
            queues=queues,
            requests_per_second=requests_per_second,
            time_scale=time_scale,
            error_shape=error_shape,
            answers=answers,
            callbacks=CallbackSettings(shape=callbacks) if isinstance(callbacks, str) else callbacks,
        )
        self._host: InProcess | OnSocket
        self._host = InProcess(self.settings, spec) if in_process else OnSocket(self.settings, spec, port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    def start(self) -> None:
        """Begin to serve. A server can be started once."""
        self._host.start()

    def stop(self) -> None:
        """Stop serving. Connections are closed, files removed."""
        self._host.stop()

    def reset(self) -> None:
        """Forget all jobs, faults and money spent, and set the clock back; quicker than another server."""
        self._service.reset()

    def client(self, **options: Any) -> Client:
        """A client of this server. With a standing clock its waits move the clock instead of taking time.

        `options` are those of `Client`. Close it, or use it in `with`.
        """
        from .testing_clients import make_client

        return make_client(self, options)

    def async_client(self, **options: Any) -> AsyncClient:
        """The same for asyncio."""
        from .testing_clients import make_async_client

        return make_async_client(self, options)

    def transport(self) -> httpx.BaseTransport:
        """A transport for `httpx.Client` that leads to this server, socket or not."""
        return self._host.transport()

    def async_transport(self) -> httpx.AsyncBaseTransport:
        """A transport for `httpx.AsyncClient` that leads to this server, socket or not."""
        return self._host.async_transport()

    @property
    def base_url(self) -> str:
        return self._host.root_url + self._service.spec.base_path

    @property
    def root_url(self) -> str:
        """Where `/__mock__/` and `/files/` are."""
        return self._host.root_url

    @property
    def api_key(self) -> str:
        return self.settings.keys[0]

    @property
    def clock(self) -> Clock:
        """`clock.now`, and `clock.advance(seconds)` to move it."""
        return self._service.clock

    @property
    def faults(self) -> Faults:
        """`faults.add("close_after", times=1)`; docs/mock.md lists them."""
        return self._service.faults

    @property
    def ledger(self) -> list[Submission]:
        """Every paid request that was accepted, in order: who counts them knows what was paid twice."""
        return self._service.ledger

    @property
    def jobs(self) -> Jobs:
        """The jobs by id, as the service tells of them now; `jobs.add(…)` puts one there."""
        return Jobs(self._service)

    @property
    def callbacks(self) -> Callbacks:
        """What was called back."""
        return Callbacks(self._service)

    @property
    def balance(self) -> int:
        """Points that are available: neither held for a job nor spent."""
        self._service.settle()
        return self._service.account.available

    @property
    def frozen(self) -> int:
        """Points that are held for jobs on their way."""
        self._service.settle()
        return self._service.account.frozen

    @property
    def consumed(self) -> int:
        """Points that were spent."""
        self._service.settle()
        return self._service.account.consumed

    @property
    def _service(self) -> Service:
        return self._host.service


class Jobs(Mapping[str, dict[str, Any]]):
    """The jobs of a server, each as the service tells of it at this moment."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def __getitem__(self, job_id: str) -> dict[str, Any]:
        with self._service.lock:
            return self._service.answers.job(self._service.jobs[job_id], self._service.settle())

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._service.jobs))

    def __len__(self) -> int:
        return len(self._service.jobs)

    def add(
        self,
        job_id: str | None = None,
        *,
        operation: str | None = None,
        status: str = "completed",
        body: dict[str, Any] | None = None,
        source: str | None = None,
        age: float = 0.0,
        answers: str = "",
        answer: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Put a job there, at no cost, and return it as the service tells of it.

        `operation` is an operationId or task type (images from a text, if left out), `body` what the request would
        have held, or a part of it, `source` the job that it follows. A job that has ended did so `age` virtual seconds
        ago; one on its way goes on from now; any other status stays as it is. `answers` chooses one of the documented
        ways to write it, `answer` replaces what is told of it altogether. What makes no sense is a ValueError, and no
        job is put there.
        """
        placed = seed_job(
            self._service,
            job_id,
            operation=operation,
            status=status,
            body=body,
            source=source,
            age=age,
            answers=answers,
            answer=answer,
        )
        return self[placed.job_id]

    def complete(self, job_id: str) -> None:
        """Let a job be completed now."""
        self._service.finish(self._service.jobs[job_id])

    def fail(self, job_id: str) -> None:
        """Let a job fail now."""
        self._service.finish(self._service.jobs[job_id], failed=True)


class Callbacks:
    """The callbacks of a server."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @property
    def sent(self) -> list[Delivery]:
        """Every attempt so far, with what came of it."""
        return list(self._service.callback_sender.sent)

    @property
    def on_their_way(self) -> bool:
        """Whether some that are due have not arrived."""
        return self._service.callback_sender.is_sending

    def wait(self, timeout: float = 10.0) -> list[Delivery]:
        """Wait until everything that is due was sent, and return what `sent` holds then."""
        self._service.settle()
        self._service.callback_sender.wait(timeout)
        return self.sent
