from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...failures import parse_failure
from ...types import Request, is_object, parse_json
from ...types import encode as _encode

if TYPE_CHECKING:
    from ...client import Client
    from ...models.enhance_upscale_request import EnhanceUpscaleRequest
    from ...models.error_body import ErrorBody
    from ...models.error_envelope import ErrorEnvelope
    from ...models.task_response import TaskResponse
    from ...types import Response


def build_request(*, body: EnhanceUpscaleRequest | Mapping[str, Any]) -> Request:
    """Build the request; nothing is sent."""
    return _encode("POST", "/v1/enhance-upscale", media="application/json", body=body)


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
    *, client: Client, body: EnhanceUpscaleRequest | Mapping[str, Any]
) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """Enlarge up to 12K with Topaz.

    Enlarges an image to a size for screens or print. The image is given by its URL (`image_url`: JPEG, PNG or
    TIFF, at most 100 MB) or as an image of a job (`jobId` and `imageNo`): one of the two, never both.

    **Costs by size:**

    | `target_resolution` | long edge | points |
    |---|---|---|
    | HD, FHD | 1920 px | 120 |
    | 2K (default) | 2560 px | 120 |
    | 4K | 3840 px | 160 |
    | 6K | 6144 px | 200 |
    | 8K | 7680 px | 300 |
    | 12K | 12288 px | 540 |

    **Takes** about a minute, longer for large sizes.

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """
    return client.send(build_request(body=body), parse_response)


def sync(
    *, client: Client, body: EnhanceUpscaleRequest | Mapping[str, Any]
) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `sync_detailed`, but only what was parsed."""
    return sync_detailed(body=body, client=client).parsed


async def asyncio_detailed(
    *, client: Client, body: EnhanceUpscaleRequest | Mapping[str, Any]
) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """As `sync_detailed`, awaited."""
    return await client.send_async(build_request(body=body), parse_response)


async def asyncio(
    *, client: Client, body: EnhanceUpscaleRequest | Mapping[str, Any]
) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `asyncio_detailed`, but only what was parsed."""
    return (await asyncio_detailed(body=body, client=client)).parsed
