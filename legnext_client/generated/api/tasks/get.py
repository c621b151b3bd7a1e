from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import Client
from ...models.error_body import ErrorBody
from ...models.error_envelope import ErrorEnvelope
from ...models.task_response import TaskResponse
from ...types import Response, is_object


def _get_kwargs(job_id: str) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {"method": "get", "url": "/v1/job/{job_id}".format(job_id=quote(str(job_id), safe=""))}

    return _kwargs


def _parse_body(status_code: int, data: Any) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    if status_code == 200:
        if not is_object(data):
            raise TypeError()
        response_200 = TaskResponse.from_dict(data)

        return response_200

    def _parse_response_default(data: object) -> ErrorBody | ErrorEnvelope | TaskResponse:
        try:
            if not is_object(data):
                raise TypeError()
            componentsschemas_error_answer_type_0 = ErrorBody.from_dict(data)

            return componentsschemas_error_answer_type_0
        except (TypeError, ValueError, AttributeError, KeyError):
            pass
        try:
            if not is_object(data):
                raise TypeError()
            componentsschemas_error_answer_type_1 = TaskResponse.from_dict(data)

            return componentsschemas_error_answer_type_1
        except (TypeError, ValueError, AttributeError, KeyError):
            pass
        if not is_object(data):
            raise TypeError()
        componentsschemas_error_answer_type_2 = ErrorEnvelope.from_dict(data)

        return componentsschemas_error_answer_type_2

    response_default = _parse_response_default(data)

    return response_default


def _build_response(client: Client, response: httpx.Response) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    parsed = None
    try:
        parsed = _parse_body(response.status_code, response.json())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # HTML of a proxy, a body cut short or nested without end, no object, or one without its required fields: the
        # bytes are in `content`.
        if client.raise_on_unexpected_status:
            raise errors.UnexpectedStatus(response.status_code, response.content) from None
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(job_id: str, *, client: Client) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """Look at a job.

    The state of a job and, once it is completed, its results: image or video addresses, or texts.

    `pending`, `staged` and `processing` are on the way; `completed` and `failed` are the end. Other words have been
    seen and mean that the job is still on its way.

    **Free of charge.** Ask every 10 to 30 seconds, or give the job a `callback` and do not ask at all. The files
    behind the addresses are kept for 30 days.

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """

    response = client.get_httpx_client().request(**_get_kwargs(job_id=job_id))
    return _build_response(client, response)


def sync(job_id: str, *, client: Client) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `sync_detailed`, but only what was parsed."""
    return sync_detailed(job_id=job_id, client=client).parsed


async def asyncio_detailed(job_id: str, *, client: Client) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """Look at a job.

    The state of a job and, once it is completed, its results: image or video addresses, or texts.

    `pending`, `staged` and `processing` are on the way; `completed` and `failed` are the end. Other words have been
    seen and mean that the job is still on its way.

    **Free of charge.** Ask every 10 to 30 seconds, or give the job a `callback` and do not ask at all. The files
    behind the addresses are kept for 30 days.

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """

    response = await client.get_async_httpx_client().request(**_get_kwargs(job_id=job_id))
    return _build_response(client, response)


async def asyncio(job_id: str, *, client: Client) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `asyncio_detailed`, but only what was parsed."""
    return (await asyncio_detailed(job_id=job_id, client=client)).parsed
