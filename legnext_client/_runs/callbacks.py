"""The callbacks of a run: each wakes the row that waits for it, or is kept for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from legnext_client._runs.tasks import Tasks

MOST_KEPT = 10_000
"""Maximum number of callbacks kept for later."""


class Callbacks:
    """The rows that wait for callbacks, and the callbacks without a waiting row, by key."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self.early: dict[str, str] = {}
        """Callbacks without a waiting row."""
        self.take_late: Callable[[str, str], Awaitable[bool]] | None = None
        """Handles a callback without a waiting row; returns whether it belongs to a row that has ended."""

    def wait(self, key: str, future: asyncio.Future[Any]) -> None:
        """Resolve `future` with the job id of the next callback with this key."""
        self._waiting[key] = future

    def stop_waiting(self, key: str) -> None:
        """Forget the row that waits for this key."""
        self._waiting.pop(key, None)

    def notify(self, key: str, job_id: str) -> None:
        """Wake the row that waits for this callback, or keep it."""
        if not self._wake(key, job_id) and not self._tasks.closing:
            self._tasks.start(partial(self._notify_late, key, job_id))

    def _wake(self, key: str, job_id: str) -> bool:
        future = self._waiting.get(key)
        if future is None or future.done():
            return False
        future.set_result(job_id)
        return True

    async def _notify_late(self, key: str, job_id: str) -> None:
        if self.take_late is not None and await self.take_late(key, job_id):
            return
        if not self._wake(key, job_id):  # a row may wait for it by now
            self.early[key] = job_id
            if len(self.early) > MOST_KEPT:
                del self.early[next(iter(self.early))]
