"""What this client, its mock and its command cost beside others: `python -m benchmarks` prints one table of ratios.

Each section measures its subjects side by side in one run, in turns, so that whatever else the machine does strikes all
alike; processor time counts wherever it can, and medians are told. Linux only: `/proc` is read. Nothing is asserted.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "scripts"))  # as `python scripts/…` has it: npm_tools
