"""Jobs to build upon, as the service would tell of them."""

from __future__ import annotations

from typing import Any

from legnext_client._calls.service import JobContext
from legnext_client.jobs import Job


def videos(many: int = 4, *, size: str | None = None, status: str = "completed", **more: Any) -> Job:
    urls = [f"https://cdn.test/{number}.mp4" for number in range(many)]
    raw = {"job_id": "v1", "task_type": "video_diffusion", "status": status, "output": {"video_urls": urls}, **more}
    return Job(raw, context=JobContext(source_size=size))


def images(many: int = 4, **more: Any) -> Job:
    urls = [f"https://cdn.test/{number}.png" for number in range(many)]
    return Job(
        {"job_id": "i1", "task_type": "diffusion", "status": "completed", "output": {"image_urls": urls}, **more}
    )
