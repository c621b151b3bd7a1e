"""What a fork waits for, and what must be renewed in a child process."""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import ExitStack
from typing import Protocol


class Renewable(Protocol):
    def after_fork(self) -> None: ...


_OWNERS: weakref.WeakValueDictionary[int, Renewable] = weakref.WeakValueDictionary()
"""By id; unlike a `WeakSet`, it can be listed while other threads add to it."""
_PATIENCE = 10.0


def renew_after_fork(owner: Renewable) -> None:
    """Call `owner.after_fork` in child processes, where a thread of the parent may hold a lock for ever."""
    _OWNERS[id(owner)] = owner


class ForkSafeLock:
    """Lock that a fork waits for, so that a child inherits no operation of another thread half done."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        renew_after_fork(self)

    def after_fork(self) -> None:
        if self.lock.acquire(blocking=False):
            self.lock.release()
        else:  # another thread held it for longer than the fork waited
            self.lock = threading.RLock()

    def __enter__(self) -> None:
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()


class _Forking(threading.local):
    """The locks that this thread holds while it forks."""

    def __init__(self) -> None:
        self.locks: list[threading.RLock] = []


_FORKING = _Forking()


def _owners() -> list[Renewable]:
    return [owner for reference in _OWNERS.valuerefs() if (owner := reference()) is not None]


def _before_fork() -> None:
    for owner in _owners():
        if isinstance(owner, ForkSafeLock) and (lock := owner.lock).acquire(timeout=_PATIENCE):
            _FORKING.locks.append(lock)


def _release() -> None:
    while _FORKING.locks:
        _FORKING.locks.pop().release()


def _after_fork() -> None:
    _release()
    with ExitStack() as owners:  # an owner that fails does not keep the others from being renewed
        for owner in _owners():
            owners.callback(owner.after_fork)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_release, after_in_child=_after_fork)
