"""Hold the client against the document, deeper than the tests do: `python -m tests.contract_client.run --examples 300`.

Other examples are drawn each time; `--seed` repeats a run. What fails is made as small as it can be before it is shown.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings

from .checks import CHECKS
from .effort import Effort


def main() -> int:
    parser = argparse.ArgumentParser(description="Hold the client against the document.")
    parser.add_argument("--examples", type=int, default=300, help="how many examples each check draws")
    parser.add_argument("--seed", type=int, help="repeat the run that had this seed")
    parser.add_argument("--only", default="", help="the checks with this in their names")
    options = parser.parse_args()
    seed = random.randrange(10**9) if options.seed is None else options.seed
    effort = Effort(options.examples, seed)
    warnings.simplefilter("error")
    chosen = {name: check for name, check in CHECKS.items() if options.only in name}
    failed = 0
    for name, check in chosen.items():
        began = time.process_time()
        try:
            check(effort)
        except AssertionError as error:
            failed += 1
            print(f"{name} FAILS: {error}")
        else:
            print(f"{name} holds, {time.process_time() - began:.1f} s", flush=True)
    print(f"\n{len(chosen) - failed} of {len(chosen)} checks hold, with --examples {options.examples} --seed {seed}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
