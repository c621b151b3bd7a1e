"""What comes of each case with the published SDK and with this client, against the same mock server.

    make compare                      # compare with what is written down
    make compare OPTIONS=--write      # write it down, in the page too

The published SDK is installed into the environment of the benchmarks, or is there already with `--python`.
What was found stands in `comparison.json`; the tests run our side again, and hold the pages to it. Those blocks of the
page that show the published SDK are run, too.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import legnext_client
from benchmarks.peers import peer_python
from legnext_client.testing import MockServer

from . import comparison_lines
from .comparison_cases import BEFORE, CALLBACK, CASES, SITE, Case

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
FOUND = HERE / "comparison.json"
PAGE = HERE.parents[1] / "docs" / "migrating.md"
HEADER = "| what happens | `legnext` 0.3.0 | `legnext-client` |"
RECORDED = {path.stem: json.loads(path.read_bytes()) for path in (HERE.parent / "data" / "recorded").glob("job-*.json")}
TABLE = re.compile(rf"({re.escape(HEADER)}\n\|[-|]+\|\n)((?:\|.*\|\n)*)")
BLOCK = re.compile(r"<!-- not run here: it needs the published package -->\n```python\n(.*?)```", re.DOTALL)

Row = dict[str, str]


def published(case: Case, python: str) -> str:
    """What the published SDK does, run by an interpreter that has it."""
    with prepared(case) as server, tempfile.TemporaryDirectory() as folder:
        told = {
            "root_url": server.root_url,
            "base_url": server.base_url,
            "api_key": server.api_key,
            "options": dict(case.options),
            "lines": case.lines,
            "names": {**names(folder), "API_KEY": server.api_key, "BASE_URL": server.base_url},
        }
        command = [python, "-W", "ignore", comparison_lines.__file__]
        ran = subprocess.run(command, input=json.dumps(told), stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(ran.stdout.splitlines()[-1])
        return cell(case, server, found["outcome"], found["seconds"])


def ours(case: Case) -> str:
    """What this client does, in this process and without a socket."""
    with prepared(case, in_process=True) as server, tempfile.TemporaryDirectory() as folder:
        begun = server.clock.now
        with server.client(**case.options) as client:
            known = {**names(folder), "client": client, "package": legnext_client}
            outcome = comparison_lines.outcome(case.ours or case.lines, known)
        return cell(case, server, outcome, round(server.clock.now - begun))


@contextmanager
def prepared(case: Case, **settings: Any) -> Iterator[MockServer]:
    """A server with the recorded answers, and with the jobs and faults of the case."""
    with MockServer(**{"answers": "plain", "callbacks": "off", **case.server, **settings}) as server:
        for job_id, answer in RECORDED.items():
            server.jobs.add(job_id, answer=answer | {"job_id": job_id})
        for job in case.jobs:
            server.jobs.add(**job)
        for fault in case.faults:
            server.faults.add(**fault)
        yield server


def names(folder: str) -> dict[str, Any]:
    """What the lines may speak of."""
    return {"CALLBACK": CALLBACK, "SITE": SITE, "FOLDER": folder, "RECORDED": sorted(RECORDED)}


def cell(case: Case, server: MockServer, outcome: str, seconds: int) -> str:
    """What the table says: the outcome, and what else the case asks for."""
    parts = [outcome]
    if case.sends and server.ledger:
        parts = [f"`{server.ledger[-1].body[case.sends]}`"]
    if case.counts:
        paid = len(server.ledger)
        parts.append(f"{paid or 'no'} job{'' if paid == 1 else 's'} paid")
    if case.times:
        parts.append(f"after {seconds:,} s" if seconds else "at once")
    return ", ".join(parts)


def line(name: str, row: Row) -> str:
    return f"| {name} | {row['published']} | {row['ours']} |"


def names_told(page: str) -> list[tuple[str, str]]:
    """What is called how: the names in the first two columns of a table."""
    return re.findall(r"^\| `(legnext\.[\w.]+)` \| `(legnext_client\.[\w.]+)` \|", page, re.MULTILINE)


def unknown_names(python: str) -> list[str]:
    """The names of the published SDK that the page gives and the SDK does not have."""
    told = [name for name, _ in names_told(PAGE.read_text(encoding="utf-8"))]
    look = "import pkgutil, sys\nfor name in sys.argv[1:]:\n    pkgutil.resolve_name(name)"
    ran = subprocess.run([python, "-c", look, *told], capture_output=True, text=True, check=False)
    return ran.stderr.splitlines()[-1:]


def wrong_before(python: str) -> list[str]:
    """What is wrong with the blocks of the page that show the published SDK; they share their names."""
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    lines = "\n".join([BEFORE, *blocks, 'result = f"{len(final.output.image_urls)} image"'])
    found = published(Case("before", lines), python)
    return [] if found == "1 image" and len(blocks) > 1 else [f"the {len(blocks)} blocks before: {found}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--python", help="an interpreter that has the published SDK")
    parser.add_argument("--write", action="store_true", help="write down what was found, in the page too")
    options = parser.parse_args()
    python = options.python or peer_python()
    if python is None:
        return 2
    found = {case.name: {"published": published(case, python), "ours": ours(case)} for case in CASES}
    if options.write:
        FOUND.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        rows = "".join(f"{line(name, row)}\n" for name, row in found.items())
        PAGE.write_text(TABLE.sub(lambda table: table[1] + rows, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    known: dict[str, Row] = json.loads(FOUND.read_bytes())
    differences = [
        f"{name}: found {found.get(name)}, written down is {known.get(name)}"
        for name in found | known
        if found.get(name) != known.get(name)
    ]
    differences += unknown_names(python) + wrong_before(python)
    print("\n".join(differences) or f"{len(found)} cases, all as they are written down")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
