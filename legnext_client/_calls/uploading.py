"""Local files where an operation takes a URL: read and checked first, uploaded before the request is sent."""

from __future__ import annotations

import inspect
import os
import threading
from fnmatch import fnmatch
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from legnext_client._downloads.local_files import LocalFile
from legnext_client._protocol.addresses import is_loopback, shown_url, wrong_address
from legnext_client._protocol.bounds import wrong_value
from legnext_client._protocol.flow import Await, RunBlocking
from legnext_client._protocol.literals import fields_by_name
from legnext_client._transport.clocks import running_loop
from legnext_client._transport.puts import connecting
from legnext_client.errors import ConfigurationError, InvalidRequest, Problem, UploadError
from legnext_client.generated.operations import OPERATIONS, Field
from legnext_client.generated.types import encode, is_file, is_object

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Iterable, Mapping

    from legnext_client._calls.service import PreparedCall
    from legnext_client._protocol.flow import Flow
    from legnext_client._transport.clocks import Clock
    from legnext_client.generated.operations import Operation
    from legnext_client.generated.types import FileContent

    Visit = Callable[[Field, Any, str], Any]

USED_AGAIN = 12 * 3600.0
"""Seconds for which the URL of an upload is used again; a signed one stops working some day."""
MOST_KNOWN = 10_000
"""Maximum number of files and URLs that are remembered."""


class Uploads:
    """The uploader of a client, and the URLs of what it has uploaded."""

    def __init__(self, uploader: Any, clock: Clock, connecting: Mapping[str, Any] = {}, *, may_await: bool) -> None:
        """`connecting`: how the client connects, for uploaders that do not decide that themselves."""
        if not callable(uploader):
            raise ConfigurationError(
                "uploader must be a function from a file to its URL, or one of legnext_client.uploads; "
                f"got {uploader!r}."
            )
        self._uploader: Callable[[LocalFile], Any] = uploader
        self._now, self._connecting = clock.now, connecting
        self._is_async = any(map(inspect.iscoroutinefunction, (uploader, type(uploader).__call__)))
        if self._is_async and not may_await:
            raise ConfigurationError("uploader must not be async for a Client: use AsyncClient, or return the URL.")
        self._urls: dict[str, tuple[str, float]] = {}
        """URL and time of each upload, by its contents."""
        self._locks: dict[object, Any] = {}
        """Locks of the uploads in progress, so that equal files are uploaded once."""

    def read(self, operation: Operation, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the fields with each local file read and checked. Raises `InvalidRequest`."""
        if not takes_files(operation.name):
            return fields
        problems: list[Problem] = []

        def visit(field: Field, value: Any, where: str) -> Any:
            if not is_file(value):
                return value
            try:
                file = _read(value)
            except OSError as error:
                problems.append(Problem(where, f"cannot be read: {error.strerror or error}", str(error.filename or "")))
                return value
            if problem := _unfit(field, file):
                problems.append(Problem(where, problem, f"{file.label} ({file.media_type}, {file.size} bytes)"))
            return file

        found = mapped(operation.fields, fields, visit)
        if problems:
            raise InvalidRequest(f"{operation.name}: {'. '.join(map(str, problems))}.", problems=problems)
        return found

    def placed(self, call: PreparedCall) -> Flow[PreparedCall]:
        """Upload the files of a call; return it with their URLs in what is sent.

        `request.sent` has the names of the contents: it is recorded, and a signed URL should not be.
        """
        operation, request = call.operation, call.request
        if request.sent is None or not takes_files(operation.name):
            return call
        files: list[tuple[Field, LocalFile]] = []

        def named(field: Field, value: Any, _: str) -> Any:
            if not isinstance(value, LocalFile):
                return value
            files.append((field, value))
            return str(value)

        recorded = mapped(operation.fields, request.sent, named)
        if not files:
            return call
        urls: dict[Any, str] = {}
        for field, file in files:
            urls[str(file)] = url = yield from self.url_of(file)
            if wrong := wrong_value(field, url):
                raise UploadError(f"the URL of {file.label} does not fit: {Problem(field.name, *wrong)}.")
        sent = mapped(operation.fields, recorded, lambda _, value, __: urls.get(value, value))
        body = next(iter(sent.values())) if operation.whole else sent
        built = encode(request.method, request.path, media=operation.media, body=body)
        request = request._replace(body=built.content, headers={**request.headers, **built.headers}, sent=recorded)
        return call._replace(request=request, context=call.context._replace(body=recorded))

    def url_of(self, given: FileContent | LocalFile) -> Flow[str]:
        """Upload a file, unless it was uploaded before, and return its URL."""
        file: Any = given
        if not isinstance(given, LocalFile):
            file = yield RunBlocking(partial(_read, given))
            if isinstance(file, OSError):
                raise InvalidRequest(f"the file cannot be read: {file}.")
        url: str | Exception = yield (
            Await(partial(self._async_upload, file))
            if self._is_async
            else RunBlocking(partial(self._upload, file, running_loop()))
        )
        if isinstance(url, Exception):
            raise url
        return url

    def _upload(self, file: LocalFile, loop: AbstractEventLoop | None) -> str:
        key = str(file)
        try:
            with self._locks.setdefault(key, threading.Lock()), connecting(self._connecting, loop):
                return self._known(file) or self._checked(file, self._uploader(file))
        except Exception as error:
            raise _failure(file, error) from error
        finally:
            self._locks.pop(key, None)

    async def _async_upload(self, file: LocalFile) -> str | UploadError:
        import asyncio  # the sync client does without

        key = str(file), asyncio.get_running_loop()
        try:
            async with self._locks.setdefault(key, asyncio.Lock()):
                return self._known(file) or self._checked(file, await self._uploader(file))
        except Exception as error:
            failure = _failure(file, error)
            failure.__cause__ = error
            return failure
        finally:
            self._locks.pop(key, None)

    def _known(self, file: LocalFile) -> str | None:
        url, since = self._urls.get(str(file), (None, 0.0))
        return url if self._now() - since < USED_AGAIN else None

    def _checked(self, file: LocalFile, given: Any) -> str:
        """Return the URL that the uploader gave, or raise if the service cannot or should not fetch it."""
        if inspect.iscoroutine(given):
            given.close()
        if reason := wrong_address(given):
            raise UploadError(f"the uploader must return the URL of the file; got {type(given).__name__}: {reason}.")
        url = str(given)
        parts = urlsplit(url)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise UploadError(f"the uploader must return a URL that begins with https://; got {shown_url(url)}.")
        self._urls[str(file)] = url, self._now()
        for oldest in list(self._urls)[:-MOST_KNOWN]:
            self._urls.pop(oldest, None)
        return url


def _read(given: FileContent) -> LocalFile:
    if not isinstance(given, os.PathLike):
        return LocalFile.of(given)
    about = os.stat(given)
    return _on_disk(os.fspath(given), about.st_size, about.st_mtime_ns, about.st_ino)


@lru_cache(MOST_KNOWN)
def _on_disk(path: str, *_: int) -> LocalFile:
    """Read a file of this size and time of change once."""
    return LocalFile.of(Path(path))


def _failure(file: LocalFile, error: Exception) -> UploadError:
    said = error.message if isinstance(error, UploadError) else f"{type(error).__name__}: {error}"
    return UploadError(f"{file.label} was not uploaded: {said.rstrip('. ')}.")


def _unfit(field: Field, file: LocalFile) -> str | None:
    """Return why the service would refuse the file, by the limits in the spec."""
    if not any(fnmatch(file.media_type, media) for media in field.file):
        return f"must be a file of type {' or '.join(field.file)}"
    if field.max_bytes is not None and file.size > field.max_bytes:
        return f"must be a file of at most {field.max_bytes} bytes"
    return None


@cache
def takes_files(name: str) -> bool:
    """Return whether a field of an operation takes the URL of a file."""
    operation = OPERATIONS.get(name)
    return operation is not None and any(map(_has_file, operation.fields))


def _has_file(field: Field) -> bool:
    inner = (*field.fields, *([field.items] if field.items else []))
    return bool(field.file) or any(map(_has_file, inner))


def mapped(fields: Iterable[Field], given: Mapping[str, Any], visit: Visit, where: str = "") -> dict[str, Any]:
    """Return the fields with `visit` applied to each that takes the URL of a file."""
    known = fields_by_name(fields)
    return {
        name: _visited(known[name], value, visit, where + name) if name in known else value
        for name, value in given.items()
    }


def _visited(field: Field, value: Any, visit: Visit, where: str) -> Any:
    if field.file:
        return visit(field, value, where)
    if field.items is not None and isinstance(value, list | tuple):
        return [_visited(field.items, each, visit, f"{where}[{place}]") for place, each in enumerate(value)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if field.fields:
        if parts := getattr(value, "__attrs_attrs__", ()):
            value = {part.name: getattr(value, part.name) for part in parts}
        if is_object(value):
            return mapped(field.fields, value, visit, f"{where}.")
    return value
