"""What a wait needs of callbacks: to be told which jobs were called back, and to be woken from its sleep.

`CallbackReceiver` is one way to give it that; a program whose callbacks arrive elsewhere (another process, a queue) can
give it another: anything that has `wait_for`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

KNOWN_TO_GO_ON = frozenset(("pending", "staged", "processing"))
"""A callback with one of these is no news: the job has not ended."""
CLAIM_MARK = "."
"""Stands in a callback's address between the receiver's token and the submission's own."""


class Sleeper(Protocol):
    """A clock to sleep by."""

    def sleep(self, seconds: float) -> None: ...

    async def async_sleep(self, seconds: float) -> None: ...


class Wakeup(Protocol):
    """Rings for one wait when one of its jobs is called back. What it says proves nothing."""

    @property
    def closed(self) -> bool:
        """No callback will come any more."""
        ...

    def called(self) -> Iterable[str]:
        """The ids that were called back since this was asked last."""
        ...

    def sleep(self, seconds: float, clock: Sleeper) -> None:
        """Sleep so long, or until it rings; not at all when it has rung since `called` was asked."""
        ...

    async def async_sleep(self, seconds: float, clock: Sleeper) -> None:
        """The same, awaited."""
        ...


class Callbacks(Protocol):
    """Where callbacks arrive."""

    def wait_for(self, job_ids: Iterable[str]) -> AbstractContextManager[Wakeup]:
        """A bell for these jobs while the context is open; it has rung for those that were called back before."""
        ...


class Claims(Protocol):
    """Where the callbacks of a batch arrive."""

    def subscribe(self, hear: Callable[[str, str], object]) -> AbstractContextManager[None]:
        """While this is open, call `hear` for each callback, in any thread.

        With the job's id and the job's id; and, if the address ends with a submission's own token, also with that
        token and the job's id.
        """
        ...
