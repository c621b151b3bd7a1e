"""Seed each fault into the client; a check must notice it. Run by `make contract`."""

from __future__ import annotations

import sys
import warnings

from tests.contract_client.checks import CHECKS
from tests.contract_client.seeded_faults import SEEDED_FAULTS, is_noticed


def main() -> int:
    warnings.simplefilter("error")
    survivors = []
    for name, fault in SEEDED_FAULTS.items():
        found = next((check for check in CHECKS if is_noticed(fault, check)), None)
        print(f"{name}: {found or 'NOT NOTICED'}", flush=True)
        if found is None:
            survivors.append(f"the client {fault.what}")
    print(*(f"not noticed: {survivor}" for survivor in survivors), sep="\n")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
