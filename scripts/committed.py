"""Write what follows from the document, or check that the committed files are it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(about: str | None, files: dict[Path, str]) -> int:
    """Write each file; with --check, name those whose committed text is another."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0] if about else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a committed file has drifted")
    if not parser.parse_args().check:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return 0
    drifted = [path for path, text in files.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in drifted:
        print(f"{path.relative_to(ROOT)} is not what openapi.yaml gives; run `make generate`", file=sys.stderr)
    return 1 if drifted else 0
