"""Interfaces through which waits and batches receive callbacks.

`CallbackReceiver` implements them. A program whose callbacks arrive elsewhere, such as in a queue, can pass any object
with `wait_for`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

CLAIM_MARK = "."
"""Separator in a callback URL between the receiver's token and the submission's token."""


class Sleeper(Protocol):
    """A clock that can sleep."""

    def sleep(self, seconds: float) -> None: ...

    async def async_sleep(self, seconds: float) -> None: ...


class Wakeable(Protocol):
    """A sleep that can be ended from elsewhere."""

    def sleep(self, seconds: float, clock: Sleeper) -> None:
        """Sleep until `seconds` have passed, or until it is ended."""
        ...

    async def async_sleep(self, seconds: float, clock: Sleeper) -> None:
        """Async version of `sleep`."""
        ...


class Wakeup(Wakeable, Protocol):
    """Signal for one wait, set when one of its jobs is called back. It is a hint, not proof.

    Its sleep ends when a callback arrives, and at once if one arrived since `called`.
    """

    @property
    def closed(self) -> bool:
        """Whether no more callbacks will come."""
        ...

    def called(self) -> Iterable[str]:
        """Return the ids called back since the last call."""
        ...


class Callbacks(Protocol):
    """Source of callbacks for waits."""

    def wait_for(self, job_ids: Iterable[str]) -> AbstractContextManager[Wakeup]:
        """Return a wakeup for these jobs while the context is open; already set for those called back before."""
        ...


class Claims(Protocol):
    """Source of callbacks for batches."""

    def subscribe(self, listener: Callable[[str, str], object]) -> AbstractContextManager[None]:
        """Call `listener` for each callback, in any thread, while the context is open.

        The arguments are the job id twice and, if the URL ends with a submission's token, also that token and the job
        id.
        """
        ...
