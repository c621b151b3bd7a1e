from __future__ import annotations

from typing import TYPE_CHECKING

from ...failures import parse_failure
from ...types import Request, is_object, parse_json
from ...types import encode as _encode

if TYPE_CHECKING:
    from ...client import Client
    from ...models.error_body import ErrorBody
    from ...models.error_envelope import ErrorEnvelope
    from ...models.task_response import TaskResponse
    from ...types import Response


def build_request(job_id: str) -> Request:
    """Build the request; nothing is sent."""
    return _encode("GET", "/v1/job/{job_id}", path={"job_id": job_id})


def parse_response(status_code: int, content: bytes) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """Parse an answer by its status; None when the document does not describe it."""

    from ...models.task_response import TaskResponse

    if status_code == 200:
        data = parse_json(content)
        if not is_object(data):
            raise TypeError()
        response_200 = TaskResponse.from_dict(data)

        return response_200

    return parse_failure(content)


def sync_detailed(job_id: str, *, client: Client) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """Look at a job.

    The state of a job and, once it is completed, its results: image or video URLs, or texts.

    `pending`, `staged` and `processing` are stages of a running job; `completed` and `failed` are the end. Other statuses have been
    seen and mean that the job is still running.

    **Free of charge.** Poll every 10 to 30 seconds, or pass a `callback` instead. Fetch the files behind the
    URLs within 7 days: the documentation says 30, one user of the service reports 7.

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """
    return client.send(build_request(job_id=job_id), parse_response)


def sync(job_id: str, *, client: Client) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `sync_detailed`, but only what was parsed."""
    return sync_detailed(job_id=job_id, client=client).parsed


async def asyncio_detailed(job_id: str, *, client: Client) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """As `sync_detailed`, awaited."""
    return await client.send_async(build_request(job_id=job_id), parse_response)


async def asyncio(job_id: str, *, client: Client) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `asyncio_detailed`, but only what was parsed."""
    return (await asyncio_detailed(job_id=job_id, client=client)).parsed
