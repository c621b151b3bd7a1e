from typing import Any

import httpx

from ... import errors
from ...client import Client
from ...models.error_body import ErrorBody
from ...models.error_envelope import ErrorEnvelope
from ...models.inpaint_request import InpaintRequest
from ...models.task_response import TaskResponse
from ...types import Response, is_object


def _get_kwargs(*, body: InpaintRequest) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {"method": "post", "url": "/v1/inpaint"}

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


def sync_detailed(*, client: Client, body: InpaintRequest) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """Repaint parts of an image.

    Paints anew what a mask marks and leaves the rest. The mask is a list of polygons or the address of a black and
    white image, whose white parts are repainted: one of the two, never both.

    **Costs 120 points. Takes** about 45 seconds.

    **Watch for** the mask: it is an object, not the bytes of a picture. `area` is the old way to name a single
    polygon; use `mask`. Images of v8 and v8.1, and those made with `--oref`, cannot be inpainted.

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """

    response = client.get_httpx_client().request(**_get_kwargs(body=body))
    return _build_response(client, response)


def sync(*, client: Client, body: InpaintRequest) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `sync_detailed`, but only what was parsed."""
    return sync_detailed(client=client, body=body).parsed


async def asyncio_detailed(
    *, client: Client, body: InpaintRequest
) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """Repaint parts of an image.

    Paints anew what a mask marks and leaves the rest. The mask is a list of polygons or the address of a black and
    white image, whose white parts are repainted: one of the two, never both.

    **Costs 120 points. Takes** about 45 seconds.

    **Watch for** the mask: it is an object, not the bytes of a picture. `area` is the old way to name a single
    polygon; use `mask`. Images of v8 and v8.1, and those made with `--oref`, cannot be inpainted.

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """

    response = await client.get_async_httpx_client().request(**_get_kwargs(body=body))
    return _build_response(client, response)


async def asyncio(*, client: Client, body: InpaintRequest) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `asyncio_detailed`, but only what was parsed."""
    return (await asyncio_detailed(client=client, body=body)).parsed
