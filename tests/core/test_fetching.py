"""A download by hand, from the first question to the name: no network, no disk, no clock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import Retries
from legnext_client._downloads.policy import Note, Order, digest
from legnext_client._downloads.transfer import Patience, Progress, fetching
from legnext_client._protocol.flow import Emit, Fetch, NoResponse, Opened, Read, RunBlocking, Sleep
from legnext_client.errors import DownloadError
from tests.downloads.hostile import png

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

URL = "https://cdn.example/a.png"
BODY = png(1_000)
RETRIES = Retries(attempts=4, seconds=50, first_pause=1)


class Memory:
    """A target that is no disk."""

    def __init__(self, there: int | None = None, part: bytes = b"", note: Note | None = None) -> None:
        self.there, self.part, self.note, self.named = there, part, note, b""
        self.calls: list[str] = []
        self.taken = False

    def whole(self) -> int | None:
        return self.there

    def open(self) -> tuple[int, Note | None]:
        return len(self.part), self.note

    def start_over(self, note: Note | None) -> None:
        self.part, self.note = b"", note

    def write(self, data: bytes) -> None:
        self.part += data

    def read(self, offset: int, count: int) -> bytes:
        return self.part[offset : offset + count]

    def finish(self) -> bool:
        self.named = self.part
        return not self.taken

    def discard(self) -> None:
        self.calls.append("discard")

    def close(self) -> None:
        self.calls.append("close")


class Play:
    """Carries a flow out against a list of answers, one for each `Fetch`."""

    def __init__(self, answers: list[Any], seconds: float = 100.0, retries: Retries = RETRIES) -> None:
        self.answers = iter(answers)
        self.time = 0.0
        self.fetched: list[Fetch] = []
        self.slept: list[float] = []
        self.told: list[Progress] = []
        self.patience = Patience(retries, 30.0, seconds, "agent", lambda: self.time, lambda: 1.0)

    def run(self, flow: Generator[Any, Any, Any], parts: Iterator[bytes | NoResponse] | None = None) -> Any:
        result: Any = None
        while True:
            try:
                effect = flow.send(result)
            except StopIteration as end:
                return end.value
            match effect:
                case Emit(value):
                    self.told.append(value)
                    result = None
                case Sleep(seconds):
                    self.slept.append(seconds)
                    self.time += seconds
                    result = None
                case RunBlocking(function):
                    result = tried(function)
                case Read():
                    result = next(parts or iter(()), b"")
                case Fetch():
                    self.fetched.append(effect)
                    result = self.answered(effect)

    def answered(self, fetch: Fetch) -> Any:
        answer = next(self.answers)
        if isinstance(answer, NoResponse):
            return answer
        status, headers, *parts = answer
        return self.run(fetch.receive(Opened(status, headers, None)), iter(parts))

    def fetch(self, target: Memory, largest: int = 10_000, url: str = URL, **order: Any) -> Path:
        found = self.run(fetching(Order(url, Path("out/a.png"), largest, **order), target, self.patience))
        assert isinstance(found, Path)
        return found

    def fails(self, target: Memory, **order: Any) -> str:
        """What is said of the file, without its address."""
        with pytest.raises(DownloadError) as raised:
            self.fetch(target, **order)
        assert (raised.value.path, target.named, target.calls[-1]) == ("out/a.png", b"", "close")
        return raised.value.message.removeprefix(f"{URL}: ")

    def progress(self) -> list[tuple[int, int | None]]:
        assert all((told.url, told.path) == (URL, Path("out/a.png")) for told in self.told)
        return [(told.received, told.total) for told in self.told]


def tried(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except OSError as error:
        return error


WHOLE = (200, {"content-length": "1000", "etag": '"one"'}, BODY[:300], BODY[300:])
CUT = NoResponse("ReadError", sent=True)


def test_a_whole_answer_is_a_file() -> None:
    play, target = Play([WHOLE]), Memory()
    assert play.fetch(target) == Path("out/a.png")
    assert target.named == BODY
    assert target.calls == ["close"]
    assert play.told[-1] == Progress(URL, Path("out/a.png"), 1_000, 1_000)
    assert (play.fetched[0].silence, play.fetched[0].seconds) == (30.0, 100.0)


def test_what_is_known_to_be_there_is_not_asked_for() -> None:
    play, target = Play([]), Memory(there=1_000)
    play.fetch(target, known=True)
    assert play.fetched == []


def test_what_is_as_long_as_what_is_there_is_not_read() -> None:
    play, target = Play([WHOLE]), Memory(there=1_000)
    play.fetch(target)
    assert target.named == b""
    assert target.calls == ["discard", "close"]


@pytest.mark.parametrize(("taken", "name"), [(False, "out/a.png"), (True, "out/b.png")])
def test_with_a_spare_name_the_length_decides_nothing_and_what_came_is_where_the_disk_put_it(
    taken: bool, name: str
) -> None:
    play, target = Play([WHOLE]), Memory(there=1_000)
    target.taken = taken
    order = Order(URL, Path("out/a.png"), 1_000, spare=Path("out/b.png"))
    assert play.run(fetching(order, target, play.patience)) == Path(name)
    assert target.named == BODY


def test_the_rest_is_asked_for_by_the_note_of_an_earlier_call() -> None:
    note = Note(digest(URL), '"one"', 1_000)
    rest = (206, {"content-range": "bytes 400-999/1000", "content-length": "600", "etag": '"one"'}, BODY[400:])
    play, target = Play([rest]), Memory(part=BODY[:400], note=note)
    play.fetch(target)
    assert target.named == BODY
    assert play.fetched[0].headers["range"] == "bytes=400-"


def test_pauses_are_those_of_any_request_and_new_bytes_begin_them_anew() -> None:
    first = (200, {"content-length": "1000", "etag": '"one"'}, BODY[:300], CUT)
    more = (206, {"content-range": "bytes 300-999/1000", "etag": '"one"'}, BODY[300:400], CUT)
    rest = (206, {"content-range": "bytes 400-999/1000", "etag": '"one"'}, BODY[400:])
    play, target = Play([(503, {}), CUT, first, CUT, more, (429, {"retry-after": "9"}), rest]), Memory()
    play.fetch(target)
    assert target.named == BODY
    assert play.slept == [2, 4, 2, 4, 2, 9]


def test_nothing_is_tried_past_the_deadline_of_the_file_or_the_budget_of_the_retries() -> None:
    for seconds, pauses in ((5.0, [2]), (100.0, [2, 4, 8])):
        play = Play([CUT] * 9, seconds)
        with pytest.raises(DownloadError, match="ReadError"):
            play.fetch(Memory())
        assert play.slept == pauses
    play = Play([(503, {"retry-after": "30"})] * 9)
    with pytest.raises(DownloadError, match="503"):
        play.fetch(Memory())
    assert play.slept == [30]


def test_each_try_has_what_is_left_of_the_time() -> None:
    play = Play([CUT, CUT, WHOLE], seconds=20.0)
    play.fetch(Memory())
    assert [fetch.seconds for fetch in play.fetched] == [20.0, 18.0, 14.0]
    assert {fetch.silence for fetch in play.fetched} == {20.0, 18.0, 14.0}


def test_what_another_try_would_not_change_is_not_tried_again() -> None:
    play = Play([NoResponse("the certificate is not trusted", sent=False, retryable=False)])
    with pytest.raises(DownloadError, match="certificate"):
        play.fetch(Memory())
    assert play.slept == []


def test_a_download_that_is_given_up_midway_closes_its_file() -> None:
    target = Memory()
    flow = fetching(Order(URL, Path("a.png"), 10), target, Play([]).patience)
    next(flow)
    flow.close()
    assert target.calls == ["close"]
