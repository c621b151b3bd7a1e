"""What the tools return: jobs with links and previews, and errors that an agent can act on."""

from __future__ import annotations

import asyncio
import json
import tempfile
from base64 import b64encode
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import mcp_types as types

from legnext_client._protocol.addresses import wrong_address
from legnext_client.errors import JobFailed, LegnextError, SubmissionUnknown
from legnext_client.generated.types import is_list
from legnext_client.mcp.tools import AGAIN, JOB, LONGEST_WAIT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from legnext_client.jobs import AsyncJob

_PREVIEW, _LARGEST = 512, 64 * 1024**2
"""Pixels of a preview's longer side, and bytes of a file that is made smaller."""
_MOST, _LONGEST = 20, 2000
"""Files or texts of a job, and characters of a text: what is longer would fill the model's context."""
_FOR_PROGRAMMERS = (
    ('Correct it, or pass prompts="warn".', "Correct it; check_prompt explains."),
    (" To send it anyway, use job.insist().", ""),
    ("resume with client.tasks.get(job_id).", f"call {JOB} again."),
)
"""Advice in terms of Python, and its equivalent for an agent."""


def value_result(value: Mapping[str, Any], *more: types.ContentBlock, error: bool = False) -> types.CallToolResult:
    """Return a value both as text and as data, since clients show one or the other."""
    lines = [f"{name}: {_text(each)}" for name, each in value.items() if each not in (None, [], "")]
    text = types.TextContent(type="text", text="\n".join(lines))
    return types.CallToolResult(content=[text, *more], structured_content=dict(value), is_error=error)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def job_result(job: AsyncJob, note: str = "", previews: list[types.ContentBlock] | None = None) -> types.CallToolResult:
    """Return the state of a job, with a link to each of its files."""
    images, videos = _links(job.image_urls), _links(job.video_urls)
    value: dict[str, Any] = {"job_id": job.job_id, "status": job.status or "accepted"}
    if not job.done:
        value |= {"progress": job.progress, "typical_seconds": job.typical_seconds, "next": _next(job)}
    elif not job.ok:
        failed: Any = job.error
        reason = brief(failed.message or failed.raw_message or "no reason given")
        value["error"] = f"{reason}. {JobFailed.advice}"
    texts = [brief(text) for text in job.texts[:_MOST]]
    value |= {"images": images, "videos": videos, "texts": texts, "points": job.points}
    if note:
        value["note"] = note
    links = [
        types.ResourceLink(type="resource_link", name=f"{kind} {number}", uri=url, mime_type=mime)
        for kind, mime, urls in (("image", "image/png", images), ("video", "video/mp4", videos))
        for number, url in enumerate(urls)
    ]
    return value_result({name: each for name, each in value.items() if each != []}, *links, *(previews or ()))


def _links(urls: list[str]) -> list[str]:
    """Return the URLs that a client may fetch; a hostile answer might name a file, or a script."""
    return [url for url in urls if wrong_address(url) is None][:_MOST]


def brief(text: str, longest: int = _LONGEST) -> str:
    """Shorten a text that comes from an argument or from the service."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _next(job: AsyncJob) -> str:
    """Say when to ask again."""
    elapsed = (datetime.now(UTC) - job.created_at).total_seconds() if job.created_at else 0.0
    left = (job.typical_seconds or 0.0) - max(0.0, elapsed)
    when = f"in about {left - LONGEST_WAIT:.0f} seconds" if left > 2 * LONGEST_WAIT else "now"
    return f"Call {JOB} {when}; it waits up to {LONGEST_WAIT} seconds. Do not submit it again."


def repeated_note(job: AsyncJob) -> str:
    return (
        "These arguments made this job before; nothing was sent or charged now. To pay for another one, add "
        f"{AGAIN}={job.job_id!r}."
    )


def plain(value: Any) -> Any:
    """Return an answer that is not a job as plain data."""
    if is_list(value):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value.to_dict() if hasattr(value, "to_dict") else value


def error_result(error: LegnextError, ledger: str) -> types.CallToolResult:
    """Return an error with what to do next."""
    text = str(error)
    for before, after in _FOR_PROGRAMMERS:
        text = text.replace(before, after)
    value = {"error": type(error).__name__, "message": brief(text)}
    if isinstance(error, SubmissionUnknown):
        value["next"] = (
            "Do not change the arguments to get around this. If another call is sending it, repeat this one in a "
            "minute. Otherwise, ask the person to check the account and then to resolve the call, with "
            f"`legnext batch unknown {ledger}`. Until then, the same arguments send nothing."
        )
    job_id = getattr(error, "job_id", None)
    return value_result(value | ({"job_id": job_id} if job_id else {}), error=True)


async def previews_of(job: AsyncJob) -> tuple[list[types.ContentBlock], str]:
    """Return small versions of a job's images, and a note if there are none. Only the job's own URLs are fetched."""
    with tempfile.TemporaryDirectory(prefix="legnext-") as directory:
        try:
            paths = await job.download(directory, max_bytes=_LARGEST, timeout=LONGEST_WAIT)
            return await asyncio.to_thread(lambda: [_preview(path) for path in paths]), ""
        except LegnextError as error:
            return [], f"no preview: {error}"
        except Exception as error:  # Pillow raises many kinds, and a preview is a nicety
            return [], f"no preview: the images could not be made smaller ({type(error).__name__})."


def _preview(path: Path) -> types.ContentBlock:
    from PIL import Image  # a tenth of a second that only previews need

    with Image.open(path) as image:
        if image.width * image.height > (Image.MAX_IMAGE_PIXELS or 0):
            raise ValueError("too many pixels")
        image.draft("RGB", (_PREVIEW, _PREVIEW))
        small = image.convert("RGB")
        small.thumbnail((_PREVIEW, _PREVIEW))
        written = BytesIO()
        small.save(written, "JPEG", quality=70)
    return types.ImageContent(type="image", data=b64encode(written.getvalue()).decode(), mime_type="image/jpeg")
