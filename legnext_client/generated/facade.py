"""Every namespace as an attribute; the namespaces themselves are imported when they are first asked for.

Written by `make generate`; edit `openapi.yaml` instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from .namespaces import Account, AsyncAccount, AsyncCalls, AsyncMidjourney, AsyncTasks, Calls, Midjourney, Tasks

JobT = TypeVar("JobT")


class Namespaces(Generic[JobT]):
    """The namespaces of a client."""

    @property
    def _calls(self) -> Calls[JobT]:
        """Who carries the calls out."""
        raise NotImplementedError

    @property
    def account(self) -> Account[JobT]:
        """The balance of the account."""
        from .namespaces import Account

        return Account(self._calls)

    @property
    def midjourney(self) -> Midjourney[JobT]:
        """Paid jobs that make images, videos or texts."""
        from .namespaces import Midjourney

        return Midjourney(self._calls)

    @property
    def tasks(self) -> Tasks[JobT]:
        """The state and the results of a job."""
        from .namespaces import Tasks

        return Tasks(self._calls)


class AsyncNamespaces(Generic[JobT]):
    """The namespaces of a client."""

    @property
    def _calls(self) -> AsyncCalls[JobT]:
        """Who carries the calls out."""
        raise NotImplementedError

    @property
    def account(self) -> AsyncAccount[JobT]:
        """The balance of the account."""
        from .namespaces import AsyncAccount

        return AsyncAccount(self._calls)

    @property
    def midjourney(self) -> AsyncMidjourney[JobT]:
        """Paid jobs that make images, videos or texts."""
        from .namespaces import AsyncMidjourney

        return AsyncMidjourney(self._calls)

    @property
    def tasks(self) -> AsyncTasks[JobT]:
        """The state and the results of a job."""
        from .namespaces import AsyncTasks

        return AsyncTasks(self._calls)
