"""What models and endpoints share: values, files, and how a request is written.

Written by `make generate`; edit `openapi.yaml` instead.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping
from typing import IO, Any, Generic, Literal, NamedTuple, TypeAlias, TypedDict, TypeGuard, TypeVar, Unpack
from urllib.parse import quote, urlencode


class Unset:
    """The type of UNSET: a field that was not given, which is something else than null."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Unset = Unset()


def is_object(data: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(data, dict)


def is_list(data: object) -> TypeGuard[list[Any]]:
    return isinstance(data, list)


parse_json = json.loads

ParsedT = TypeVar("ParsedT")
AsyncJob = TypeVar("AsyncJob", covariant=True)


class Response(NamedTuple, Generic[ParsedT]):
    """An answer: `parsed` is None when the body is not what the spec describes; `content` has the bytes as they came."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]
    parsed: ParsedT | None


class CallOptions(TypedDict, total=False):
    """Options of one call, beside the fields of its operation.

    Attributes:
        timeout: Maximum seconds for each request, instead of the client's.
        extra_headers: Headers that the API description does not know.
        extra_query: Query parameters that the API description does not know.
        extra_body: Fields of a JSON body that the API description does not know. They are not checked.
    """

    timeout: float
    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, Any]
    extra_body: Mapping[str, Any]


class PaidOptions(CallOptions, total=False):
    """Options of one paid call.

    Attributes:
        timeout, extra_headers, extra_query, extra_body: As in `CallOptions`.
        key: Send this call at most once under this key; needs a client with a ledger. Also fills an idempotency
            header.
    """

    key: str


class ResultOptions(TypedDict, total=False):
    """How to wait for the result of a call, and where to put its files.

    Attributes:
        timeout: Maximum seconds to wait. Default: 300 or three times the typical duration.
        poll_interval: Seconds between polls. Default: polled when it is likely to be done.
        on_progress: Called with the job at the start and after each poll.
        callbacks: Source of callbacks, such as a `CallbackReceiver`.
        download: Directory for the files. Default: nothing is downloaded.
        name: File name template with `{job_id}`, `{n}`, `{ext}` and `{task_type}`.
    """

    timeout: float | None
    poll_interval: float | None
    on_progress: Callable[[Any], object] | None
    callbacks: Any
    download: str | os.PathLike[str] | None
    name: str


class MakeOptions(ResultOptions, total=False):
    """Options of `client.make`, beside the fields of its operation.

    Attributes:
        timeout, poll_interval, on_progress, callbacks, download, name: As in `ResultOptions`.
        extra_headers: Headers that the API description does not know.
        extra_query: Query parameters that the API description does not know.
        extra_body: Fields of a JSON body that the API description does not know. They are not checked.
        key: Send this call at most once under this key; needs a client with a ledger. Also fills an idempotency
            header.
    """

    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, Any]
    extra_body: Mapping[str, Any]
    key: str


class Pending(Coroutine[Any, Any, AsyncJob]):
    """A call that is sent when it is awaited. `await call` gives the accepted job, `await call.result()` the ended one.

    Like a coroutine, it can be awaited once, also by `asyncio.gather` or in a task.
    """

    __slots__ = ("_finish", "_sent")

    def __init__(
        self,
        sent: Coroutine[Any, Any, AsyncJob],
        finish: Callable[[Coroutine[Any, Any, AsyncJob], ResultOptions], Coroutine[Any, Any, AsyncJob]],
    ) -> None:
        self._sent, self._finish = sent, finish

    def result(self, **options: Unpack[ResultOptions]) -> Coroutine[Any, Any, AsyncJob]:
        """Send the call, wait until its job is done and, with `download`, save its files; return the job.

        Args:
            options: `timeout`, `poll_interval`, `on_progress`, `callbacks`, `download`, `name`; see `Job.result`.
        """
        return self._finish(self._sent, options)

    def __await__(self) -> Generator[Any, Any, AsyncJob]:
        return self._sent.__await__()

    def send(self, value: Any, /) -> Any:
        return self._sent.send(value)

    def throw(self, *error: Any) -> Any:
        return self._sent.throw(*error)

    def close(self) -> None:
        self._sent.close()

    def __repr__(self) -> str:
        return f"<Pending {getattr(self._sent, '__name__', 'call')}>"


class File(NamedTuple):
    """The contents of a file, with the name and the media type to send them under."""

    content: bytes
    name: str = "file"
    media: str | None = None

    @classmethod
    def of(cls, given: FileContent) -> File:
        """The contents of what was given; a path and an open file are read to the end."""
        if isinstance(given, File):
            return given
        if isinstance(given, bytes | bytearray):
            return cls(bytes(given))
        if isinstance(given, os.PathLike):
            with open(given, "rb") as file:
                return cls(file.read(), os.path.basename(given))
        return cls(given.read(), os.path.basename(str(getattr(given, "name", "file"))))


FileTypes: TypeAlias = File
"""The generator's word for a file in a list."""

FileContent: TypeAlias = "File | bytes | bytearray | os.PathLike[str] | IO[bytes]"
"""What is taken for a file."""


def is_file(given: object) -> TypeGuard[FileContent]:
    return isinstance(given, File | bytes | bytearray | os.PathLike) or hasattr(given, "read")


class Request(NamedTuple):
    """A request as it will be sent: `path` follows the base URL, `query` is encoded."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = {}
    content: bytes | None = None


def encode(
    method: str,
    path_template: str,
    *,
    path: Mapping[str, object] = {},
    query: Mapping[str, object] = {},
    headers: Mapping[str, object] = {},
    cookies: Mapping[str, object] = {},
    accept: str | None = None,
    media: str | None = None,
    body: Any = UNSET,
) -> Request:
    """Write a request; None and UNSET stand for what was not given, except in a body of JSON."""
    sent = {name: _text(value) for name, value in headers.items() if _given(value)}
    if crumbs := [f"{name}={quote(_text(value))}" for name, value in cookies.items() if _given(value)]:
        sent["Cookie"] = "; ".join(crumbs)
    if accept is not None:
        sent["Accept"] = accept
    content = None
    if media is not None and not isinstance(body, Unset):
        content, sent["Content-Type"] = _encode_body(media, body)
    for name, value in path.items():
        path_template = path_template.replace("{" + name + "}", _segment(_text(value)))
    return Request(method, path_template, urlencode([*_pairs(query)]) if query else "", sent, content)


def _encode_body(media: str, body: Any) -> tuple[bytes, str]:
    kind = media.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return to_json(body).encode(), media
    if kind == "application/x-www-form-urlencoded":
        return urlencode([*_pairs(_plain(body))]).encode(), media
    if kind == "multipart/form-data":
        return _multipart(_plain(body))
    return (body.encode() if isinstance(body, str) else File.of(body).content), media


def _multipart(fields: Mapping[str, Any]) -> tuple[bytes, str]:
    from hashlib import sha256  # only uploads need it

    parts = [_part(name, one) for name, value in fields.items() for one in _several(value) if _given(one)]
    # The boundary follows from the contents, so that a retry sends the same bytes.
    boundary = sha256(b"".join(parts)).hexdigest()[:32]
    content = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts)
    return content + b"--%b--\r\n" % boundary.encode(), f"multipart/form-data; boundary={boundary}"


def _part(name: str, value: Any) -> bytes:
    head = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    if is_file(value):
        from mimetypes import guess_type

        file = File.of(value)
        media = file.media or guess_type(file.name)[0] or "application/octet-stream"
        return f'{head}; filename="{_quoted(file.name)}"\r\nContent-Type: {media}\r\n\r\n'.encode() + file.content
    value = _plain(value)
    if isinstance(value, dict | list):
        return f"{head}\r\nContent-Type: application/json\r\n\r\n{to_json(value)}".encode()
    return f"{head}\r\n\r\n{_text(value)}".encode()


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _segment(text: str) -> str:
    """One segment of a path. Dots alone would be folded away with their parent; `quote` leaves them as they are."""
    text = quote(text, safe="")
    return text if text.strip(".") else text.replace(".", "%2E")


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        yield from ((name, _text(one)) for one in _several(value) if _given(one))


def _several(value: Any) -> list[Any]:
    return value if is_list(value) else [value]


def _given(value: object) -> bool:
    return value is not None and not isinstance(value, Unset)


def _text(value: object) -> str:
    value = _plain(value)
    return json.dumps(value) if isinstance(value, bool | dict | list) else str(value)


def to_json(value: Any) -> str:
    """Write a value as JSON; models, enums and times as what they stand for."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_for_json)


def _for_json(value: Any) -> Any:
    plain = _plain(value)
    if plain is value:
        raise TypeError(f"{type(value).__name__} has no form in JSON")
    return plain


def _plain(value: Any) -> Any:
    """Of a model its fields, of an enum its value, of a time its text."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return getattr(value, "value", value)  # an enum, without an import of its module


__all__ = [
    "UNSET",
    "File",
    "FileContent",
    "FileTypes",
    "Request",
    "Response",
    "Unset",
    "encode",
    "is_file",
    "is_list",
    "is_object",
    "parse_json",
    "to_json",
]
