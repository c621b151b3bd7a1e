"""Commands in processes of their own, forked from one that has imported the command line.

A process that starts anew needs a quarter of a second of CPU for its imports. The real entry point is `LEGNEXT`.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import sys
import termios
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from legnext_client.cli import main

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
COMMANDS = (f"legnext_client.cli.{name}" for name in ("app", "batch", "chain", "operations", "paid", "receive"))
FORKS.set_forkserver_preload(["__main__", "httpx", "legnext_client.client", "rich.live", "rich.progress", *COMMANDS])


def forked(words: tuple[str, ...], environment: dict[str, str], folder: Path, *streams: int) -> ForkServerProcess:
    """Start `legnext` with these words; `streams`, its input, output and errors, are closed here."""
    process = FORKS.Process(target=_command, args=(words, environment, str(folder), *map(Connection, streams)))
    process.start()
    return process


def _command(words: tuple[str, ...], environment: dict[str, str], folder: str, *connections: Connection) -> None:
    for number, connection in enumerate(connections):
        os.dup2(connection.fileno(), number)
    for name, stream in (("stdin", open(0)), ("stdout", open(1, "w")), ("stderr", open(2, "w"))):  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)  # textual-image asks these what the terminal can
    if os.isatty(0):
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["legnext", *words]
    sys.exit(main())
