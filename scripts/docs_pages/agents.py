"""What programs that write programs read: `llms.txt`, each page as Markdown, and the skill file of the package."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from legnext_client.generated.operations import OPERATIONS

if TYPE_CHECKING:
    from pathlib import Path

HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
DIRECTIVE = re.compile(r"^::: ", re.MULTILINE)
"""What the builder fills in from docstrings; the Markdown of such a page says nothing without it."""
PARTS = {"": "Pages", "api": "Operations of the API"}
SKILL = """\
---
name: legnext-client
description: Make images and videos with Midjourney models over the Legnext API, from Python or a shell.
---

<!-- Written by `make generate`; edit scripts/docs_pages/agents.py instead. -->

# legnext-client

Every job costs points (1000 are 1 USD) and takes seconds to minutes. Follow these rules:

- Ask for the price before you send: `legnext price OPERATION …` or `client.price("OPERATION", …)`.
- Never repeat a call that raised `SubmissionUnknown`: the job may be running. Say so, and show the job id if known.
- Keep the `job_id` of every job. `client.tasks.get(job_id)` finds it again, in any process, free of charge.
- Download files soon: the service may delete them after 7 days.
- For many jobs, use `client.batch(rows, journal="run.db", budget=POINTS)`. Run again, it resumes and never pays twice.
- Develop against the mock server, which is free: `python -m legnext_client.mock`, or the pytest fixture `legnext_mock`.

The key is read from `LEGNEXT_API_KEY`. Never print it, and never put it into a file.

```python
from legnext_client import Client

with Client() as client:
    job = client.midjourney.diffusion(text="a lighthouse at dusk --ar 16:9 --v 7").wait()
    paths = job.download("out/")
    large = job.upscale(image_no=0, type="subtle").wait()
```

In a shell, the same call is `legnext diffusion "a lighthouse at dusk --ar 16:9 --v 7" --wait --download out/`.
`legnext --help` lists all commands, `legnext OPERATION --help` the fields of one.

| operation | | points |
|---|---|---|
{rows}

Errors are subclasses of `LegnextError`; each message says what to do. `InvalidRequest` was raised before anything was
sent. Flags of prompts (`--ar`, `--v`, …) are checked by model: `legnext check "PROMPT"` reports their problems.
"""


def skill() -> str:
    """The skill file, with the operations of the document."""
    rows: list[str] = []
    for name, operation in OPERATIONS.items():
        price = operation.price
        points = sorted({price.points, *(row.points for row in price.when)}) if price else [0]
        told = f"{points[0]} to {points[-1]}" if len(points) > 1 else f"{points[0] or 'free'}"
        rows.append(f"| `{operation.namespace}.{name}` | {operation.summary} | {told} |")
    return SKILL.replace("{rows}", "\n".join(rows))


def write_markdown(pages: Path, site: Path) -> None:
    """Put each page beside its HTML as Markdown, and a list of them into `llms.txt`."""
    listed: dict[str, list[str]] = {}
    for path in sorted(pages.rglob("*.md")):
        text, place = path.read_text(encoding="utf-8"), path.relative_to(pages)
        heading = HEADING.search(text)
        if DIRECTIVE.search(text) or heading is None:
            continue
        target = site / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        about = " ".join(text[heading.end() :].strip().partition("\n\n")[0].split())
        more = f": {about}" if about[:1].isalpha() else ""
        part = place.parts[0] if len(place.parts) > 1 else ""
        listed.setdefault(part, []).append(f"- [{heading[1]}]({place.as_posix()}){more}")
    index = (pages / "index.md").read_text(encoding="utf-8")
    summary = " ".join(index.partition("\n\n")[2].partition("\n\n")[0].split())
    parts = [f"## {PARTS.get(part, part)}\n\n" + "\n".join(lines) for part, lines in sorted(listed.items())]
    (site / "llms.txt").write_text("\n\n".join(["# legnext-client", f"> {summary}", *parts]) + "\n", encoding="utf-8")
