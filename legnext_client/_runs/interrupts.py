"""Handle Ctrl-C in a batch: the first stops submitting, the second leaves at once. Nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


@contextlib.contextmanager
def first_interrupt(tell: Callable[[], object]) -> Generator[None]:
    """Call `tell` at the first Ctrl-C; the next one has its usual effect.

    Applies only in the main thread and if Ctrl-C would end the program. A handler of the caller's own is kept.
    """
    before: Any = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not _ends_the_program(before):
        yield
        return

    def interrupted(number: int, frame: Any) -> None:
        if signal.getsignal(signal.SIGINT) is interrupted:
            signal.signal(signal.SIGINT, before)
            tell()
        else:
            before(number, frame)

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is interrupted:
            signal.signal(signal.SIGINT, before)


def _ends_the_program(handler: Any) -> bool:
    if handler is signal.default_int_handler:
        return True
    function = handler.func if isinstance(handler, functools.partial) else handler
    return isinstance(getattr(function, "__self__", None), asyncio.Runner)
