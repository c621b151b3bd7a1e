"""Make each edit of `edits.yaml` by itself, then all together, and say what does not follow.

python -m tests.promises.one_edit                   everything: takes some minutes
python -m tests.promises.one_edit cancel "a field"  those whose names contain one of these words
python -m tests.promises.one_edit --alone           without what is done for all together: types and the contracts
python -m tests.promises.one_edit --list            their names
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from .edits import DOCUMENT, EDITS, together
from .scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .edits import Edit

HELD = str(Path(__file__).with_name("held.py"))
GENERATE = (("scripts/generate.py",),)
CHECK = ("scripts/generate.py", "--check"), ("scripts/follow.py", "--check")
SOUND = ("-m", "ruff", "check", "--select=F", "--isolated", "--no-cache", "-q", "legnext_client/generated")
TYPES = ("-m", "mypy", "legnext_client"), ("-m", "pyright", "--pythonpath", sys.executable, "legnext_client")
CONTRACTS = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contract", "tests/contract_client")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="parts of names of edits")
    parser.add_argument("--alone", action="store_true", help="do not make all edits together")
    parser.add_argument("--together", action="store_true", help="do not make each edit by itself")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once")
    parser.add_argument("--list", action="store_true", help="name the edits")
    options = parser.parse_args()
    chosen = [edit for edit in EDITS.values() if not options.words or any(w in edit.name for w in options.words)]
    if options.list:
        print("\n".join(edit.name for edit in chosen))
        return 0
    with tempfile.TemporaryDirectory(prefix="one-edit-") as folder:
        failed = 0 if options.together else each_alone(chosen, Path(folder), options.jobs)
        if not options.alone:
            failed += not tell("all together", all_together(chosen, Path(folder) / "together"))
    print(f"{failed} failed" if failed else f"{len(chosen)} edits hold")
    return 1 if failed else 0


def each_alone(edits: Sequence[Edit], folder: Path, jobs: int) -> int:
    def tried(edit: Edit) -> tuple[str, str]:
        return edit.name, alone(edit, folder)

    with ThreadPoolExecutor(jobs) as pool:
        return sum(not tell(*said) for said in pool.map(tried, edits))


def alone(edit: Edit, folder: Path) -> str:
    """What goes wrong with one edit; nothing where all follows."""
    scratch = Scratch(folder / re.sub(r"\W+", "-", edit.name))
    scratch.write(edit.of(DOCUMENT))
    said = scratch.failure((*GENERATE, SOUND, (HELD, edit.holds)))
    shutil.rmtree(scratch.folder)
    return said


def all_together(edits: Iterable[Edit], folder: Path) -> str:
    """The edits that go together, in one copy: types, contracts on both sides, and nothing that was left behind."""
    scratch = Scratch(folder)
    document, made = together(edits, DOCUMENT)
    scratch.write(document)
    return scratch.failure((*GENERATE, *CHECK, (HELD, *(edit.holds for edit in made)), *TYPES, CONTRACTS))


def tell(name: str, said: str) -> bool:
    print(f"FAILED {name}\n    {said}" if said else f"ok     {name}", flush=True)
    return not said


if __name__ == "__main__":
    sys.exit(main())
