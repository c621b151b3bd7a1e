"""What must be renewed in a child process."""

from __future__ import annotations

import os
import weakref
from contextlib import ExitStack
from typing import Protocol


class Renewable(Protocol):
    def after_fork(self) -> None: ...


_OWNERS: weakref.WeakSet[Renewable] = weakref.WeakSet()


def renew_after_fork(owner: Renewable) -> None:
    """Call `owner.after_fork` in child processes, where a thread of the parent may hold a lock for ever."""
    _OWNERS.add(owner)


def _after_fork() -> None:
    with ExitStack() as owners:  # an owner that fails does not keep the others from being renewed
        for owner in list(_OWNERS):
            owners.callback(owner.after_fork)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
