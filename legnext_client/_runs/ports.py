"""What a life needs of who keeps the records and of the client around it; who fulfils it stands elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from legnext_client._journal.submit import Entry, Records, Submission

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from legnext_client._calls.items import Call, Item
    from legnext_client._calls.wait import Watch
    from legnext_client._protocol.flow import Flow, Request
    from legnext_client._protocol.state import State
    from legnext_client._runs.rate import Pacing
    from legnext_client.errors import BudgetExceeded


class Book(Records, Protocol):
    """The records, and what is done with them after a submission."""

    def entry(self, key: str) -> Entry | None: ...
    def entries_of(self, item: str) -> list[Entry]: ...
    def claim(self, number: int, job_id: str) -> bool: ...
    def disown(self, number: int, reason: str, job_id: str | None) -> None: ...
    def holds(self, number: int, points: int) -> None: ...
    def ended(self, number: int, state: State, points: int, at: datetime) -> None: ...
    def downloaded(self, number: int, paths: Iterable[str]) -> None: ...
    def retire(self, *numbers: int) -> None: ...


class Prepared(NamedTuple):
    """A call that was found right, with its price held; `plan` is the client's own."""

    request: Request
    price: int
    plan: Any
    token: str | None = None


class House(Protocol):
    """What a life needs of the client around it."""

    pacing: Pacing
    retry_failed: bool
    callbacks: bool
    request_timeout: float
    longest_wait: float
    unsettled: dict[str, Item]
    """Rows that have ended with unknown outcome: a callback may still tell."""

    @property
    def book(self) -> Book: ...
    def clock(self) -> float: ...
    def today(self) -> datetime: ...
    def prepare(self, call: Call, before: State | None, key: str) -> Prepared:
        """Find a call right and hold its price; raises `InvalidRequest` and `BudgetExceeded`."""
        ...

    def refused(self, prepared: Prepared) -> None:
        """Nothing is held for it any more."""
        ...

    def accepted(self, prepared: Prepared, submission: Submission) -> Any:
        """What to remember of the job."""
        ...

    def recalled(self, entry: Entry, call: Call | None) -> Any:
        """What is remembered of a job of the records."""
        ...

    def watch(self, state: State, context: Any, told: float | None) -> Watch:
        """How to ask for the job."""
        ...

    def patience(self, watch: Watch, silent: float) -> float:
        """For how many seconds to wait for it, when the service did not answer for so many."""
        ...

    def lasts(self, operation: str, body: Mapping[str, Any]) -> float:
        """For how many seconds such a job can last at most."""
        ...

    def is_another(self, entry: Entry, state: State) -> bool:
        """Whether a job is of a kind that this request does not make."""
        ...

    def holds(self, state: State, context: Any, price: int) -> BudgetExceeded | None:
        """Count what the service holds for the job; an error when that is more than was estimated."""
        ...

    def saw(self, state: State, context: Any, running: float | None, price: int) -> int:
        """The job has ended; the points that it cost."""
        ...

    def job(self, state: State, context: Any, /) -> Any:
        """The job as users know it."""
        ...

    def fetching(self, item: Item, made: tuple[State, Any], had: Sequence[str]) -> Flow[list[str]] | None:
        """A flow that downloads what was made; None when nothing is to be fetched."""
        ...
