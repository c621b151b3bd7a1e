"""Fetch one file until it is complete or fails; see docs/downloads.md.

A `DiskTarget` writes to disk, and `policy` decides what a response means. This module sets the order: look at the disk,
request, write, request the rest, check, and only then name the file.
"""

from __future__ import annotations

import random
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from legnext_client._downloads.file_types import ENOUGH, is_cut, wrong_kind
from legnext_client._downloads.policy import Fail, Moved, Note, Retry, Wanted, classify, too_large
from legnext_client._protocol.addresses import redirected, shown_url, wrong_address
from legnext_client._protocol.flow import Emit, Fetch, Flow, Gather, NoResponse, Opened, Read, RunBlocking, Sleep
from legnext_client._protocol.send import pause_before
from legnext_client._protocol.unpacking import Decoder
from legnext_client._version import __version__
from legnext_client.errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from legnext_client._downloads.policy import Order
    from legnext_client._downloads.targets import DiskTarget
    from legnext_client._protocol.retries import Retries

Outcome = Retry | Fail | Moved | None
"""Result of one request; None means that the file is complete."""

AGENT = f"legnext-client/{__version__}"
REDIRECTS = 5
BLOCK = 256 * 1024
"""Bytes gathered before each write."""


class Progress(NamedTuple):
    """Bytes received of a file; `total` is None while unknown.

    Attributes:
        url: URL of the file.
        path: Path under which it is saved.
        received: Bytes received so far.
        total: Bytes of the whole file; None while unknown.
    """

    url: str
    path: Path
    received: int
    total: int | None


class Service(Protocol):
    """The parts of a client that downloads use."""

    @property
    def settings(self) -> Any: ...

    @property
    def clock(self) -> Any: ...

    def check_open(self) -> None: ...


def fetching(order: Order, target: DiskTarget, service: Service, seconds: float) -> Flow[Path | DownloadError]:
    """Fetch one file in at most `seconds`. An unfinished file stays for the next attempt, unless it is of no use."""
    try:
        return (yield from _Transfer(order, target, service, seconds).run())
    except DownloadError as error:
        return error
    finally:
        target.close()


def fetching_all(flows: Sequence[Flow[Path | DownloadError]], limit: int) -> Flow[list[Path]]:
    """Fetch files, at most `limit` at once. A failed file does not stop the others."""
    outcomes: list[Path | DownloadError] = yield Gather(flows, limit)
    errors = [outcome for outcome in outcomes if isinstance(outcome, DownloadError)]
    if not errors:
        return [outcome for outcome in outcomes if not isinstance(outcome, DownloadError)]
    first = errors[0]
    if len(outcomes) == 1:
        raise first
    names = ", ".join(PurePath(error.path).name for error in errors)
    message = f"{len(errors)} of {len(outcomes)} files failed ({names}); the first: {first.message}"
    raise DownloadError(message, url=first.url, path=first.path) from first


class _Transfer:
    """A file being fetched: its offset and version."""

    def __init__(self, order: Order, target: DiskTarget, service: Service, seconds: float) -> None:
        self._order = order
        self._target = target
        self._retries: Retries = service.settings.retries
        self._silence: float = service.settings.timeout
        self._clock: Callable[[], float] = service.clock.now
        self._seconds = seconds
        self._there: int | None = None
        self._is_there = False
        self._offset = 0
        self._note: Note | None = None
        self._total: int | None = None

    def run(self) -> Flow[Path]:
        reason = wrong_address(self._order.url)
        if reason is not None:
            raise self._order.error(f"the URL cannot be fetched: {reason}.")
        if self._order.spare is None:  # otherwise `finish` compares byte by byte
            self._there = yield from self._disk(self._target.whole)
        if self._order.known and self._there is not None:
            yield self._progress(self._there, self._there)
            return self._order.path
        size, note = yield from self._disk(self._target.open)
        if note is not None and note.fits(self._order.url, size) and size <= self._order.largest:
            self._offset, self._note, self._total = size, note, note.total
        if self._offset != self._total:
            yield from self._until_whole()
        if not self._is_there:
            return (yield from self._finish())
        yield from self._disk(self._target.discard)
        return self._order.path

    def _until_whole(self) -> Flow[None]:
        """Request until the file is complete. Only attempts without new bytes count."""
        retries, clock = self._retries, self._clock
        until = clock() + self._seconds
        end, attempt, furthest = clock() + retries.seconds, 0, self._offset
        while True:
            verdict = yield from self._attempt(max(0.001, until - clock()))
            if verdict is None:
                return
            if isinstance(verdict, Fail):
                if verdict.useless:
                    yield from self._disk(self._target.discard)
                raise verdict.error
            if self._offset > furthest:
                end, attempt, furthest = clock() + retries.seconds, 0, self._offset
            attempt += 1
            pause = pause_before(retries, attempt, verdict.after, random.random)
            if attempt >= retries.attempts or pause > retries.longest_wait or clock() + pause > min(end, until):
                raise verdict.error
            if verdict.start_over:
                yield from self._start_over(None)
            yield Sleep(pause)

    def _attempt(self, seconds: float) -> Flow[Retry | Fail | None]:
        """Send one request and follow its redirects; return None if the file is complete."""
        url = self._order.url
        for _ in range(REDIRECTS + 1):
            verdict: NoResponse | Outcome = yield Fetch(
                url, self._headers(), min(self._silence, seconds), seconds, self._receiving
            )
            match verdict:
                case NoResponse(reason, _, retryable):
                    error = self._order.error(f"{reason}.")
                    return Retry(error) if retryable else Fail(error)
                case Moved(location):
                    url, wrong = redirected(url, location)
                    if wrong is not None:
                        to = f" to {shown_url(url)}" if url else ""
                        return Fail(self._order.error(f"the redirect{to} is not followed: {wrong}."))
                case _:
                    return verdict
        return Fail(self._order.error(f"there were more than {REDIRECTS} redirects."))

    def _headers(self) -> Mapping[str, str]:
        headers = {"user-agent": AGENT, "accept": "*/*", "accept-encoding": "identity"}
        if self._offset and self._note is not None:
            headers |= {"range": f"bytes={self._offset}-", "if-range": self._note.validator}
        return headers

    def _receiving(self, opened: Opened) -> Flow[Outcome]:
        verdict = classify(self._order, self._offset, self._note, opened)
        if not isinstance(verdict, Wanted):
            return verdict
        if self._there is not None and verdict.size == self._there:  # the existing file has the same size
            self._is_there = True
            yield self._progress(self._there, self._there)
            return None
        try:
            return (yield from self._receive(verdict, opened))
        except DownloadError as error:
            return Fail(error)

    def _receive(self, wanted: Wanted, opened: Opened) -> Flow[Outcome]:
        body = Decoder(wanted.coding)
        if wanted.offset == 0:
            yield from self._start_over(wanted.note)
        self._total = wanted.size
        yield self._progress(self._offset, self._total)
        gathered = bytearray()
        while True:
            part: bytes | NoResponse = yield Read(opened.body)
            if isinstance(part, NoResponse):
                break
            room = self._order.largest - self._offset - len(gathered)
            unpacked = body.unpacked(part, room + 1)
            if unpacked is None:
                return Fail(self._order.error("the response cannot be decoded."), useless=True)
            gathered += unpacked
            if len(unpacked) > room:
                return Fail(too_large(self._order), useless=True)
            if not part or len(gathered) >= BLOCK:
                wrong = yield from self._write(gathered)
                if wrong is not None:
                    return wrong
            if not part:
                return (yield from self._ended(body, wanted.framed))
        wrong = yield from self._write(gathered)
        error = self._order.error(f"{part.reason}, {self._so_far()}.")
        return wrong or (Retry(error) if part.retryable else Fail(error))

    def _write(self, gathered: bytearray) -> Flow[Fail | None]:
        if not gathered:
            return None
        data = bytes(gathered)
        gathered.clear()
        if self._offset == 0 and len(data) >= ENOUGH:  # stop early if a web page came instead of a video
            wrong = self._wrong_kind(data[:ENOUGH])
            if wrong is not None:
                return wrong
        yield from self._disk(lambda: self._target.write(data))
        self._offset += len(data)
        yield self._progress(self._offset, self._total)
        return None

    def _ended(self, body: Decoder, framed: bool) -> Flow[Outcome]:
        """Check the size of the file after the response has ended."""
        size, total = self._offset, self._total
        if total is not None and size > total:
            return Fail(self._order.error(f"the file is longer than the {total} bytes announced."), useless=True)
        cut = (total is not None and size < total) or not body.ended
        if not cut and not framed:
            cut = yield from self._disk(lambda: is_cut(self._target.read, size))
        return Retry(self._order.error(f"the response ended too early, {self._so_far()}.")) if cut else None

    def _finish(self) -> Flow[Path]:
        head = yield from self._disk(lambda: self._target.read(0, ENOUGH))
        wrong = self._wrong_kind(head)
        if wrong is not None:
            yield from self._disk(self._target.discard)
            raise wrong.error
        named = yield from self._disk(self._target.finish)
        yield self._progress(self._offset, self._offset)
        return self._order.path if named else self._order.spare or self._order.path

    def _start_over(self, note: Note | None) -> Flow[None]:
        yield from self._disk(lambda: self._target.start_over(note))
        self._offset, self._note, self._total = 0, note, None

    def _disk(self, function: Callable[[], Any]) -> Flow[Any]:
        outcome = yield RunBlocking(function)
        if isinstance(outcome, OSError):
            reason = outcome.strerror or str(outcome) or type(outcome).__name__
            raise self._order.error(f"{self._order.path} cannot be written: {reason}.") from outcome
        return outcome

    def _wrong_kind(self, head: bytes) -> Fail | None:
        reason = wrong_kind(self._order.path.name, head)
        return None if reason is None else Fail(self._order.error(f"{reason}."), useless=True)

    def _so_far(self) -> str:
        return f"after {self._offset} of {'unknown' if self._total is None else self._total} bytes"

    def _progress(self, received: int, total: int | None) -> Emit:
        return Emit(Progress(self._order.url, self._order.path, received, total))
