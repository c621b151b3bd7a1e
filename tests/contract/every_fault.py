"""Seed each fault into server and client; a check must notice it. Run by `make contract`."""

from __future__ import annotations

import sys
import warnings

from tests.contract_client import checks as client_checks
from tests.contract_client import seeded_faults as client

from . import checks as server_checks
from . import seeded_faults as server


def main() -> int:
    warnings.simplefilter("error")
    survivors = []
    for side, module, checks in (("server", server, server_checks.CHECKS), ("client", client, client_checks.CHECKS)):
        for name, fault in module.SEEDED_FAULTS.items():
            found = next((check for check in checks if module.is_noticed(fault, check)), None)
            print(f"{side}: {name}: {found or 'NOT NOTICED'}", flush=True)
            if found is None:
                survivors.append(f"the {side} {fault.what}")
    print(*(f"not noticed: {survivor}" for survivor in survivors), sep="\n")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
