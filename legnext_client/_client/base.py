"""Base class of both clients: setup, prices, budgets and hooks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from legnext_client._calls.settings import Settings, find_base_url, find_key, identity_of, log_as_asked
from legnext_client._protocol.bounds import whole
from legnext_client._protocol.headers import wrong_header
from legnext_client._protocol.redact import key_end
from legnext_client._transport.clocks import SystemClock
from legnext_client._version import __version__
from legnext_client.errors import ConfigurationError
from legnext_client.generated.service import API_KEY_HEADER

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator, Iterator, Mapping
    from ssl import SSLContext

    from legnext_client._calls.queue import QueueState
    from legnext_client._calls.recording import Recorder
    from legnext_client._calls.service import CallService
    from legnext_client._calls.uploading import Uploads
    from legnext_client._client.async_caller import AsyncCaller
    from legnext_client._journal.ledger import Ledger
    from legnext_client._journal.submit import Entry, RequestState
    from legnext_client._prompt_policy import PromptPolicy
    from legnext_client._protocol.hooks import Hook
    from legnext_client._protocol.retries import Retries
    from legnext_client._transport.clocks import Clock
    from legnext_client.generated.operations import Operation
    from legnext_client.generated.sync.caller import Caller
    from legnext_client.prices import Budget, Estimate, RequestModel

CallerT = TypeVar("CallerT", bound="Caller | AsyncCaller")
Transport = TypeVar("Transport")
HttpClient = TypeVar("HttpClient")
Uploader = TypeVar("Uploader")
"""Of one colour, under the names that `help` should show."""


if TYPE_CHECKING:
    made_once = property
else:

    class made_once:
        """Attribute made by the first thread that asks for it, and used by all.

        It has no lock: after a fork, or within a handler of signals, a lock may never be released.
        """

        def __init__(self, make: Callable[[Any], Any]) -> None:
            self._make, self.__doc__ = make, make.__doc__

        def __set_name__(self, _: type, name: str) -> None:
            self._name = name

        def __get__(self, client: Any, _: type) -> Any:
            return self if client is None else client.__dict__.setdefault(self._name, self._make(client))


class BaseClient(Generic[CallerT, Transport, HttpClient, Uploader]):
    """Base class of both clients.

    What a call needs is made by the first one: httpx takes longer to import than the rest of the client.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float = 30.0,
        retries: int | Retries = 4,
        prompts: PromptPolicy = "refuse",
        requests_per_second: float = 10.0,
        transport: Transport | None = None,
        clock: Clock | None = None,
        ledger: str | os.PathLike[str] | Ledger | None = None,
        default_headers: Mapping[str, str] | None = None,
        user_agent: str | None = None,
        proxy: str | None = None,
        ssl_context: SSLContext | None = None,
        http_client: HttpClient | None = None,
        uploader: Uploader | None = None,
        max_jobs: int | None = None,
        max_wait: float | None = None,
    ) -> None:
        log_as_asked()
        key = find_key(api_key)
        self._base_url = find_base_url(base_url)
        self._key_end = key_end(key)
        self._identity: Callable[[], str] = lambda: identity_of(key, self._base_url)
        """Returns a fingerprint of the key, with the base URL; only a fleet asks for it."""
        self._settings = Settings.of(
            timeout=timeout,
            retries=retries,
            prompts=prompts,
            requests_per_second=requests_per_second,
            max_wait=max_wait,
        )
        if max_jobs is not None:
            whole("max_jobs", max_jobs, 1, ConfigurationError)
        self._max_jobs = max_jobs
        self._clock: Clock = clock or SystemClock()
        self._recorder: Recorder | None = None
        if ledger is not None:
            from legnext_client._calls.recording import Recorder
            from legnext_client._journal.ledger import Ledger

            self._recorder = Recorder(ledger if isinstance(ledger, Ledger) else Ledger(ledger))
        headers = {API_KEY_HEADER: key, "accept": "application/json", "user-agent": f"legnext-client/{__version__}"}
        given = {"proxy": proxy, "ssl_context": ssl_context, "http_client": http_client}
        connecting = {name: value for name, value in given.items() if value is not None}
        self._connecting: Callable[[], Mapping[str, Any]] = lambda: connecting
        """Returns how this client connects, which may hold a proxy's password; only a fleet asks for it."""
        self._uploads: Uploads | None = None
        if uploader is not None:
            from legnext_client._calls.uploading import Uploads

            self._uploads = Uploads(uploader, self._clock, connecting, may_await=hasattr(self, "__aenter__"))
        headers = _outgoing(headers, transport, default_headers, user_agent, connecting)
        # A lambda, because a partial would show the key to whoever prints the attributes of a client.
        self._connect: Callable[[], Any] = lambda: self._open(headers, connecting) if transport is None else transport
        self._owner = True
        """Whether this client closes its connections."""
        if transport is not None or connecting:  # what is wrong with these is said at once
            _ = self._transport

    def _open(self, headers: Mapping[str, str], connecting: Mapping[str, Any]) -> Any:
        raise NotImplementedError

    def _make_calls(self, service: CallService) -> CallerT:
        raise NotImplementedError

    @made_once
    def _transport(self) -> Any:
        return self._connect()

    @property
    def _opened(self) -> Any:
        """The transport, if it is made."""
        return self.__dict__.get("_transport")

    @made_once
    def _service(self) -> CallService:
        from legnext_client._calls.service import CallService

        return CallService(self._settings, self._clock, self._max_jobs, self._recorder, self._uploads)

    @made_once
    def _calls(self) -> CallerT:
        return self._make_calls(self._service)

    def price(
        self, operation: str | Operation | RequestModel, /, *, source: str | None = None, **fields: Any
    ) -> Estimate:
        """Estimate the cost of a call from its fields. Nothing is sent.

        `source` is the size of the source video (`480p`, `720p`). If it is unknown, the higher price is assumed.
        """
        from legnext_client.prices import price

        return price(operation, fields or None, source=source)

    @contextmanager
    def budget(self, points: int | Budget) -> Generator[Budget]:
        """Limit the points that this client spends while the context is open, across all threads."""
        from legnext_client.prices import Budget

        budget = points if isinstance(points, Budget) else Budget(points)
        self._service.budgets.append(budget)
        try:
            yield budget
        finally:
            self._service.budgets.remove(budget)

    def add_hook(self, hook: Hook) -> None:
        """Call a function with an `Event` before and after each attempt and each paid call, and at the end of jobs.

        Its errors are logged and break nothing.
        """
        self._service.hooks.append(hook)

    @property
    def queue(self) -> QueueState:
        """The client's places for jobs at this moment: their number, those taken, and the calls that wait for one."""
        return self._service.queue.state

    def history(self, *states: RequestState) -> Iterator[Entry]:
        """Iterate over the paid calls in the ledger, oldest first: all, or those in these states."""
        if self._recorder is None:
            raise ConfigurationError('history needs a ledger: Client(ledger="legnext.db").')
        return self._recorder.ledger.entries(*states)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retries: int | Retries | None = None,
        prompts: PromptPolicy | None = None,
        requests_per_second: float | None = None,
        max_wait: float | None = None,
    ) -> Self:
        """Return a client with other settings that shares connections, budgets and queue. Closing it closes nothing."""
        given: dict[str, Any] = {
            "timeout": timeout,
            "retries": retries,
            "prompts": prompts,
            "requests_per_second": requests_per_second,
            "max_wait": max_wait,
        }
        changed = {name: value for name, value in given.items() if value is not None}
        twin = object.__new__(type(self))
        twin.__dict__ |= self.__dict__
        twin._settings, twin._owner = Settings.of(**self._settings._asdict() | changed), False
        twin._connect = lambda: self._transport
        twin.__dict__ |= {"_service": self._service.with_settings(twin._settings)}
        twin.__dict__.pop("_calls", None)
        return twin

    def __repr__(self) -> str:
        if not hasattr(self, "_owner"):  # a debugger may show a client whose constructor failed
            return f"<{type(self).__name__}, not set up>"
        return f"<{type(self).__name__} at {self._base_url}, key …{self._key_end}>"

    def __reduce__(self) -> Any:
        raise ConfigurationError(
            "a client holds connections and an API key and cannot be pickled. Create one in each process."
        )


def _outgoing(
    headers: dict[str, str],
    transport: object,
    default_headers: Mapping[str, str] | None,
    user_agent: str | None,
    connecting: Mapping[str, Any],
) -> dict[str, str]:
    """Return the headers of every request, if they and the settings of connections can be used."""
    given = [*connecting, *(["default_headers"] if default_headers else []), *(["user_agent"] if user_agent else [])]
    if not given:
        return headers
    if transport is not None:
        raise ConfigurationError(f"{given[0]} cannot be combined with transport, which sends requests its own way.")
    if "http_client" in connecting and len(connecting) > 1:
        raise ConfigurationError(f"{given[0]} cannot be combined with http_client: give it to that client.")
    agent = headers["user-agent"] if user_agent is None else f"{headers['user-agent']} {user_agent}"
    if wrong := wrong_header("user_agent", {"User-Agent": agent}) or wrong_header(
        "default_headers", default_headers or {}, default=True
    ):
        raise ConfigurationError(wrong)
    others = {name.lower(): value for name, value in (default_headers or {}).items()}
    return {**others, **headers, "user-agent": agent}
