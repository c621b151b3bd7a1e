"""Write the Postman collection that follows from `openapi.yaml`: `postman/legnext.postman_collection.json`.

    python scripts/postman.py             write it
    python scripts/postman.py --check     fail when the committed one is not what the spec gives

Without npm that fails. With `--optional` it is said, and left at that; in CI, nothing is optional.
`openapi-to-postmanv2` (npm) does the work. Before it, the document is laid out for people who click
(`postman_before.py`); after it, scripts and further examples are added (`postman_after.py`). One document always gives
the same bytes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import npm_tools
import yaml
from postman_after import finished
from postman_before import laid_out

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
COLLECTION = ROOT / "postman" / "legnext.postman_collection.json"
OPTIONS = {
    "folderStrategy": "Tags",
    "parametersResolution": "Example",
    "alwaysInheritAuthentication": "true",
    "includeAuthInfoInExample": "false",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the committed one has drifted")
    parser.add_argument("--optional", action="store_true", help="do nothing where npm is missing, but not in CI")
    parser.add_argument("--spec", type=Path, default=ROOT / "openapi.yaml", help="the document to make it from")
    parser.add_argument("--output", type=Path, default=COLLECTION, help="where it is, or is to be")
    options = parser.parse_args()
    try:
        npm_tools.install()
    except npm_tools.ToolsMissing as reason:
        fine = options.optional and not npm_tools.in_ci()
        print(f"Postman collection skipped: {reason}", file=sys.stdout if fine else sys.stderr)
        return 0 if fine else 1
    text = collection(options.spec)
    if options.check:
        if options.output.is_file() and options.output.read_text(encoding="utf-8") == text:
            return 0
        print(f"{options.output.name} is not what {options.spec.name} gives; run `make postman`", file=sys.stderr)
        return 1
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text, encoding="utf-8")
    return 0


def collection(path: Path) -> str:
    """The collection of a document, as the file holds it."""
    spec: Json = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return json.dumps(finished(converted(laid_out(spec)), spec), ensure_ascii=False, indent=1) + "\n"


def converted(document: Json) -> Json:
    """What openapi-to-postmanv2 makes of a document."""
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch) / "openapi.json", Path(scratch) / "collection.json"
        source.write_text(json.dumps(document), encoding="utf-8")
        options = ",".join(f"{name}={value}" for name, value in OPTIONS.items())
        command = [npm_tools.command("openapi2postmanv2"), "-s", str(source), "-o", str(target), "-O", options]
        done = subprocess.run(command, env=npm_tools.environment(), capture_output=True, text=True, check=False)
        if not target.is_file():  # its status is 0 even then
            raise SystemExit(f"openapi-to-postmanv2 wrote nothing:\n{done.stdout}{done.stderr}")
        made: Json = json.loads(target.read_text(encoding="utf-8"))
    return made


if __name__ == "__main__":
    sys.exit(main())
