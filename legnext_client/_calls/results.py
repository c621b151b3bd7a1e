"""Calls that submit, wait and download in one: their options are checked before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from legnext_client._calls.service import check_listener, check_wait
from legnext_client.generated.types import Pending, ResultOptions

if TYPE_CHECKING:
    import os
    from collections.abc import Coroutine

    from legnext_client._calls.service import CallService
    from legnext_client.generated.operations import Operation

JobT = TypeVar("JobT")

RESULT_OPTIONS = frozenset(ResultOptions.__annotations__)
FILE_NAME = "{job_id}_{n}{ext}"


def downloads() -> Any:
    """Return the module that plans downloads."""
    from legnext_client._downloads import downloads

    return downloads


def check_result(
    service: CallService,
    operation: Operation,
    *,
    download: str | os.PathLike[str] | None = None,
    name: str = FILE_NAME,
    **wait: Any,
) -> None:
    """Raise `InvalidRequest` if `Job.result` cannot have these options."""
    service.check_open()
    check_wait(wait.get("timeout"), wait.get("poll_interval"), wait.get("callbacks"))
    check_listener(wait.get("on_progress"))
    if download is not None:
        downloads().check_download(operation.makes, download, name)


def pending(service: CallService, operation: Operation, sent: Coroutine[Any, Any, JobT]) -> Pending[JobT]:
    """Return an async call that is sent when it is awaited, alone or with its result."""

    async def finish(sent: Coroutine[Any, Any, Any], options: ResultOptions) -> Any:
        try:
            check_result(service, operation, **options)
        except BaseException:
            sent.close()
            raise
        return await (await sent).result(**options)

    each: Any
    for each in (sent, finish):  # Python names one that is never awaited
        each.__name__ = each.__qualname__ = operation.name
    return Pending(sent, finish)
