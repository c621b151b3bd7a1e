"""What pages tell readers to call, where the tests run them: looked at, and run as far as that is of use here.

Nothing is installed and no other machine is reached. A mock server that a page starts is started on a free port, and
ended once it serves; `curl` asks the mock instead of the service. Other commands of `legnext` do not come here.

Pages call these a hundred times, so each imports only what it needs.
"""

from __future__ import annotations

import json
import os
import re
import sys
from os.path import dirname, exists, join

ROOT = dirname(dirname(dirname(__file__)))
SERVERS = ["https://api.legnext.ai/api"]
"""The service, as our pages have it."""
OURS = re.compile(r"legnext-client(?:\[([\w,]+)\])?")
OTHERS = {"legnext==0.3.0"}
"""What else a page may tell to install."""
SERVER = ["-m", "legnext_client.mock"]
PYTHON = sys.argv[1]
"""The Python of the environment in which the reader works."""


class Wrong(Exception):
    """A reader could not do what the page says."""


def read(*names: str) -> str:
    """Read a file of this project."""
    with open(join(ROOT, *names), encoding="utf-8") as file:
        return file.read()


def pip(arguments: list[str]) -> None:
    """Every package is ours, with extras that it has."""
    import tomllib

    command, *wanted = [one for one in arguments if not one.startswith("-")]
    project = tomllib.loads(read("pyproject.toml"))["project"]
    for one in wanted:
        ours = OURS.fullmatch(one)
        extras = set(ours[1].split(",")) if ours and ours[1] else set[str]()
        unknown = extras - project["optional-dependencies"].keys()
        if command != "install" or unknown or not (ours or one in OTHERS):
            raise Wrong(f"pip {command} {one} is nothing that a page may tell to do")


def make(arguments: list[str]) -> None:
    """Every target is in the Makefile."""
    targets = re.findall(r"^([a-z][a-z0-9-]*):", read("Makefile"), re.MULTILINE)
    unknown = [one for one in arguments if "=" not in one and one not in targets]
    if unknown or not arguments:
        raise Wrong(f"the Makefile has no {', '.join(unknown) or 'target without a name'}")


def python(arguments: list[str]) -> None:
    """A server is tried; a module or a script of this project has to be there; anything else is run."""
    if arguments[:2] == ["-m", "pip"]:
        pip(arguments[2:])
    elif arguments[:2] == ["-m", "venv"]:
        return
    elif arguments[:2] == SERVER:
        serve([PYTHON, *arguments])
    elif arguments[:1] == ["-m"] or arguments[0].endswith(".py"):
        place = arguments[1].replace(".", "/") if arguments[0] == "-m" else arguments[0].removesuffix(".py")
        if not exists(join(ROOT, f"{place}.py")) and not exists(join(ROOT, place, "__main__.py")):
            raise Wrong(f"this project has no {place}")
    else:
        os.execv(PYTHON, [PYTHON, *arguments])


def serve(command: list[str]) -> None:
    """Start a server at a free port, and end it as Ctrl-C does once it says where it is."""
    import signal
    import subprocess

    command = [*command, "--port", "0"]
    unbuffered = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=unbuffered, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        said: list[str] = []
        for line in server.stdout or ():
            said.append(line)
            if "http://127.0.0.1:" in line:
                server.send_signal(signal.SIGINT)
                break
        said += server.stdout or ()
    if server.returncode or not any("http://" in line for line in said):
        raise Wrong(f"the server ended with {server.returncode}: {''.join(said)}")


def legnext_mock(arguments: list[str]) -> None:
    serve([join(dirname(PYTHON), "legnext"), *arguments])


def curl(arguments: list[str]) -> None:
    """Ask the mock what the page asks the service; an answer of 4xx or 5xx is an error here."""
    base = os.environ["LEGNEXT_BASE_URL"]
    documented = [one["url"] for one in json.loads(read("legnext_client", "openapi.json"))["servers"]]
    urls = [*SERVERS, *documented]
    there = [next((base + one[len(url) :] for url in urls if one.startswith(url)), one) for one in arguments]
    if any(re.match(r"https?://(?!127\.0\.0\.1[:/])", one) for one in there):
        raise Wrong(f"curl would ask another machine: {' '.join(arguments)}")
    os.execv("/usr/bin/curl", ["curl", "--silent", "--show-error", "--fail-with-body", *there])


def reader(arguments: list[str]) -> None:
    """A program that works on files of the reader's own, which are not here."""


PROGRAMS = {
    "pip": pip,
    "python": python,
    "python3": python,
    "make": make,
    "curl": curl,
    "uvicorn": reader,
    "pytest": reader,
    "legnext": legnext_mock,
}


if __name__ == "__main__":
    try:
        PROGRAMS[sys.argv[2]](sys.argv[3:])
    except Wrong as reason:
        sys.exit(str(reason))
