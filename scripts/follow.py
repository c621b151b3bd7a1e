"""Write the documents and pages that follow from `openapi.yaml` and the generated package; `make generate` calls this.

python scripts/follow.py             write them, where there are such
python scripts/follow.py --check     fail where a committed one is not what the document gives
python scripts/follow.py postman     one of them
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cli_reference
import no_code
import page_values
import portable
import yaml
from docs_pages import agents

import postman

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
FOLLOWERS: dict[str, tuple[str, Callable[[Json], dict[str, str]]]] = {
    "portable": ("openapi.portable.yaml", lambda spec: {"openapi.portable.yaml": portable.portable(spec)}),
    "no-code": ("no-code", lambda spec: {f"no-code/{name}": text for name, text in no_code.files(spec).items()}),
    "skill": ("legnext_client/SKILL.md", lambda _: {"legnext_client/SKILL.md": agents.skill()}),
    "cli-reference": ("docs/cli-reference.md", lambda _: {"docs/cli-reference.md": cli_reference.text()}),
    "pages": ("docs/prices.md", lambda _: page_values.files()),
    "postman": (postman.PLACE, lambda spec: {postman.PLACE: postman.collection(spec)}),
}
"""What follows: where it must be, to be written, and how the files are made."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FOLLOWERS)}; all if omitted")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a committed file has drifted")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in FOLLOWERS]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(FOLLOWERS)}")
    spec = yaml.load((ROOT / "openapi.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    files: dict[str, str] = {}
    for name in options.names or [name for name, (place, _) in FOLLOWERS.items() if (ROOT / place).exists()]:
        try:
            files |= FOLLOWERS[name][1](spec)
        except Exception as reason:
            raise SystemExit(f"{name} cannot follow this document: {type(reason).__name__}: {reason}") from reason
    drifted = False
    for path, text in ((ROOT / name, text) for name, text in files.items()):
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(f"{path.relative_to(ROOT)} is not what openapi.yaml gives; run `make generate`", file=sys.stderr)
            drifted = True
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main())
