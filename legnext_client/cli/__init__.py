"""The `legnext` command, in the `cli` extra.

`entries` lists the commands; `app` runs them.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from legnext_client.cli.exits import Exit

if TYPE_CHECKING:
    from types import ModuleType

_NEEDED = ("typer", "rich")


def main() -> int:
    """Run the command line with this process's arguments and return the exit code."""
    if any(find_spec(name) is None for name in _NEEDED):
        print("legnext needs the cli extra: pip install 'legnext-client[cli]'.", file=sys.stderr)
        return Exit.CONFIGURATION
    # httpx imports its own command line, with click and Rich; that doubles the time of `import httpx`.
    sys.modules.setdefault("httpx._main", cast("ModuleType", None))
    try:
        from legnext_client.cli.app import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:  # before any command has begun
        return Exit.INTERRUPTED
