"""Tell how many branches of the package the tests have taken, and fail when they are too few: part of `make coverage`.

    python scripts/branches.py --at-least 95

`coverage report` counts lines and branches together, so its figure is the higher one. Here branches alone count, of the
code that people write: all of the package but what is generated.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import PurePath
from typing import Any, NamedTuple

Json = dict[str, Any]

PACKAGE, GENERATED = "legnext_client", "generated"
SHOWN = 10


class Branches(NamedTuple):
    """How many branches some code has, and how many of them were taken."""

    all: int
    taken: int

    @property
    def share(self) -> float:
        return 100 * self.taken / self.all if self.all else 100.0

    @property
    def missed(self) -> int:
        return self.all - self.taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--at-least", type=float, default=95.0, metavar="PERCENT", help="fail below this share (95)")
    least = parser.parse_args().at_least
    files = by_file(report())
    if not files:
        print(f"branches: nothing was measured of {PACKAGE}", file=sys.stderr)
        return 1
    for name, one in sorted(files.items(), key=lambda item: -item[1].missed)[:SHOWN]:
        if one.missed:
            print(f"{one.missed:4} of {one.all:4} not taken: {name}")
    total = Branches(sum(one.all for one in files.values()), sum(one.taken for one in files.values()))
    told = f"{total.share:.2f} %, of {least:g} % asked for"
    print(f"{total.taken} of {total.all} branches of the package were taken, {told}")
    return 0 if total.share >= least else 1


def report() -> Json:
    """What coverage has measured, by its own account."""
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", "-"]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    measured: Json = json.loads(ran.stdout) if ran.returncode == 0 else {}
    return measured


def by_file(measured: Json) -> dict[str, Branches]:
    """The branches of each file of the package that people wrote; copies that tests have made do not count."""
    found: dict[str, Branches] = {}
    for name, told in measured.get("files", {}).items():
        package, *inside = PurePath(name).parts
        if package == PACKAGE and inside[0] != GENERATED:
            found[name] = Branches(told["summary"]["num_branches"], told["summary"]["covered_branches"])
    return found


if __name__ == "__main__":
    sys.exit(main())
