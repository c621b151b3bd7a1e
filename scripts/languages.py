"""Generate clients in other languages, compile them, and let each make a round trip against the mock server.

    python scripts/languages.py                    all that this machine has the tools for, one after the other
    python scripts/languages.py java rust          some of them
    python scripts/languages.py --required         a missing tool is a failure; so it is in CI

The rows are in `tests/languages/trips.yaml`, beside their programs: a balance, a diffusion that is polled until it is
completed, an upscale, a video and its extension, on plain and on drawn responses. Tools that only read are rows, too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import Any

import npm_tools
import yaml

from legnext_client.testing import MockServer

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "tests" / "languages"
TOOLS = ROOT / ".tools" / "languages"
GENERATOR = "openapi-generator-cli==7.26.0"
TSC = "--strict --target es2022 --module nodenext --moduleResolution nodenext --skipLibCheck --types node --outDir out"
ANSWERS = ("plain", "drawn")
COMPILE_SECONDS, RUN_SECONDS = 900, 300
PRELUDE = """\
set -euo pipefail
generator() { java -Xmx700m -jar "$TOOLS/python/openapi_generator_cli/openapi-generator.jar" generate -i "$SPEC" "$@"; }
"""


def trips() -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = yaml.safe_load((PROGRAMS / "trips.yaml").read_text(encoding="utf-8"))
    return rows


def main() -> int:
    rows = trips()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(rows)}; all if omitted")
    parser.add_argument("--required", action="store_true", help="fail, rather than skip, when a tool is missing")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in rows]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(rows)}")
    required = options.required or npm_tools.in_ci()
    failed = 0
    for name in options.names or rows:
        if absent := [tool for tool in rows[name]["needs"] if shutil.which(tool) is None]:
            print(f"{name:18} skipped: {', '.join(absent)} is missing", flush=True)
            failed += required
            continue
        began = monotonic()
        problem = round_trip(rows[name])
        print(f"{name:18} {'FAILED' if problem else 'completed'} ({monotonic() - began:.0f} s)", flush=True)
        if problem:
            print(problem, file=sys.stderr, flush=True)
            failed += 1
    return 1 if failed else 0


def round_trip(row: dict[str, Any]) -> str | None:
    """Generate, compile and run one client; return what went wrong, if anything did."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOLS) as folder:  # within TOOLS, so that node finds its modules
        try:
            install(row["needs"])
            for step in ("generate", "build"):
                shell(row.get(step, ""), folder, COMPILE_SECONDS)
            for answers in ANSWERS if "run" in row else ():
                settings: dict[str, Any] = {"time_scale": 2000, "answers": answers, **row.get("server", {})}
                with MockServer(**settings) as server:
                    shell(row["run"], folder, RUN_SECONDS, LEGNEXT_BASE_URL=server.base_url, LEGNEXT_API_KEY="mock-key")
        except subprocess.CalledProcessError as error:
            return f"{error.stdout}{error.stderr}"[-4000:]
        except subprocess.TimeoutExpired as error:
            return f"{error.cmd[-1]} was not done after {error.timeout:.0f} seconds"
        except npm_tools.ToolsMissing as reason:
            return str(reason)
    return None


def install(needs: list[str]) -> None:
    """Have the generators: openapi-generator from PyPI, those of TypeScript from npm."""
    if "java" in needs and not (TOOLS / "python").is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        run([*pip, "--target", str(TOOLS / "python"), GENERATOR], ROOT, COMPILE_SECONDS)
    if "npm" in needs:
        npm_tools.install(PROGRAMS / "package.json", TOOLS)


def shell(script: str, folder: str, seconds: int, **more: str) -> None:
    path = f"{TOOLS / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    known = {"SPEC": str(ROOT / "openapi.portable.yaml"), "HERE": str(PROGRAMS), "TOOLS": str(TOOLS), "TSC": TSC}
    run(["bash", "-c", PRELUDE + script], Path(folder), seconds, **known, PATH=path, **more)


def run(command: list[str], folder: Path, seconds: int, **more: str) -> None:
    environment = {**npm_tools.environment(), **more}
    subprocess.run(command, cwd=folder, env=environment, timeout=seconds, capture_output=True, text=True, check=True)


if __name__ == "__main__":
    sys.exit(main())
