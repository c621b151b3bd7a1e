"""Commands in processes of their own, forked from one that has imported the command line.

A process that starts anew needs a quarter of a second of CPU for its imports. The real entry point is `LEGNEXT`.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import socket
import sys
import termios
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from threading import Thread
from typing import TYPE_CHECKING

from legnext_client.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
COMMANDS = (f"legnext_client.cli.{name}" for name in ("app", "batch", "chain", "operations", "paid", "receive"))
FORKS.set_forkserver_preload(["__main__", "httpx", "legnext_client.client", "rich.live", "rich.progress", *COMMANDS])

PROGRAM = """\
#!{python} -IS
import os, socket, sys
with socket.socket(socket.AF_UNIX) as door:
    door.connect({address!r})
    variables = [f"{{name}}={{value}}" for name, value in os.environ.items()]
    told = "\\0".join([os.getcwd(), str(len(variables)), *variables, *sys.argv[1:]])
    socket.send_fds(door, [os.fsencode(told)], [0, 1, 2])
    sys.exit(int(door.recv(9) or 1))
"""
"""Leaves its streams to a fork, and ends as that does."""


def forked(words: tuple[str, ...], environment: dict[str, str], folder: Path | str, *streams: int) -> ForkServerProcess:
    """Start `legnext` with these words; `streams`, its input, output and errors, are closed here."""
    process = FORKS.Process(target=_command, args=(words, environment, str(folder), *map(Connection, streams)))
    process.start()
    return process


@contextmanager
def program(folder: Path) -> Iterator[Path]:
    """Write a program that is as good as `legnext`, and quicker; it works as long as this lasts."""
    address = str(folder / "door")
    path = folder / "legnext"
    path.write_text(PROGRAM.format(python=sys.executable, address=address), encoding="utf-8")
    path.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        attending = Thread(target=_attend, args=(door,))
        attending.start()
        try:
            yield path
        finally:
            door.shutdown(socket.SHUT_RDWR)
            attending.join()


def _attend(door: socket.socket) -> None:
    with ThreadPoolExecutor() as callers:
        while True:
            try:
                caller, _ = door.accept()
            except OSError:  # it was shut
                return
            callers.submit(_carry_out, caller)


def _carry_out(caller: socket.socket) -> None:
    """Run the caller's command, and say how it ended."""
    with caller:
        told, streams, _, _ = socket.recv_fds(caller, 1 << 17, 3)
        folder, count, *rest = os.fsdecode(told).split("\0")
        variables = dict(each.split("=", 1) for each in rest[: int(count)])
        process = forked(tuple(rest[int(count) :]), variables, folder, *streams)
        process.join()
        caller.sendall(str(process.exitcode).encode())


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
