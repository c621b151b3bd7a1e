"""Jobs and other responses for people: as text, and as images in terminals that can draw them."""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from legnext_client.cli.output import is_dumb, is_terminal
from legnext_client.errors import ConfigurationError, InvalidRequest
from legnext_client.generated.operations import ROLES
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from legnext_client._calls.job_view import JobView
    from legnext_client.cli.command import Run
    from legnext_client.generated.operations import Operation
    from legnext_client.jobs import Job

WORDS = {"submitted": "running", "submitting": "being sent", "new": "not sent"}
"""States of a journal with other names in output for people."""


def made(job: JobView) -> list[str]:
    """Return a job's URLs or texts, one per line."""
    return [" ".join(each.split()) for each in [*job.video_urls, *job.image_urls] or job.texts]


def has_files(job: JobView) -> bool:
    """Return whether a job has files to download."""
    return bool(job.video_urls or job.image_urls)


def counted(job: JobView) -> str:
    """Return the counts of a job's results."""
    numbers = ((len(job.image_urls), "image"), (len(job.video_urls), "video"), (len(job.texts), "text"))
    return ", ".join(f"{number} {name if number == 1 else name + 's'}" for number, name in numbers if number)


def points(job: JobView) -> str:
    """Return the points held or charged for a job."""
    how = "charged" if job.done else "held"
    return f"{job.points:g} points {how}" if job.points else ""


def _job(job: JobView) -> list[tuple[str, str]]:
    """Return a table of a job's properties."""
    progress = f", {job.progress} %" if job.progress and not job.done else ""
    failure = job.error.message or job.error.raw_message if job.done and not job.ok else None
    rows = [
        ("Job", job.job_id),
        ("Kind", job.task_type),
        ("Status", f"{job.status}{progress}"),
        ("Failure", str(failure or "")),
        ("Points", points(job)),
        ("Accepted", _moment(job.created_at)),
        ("Begun", _moment(job.started_at)),
        ("Ended", _moment(job.ended_at)),
        *(("Made" if number == 0 else "", line) for number, line in enumerate(made(job))),
    ]
    return [row for row in rows if row[1]]


def _rows(found: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield a table of an object's fields."""
    for name, value in found.items():
        words = f"{before}{name.replace('_', ' ')}"
        if is_object(value):
            yield from _rows(value, f"{words} ")
        elif isinstance(value, bool):
            yield words.capitalize(), "yes" if value else "no"
        elif value not in (None, ""):
            yield words.capitalize(), str(value)


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(sep=" ", timespec="seconds") if moment else ""


def show(run: Run, operation: Operation, answer: Any) -> None:
    """Print a response."""
    from legnext_client.jobs import Job

    if isinstance(answer, Job):
        run.output.table(answer.raw, _job(answer))
        return
    value = _written(answer)
    if not is_object(value):
        lines = value if is_list(value) else () if value is None else [value]
        run.output.result(value, (line if isinstance(line, str) else json.dumps(line) for line in lines))
        return
    run.output.table(value, _rows(value))
    if operation is ROLES["balance"] and value.get("low_balance_alert"):
        below = value.get("alert_threshold")
        limit = f" below your alert threshold of {below:g} USD" if isinstance(below, int | float) else ""
        run.output.say(f"Low balance{limit}. Top up before jobs are refused.", "yellow")


def _written(answer: Any) -> Any:
    """Return a response as a JSON value; bytes become base64."""
    if isinstance(answer, bytes):
        return b64encode(answer).decode()
    if is_list(answer):
        return [_written(each) for each in answer]
    return answer.to_dict() if hasattr(answer, "to_dict") else answer


# ---- --show -------------------------------------------------------------------------------------------------------

_COLUMNS = 40


def images_for(run: Run) -> Callable[[Job], None]:
    """Return a function that draws a job's images. Raises if this terminal cannot; a pipe gets no escape codes."""
    if run.output.for_machines or is_dumb() or not (is_terminal(sys.stdout) and is_terminal(sys.stdin)):
        raise InvalidRequest(
            "--show needs a terminal to draw in, and no --json; legnext download saves the images instead."
        )
    try:
        library, console = import_module("textual_image.renderable"), import_module("rich.console").Console()
    except ImportError:
        raise ConfigurationError("--show is not installed. Run: pip install 'legnext-client[show]'.") from None
    kind: Any = library.Image  # chosen by what the terminal answers
    if kind not in (library.SixelImage, library.TGPImage):
        raise ConfigurationError(
            "this terminal cannot draw images; kitty, iTerm2, WezTerm and others with Sixel can. Use --download DIR."
        )

    def draw(job: Job) -> None:
        if job.image_urls:
            with TemporaryDirectory() as folder:
                for path in job.download(folder):
                    console.print(kind(path, width=_COLUMNS, height="auto"))

    return draw
