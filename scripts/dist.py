"""Build the sdist and the wheel twice, check them, install them and try them: `make dist`.

    python scripts/dist.py                 into dist/
    python scripts/dist.py --no-install    without the environments in which the wheel is tried, which need the index
    python scripts/dist.py --tag v1.2.3    fail unless this is the version's tag; RELEASE_TAG says the same

REPOSITORY_URL is the repository that the README's links lead to; on a GitHub runner, it follows from its variables.

The sdist is built from this tree, the wheel from the sdist. Both are built again from the unpacked sdist, with another
umask, hash seed and time zone, and must be the same byte for byte. The wheel is tried with the lowest versions
that its metadata allows and with the newest available, each time in one empty environment for each installation that
the pages document: `legnext-client[cli]` runs every documented command that needs no other extra.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from email.message import Message

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent
CHECKS = {
    "twine": ["twine", "check", "--strict"],
    "check-wheel-contents": ["check-wheel-contents"],
    "pyroma": ["pyroma", "--min", "10", "--skip-tests", "AuthorEmail"],
}
"""What each checker is called with, before the file. The authors are reached as SECURITY.md says, not by mail."""
WHICH = {"twine": (".whl", ".tar.gz"), "check-wheel-contents": (".whl",), "pyroma": (".tar.gz",)}


FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
INSTALL = re.compile(r"pip install '?legnext-client(?:\[([\w,]+)\])?(?![\w-])")
"""Finds the extras."""
RELATIVE = re.compile(r"\]\((?![a-z]+:|#)([^)]*)\)")


class Failed(Exception):
    """A step that failed, with its own message."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="where the files are to be")
    parser.add_argument("--no-install", action="store_true", help="do not try the wheel in environments of its own")
    released = os.environ.get("RELEASE_TAG")
    parser.add_argument("--tag", default=released, help="the tag that is released; must be that of the version")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            release(ROOT, options.output, Path(scratch), install=not options.no_install, tag=options.tag)
    except Failed as reason:
        print(f"dist: {reason}", file=sys.stderr)
        return 1
    return 0


def release(tree: Path, output: Path, scratch: Path, *, install: bool, tag: str | None = None) -> None:
    """Build, check and try; only files that passed are copied to the output."""
    date = date_of(tree)
    files = built(tree, scratch / "first", date)
    version = files[".whl"].name.split("-")[1]
    if tag not in (None, f"v{version}"):
        raise Failed(f"the tag is {tag}, but the version is {version}")
    again = built(unpacked(files[".tar.gz"], scratch / "unpacked"), scratch / "second", date, elsewhere=True)
    for kind, file in files.items():
        if file.read_bytes() != again[kind].read_bytes():
            raise Failed(f"{file.name} does not come out the same twice: {', '.join(differing(file, again[kind]))}")
    print(f"built twice, the same: {', '.join(file.name for file in files.values())}", flush=True)
    if nowhere := leading_nowhere(files[".whl"]):
        raise Failed(f"links of the metadata lead nowhere outside of the repository: {', '.join(nowhere)}")
    if not repository():
        print("dist: REPOSITORY_URL is not set: the README is without its links to files of the repository", flush=True)
    for name, command in CHECKS.items():
        for kind in WHICH[name]:
            run(str(SCRIPTS / command[0]), *command[1:], str(files[kind]))
        print(f"{name}: sound", flush=True)
    if install:
        for name, constraints in (("lowest", lowest(files[".whl"])), ("newest", [])):
            tried(files[".whl"], constraints, scratch / name, name)
    output.mkdir(parents=True, exist_ok=True)
    for file in files.values():
        shutil.copy2(file, output)
        print(output / file.name)


def date_of(tree: Path) -> str:
    """The timestamp of everything in the archives: SOURCE_DATE_EPOCH, or the last commit's."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return os.environ["SOURCE_DATE_EPOCH"]
    if run("git", "status", "--porcelain", cwd=tree):
        print("dist: this tree holds uncommitted changes; nobody else can build the same", file=sys.stderr)
    return run("git", "log", "-1", "--format=%ct", cwd=tree)


def repository() -> str:
    """The URL of the repository; empty if unknown."""
    on_github = [os.environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY")]
    return os.environ.get("REPOSITORY_URL") or ("/".join(on_github) if all(on_github) else "")


def built(tree: Path, into: Path, date: str, *, elsewhere: bool = False) -> dict[str, Path]:
    """The sdist of a tree and the wheel of that sdist, by their endings; `elsewhere`, as on another's machine."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": date, "REPOSITORY_URL": repository()}
    if elsewhere:
        environment |= {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(into), str(tree)]
    run(*command, cwd=into.parent, environment=environment, umask=0o077 if elsewhere else 0o022)
    return {kind: next(into.glob(f"*{kind}")) for kind in (".tar.gz", ".whl")}


def unpacked(sdist: Path, into: Path) -> Path:
    with tarfile.open(sdist) as archive:
        archive.extractall(into, filter="data")
    (tree,) = into.iterdir()
    return tree


def differing(one: Path, other: Path) -> list[str]:
    """The members of two archives that differ; if none does, the packing."""
    first, second = contents(one), contents(other)
    return [name for name in sorted({*first, *second}) if first.get(name) != second.get(name)] or ["their packing"]


def contents(archive: Path) -> dict[str, bytes]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(archive) as sdist:
        files = ((member.name, sdist.extractfile(member)) for member in sdist.getmembers())
        return {name: file.read() for name, file in files if file}


def metadata_of(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def leading_nowhere(wheel: Path) -> list[str]:
    """The links in the text for an index that work only inside the repository."""
    text = str(metadata_of(wheel).get_payload())
    return RELATIVE.findall(FENCE.sub("", text))


def lowest(wheel: Path) -> list[str]:
    """The lowest version of every requirement, extras included, as constraints for pip."""
    metadata = metadata_of(wheel)
    asked = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    bounds = {one.name: bound.version for one in asked for bound in one.specifier if bound.operator == ">="}
    unbounded = sorted({one.name for one in asked} - bounds.keys())
    if unbounded:
        raise Failed(f"no lowest version is named for {', '.join(unbounded)}")
    return [f"{name}=={version}" for name, version in sorted(bounds.items())]


def documented_extras() -> list[str]:
    """The extras of every `pip install` of our package that a page shows, as in "cli,mock"; "" without any."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    return sorted({found for page in pages for found in INSTALL.findall(page.read_text(encoding="utf-8"))})


def tried(wheel: Path, constraints: list[str], folder: Path, name: str) -> None:
    """Try the wheel in an empty environment for each installation that the pages document."""
    folder.mkdir()
    (folder / "constraints.txt").write_text("\n".join(constraints), encoding="utf-8")
    shutil.copy2(ROOT / "scripts" / "smoke.py", folder)
    for extras in documented_extras():
        environment = folder / (extras or "core")
        run(sys.executable, "-m", "venv", "--without-pip", str(environment))
        python = environment / SCRIPTS.name / Path(sys.executable).name
        pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "--quiet"]
        run(
            *pip,
            "install",
            "--constraint",
            str(folder / "constraints.txt"),
            f"{wheel}[{extras}]" if extras else str(wheel),
        )
        run(*pip, "check")
        try:
            said = run(str(python), "-I", str(folder / "smoke.py"), *extras.split(","), cwd=folder)
            if extras:
                blocks = [sys.executable, "-m", "tests.docs.shell_blocks", "--python", str(python), "--extras", extras]
                said += "\n" + run(*blocks)
        except Failed as reason:
            raise Failed(f"with the {name} versions:\n{run(*pip, 'freeze')}\n{reason}") from None
        print(
            f"{name} versions, {environment.name}: {', '.join(line.strip() for line in said.splitlines())}", flush=True
        )


def run(*words: str, cwd: Path = ROOT, environment: dict[str, str] | None = None, umask: int = -1) -> str:
    """Return what a program prints; if it fails, its output is the error."""
    try:
        done = subprocess.run(words, cwd=cwd, env=environment, umask=umask, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Failed(f"{words[0]} is not installed") from None
    if done.returncode:
        raise Failed(f"{' '.join(words[:3])} failed:\n{(done.stdout + done.stderr).strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
