"""Lists that come in pages: what a page holds, and how the next one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client._calls.service import parsed
from legnext_client.errors import APIError
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client._protocol.send import Answer
    from legnext_client.generated.operations import Operation


class Pages:
    """The pages of one list; `fields` ask for the next while there is `more`."""

    def __init__(self, operation: Operation, fields: Mapping[str, Any]) -> None:
        if operation.paging is None:
            raise AssertionError("only what comes in pages has a next one")
        self.fields, self.more = dict(fields), True
        self._operation, self._paging = operation, operation.paging
        self._name = next(each.name for each in operation.parameters if each.wire == self._paging.parameter)

    def read(self, answer: Answer) -> list[Any]:
        """The items of a page; afterwards `fields` ask for the one behind it."""
        page, paging = parsed(self._operation, answer), self._paging
        items: Any = getattr(page, paging.attribute) if paging.attribute else page
        found: list[Any] = items if is_list(items) else []
        if paging.cursor is not None:
            following = answer.data.get(paging.cursor) if is_object(answer.data) else None
            if following is not None and following == self.fields.get(self._name):
                raise APIError(
                    f"the page after {following!r} is that page again; nothing more is asked for",
                    status_code=answer.status,
                    method=self._operation.method,
                    path=self._operation.path,
                )
            self.more = following not in (None, "")
        else:
            given = self.fields.get(self._name)
            first = next(each.default for each in self._operation.parameters if each.name == self._name)
            following = (given if given is not None else first if first is not None else 1) + 1
            self.more = bool(found)
        self.fields[self._name] = following
        return found
