"""From checked fields to a request, and from a response to what it contains."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from legnext_client._protocol.checks import CheckedFields
from legnext_client._protocol.flow import Request
from legnext_client.errors import APIError, InvalidRequest
from legnext_client.generated.operations import ROLES
from legnext_client.generated.types import UNSET, is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client._calls.service import Received
    from legnext_client._protocol.send import Answer
    from legnext_client.generated.operations import Operation

LONGEST_KEY = 255
"""In characters; a longer idempotency key is replaced by a hash of it."""


def with_key(operation: Operation, fields: Mapping[str, Any], key: str | None) -> Mapping[str, Any]:
    """Return the fields with an idempotency key in the parameters that the spec marks for it, unless they are set."""
    if key is None:
        return fields
    marked = [each for each in operation.parameters if each.idempotency and fields.get(each.name) is None]
    short = str(uuid5(NAMESPACE_OID, key))
    limits = {each.name: 0 if each.format == "uuid" else each.max_length or LONGEST_KEY for each in marked}
    return {**fields, **{name: key if len(key) <= limit else short for name, limit in limits.items()}}


def request_of(operation: Operation, prepared: CheckedFields) -> Request:
    """Build the request of a checked call with the generated endpoint."""
    fields, given = operation.parameters + operation.fields, {**prepared.parameters, **prepared.body}
    arguments = {field.name: prepared.parameters.get(field.wire) for field in operation.parameters}
    sent = prepared.body if operation.fields else None
    if sent is not None:
        arguments["body"] = sent.get("body", UNSET) if operation.whole else sent
    try:
        built = operation.endpoint.build_request(**arguments)
    except OSError as error:
        raise InvalidRequest(f"{operation.name}: the file cannot be read: {error}.") from None
    except (TypeError, ValueError) as error:
        raise InvalidRequest(f"the body must be JSON-serializable: {error}.") from None
    return Request(
        method=built.method,
        path=built.path,
        body=built.content,
        paid=not operation.free,
        operation=operation.name,
        sent=sent,
        expects_job=operation.answer_model == ROLES["job"].answer_model,
        query=built.query,
        headers=built.headers,
        accepts=operation.accepts,
        job_id=next((given.get(field.wire) for field in fields if field.name == "job_id"), None),
    )


def parsed(operation: Operation, answer: Answer) -> Any:
    """Parse a successful response with the generated endpoint, and unwrap its envelope."""
    status = answer.status if answer.status in operation.statuses else operation.statuses[0]
    body, unwrap = answer.body, operation.unwrap
    if not body.strip() and "" in operation.accepts:
        return None
    if unwrap and not (is_object(answer.data) and is_object(answer.data.get(unwrap))):
        body = json.dumps({unwrap: answer.data}).encode()  # the envelope is missing
    try:
        result = operation.endpoint.parse_response(status, body)
        return getattr(result, unwrap) if unwrap else result
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        problem = f"the response does not match the API description ({type(error).__name__}: {error})"
        raise APIError(
            problem, status_code=answer.status, body=answer.data, method=operation.method, path=operation.path
        ) from None


def job_request(job_id: str) -> Request:
    """Build the free request that polls a job."""
    operation = ROLES["job"]
    return request_of(operation, CheckedFields({operation.parameters[0].wire: job_id}, {}))


class Pages:
    """Iteration state of one list. `fields` request the next page while `more` is true."""

    def __init__(self, operation: Operation, fields: Mapping[str, Any]) -> None:
        if operation.paging is None:
            raise AssertionError("the operation has no pages")
        self.fields, self.more = dict(fields), True
        self._operation, self._paging = operation, operation.paging
        self._name = next(each.name for each in operation.parameters if each.wire == self._paging.parameter)

    def read(self, received: Received) -> list[Any]:
        """Return the items of a page, and set `fields` for the next one."""
        page, paging, answer = received.parsed(self._operation), self._paging, received.answer
        items: Any = getattr(page, paging.attribute) if paging.attribute else page
        rows: list[Any] = items if is_list(items) else []
        if paging.cursor is not None:
            following = answer.data.get(paging.cursor) if is_object(answer.data) else None
            if following is not None and following == self.fields.get(self._name):
                raise APIError(
                    f"the next page of {following!r} is the same page; stopped to avoid an endless loop",
                    status_code=answer.status,
                    method=self._operation.method,
                    path=self._operation.path,
                )
            self.more = following not in (None, "")
        else:
            given = self.fields.get(self._name)
            first = next(each.default for each in self._operation.parameters if each.name == self._name)
            following = (given if given is not None else first if first is not None else 1) + 1
            self.more = bool(rows)
        self.fields[self._name] = following
        return rows
