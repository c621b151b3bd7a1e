from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...failures import parse_failure
from ...types import Request, is_object, parse_json
from ...types import encode as _encode

if TYPE_CHECKING:
    from ...client import Client
    from ...models.error_body import ErrorBody
    from ...models.error_envelope import ErrorEnvelope
    from ...models.task_response import TaskResponse
    from ...models.upscale_request import UpscaleRequest
    from ...types import Response


def build_request(*, body: UpscaleRequest | Mapping[str, Any]) -> Request:
    """Build the request; nothing is sent."""
    return _encode("POST", "/v1/upscale", media="application/json", body=body)


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


def sync_detailed(
    *, client: Client, body: UpscaleRequest | Mapping[str, Any]
) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """Enlarge an image.

    Makes a large version of one image of a grid: true to the original (`type` 0, subtle) or with new detail (`type`
    1, creative).

    **Costs 120 points** (subtle) **or 160** (creative). **Takes** about 45 seconds.

    **Note:** This is for v6, v6.1, v7 and niji 6. Images of v8 and v8.1 are large already. The types
    2 and 3 (2x, 4x) belonged to retired models.

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """
    return client.send(build_request(body=body), parse_response)


def sync(
    *, client: Client, body: UpscaleRequest | Mapping[str, Any]
) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `sync_detailed`, but only what was parsed."""
    return sync_detailed(body=body, client=client).parsed


async def asyncio_detailed(
    *, client: Client, body: UpscaleRequest | Mapping[str, Any]
) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """As `sync_detailed`, awaited."""
    return await client.send_async(build_request(body=body), parse_response)


async def asyncio(
    *, client: Client, body: UpscaleRequest | Mapping[str, Any]
) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `asyncio_detailed`, but only what was parsed."""
    return (await asyncio_detailed(body=body, client=client)).parsed
