"""The Postman collection that follows from the document.

`openapi-to-postmanv2` (npm) does the work. Before it, the document is laid out for people who click
(`postman_before.py`); after it, scripts and further examples are added (`postman_after.py`). One document always gives
the same bytes.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import npm_tools
from postman_after import finished
from postman_before import laid_out

Json = dict[str, Any]

PLACE = "postman/legnext.postman_collection.json"
OPTIONS = {
    "folderStrategy": "Tags",
    "parametersResolution": "Example",
    "alwaysInheritAuthentication": "true",
    "includeAuthInfoInExample": "false",
}


def collection(spec: Json) -> str:
    """The collection of a document, as the file holds it."""
    npm_tools.install()
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
            raise RuntimeError(f"openapi-to-postmanv2 wrote nothing:\n{done.stdout}{done.stderr}")
        made: Json = json.loads(target.read_text(encoding="utf-8"))
    return made
