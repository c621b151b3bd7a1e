from __future__ import annotations

from typing import TYPE_CHECKING

from ...failures import parse_failure
from ...types import Request, is_object, parse_json
from ...types import encode as _encode

if TYPE_CHECKING:
    from ...client import Client
    from ...models.balance_response import BalanceResponse
    from ...models.error_body import ErrorBody
    from ...models.error_envelope import ErrorEnvelope
    from ...models.task_response import TaskResponse
    from ...types import Response


def build_request() -> Request:
    """Build the request; nothing is sent."""
    return _encode("GET", "/account/balance")


def parse_response(
    status_code: int, content: bytes
) -> BalanceResponse | ErrorBody | ErrorEnvelope | TaskResponse | None:
    """Parse an answer by its status; None when the document does not describe it."""

    from ...models.balance_response import BalanceResponse

    if status_code == 200:
        data = parse_json(content)
        if not is_object(data):
            raise TypeError()
        response_200 = BalanceResponse.from_dict(data)

        return response_200

    return parse_failure(content)


def sync_detailed(*, client: Client) -> Response[BalanceResponse | ErrorBody | ErrorEnvelope | TaskResponse]:
    """See what is left to spend.

    The account's balance in dollars, credits and points. `balance_usd` × 1000 is `available_credits` +
    `available_points`. Points held by running jobs are not available.

    **Free of charge.**

    Raises:
        errors.UnexpectedStatus: The answer is not in the spec and `raise_on_unexpected_status` is set.
        httpx.HTTPError: The request could not be sent, or there was no answer.
    """
    return client.send(build_request(), parse_response)


def sync(*, client: Client) -> BalanceResponse | ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `sync_detailed`, but only what was parsed."""
    return sync_detailed(client=client).parsed


async def asyncio_detailed(*, client: Client) -> Response[BalanceResponse | ErrorBody | ErrorEnvelope | TaskResponse]:
    """As `sync_detailed`, awaited."""
    return await client.send_async(build_request(), parse_response)


async def asyncio(*, client: Client) -> BalanceResponse | ErrorBody | ErrorEnvelope | TaskResponse | None:
    """As `asyncio_detailed`, but only what was parsed."""
    return (await asyncio_detailed(client=client)).parsed
