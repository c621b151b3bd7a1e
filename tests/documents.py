"""Walk through the operations of a document, whatever else stands at its paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Each path, method (in small letters) and operation, in the order of the document."""
    for path, item in document["paths"].items():
        for method in item:
            if method in METHODS:
                yield path, method, item[method]
