"""Report what has changed in `openapi.yaml` since a git ref, and whether it breaks callers.

    python scripts/spec_diff.py --base v1.0.0            Markdown, fit for a pull request
    python scripts/spec_diff.py --base main --json       the same for machines

Exit status: 0 when nothing breaks callers, 1 when something does, 2 when there was nothing to compare.

The comparison is our own, in `spec_changes`: no tool for OpenAPI 3.1 that Python or npm can install looks at names of
methods and classes, prices and prompts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from fields import SpecError
from spec_changes import Change, Verdict, breaks, compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    options = arguments()
    try:
        if not options.base:
            raise SpecError("nothing to compare with; name a branch, a tag or a commit: make spec-diff BASE=main")
        old = spec_at(options.base, options.spec)
        new = parsed(read(options.spec), str(options.spec.name))
        changes = compared(old, new)
    except SpecError as reason:
        print(f"spec-diff: {reason}", file=sys.stderr)
        return 2
    print((as_json if options.json else markdown)(changes, options.base), end="")
    return 1 if breaks(changes) and not options.allow_breaking else 0


def compared(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    try:
        return compare(old, new)
    except (AttributeError, LookupError, TypeError, ValueError) as reason:
        raise SpecError(
            f"the documents cannot be compared; one of them is not valid OpenAPI ({reason!r}). "
            "`make spec-lint` says where."
        ) from reason


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--base", required=True, help="the branch, tag or commit to compare with")
    parser.add_argument("--spec", type=Path, default=ROOT / "openapi.yaml", help="the document, in its repository")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    parser.add_argument("--allow-breaking", action="store_true", help="report what breaks callers, but exit with 0")
    return parser.parse_args()


def spec_at(ref: str, spec: Path) -> dict[str, Any]:
    """The document as it was at a git ref."""
    folder = spec.resolve().parent
    if git(folder, "rev-parse", "--is-inside-work-tree").returncode:
        raise SpecError(f"{folder} is not in a git repository, so there is no earlier version to compare with")
    if git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").returncode:
        raise SpecError(f"{ref} is not a branch, tag or commit here; in a shallow clone, fetch it first")
    found = git(folder, "show", "--end-of-options", f"{ref}:./{spec.name}")
    if found.returncode:
        raise SpecError(f"there is no {spec.name} at {ref}")
    return parsed(found.stdout, f"{spec.name} at {ref}")


def read(spec: Path) -> str:
    try:
        return spec.read_text(encoding="utf-8")
    except OSError as reason:
        raise SpecError(f"cannot read {spec}: {reason.strerror}") from None


def parsed(text: str, name: str) -> dict[str, Any]:
    try:
        spec = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as reason:
        raise SpecError(f"{name} is not YAML: {' '.join(str(reason).split())}") from None
    if not isinstance(spec, dict) or "openapi" not in spec or not isinstance(spec.get("paths"), dict):  # pyright: ignore
        raise SpecError(f"{name} is not an OpenAPI document: it needs `openapi` and `paths`")
    return spec  # pyright: ignore


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SpecError("git is not installed, and earlier versions can only be had from it") from None


# ---- the report -----------------------------------------------------------------------------------------------------

HEADINGS = {
    Verdict.BREAKING: ("Breaking", "Callers must change something."),
    Verdict.WORTH_READING: ("Worth reading", "Programs still work, but behave differently."),
    Verdict.HARMLESS: ("Harmless", "No caller has to change anything."),
}
NAMED = 4
"""Operations named on a line before the rest is counted."""


def summary(changes: list[Change]) -> str:
    """One sentence: how many of which."""
    if not changes:
        return "Nothing that callers see has changed."
    lines = Counter(verdict for verdict in Verdict for _ in lines_of(changes, verdict))
    counts = ", ".join(f"{lines[verdict]} {verdict.value.replace('_', ' ')}" for verdict in Verdict)
    risen = len(set(raised(changes)))
    return f"{counts}{f'; {risen} prices raised' if risen > 1 else '; a price raised' if risen else ''}."


def markdown(changes: list[Change], since: str) -> str:
    parts = [f"# What changes for callers since {since}", f"**{summary(changes)}**"]
    risen = [f"- {line}" for line in dict.fromkeys(raised(changes))]
    if risen:
        parts += ["## Prices raised", "\n".join(risen)]
    for verdict, (heading, meaning) in HEADINGS.items():
        lines = list(lines_of(changes, verdict))
        if lines:
            parts += [f"## {heading}", meaning, "\n".join(f"- {line}" for line in lines)]
    return "\n\n".join(parts) + "\n"


def as_json(changes: list[Change], since: str) -> str:
    sections = {
        verdict.value: [
            {name: value for name, value in asdict(change).items() if name != "verdict"}
            for change in changes
            if change.verdict is verdict
        ]
        for verdict in Verdict
    }
    return json.dumps({"since": since, "breaks": breaks(changes), **sections}, ensure_ascii=False, indent=2) + "\n"


def raised(changes: list[Change]) -> Iterator[str]:
    for change in changes:
        if change.price and change.verdict is Verdict.WORTH_READING:
            yield f"**{change.subject}**: {change.text}"


def lines_of(changes: list[Change], verdict: Verdict) -> Iterator[str]:
    """One line for what happens in many places: a shared schema is one edit, not twenty."""
    places: dict[tuple[str, str, str, str], list[Change]] = {}
    for change in changes:
        if change.verdict is verdict:
            kind_of_place = change.place.split(" ")[0]
            key = (change.kind, kind_of_place, change.field, change.text)
            places.setdefault(key, []).append(change)
    for (kind, _, field, text), found in places.items():
        subjects = several(dict.fromkeys(change.subject for change in found))
        place = several(dict.fromkeys(change.place for change in found if change.place))
        where = f"{subjects}{f', {place}' if place else ''}{f', `{field}`' if field else ''}"
        yield f"*{kind}* · {where}: {text}"


def several(words: Iterable[str]) -> str:
    named = list(words)
    rest = len(named) - NAMED
    return ", ".join(named) if rest <= 1 else f"{', '.join(named[:NAMED])} and {rest} more"


if __name__ == "__main__":
    sys.exit(main())
