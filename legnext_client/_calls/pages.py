"""Paginated lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client.errors import APIError
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client._calls.service import Received
    from legnext_client.generated.operations import Operation


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
