from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...failures import parse_failure
from ...types import Request, is_object, parse_json
from ...types import encode as _encode

if TYPE_CHECKING:
    from ...client import Client
    from ...models.diffusion_request import DiffusionRequest
    from ...models.error_body import ErrorBody
    from ...models.error_envelope import ErrorEnvelope
    from ...models.task_response import TaskResponse
    from ...types import Response


def build_request(*, body: DiffusionRequest | Mapping[str, Any]) -> Request:
    """Build the request; nothing is sent."""
    return _encode("POST", "/v1/diffusion", media="application/json", body=body)


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
    *, client: Client, body: DiffusionRequest | Mapping[str, Any]
) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """Make images from a text.

    Makes a grid of four images from a prompt. Further settings are flags in the prompt: the shape (`--ar 16:9`),
    the model (`--v 8.1`, `--niji 6`; the default is 7), the style. Version 8.2 and niji 7 are known second-hand
    only.

    **Costs 80 points.** `--turbo` doubles it, `--oref` doubles it on v7, and on v8 each of `--hd`, `--q 4` and
    `--sv 6` makes it four times as much; on v8.2, `--hd` is reported to cost 120 in all. `--draft` (v7) is
    announced at half the price, but has been seen to hold the full 80.

    **Takes** about 45 seconds; a draft a tenth of that, v8 and v8.1 less than 15 seconds. v8 and v8.1 need the Pro
    plan.

    **Note:** a model may reject a flag: v8.1 responds with 400 to some. The job's images can be built upon for
    three days. Fetch them within seven: the documentation says thirty, one user reports seven.

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """
    return client.send(build_request(body=body), parse_response)


def sync(
    *, client: Client, body: DiffusionRequest | Mapping[str, Any]
) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `sync_detailed`, but only what was parsed."""
    return sync_detailed(body=body, client=client).parsed


async def asyncio_detailed(
    *, client: Client, body: DiffusionRequest | Mapping[str, Any]
) -> Response[ErrorBody | ErrorEnvelope | TaskResponse]:
    """As `sync_detailed`, awaited."""
    return await client.send_async(build_request(body=body), parse_response)


async def asyncio(
    *, client: Client, body: DiffusionRequest | Mapping[str, Any]
) -> ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `asyncio_detailed`, but only what was parsed."""
    return (await asyncio_detailed(body=body, client=client)).parsed
