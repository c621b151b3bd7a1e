"""Change the core in small ways, and see whether its tests notice: `python scripts/mutate.py [module ...]`.

Each change is tried on the tests that reach it, the quickest first, until one fails. A change that none notices is a
survivor: a test is missing, or the change makes no difference, and then `mutants_explained.toml` says why. One that is
neither ends this with status 1, and so does an explanation that explains nothing any more.

Neither mutmut nor cosmic-ray is used: neither forks a process that has the tests collected already, so each would
import and collect anew for every change, and take hours where this takes minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from functools import partial
from pathlib import Path

from mutant_trials import Result, in_child, tried

EXPLAINED = Path(__file__).with_name("mutants_explained.toml")

_SENDING = ("tests/core/test_sending.py", "tests/core/test_sending_to_the_letter.py")
_CHECKS = (
    "tests/core/test_fields_to_come.py",
    "tests/core/test_bounds.py",
    "tests/core/test_checks_before_sending.py",
    "tests/core/test_job_ids_in_paths.py",
)
_LIVES = (
    "tests/core/test_lives.py",
    "tests/core/test_lives_from_the_records.py",
    "tests/core/test_lives_that_are_not_accepted.py",
)
TESTS: dict[str, tuple[str, ...]] = {
    "submission": ("tests/core/test_submission.py", "tests/core/test_submission_to_the_letter.py"),
    "lives": _LIVES,
    "vigils": ("tests/core/test_vigils.py",),
    "outcomes": _LIVES,
    "scheduling": ("tests/core/test_scheduling.py", "tests/core/test_scheduling_to_the_letter.py"),
    "wishes": ("tests/core/test_scheduling.py", "tests/core/test_scheduling_to_the_letter.py"),
    "pacing": ("tests/core/test_pacing.py", "tests/core/test_pacing_to_the_letter.py", "tests/core/test_scheduling.py"),
    "sending": _SENDING,
    "waiting": (
        "tests/core/test_waiting.py",
        "tests/core/test_waiting_to_the_letter.py",
        "tests/webhooks/test_waiting_with_callbacks.py",
    ),
    "polling": ("tests/core/test_polling.py", "tests/core/test_polling_to_the_letter.py", "tests/core/test_waiting.py"),
    "retries": ("tests/core/test_state_to_the_letter.py",),
    "answers": (*_SENDING, "tests/core/test_answers.py", "tests/core/test_state_to_the_letter.py"),
    "state": ("tests/core/test_state.py", "tests/core/test_state_to_the_letter.py", "tests/client/test_jobs.py"),
    "checks": _CHECKS,
    "bounds": _CHECKS,
    "flow": _SENDING,
    "addresses": ("tests/core/test_addresses.py",),
    "bodies": ("tests/core/test_bodies.py",),
    "callbacks": ("tests/webhooks",),
    "fetching": ("tests/core/test_fetching.py", "tests/core/test_fetching_to_the_letter.py"),
    "figures": ("tests/core/test_figures.py",),
    "items": ("tests/core/test_items.py", "tests/chains"),
    "judging": ("tests/core/test_judging.py",),
    "kinds": ("tests/core/test_kinds.py",),
    "names": ("tests/core/test_names.py",),
    "words": ("tests/core/test_words.py",),
    "secrets": ("tests/core/test_secrets.py",),
}
"""Which tests belong to a module; those among them that reach a change are found out."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", choices=[*TESTS, []], help="modules of the core; all when none is given")
    parser.add_argument("--line", type=int, action="append", help="only changes of this line")
    chosen = parser.parse_args()
    explained = tomllib.loads(EXPLAINED.read_text("utf-8"))
    left = 0
    print(f"{'module':12} {'mutants':>8} {'killed':>8} {'explained':>9} {'survived':>8}")
    for module in chosen.modules or TESTS:
        results: list[Result] = in_child(partial(tried, module, TESTS[module], chosen.line))
        survivors = [result for result in results if result.fate != "killed"]
        known = explained.get(module, {})
        new = [one for one in survivors if one.mutant.name not in known.get(one.mutant.scope, {})]
        killed = len(results) - len(survivors)
        print(f"{module:12} {len(results):8} {killed:8} {len(survivors) - len(new):9} {len(new):8}")
        for mutant, fate in new:  # as it is written into the file, but for the reason
            print(f"    # line {mutant.line}, {fate}\n    [{module}.{json.dumps(mutant.scope)}]")
            print(f"    {json.dumps(mutant.name, ensure_ascii=False)} =", flush=True)
        needless = set[tuple[str, str]]()
        if not chosen.line:
            found = {(one.mutant.scope, one.mutant.name) for one in survivors}
            needless = {(scope, name) for scope, names in known.items() for name in names} - found
        for scope, name in sorted(needless):
            print(f"    is killed, or gone, and needs no explanation:\n    [{module}.{json.dumps(scope)}]\n    {name}")
        left += len(new) + len(needless)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
