"""The files behind the URLs in responses: rendered on first request, kept on disk until the server stops."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response

from .answers import image_format
from .jobs import COMPLETED, Job
from .refusals import Refusal, written
from .wire import SLASH

if TYPE_CHECKING:
    from starlette.requests import Request

    from .service import Service

_NAME = re.compile(r"(\d|grid)\.([a-z0-9]+)", re.ASCII)
_TYPES = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "tif": "tiff", "tiff": "tiff"}
_RATIO = re.compile(r"\d+(\.\d+)?:\d+(\.\d+)?")
_DAY = 86400.0


class Files:
    """The results of jobs."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files: dict[tuple[Job, int | None], tuple[Path, str]] = {}

    async def serve(self, request: Request) -> Response:
        """Return one file, a part of it, or why there is none."""
        try:
            job, number, ending = self._found(**request.path_params)
            path, tag = await self._made(job, number, ending)
        except Refusal as refusal:
            return written(refusal, "flat", "")
        kind = "video/mp4" if ending == "mp4" else f"image/{_TYPES[ending]}"
        headers = {"etag": tag, "last-modified": formatdate(job.ends, usegmt=True), "cache-control": "max-age=86400"}
        if tag in [each.strip() for each in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
        return FileResponse(path, media_type=kind, headers=headers)

    def close(self) -> None:
        """Remove the files."""
        if self._folder is not None:
            self._folder.cleanup()

    def _found(self, job_id: str, name: str) -> tuple[Job, int | None, str]:
        match = _NAME.fullmatch(name)
        with self._service.lock:
            now = self._service.settle()
            job = self._service.jobs.get(job_id.replace(SLASH, "/"))
            if match is None or job is None or job.status(now) != COMPLETED:
                raise Refusal(404, "There is no such file.")
            makes = job.operation.makes
            number = None if match[1] == "grid" else int(match[1])
            ending = "mp4" if makes in ("videos", "video") else image_format(job)
            exists = makes == "images" if number is None else number < job.count
            if match[2] != ending or not exists:
                raise Refusal(404, f"There is no such file. This job made {job.count} {makes}.")
            days = self._service.spec.rules.get("output_days")
            if days is not None and now - job.ends > days * _DAY:
                raise Refusal(404, f"The file was kept for {days} days and is gone.")
            return job, number, ending

    async def _made(self, job: Job, number: int | None, ending: str) -> tuple[Path, str]:
        if (job, number) not in self._files:
            content = await asyncio.to_thread(_rendered, job, number, ending)
            digest = hashlib.sha256(content).hexdigest()[:32]
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="mock-files-", ignore_cleanup_errors=True)
            path = Path(self._folder.name, f"{digest}-{os.urandom(4).hex()}")
            path.write_bytes(content)
            self._files.setdefault((job, number), (path, f'"{digest}"'))
        return self._files[job, number]


def _rendered(job: Job, number: int | None, ending: str) -> bytes:
    from . import media  # its packages take longer to import than the server takes to start

    text = job.prompt.text or job.operation.task_type
    aspect = _aspect(job)
    if ending == "mp4":
        width, height = media.video_size(job.resolution or "480p", aspect)
        if job.operation.makes == "video":
            width, height = width * 2, height * 2
        return media.render_video(text=text, number=number or 0, width=width, height=height, seconds=job.seconds)
    edge = _long_edge(job)
    width, height = media.image_size(aspect, long_edge=edge)
    if edge is None and (number is None or (job.operation.takes, job.operation.makes) == ("image", "image")):
        width, height = width * 2, height * 2
    return media.render_image(text=text, number=number, width=width, height=height, format=_TYPES[ending])


def _long_edge(job: Job) -> int | None:
    said = job.operation.extension.get("long_edge")
    return said["pixels"][job.body.get(said["field"], job.operation.defaults.get(said["field"]))] if said else None


def _aspect(job: Job) -> str | None:
    asked = job.body.get("aspect_ratio", "")
    return asked if _RATIO.fullmatch(asked) else job.prompt.aspect
