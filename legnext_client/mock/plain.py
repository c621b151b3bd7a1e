"""Responses of operations without server state: the document's example, or a sample of its schema.

The header says which: `x-mock-answer: example` or `x-mock-answer: schema`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from starlette.responses import Response

from .refusals import as_json
from .requests import is_json
from .schemas import sample

if TYPE_CHECKING:
    from .spec import Operation, Spec

Json = dict[str, Any]
SAID = "x-mock-answer"
_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63600000000200014898"
    "1a6a0000000049454e44ae426082"
)
_PAGES = 2
"""Pages with items."""


class Shown(NamedTuple):
    """A response before encoding."""

    media: str
    value: Any
    source: str
    headers: dict[str, str]


class PlainAnswers:
    """Responses of one document; each is built once."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._known: dict[str, Shown] = {}

    def answer(self, operation: Operation, given: Json) -> Response:
        shown = self._known.get(operation.operation_id)
        if shown is None:
            shown = self._known[operation.operation_id] = self._shown(operation)
        headers = {SAID: shown.source, **shown.headers}
        if not shown.media:
            return Response(b"", operation.status, headers)
        value = shown.value
        if paging := operation.extension.get("paging"):
            value = self._page(operation, value, paging, given)
        body = as_json(value) if is_json(shown.media) else value if isinstance(value, bytes) else str(value).encode()
        return Response(body, operation.status, {"content-type": shown.media, **headers})

    def _shown(self, operation: Operation) -> Shown:
        _, response = self._spec.success(operation.responses)
        headers = dict(self._headers(response.get("headers", {})))
        for media, content in response.get("content", {}).items():
            examples = [self._spec.resolve(each)["value"] for each in content.get("examples", {}).values()]
            examples += [content["example"]] if "example" in content else []
            if examples:
                return Shown(media, examples[0], "example", headers)
            return Shown(media, self._made(media, content.get("schema", {})), "schema", headers)
        return Shown("", None, "schema", headers)

    def _made(self, media: str, schema: Json) -> Any:
        if is_json(media) or media.startswith("text/"):
            return sample(self._spec, schema)
        return _PICTURE if media.startswith("image/") else b"bytes"

    def _headers(self, headers: Json) -> Any:
        for name, node in headers.items():
            header = self._spec.resolve(node)
            if header.get("required"):
                value = header.get("example", sample(self._spec, header.get("schema", {})))
                yield name, value if isinstance(value, str) else json.dumps(value)

    def _page(self, operation: Operation, value: Any, paging: Json, given: Json) -> Any:
        """Return one page of two with items, by the document's `paging`."""
        asked = given.get(paging["parameter"])
        if "cursor" in paging:
            if asked is None or not isinstance(value, dict):
                return value
            page = {**cast("Json", value), paging["cursor"]: self._no_cursor(operation, paging["cursor"])}
            return {name: part for name, part in page.items() if part is not _ABSENT}
        number = asked if isinstance(asked, int) else 1
        if not isinstance(value, dict):
            return value if number <= _PAGES else []
        page = cast("Json", value)
        if paging["page"] in page:
            page = {**page, paging["page"]: number}
        return page if number <= _PAGES or "items" not in paging else {**page, paging["items"]: []}

    def _no_cursor(self, operation: Operation, name: str) -> Any:
        """Return the cursor of the last page: null, absent, or an empty string."""
        _, response = self._spec.success(operation.responses)
        content: Json = next(iter(response["content"].values()))
        whole = self._spec.flat(content.get("schema", {}))
        if name not in whole.get("required", ()):
            return _ABSENT
        return None if "null" in self._spec.types(whole["properties"][name]) else ""


_ABSENT: Any = object()
