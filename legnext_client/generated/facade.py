"""Every namespace as an attribute; the namespaces themselves are imported when they are first asked for.

Written by `make generate`; edit `openapi.yaml` instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from .making import AsyncMaking, Making
    from .namespaces import Account, AsyncAccount, AsyncCalls, AsyncMidjourney, AsyncTasks, Calls, Midjourney, Tasks
else:
    Making = AsyncMaking = Generic  # their overloads take a while to import

Job = TypeVar("Job")
AsyncJob = TypeVar("AsyncJob")
"""The jobs of a client, under the names that `help` should show."""


class Namespaces(Making[Job]):
    """The namespaces of a client."""

    @property
    def _calls(self) -> Calls[Job]:
        """Who carries the calls out."""
        raise NotImplementedError

    if not TYPE_CHECKING:

        def make(self, operation: str, /, **options: Any) -> Job:
            """Make something in one call: submit it, wait until its job is done and, with `download`, save its files.

            The options are checked before anything is sent. Returns the job; `job.files` are the paths.

            Args:
                operation: Name of an operation that makes a job, such as "diffusion".
                options: The fields of the operation, named as in its method; `timeout`, `poll_interval`,
                    `on_progress`, `callbacks`, `download` and `name` as in `Job.result`; `key`, `extra_headers`,
                    `extra_query` and `extra_body` as in every call.

            Raises:
                InvalidRequest: A field or an option is invalid; nothing was sent.
                JobFailed: The job ended without a result.
                WaitTimeout: The timeout elapsed; the job is still running.
                DownloadError: A file could not be downloaded; the job is done, and named in a note.
            """
            return self._calls.make(operation, options)

    @property
    def account(self) -> Account[Job]:
        """The balance of the account."""
        from .namespaces import Account

        return Account(self._calls)

    @property
    def midjourney(self) -> Midjourney[Job]:
        """Paid jobs that make images, videos or texts."""
        from .namespaces import Midjourney

        return Midjourney(self._calls)

    @property
    def tasks(self) -> Tasks[Job]:
        """The state and the results of a job."""
        from .namespaces import Tasks

        return Tasks(self._calls)


class AsyncNamespaces(AsyncMaking[AsyncJob]):
    """The namespaces of a client."""

    @property
    def _calls(self) -> AsyncCalls[AsyncJob]:
        """Who carries the calls out."""
        raise NotImplementedError

    if not TYPE_CHECKING:

        async def make(self, operation: str, /, **options: Any) -> AsyncJob:
            """Make something in one call: submit it, wait until its job is done and, with `download`, save its files.

            The options are checked before anything is sent. Returns the job; `job.files` are the paths.

            Args:
                operation: Name of an operation that makes a job, such as "diffusion".
                options: The fields of the operation, named as in its method; `timeout`, `poll_interval`,
                    `on_progress`, `callbacks`, `download` and `name` as in `Job.result`; `key`, `extra_headers`,
                    `extra_query` and `extra_body` as in every call.

            Raises:
                InvalidRequest: A field or an option is invalid; nothing was sent.
                JobFailed: The job ended without a result.
                WaitTimeout: The timeout elapsed; the job is still running.
                DownloadError: A file could not be downloaded; the job is done, and named in a note.
            """
            return await self._calls.make(operation, options)

    @property
    def account(self) -> AsyncAccount[AsyncJob]:
        """The balance of the account."""
        from .namespaces import AsyncAccount

        return AsyncAccount(self._calls)

    @property
    def midjourney(self) -> AsyncMidjourney[AsyncJob]:
        """Paid jobs that make images, videos or texts."""
        from .namespaces import AsyncMidjourney

        return AsyncMidjourney(self._calls)

    @property
    def tasks(self) -> AsyncTasks[AsyncJob]:
        """The state and the results of a job."""
        from .namespaces import AsyncTasks

        return AsyncTasks(self._calls)
