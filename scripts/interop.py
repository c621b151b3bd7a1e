"""Check the document, the client and the mock server with tools of other authors: Prism, newman, and those of MCP.

    python scripts/interop.py               without npm, print why it is skipped
    python scripts/interop.py --required    without npm, fail; always so in CI

The sessions are tests (`tests/interop/session_*.py`), collected only when named, as here. Whatever they start is
stopped with them, even if this is interrupted or terminated.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import npm_tools
import pytest

if TYPE_CHECKING:
    from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
SESSIONS = ROOT / "tests" / "interop"
OPTIONS = (
    *("-q", "-p", "no:cacheprovider", "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml")),
    *("--disable-plugin-autoload", "-p", "anyio.pytest_plugin"),
    *("-o", "pythonpath=scripts ."),
)
"""The project's own settings, no plugin that is not used, and modules found from the root as well."""

TOOLS = (
    *("@modelcontextprotocol/conformance", "@modelcontextprotocol/inspector"),
    *("@stoplight/prism-cli", "newman"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--required", action="store_true", help="fail, rather than skip, when npm or Node is missing")
    required = parser.parse_args().required or npm_tools.in_ci()
    try:
        need_node()
    except npm_tools.ToolsMissing as reason:
        print(f"interop: skipped, no second opinion was heard: {reason}", file=sys.stderr if required else sys.stdout)
        return 1 if required else 0
    return verdict(sorted(SESSIONS.glob("session_*.py")))


def need_node() -> None:
    """Have the tools, and what runs them."""
    if shutil.which("node") is None:
        raise npm_tools.ToolsMissing("node is not here")
    npm_tools.install()


def verdict(sessions: list[Path]) -> int:
    """Hold the sessions; 0 if every one of them ended without an objection."""
    pinned = npm_tools.pinned()
    print("interop:", ", ".join(f"{name} {pinned[name]}" for name in TOOLS), flush=True)
    signal.signal(signal.SIGTERM, interrupted)
    began, told = monotonic(), Minutes()
    status = pytest.main([*OPTIONS, *map(str, sessions)], plugins=[told])
    print()
    for session in sessions:
        print(f"  {session.stem.removeprefix('session_').replace('_', ' '):18} {told.of(session.name)}")
    seconds = monotonic() - began
    if status == 0 and all(told.agreed(session.name) for session in sessions):
        print(f"interop: they agree with us ({seconds:.0f} s)")
        return 0
    print(f"interop: NO AGREEMENT, see above ({seconds:.0f} s)", file=sys.stderr)
    return 1


class Minutes:
    """Who said what: the outcomes of the checks, session by session."""

    def __init__(self) -> None:
        self._outcomes: dict[str, Counter[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            session = Path(report.location[0]).name
            self._outcomes.setdefault(session, Counter())[report.outcome] += 1

    def of(self, session: str) -> str:
        counted = self._outcomes.get(session, Counter())
        return ", ".join(f"{count} {outcome}" for outcome, count in counted.items()) or "did not speak"

    def agreed(self, session: str) -> bool:
        """Whether it said something, and nothing but yes."""
        return set(self._outcomes.get(session, ())) == {"passed"}


def interrupted(_: int, __: FrameType | None) -> None:
    """End as Ctrl-C does, which lets the sessions stop what they started."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
