"""What must be renewed in a child process."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Renewable(Protocol):
    def after_fork(self) -> None: ...


_OWNERS: weakref.WeakSet[Renewable] = weakref.WeakSet()


def renew_after_fork(owner: Renewable) -> None:
    """Call `owner.after_fork` in child processes, which must not use their parent's connections and locks."""
    _OWNERS.add(owner)


def _after_fork() -> None:
    for owner in list(_OWNERS):
        owner.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
