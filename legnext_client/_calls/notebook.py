"""Jobs, results, chains and batches as HTML, as notebooks show them.

Nothing is fetched here: the browser loads images and videos from the URLs in the response.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from legnext_client._protocol.state import State, failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from legnext_client._calls.job_view import JobView

_FRAME = "display:flex;flex-wrap:wrap;gap:6px;margin:4px 0"
_FILE = "max-width:240px;max-height:240px"


def job_html(job: JobView, *before: str) -> str:
    """Show a job: its state and cost, a bar while it runs, and its images, videos or texts once it is done."""
    points = f"{job.points:g} points{'' if job.done else ' held'}" if job.points else ""
    parts = [_line(*before, job.task_type, job.status, points, job.job_id)]
    if not job.done:
        parts.append(bar(job.progress, 100, f"{job.progress} %"))
    elif not job.ok:
        parts.append(_line(str(failure(State(job.raw), None))))
    files = [*map(_image, job.image_urls), *map(_video, job.video_urls)]
    if files:
        parts.append(f'<div style="{_FRAME}">{"".join(files)}</div>')
    if job.texts:
        parts.append(f"<ol>{''.join(f'<li>{_escaped(text)}</li>' for text in job.texts)}</ol>")
    return f"<div>{''.join(parts)}</div>"


def several_html(jobs: Sequence[JobView], *before: str) -> str:
    """Show the last of several jobs, and a line for each of those before it."""
    lines = [_line(job.task_type, job.status, job.job_id) for job in jobs[:-1]]
    return f"<div>{_line(*before)}{''.join(lines)}{job_html(jobs[-1]) if jobs else ''}</div>"


def bar(value: float, most: float, text: str) -> str:
    """Show a bar with a text beside it."""
    return f'<div><progress max="{most:g}" value="{value:g}"></progress> {_escaped(text)}</div>'


def _line(*parts: str) -> str:
    return f"<div>{' · '.join(_escaped(part) for part in parts if part)}</div>"


def _image(url: str) -> str:
    if not _is_web(url):
        return _line(url)
    url = _escaped(url)
    image = f'<img src="{url}" loading="lazy" referrerpolicy="no-referrer" style="{_FILE}">'
    return f'<a href="{url}" target="_blank" rel="noopener noreferrer">{image}</a>'


def _video(url: str) -> str:
    if not _is_web(url):
        return _line(url)
    return f'<video src="{_escaped(url)}" controls muted loop preload="metadata" style="{_FILE}"></video>'


def _is_web(url: str) -> bool:
    return url.lower().startswith(("https://", "http://"))


def _escaped(text: str) -> str:
    from html import escape

    return escape(text)
