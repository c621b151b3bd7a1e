"""Requests that the API description does not cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from legnext_client._calls.service import JobContext, PreparedCall
from legnext_client._protocol.flow import Request
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import SAFE, Operation
from legnext_client.generated.types import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client.generated.types import FileContent


class RequestOptions(TypedDict, total=False):
    """Optional arguments of `client.request`.

    Attributes:
        json: JSON body, an object or a list.
        params: Query parameters. A list repeats its name.
        headers: Extra headers.
        files: Form fields: strings, paths, bytes or open files.
        content: Any other body: a string, a path, bytes or an open file.
        media: Media type of the body.
    """

    json: Any
    params: Mapping[str, object] | None
    headers: Mapping[str, str] | None
    files: Mapping[str, Any] | None
    content: FileContent | str | None
    media: str | None


def prepared(method: str, path: str, *, job: bool, **options: Unpack[RequestOptions]) -> PreparedCall:
    """Check and build a free-form request."""
    if not _is_method(method):
        raise InvalidRequest(f"method must be a method of HTTP, such as GET; got {method!r}.")
    method = method.upper()
    if not _is_path(path):
        raise InvalidRequest(f"path must begin with / and contain no spaces; got {path!r}.")
    if unknown := set(options) - set(RequestOptions.__annotations__):
        raise InvalidRequest(f"{', '.join(sorted(unknown))} is not an argument of request.")
    given = {name: options.get(name) for name in ("json", "files", "content")}
    bodies: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if len(bodies) > 1:
        raise InvalidRequest(f"a request has one body; got {' and '.join(bodies)}. Pass only one.")
    name: str = next(iter(bodies), "")
    body: Any = bodies.get(name)
    kind = options.get("media") or {"json": "application/json", "files": "multipart/form-data"}.get(
        name, "application/octet-stream"
    )
    try:
        built = encode(
            method,
            path,
            query=options.get("params") or {},
            headers=options.get("headers") or {},
            media=kind if bodies else None,
            body=body,
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidRequest(f"the request cannot be encoded: {error}.") from None
    except OSError as error:
        raise InvalidRequest(f"the file cannot be read: {error}.") from None
    request = Request(
        method=method,
        path=path,
        body=built.content,
        paid=method not in SAFE,
        operation=f"{method} {path}",
        sent=dict(body) if body is not None and name == "json" and hasattr(body, "keys") else None,
        expects_job=job,
        query=built.query,
        headers=built.headers,
        accepts=() if job else ("", "application/json", "*/*"),
    )
    return PreparedCall(Operation("", "", method, path, makes="images" if job else None), request, JobContext())


def _is_method(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isalpha()


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.startswith("/") and value.isprintable() and " " not in value
