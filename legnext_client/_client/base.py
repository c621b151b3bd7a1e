"""Base class of both clients: setup, prices, budgets and hooks."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from legnext_client._calls.settings import Settings, find_base_url, find_key, log_as_asked
from legnext_client._protocol.headers import wrong_header
from legnext_client._protocol.numbers import is_whole
from legnext_client._protocol.redact import key_end
from legnext_client._transport.clocks import SystemClock
from legnext_client._version import __version__
from legnext_client.errors import ConfigurationError
from legnext_client.generated.service import API_KEY_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from legnext_client._calls.queue import QueueState
    from legnext_client._calls.service import CallService
    from legnext_client._calls.uploading import Uploads
    from legnext_client._client.async_caller import AsyncCaller
    from legnext_client._downloads.local_files import LocalFile
    from legnext_client._journal.ledger import Ledger
    from legnext_client._journal.store import StrPath
    from legnext_client._journal.submit import Entry, RequestState
    from legnext_client._prompt_policy import PromptPolicy
    from legnext_client._protocol.hooks import Hook
    from legnext_client._protocol.retries import Retries
    from legnext_client._transport.clocks import Clock
    from legnext_client.generated.operations import Operation
    from legnext_client.generated.sync.caller import Caller
    from legnext_client.prices import Budget, Estimate, RequestModel

CallerT = TypeVar("CallerT", bound="Caller | AsyncCaller")


class BaseClient(Generic[CallerT]):
    """Base class of both clients.

    The caller is created and imported on the first call, so that creating a client is fast.
    """

    _base_url: str
    _key_end: str
    _settings: Settings
    _transport: Any
    _clock: Clock
    _made: CallerT | None
    _making: threading.Lock
    _ledger: Ledger | None
    _uploads: Uploads | None
    _max_jobs: int | None
    _owner: bool
    """Whether this client closes its connections."""

    def _make_calls(self) -> CallerT:
        raise NotImplementedError

    @property
    def _calls(self) -> CallerT:
        if self._made is None:
            with self._making:
                if self._made is None:
                    made = self._make_calls()
                    made.service.ledger, made.service.uploads = self._ledger, self._uploads
                    self._made = made
        return self._made

    @property
    def _service(self) -> CallService:
        return self._calls.service

    def _set_up(
        self,
        api_key: str | None,
        base_url: str | None,
        timeout: float,
        retries: int | Retries,
        prompts: PromptPolicy,
        requests_per_second: float,
        clock: Clock | None,
        ledger: StrPath | Ledger | None,
        uploader: Callable[[LocalFile], Any] | None,
        max_jobs: int | None,
        max_wait: float | None,
    ) -> dict[str, str]:
        log_as_asked()
        key = find_key(api_key)
        self._base_url = find_base_url(base_url)
        self._key_end = key_end(key)
        settings = Settings.of(
            timeout=timeout,
            retries=retries,
            prompts=prompts,
            requests_per_second=requests_per_second,
            max_wait=max_wait,
        )
        if max_jobs is not None and not (is_whole(max_jobs) and max_jobs > 0):
            raise ConfigurationError(f"max_jobs must be a whole number, 1 or more; got {max_jobs!r}.")
        self._max_jobs = max_jobs
        self._settings, self._clock = settings, clock or SystemClock()
        self._made, self._making = None, threading.Lock()
        self._ledger = None if ledger is None else _opened(ledger)
        self._uploads = None if uploader is None else _uploads(uploader, self._clock, hasattr(self, "__aenter__"))
        return {API_KEY_HEADER: key, "accept": "application/json", "user-agent": f"legnext-client/{__version__}"}

    def price(self, operation: str | Operation | RequestModel, *, source: str | None = None, **fields: Any) -> Estimate:
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
        if self._ledger is None:
            raise ConfigurationError('history needs a ledger: Client(ledger="legnext.db").')
        return self._ledger.entries(*states)

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
        settings, twin = Settings.of(**self._settings._asdict() | changed), object.__new__(type(self))
        twin._base_url, twin._key_end, twin._transport = self._base_url, self._key_end, self._transport
        twin._settings, twin._clock, twin._owner, twin._ledger = settings, self._clock, False, self._ledger
        twin._max_jobs = self._max_jobs
        calls: Any = self._calls
        twin._uploads = self._uploads
        twin._made, twin._making = type(calls)(calls.service.with_settings(settings), calls.runtime), self._making
        return twin

    def __repr__(self) -> str:
        if not hasattr(self, "_transport"):  # a debugger may show a client whose constructor failed
            return f"<{type(self).__name__}, not set up>"
        return f"<{type(self).__name__} at {self._base_url}, key …{self._key_end}>"

    def __reduce__(self) -> Any:
        raise ConfigurationError(
            "a client holds connections and an API key and cannot be pickled. Create one in each process."
        )


def outgoing(
    headers: dict[str, str],
    transport: object,
    default_headers: Mapping[str, str] | None,
    user_agent: str | None,
    **connecting: Any,
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the headers of every request and the settings of connections, if they can be used."""
    wanted = {name: value for name, value in connecting.items() if value is not None}
    given = [*wanted, *(["default_headers"] if default_headers else []), *(["user_agent"] if user_agent else [])]
    if not given:
        return headers, wanted
    if transport is not None:
        raise ConfigurationError(f"{given[0]} cannot be combined with transport, which sends requests its own way.")
    if "http_client" in wanted and len(wanted) > 1:
        raise ConfigurationError(f"{next(iter(wanted))} cannot be combined with http_client: give it to that client.")
    agent = headers["user-agent"] if user_agent is None else f"{headers['user-agent']} {user_agent}"
    if wrong := wrong_header("user_agent", {"User-Agent": agent}) or wrong_header(
        "default_headers", default_headers or {}, default=True
    ):
        raise ConfigurationError(wrong)
    others = {name.lower(): value for name, value in (default_headers or {}).items()}
    return {**others, **headers, "user-agent": agent}, wanted


def _opened(ledger: StrPath | Ledger) -> Ledger:
    from legnext_client._journal.ledger import Ledger

    return ledger if isinstance(ledger, Ledger) else Ledger(ledger)


def _uploads(uploader: Callable[[LocalFile], Any], clock: Clock, may_await: bool) -> Uploads:
    from legnext_client._calls.uploading import Uploads

    return Uploads(uploader, clock, may_await=may_await)
