"""The `legnext` command, in the `cli` extra.

`entries` lists the commands; `app` runs them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from legnext_client._version import __version__
from legnext_client.cli.exits import Exit

if TYPE_CHECKING:
    from types import ModuleType

_NEEDED = ("typer", "rich")
_ASKED = "_LEGNEXT_ASKED_UV"
"""Set once uv was asked for the extra, so that it is asked once."""


def main() -> int:
    """Run the command line with this process's arguments and return the exit code."""
    if any(find_spec(name) is None for name in _NEEDED):
        uv = os.environ.get("UV")  # set by `uvx --from legnext-client legnext`, which installs no extra
        if uv and not os.environ.get(_ASKED):
            command = [uv, "tool", "run", "--from", f"legnext-client[cli]=={__version__}", "legnext", *sys.argv[1:]]
            return subprocess.call(command, env={**os.environ, _ASKED: "1"})
        print("legnext needs the cli extra: pip install 'legnext-client[cli]'.", file=sys.stderr)
        return Exit.CONFIGURATION
    # httpx imports its own command line, with click and Rich; that doubles the time of `import httpx`.
    sys.modules.setdefault("httpx._main", cast("ModuleType", None))
    try:
        from legnext_client.cli.app import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:  # before any command has begun
        return Exit.INTERRUPTED
