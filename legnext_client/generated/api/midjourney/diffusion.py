from typing import Any

import httpx

from ... import errors
from ...client import Client
from ...models.diffusion_request import DiffusionRequest
from ...models.error_body import ErrorBody
from ...models.error_envelope import ErrorEnvelope
from ...models.task_response import TaskResponse
from ...types import Response, is_object


def _get_kwargs(*, body: DiffusionRequest) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {"method": "post", "url": "/v1/diffusion"}

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
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


def sync_detailed(*, client: Client, body: DiffusionRequest) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """Make images from a text.

    Starts here, usually: a prompt becomes a grid of four images. What else you want goes into the prompt as flags:
    the shape (`--ar 16:9`), the model (`--v 8.1`, `--niji 6`; the default is 7), the style.

    **Costs 80 points.** `--turbo` doubles it, `--oref` doubles it on v7, and on v8 each of `--hd`, `--q 4` and
    `--sv 6` makes it four times as much. `--draft` (v7) is announced at half the price, but has been seen to hold
    the full 80.

    **Takes** about 45 seconds; a draft a tenth of that, v8 and v8.1 less than 15 seconds. v8 and v8.1 need the Pro
    plan.

    **Watch for** flags that a model does not take: v8.1 answers 400 to some. The job's images can be built upon for
    three days and are kept for thirty.

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """

    response = client.get_httpx_client().request(**_get_kwargs(body=body))
    return _build_response(client, response)


def sync(*, client: Client, body: DiffusionRequest) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `sync_detailed`, but only what was parsed."""
    return sync_detailed(client=client, body=body).parsed


async def asyncio_detailed(
    *, client: Client, body: DiffusionRequest
) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """Make images from a text.

    Starts here, usually: a prompt becomes a grid of four images. What else you want goes into the prompt as flags:
    the shape (`--ar 16:9`), the model (`--v 8.1`, `--niji 6`; the default is 7), the style.

    **Costs 80 points.** `--turbo` doubles it, `--oref` doubles it on v7, and on v8 each of `--hd`, `--q 4` and
    `--sv 6` makes it four times as much. `--draft` (v7) is announced at half the price, but has been seen to hold
    the full 80.

    **Takes** about 45 seconds; a draft a tenth of that, v8 and v8.1 less than 15 seconds. v8 and v8.1 need the Pro
    plan.

    **Watch for** flags that a model does not take: v8.1 answers 400 to some. The job's images can be built upon for
    three days and are kept for thirty.

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """

    response = await client.get_async_httpx_client().request(**_get_kwargs(body=body))
    return _build_response(client, response)


async def asyncio(*, client: Client, body: DiffusionRequest) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `asyncio_detailed`, but only what was parsed."""
    return (await asyncio_detailed(client=client, body=body)).parsed
