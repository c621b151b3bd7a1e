"""Variables from the environment or from `--env-file`.

The key is never an option, because the process list would show it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from legnext_client._calls.settings import KEY_VARIABLE, URL_VARIABLE
from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_VARIABLE, SECRET_VARIABLE = "LEGNEXT_CALLBACK_TOKEN", "LEGNEXT_CALLBACK_SECRET"
LEDGER_VARIABLE = "LEGNEXT_LEDGER"
MCP_TOKEN_VARIABLE = "LEGNEXT_MCP_TOKEN"
UPLOADER_VARIABLE = "LEGNEXT_UPLOADER"
DATABASE_VARIABLE = "DATABASE_URL"
VARIABLES = {
    KEY_VARIABLE: "Your key.",
    URL_VARIABLE: "The base URL of the service, if not the default; `--base-url` takes precedence.",
    LEDGER_VARIABLE: "The ledger that records paid calls; `--ledger` takes precedence.",
    TOKEN_VARIABLE: "The last part of the URL `receive` listens at. Default: random.",
    UPLOADER_VARIABLE: "Where to upload local files: `s3://bucket/folder/` or `https://host/folder/`.",
    MCP_TOKEN_VARIABLE: "The bearer token of `mcp --http`. Default: random, printed at the start.",
    SECRET_VARIABLE: "`receive` refuses callbacks that are not signed with this.",
    DATABASE_VARIABLE: "The PostgreSQL database of a fleet.",
}
"""Variables read, with their meaning."""

_NAME = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)", re.ASCII)


def variables(env_file: str | None) -> Mapping[str, str]:
    """Return this program's variables; `env_file` takes precedence over the environment."""
    found = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    if env_file is not None:
        found |= {name: value for name, value in _read(Path(env_file)).items() if name in VARIABLES}
    return found


def key_of(found: Mapping[str, str]) -> str:
    """Return the key. Raises `ConfigurationError` if it is not set."""
    if not found.get(KEY_VARIABLE, "").strip():
        raise ConfigurationError(
            f"{KEY_VARIABLE} is not set: export your key, or write it to a file and pass --env-file FILE."
        )
    return found[KEY_VARIABLE]


def _read(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigurationError(f"--env-file {path} cannot be read: {reason}.") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        before, sign, behind = line.strip().partition("=")
        name = _NAME.fullmatch(before.rstrip())
        if sign and name is not None:
            found[name[1]] = _value(behind.strip())
        elif line.strip() and not line.lstrip().startswith("#"):  # not shown, because it may contain the key
            raise ConfigurationError(f"--env-file {path}, line {number} is not NAME=value.")
    return found


def _value(written: str) -> str:
    """Strip quotes or a trailing comment."""
    quote = written[:1]
    if quote in ("'", '"'):
        return written[1:].partition(quote)[0]
    return re.split(r"(?:^|\s)#", written)[0].rstrip()
