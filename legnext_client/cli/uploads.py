"""Local files in place of URLs, uploaded as LEGNEXT_UPLOADER says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legnext_client._calls.uploading import Uploads
from legnext_client._transport.clocks import SystemClock
from legnext_client.cli.environment import UPLOADER_VARIABLE
from legnext_client.cli.exits import report_as
from legnext_client.uploads import uploader_from

if TYPE_CHECKING:
    from legnext_client.cli.command import Run
    from legnext_client.uploads import Uploader


def uploader_of(run: Run) -> Uploader | None:
    """Return the uploader that the environment describes, if any."""
    url = run.variables.get(UPLOADER_VARIABLE)
    with report_as(dict.fromkeys(("uploader", "url"), UPLOADER_VARIABLE)):
        return uploader_from(url) if url else None


def uploads_of(run: Run) -> Uploads | None:
    """Return what reads local files before a client is made."""
    uploader = uploader_of(run)
    return uploader and Uploads(uploader, SystemClock(), may_await=False)
