"""Find out which check notices each seeded fault, and write it down: `python -m tests.contract.find_checks`.

Every check is run for every fault (with `--new`, for those not written down yet) until one fails. What no check notices
is named at the end, and is work to do.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .checks import CHECKS
from .seeded_faults import SEEDED_FAULTS
from .server import running

if TYPE_CHECKING:
    from .faults import Fault

NOTICED_BY = Path(__file__).with_name("noticed_by.json")


def first_to_notice(fault: Fault) -> tuple[str, str] | None:
    """The first check that fails with this fault, and what it says."""
    for name, check in CHECKS.items():
        try:
            check(partial(running, fault))
        except AssertionError as error:
            return name, str(error).partition("\n")[0]
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--new", action="store_true", help="only for the faults that are not written down yet")
    options = parser.parse_args()
    noticed: dict[str, str] = {}
    survivors = []
    if options.new:
        noticed = json.loads(NOTICED_BY.read_text(encoding="utf-8"))
    for fault in SEEDED_FAULTS:
        if fault.name in noticed:
            continue
        found = first_to_notice(fault)
        if found is None:
            survivors.append(fault)
            continue
        noticed[fault.name] = found[0]
        print(f"{fault.name}: {found[0]}: {found[1][:160]}", flush=True)
    NOTICED_BY.write_text(json.dumps(noticed, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for fault in survivors:
        print(f"NOT NOTICED: {fault.name}: the server {fault.what}")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
