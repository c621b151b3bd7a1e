"""Files of finished rows, downloaded by workers to a directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legnext_client._downloads.downloads import Limits, of_job
from legnext_client._runs.options import ROW_NAME
from legnext_client._transport.async_driver import async_run

if TYPE_CHECKING:
    from legnext_client._calls.service import CallService
    from legnext_client._protocol.state import State
    from legnext_client._transport.async_driver import AsyncRuntime


async def deliver(service: CallService, runtime: AsyncRuntime, state: State, key: str, target: str) -> list[str]:
    """Download the files of a finished job to the target, and return where they are."""
    if not (state.image_urls or state.video_urls):
        return []
    spare = f"{key}_{state.job_id}"
    flow = of_job(service, state, target, ROW_NAME, None, Limits(), key=key, spare_key=spare)
    return [str(path) for path in await async_run(flow, runtime)]
