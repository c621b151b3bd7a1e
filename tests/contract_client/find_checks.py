"""Find out which check notices each seeded fault, and write it down: `python -m tests.contract_client.find_checks`.

Every check is run for every fault (with `--new`, for those not written down yet) until one fails whatever is drawn:
which examples a seed gives changes with the code around it, so what is noticed by luck may not be noticed tomorrow.
What no check notices is named at the end, and is work to do. It is written down, too, whether the validation of schemas
alone would have noticed.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import pytest

from .checks import CHECKS
from .effort import HASTY
from .schema_alone import schema_notices
from .seeded_faults import SEEDED_FAULTS

if TYPE_CHECKING:
    from .faults import Fault

SEEDS = (None, 1, 2, 3, 4)
EVERY = 1000
"""More calls than there are of any operation."""


class Notice(TypedDict):
    """Which check notices a fault, and whether a schema would."""

    check: str
    schema: bool


def written_down() -> dict[str, Notice]:
    """What is known of each fault."""
    path = Path(__file__).with_name("noticed_by.json")
    known: dict[str, Notice] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return known


def write_down(notices: dict[str, Notice]) -> None:
    text = json.dumps(notices, indent=2, sort_keys=True) + "\n"
    Path(__file__).with_name("noticed_by.json").write_text(text, encoding="utf-8")


def first_to_notice(fault: Fault, likely: str) -> tuple[str, str] | None:
    """The first check that fails with this fault for all seeds, and what it says; `likely` is tried first."""
    for name in sorted(CHECKS, key=lambda each: each != likely):
        said = [notice(fault, name, seed) for seed in SEEDS[:1]]
        said += [notice(fault, name, seed) for seed in SEEDS[1:]] if said[0] else []
        if all(said):
            return name, str(said[0])
        if any(said):
            print(f"{fault.name}: {name}: by luck only", flush=True)
    return None


def notice(fault: Fault, name: str, seed: int | None = None) -> str | None:
    """What a check says against a client with this fault; None when it finds nothing wrong."""
    with pytest.MonkeyPatch.context() as patch:
        fault.seed(patch)
        try:
            CHECKS[name](replace(HASTY, seed=seed))
        except AssertionError as error:
            return str(error).partition("\n")[0] or "no"
    return None


def is_seen_by_schemas(fault: Fault) -> bool:
    """Whether something is invalid, with a client that has this fault."""
    with pytest.MonkeyPatch.context() as patch:
        fault.seed(patch)
        return schema_notices(EVERY) is not None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--new", action="store_true", help="only for the faults that are not written down yet")
    options = parser.parse_args()
    before, notices = written_down(), dict[str, Notice]()
    survivors = []
    for fault in SEEDED_FAULTS:
        known = before.get(fault.name)
        if known and options.new:
            notices[fault.name] = known
            continue
        found = first_to_notice(fault, known["check"] if known else "")
        if found is None:
            survivors.append(fault)
            continue
        notices[fault.name] = {"check": found[0], "schema": is_seen_by_schemas(fault)}
        print(f"{fault.name}: {found[0]}: {found[1][:160]}", flush=True)
    write_down(notices)
    for fault in survivors:
        print(f"NOT NOTICED: {fault.name}: the client {fault.what}")
    print(f"{sum(not each['schema'] for each in notices.values())} of {len(SEEDED_FAULTS)} get past schemas")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
