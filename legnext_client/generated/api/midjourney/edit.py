from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...failures import parse_failure
from ...types import Request, is_object, parse_json
from ...types import encode as _encode

if TYPE_CHECKING:
    from ...client import Client
    from ...models.edit_request import EditRequest
    from ...models.error_body import ErrorBody
    from ...models.error_envelope import ErrorEnvelope
    from ...models.task_response import TaskResponse
    from ...types import Response


def build_request(*, body: EditRequest | Mapping[str, Any]) -> Request:
    """Build the request; nothing is sent."""
    return _encode("POST", "/v1/edit", media="application/json", body=body)


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
    *, client: Client, body: EditRequest | Mapping[str, Any]
) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """Move an image on a canvas and repaint.

    Places an image on a canvas, larger, smaller or moved, and paints what is empty or masked by a prompt.
    `imgPos` may lie partly outside the canvas: `x` and `y` can be negative.

    **Costs 120 points. Takes** about 45 seconds.

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """
    return client.send(build_request(body=body), parse_response)


def sync(*, client: Client, body: EditRequest | Mapping[str, Any]) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `sync_detailed`, but only what was parsed."""
    return sync_detailed(body=body, client=client).parsed


async def asyncio_detailed(
    *, client: Client, body: EditRequest | Mapping[str, Any]
) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """As `sync_detailed`, awaited."""
    return await client.send_async(build_request(body=body), parse_response)


async def asyncio(
    *, client: Client, body: EditRequest | Mapping[str, Any]
) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `asyncio_detailed`, but only what was parsed."""
    return (await asyncio_detailed(body=body, client=client)).parsed
