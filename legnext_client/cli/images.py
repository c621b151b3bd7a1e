"""`--show`: images of a job in terminals that can draw them."""

from __future__ import annotations

import sys
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from legnext_client.cli.output import is_dumb, is_terminal
from legnext_client.errors import ConfigurationError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client.cli.command import Run
    from legnext_client.jobs import Job

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
