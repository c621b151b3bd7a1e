"""Files of finished rows, downloaded by workers to a directory or to a bucket."""

from __future__ import annotations

import asyncio
import mimetypes
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from legnext_client._downloads.downloads import Limits, of_job
from legnext_client._runs.options import ROW_NAME
from legnext_client._transport.async_driver import async_run
from legnext_client._transport.puts import put
from legnext_client.errors import ConfigurationError
from legnext_client.uploads import S3Uploader, uploader_from

if TYPE_CHECKING:
    from legnext_client._calls.service import CallService
    from legnext_client._protocol.state import State
    from legnext_client._transport.async_driver import AsyncRuntime

BUCKET = "s3://"


async def deliver(service: CallService, runtime: AsyncRuntime, state: State, key: str, target: str) -> list[str]:
    """Download the files of a finished job to the target, and return where they are."""
    if not (state.image_urls or state.video_urls):
        return []
    with TemporaryDirectory() as folder:
        directory, spare = folder if target.startswith(BUCKET) else target, f"{key}_{state.job_id}"
        flow = of_job(service, state, directory, ROW_NAME, None, Limits(), key=key, spare_key=spare)
        paths = await async_run(flow, runtime)
        if directory == target:
            return [str(path) for path in paths]
        bucket, place = bucket_of(target), urlsplit(target)
        names = [f"{place.path.strip('/')}/{path.name}".lstrip("/") for path in paths]
        for path, name in zip(paths, names, strict=True):
            media = {"content-type": mimetypes.guess_type(name)[0] or "application/octet-stream"}
            await asyncio.to_thread(put, bucket.presigned("PUT", name), path.read_bytes(), media)
        return [f"{BUCKET}{place.netloc}/{name}" for name in names]


def bucket_of(target: str) -> S3Uploader:
    """Return the bucket of a target; its query may hold `endpoint` and `region`."""
    bucket = uploader_from(target)
    if not isinstance(bucket, S3Uploader):
        raise ConfigurationError(f"download must be a directory or s3://bucket/prefix; got {target!r}.")
    return bucket
