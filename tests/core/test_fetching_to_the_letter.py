"""Where a download goes on, ends or is given up, to the byte; and what it says of it."""

from __future__ import annotations

import errno
import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.core.fetching import BLOCK, fetching, fetching_all
from legnext_client.core.flow import Lost, Together
from legnext_client.core.judging import Note, Order, digest
from legnext_client.core.kinds import ENOUGH
from legnext_client.errors import DownloadError
from tests.core.test_fetching import BODY, CUT, RETRIES, URL, WHOLE, Memory, Play
from tests.downloads.hostile import png

if TYPE_CHECKING:
    from collections.abc import Generator

PAGE = b"<html><title>Sorry</title>"
NOTE = Note(digest(URL), '"one"', 1_000)
UNSIZED = NOTE._replace(total=None)
NO_MORE = RETRIES._replace(attempts=1)
WANTS = {"user-agent": "agent", "accept": "*/*", "accept-encoding": "identity"}


def rest(start: int, total: int | str = 1_000, body: bytes = BODY) -> tuple[Any, ...]:
    return (206, {"content-range": f"bytes {start}-{len(body) - 1}/{total}"}, body[start:])


# ---- before anything is asked ---------------------------------------------------------------------------------------


def test_what_is_no_address_is_not_asked_for() -> None:
    play, target = Play([]), Memory(there=1_000)
    with pytest.raises(DownloadError, match="it cannot be fetched: it must begin with https:// or http://"):
        play.fetch(target, url="ftp://cdn.example/a.png", known=True)
    assert (play.fetched, target.calls) == ([], ["close"])


def test_a_name_that_says_which_file_it_is_is_only_enough_where_that_is() -> None:
    play, target = Play([]), Memory(there=1_000)
    play.fetch(target, known=True)
    assert play.progress() == [(1_000, 1_000)]
    assert target.calls == ["close"]
    play, target = Play([WHOLE]), Memory()
    play.fetch(target, known=True)
    assert target.named == BODY


@pytest.mark.parametrize("there", [999, 1_001, None])
def test_what_is_there_is_replaced_when_it_is_not_as_long(there: int | None) -> None:
    play, target = Play([WHOLE]), Memory(there)
    play.fetch(target)
    assert target.named == BODY


@pytest.mark.parametrize("there", [1_000, None])
def test_what_is_of_no_known_length_is_read(there: int | None) -> None:
    play, target = Play([(200, {"transfer-encoding": "chunked"}, BODY)]), Memory(there)
    play.fetch(target)
    assert target.named == BODY


def test_of_what_is_there_already_it_is_told_that_it_is_all_there() -> None:
    play, target = Play([WHOLE]), Memory(there=1_000)
    play.fetch(target)
    assert play.progress() == [(1_000, 1_000)]


@pytest.mark.parametrize(
    ("note", "largest"),
    [
        (None, 10_000),
        (NOTE._replace(address=digest(URL + "2")), 10_000),
        (UNSIZED, 399),
        (UNSIZED._replace(total=9), 999),
    ],
    ids=["no note", "of another file", "too large", "longer than it can be"],
)
def test_a_beginning_that_may_be_of_something_else_is_not_gone_on_with(note: Note | None, largest: int) -> None:
    body = png(300)
    play, target = Play([(200, {"content-length": "300"}, body)]), Memory(part=BODY[:400], note=note)
    play.fetch(target, largest=largest)
    assert play.fetched[0].headers == WANTS
    assert target.named == body


def test_what_came_whole_and_was_not_named_needs_no_request() -> None:
    play, target = Play([]), Memory(part=BODY, note=NOTE)
    play.fetch(target, largest=1_000)
    assert (target.named, play.fetched) == (BODY, [])
    assert play.progress() == [(1_000, 1_000)]


# ---- asking ---------------------------------------------------------------------------------------------------------


def test_a_request_holds_what_it_needs_and_with_a_beginning_which_part_of_which_version() -> None:
    play = Play([rest(400)])
    play.fetch(Memory(part=BODY[:400], note=NOTE))
    assert play.fetched[0].headers == WANTS | {"range": "bytes=400-", "if-range": '"one"'}
    assert play.progress() == [(400, 1_000), (1_000, 1_000), (1_000, 1_000)]


@pytest.mark.parametrize(
    "first",
    [
        (200, {"content-length": "1000", "etag": '"one"'}, CUT),
        (200, {"content-length": "1000"}, BODY[:300], CUT),
        (200, {"content-length": "1000", "etag": 'W/"one"'}, BODY[:300]),
    ],
    ids=["nothing came", "no version", "a weak tag"],
)
def test_a_beginning_that_cannot_be_gone_on_with_is_fetched_anew(first: Any) -> None:
    play, target = Play([first, WHOLE]), Memory()
    play.fetch(target)
    assert [fetch.headers for fetch in play.fetched] == [WANTS, WANTS]
    assert target.named == BODY


@pytest.mark.parametrize(
    "another", [(206, {"content-range": "bytes 300-999/1000"}), (416, {})], ids=["another part", "no such part"]
)
def test_where_the_rest_is_not_to_be_had_all_is_asked_for_at_once(another: Any) -> None:
    play, target = Play([another, WHOLE]), Memory(part=b"x" * 400, note=NOTE)
    play.fetch(target)
    assert target.named == BODY
    assert play.slept == [0.0]
    assert play.fetched[1].headers == WANTS


def test_another_version_takes_the_place_of_a_beginning() -> None:
    play, target = Play([WHOLE]), Memory(part=b"x" * 400, note=NOTE)
    play.fetch(target)
    assert target.named == BODY
    assert play.progress() == [(0, 1_000), (1_000, 1_000), (1_000, 1_000)]


def test_whoever_has_no_such_part_of_all_of_it_is_not_asked_again() -> None:
    play = Play([(416, {})])
    assert play.fails(Memory()) == "it is answered with status 416."


def test_five_redirects_are_followed_and_no_more() -> None:
    hops = [(302, {"location": f"/{number}.png"}) for number in range(6)]
    play, target = Play([*hops[:5], WHOLE]), Memory()
    play.fetch(target)
    assert [fetch.url for fetch in play.fetched] == [URL, *(f"https://cdn.example/{number}.png" for number in range(5))]
    assert target.named == BODY
    play = Play(hops)
    assert play.fails(Memory()) == "it is redirected more than 5 times."
    assert (len(play.fetched), play.slept) == (6, [])


@pytest.mark.parametrize(
    ("location", "said"),
    [
        (
            "ftp://other.example/?signature=1",
            "it is redirected to ftp://other.example/, and that is not followed: "
            "it must begin with https:// or http://, not 'ftp'.",
        ),
        ("", "it is redirected, and that is not followed: it does not say where to."),
    ],
)
def test_a_redirect_that_is_not_followed_is_the_end(location: str, said: str) -> None:
    play = Play([(302, {"location": location})])
    assert play.fails(Memory()) == said


# ---- trying again ---------------------------------------------------------------------------------------------------


def test_a_try_that_may_begin_at_the_last_moment_is_made() -> None:
    play, target = Play([CUT, WHOLE], seconds=2.0), Memory()
    play.fetch(target)
    assert target.named == BODY
    assert 0 < play.fetched[1].seconds < 0.1
    assert 0 < play.fetched[1].silence < 0.1


@pytest.mark.parametrize(("after", "waits"), [("7", True), ("7.1", False)])
def test_a_wait_as_long_as_the_longest_is_waited_and_no_longer_one(after: str, waits: bool) -> None:
    play = Play([(503, {"retry-after": after}), WHOLE], retries=RETRIES._replace(longest_wait=7))
    if waits:
        play.fetch(Memory())
        assert play.slept == [7]
    else:
        assert play.fails(Memory()) == "it is answered with status 503."
        assert play.slept == []


@pytest.mark.parametrize(("status", "calls"), [(403, ["close"]), (404, ["discard", "close"])])
def test_what_came_is_kept_where_it_may_still_be_of_use(status: int, calls: list[str]) -> None:
    play, target = Play([(status, {})]), Memory(part=BODY[:400], note=NOTE)
    play.fails(target)
    assert (target.calls, play.slept) == (calls, [])


def test_what_cannot_be_read_to_its_end_and_never_will_is_not_tried_again() -> None:
    late = Lost("it did not end in time", sent=True, again=False)
    play, target = Play([(200, {"content-length": "1000", "etag": '"one"'}, BODY[:300], late)]), Memory()
    assert play.fails(target) == "it did not end in time, after 300 of 1000 bytes."
    assert (target.part, target.note) == (BODY[:300], NOTE)
    assert target.calls == ["close"]


# ---- receiving ------------------------------------------------------------------------------------------------------


def test_so_much_is_gathered_before_it_is_written_and_told() -> None:
    body = png(2 * BLOCK + 7)
    parts = body[:9], body[9:BLOCK], body[BLOCK : 2 * BLOCK - 1], body[2 * BLOCK - 1 :]
    total = len(body)
    play, target = Play([(200, {"content-length": f"{total}"}, *parts)]), Memory()
    play.fetch(target, largest=total)
    assert target.named == body
    assert play.progress() == [(size, total) for size in (0, BLOCK, total, total)]


def test_what_was_gathered_before_a_break_is_kept() -> None:
    first = (200, {"content-length": "1000", "etag": '"one"'}, BODY[:5], CUT)  # too short to tell its kind
    play, target = Play([first, rest(5)]), Memory()
    play.fetch(target)
    assert target.named == BODY
    assert play.progress() == [(0, 1_000), (5, 1_000), (5, 1_000), (1_000, 1_000), (1_000, 1_000)]


@pytest.mark.parametrize(
    "parts",
    [[PAGE.ljust(ENOUGH), CUT], [PAGE.ljust(ENOUGH - 1), b" " * BLOCK, CUT], [PAGE.ljust(BLOCK), b" " * BLOCK, CUT]],
    ids=["just enough", "a block", "more than a block"],
)
def test_a_page_is_known_by_its_beginning_and_nothing_of_it_is_written(parts: list[Any]) -> None:
    play, target = Play([(200, {"content-length": "9000000"}, *parts)]), Memory()
    assert play.fails(target, largest=10_000_000) == "it is a web page ('Sorry'), not a PNG image."
    assert (target.part, target.calls, play.slept) == (b"", ["discard", "close"], [])


def test_a_page_that_is_short_is_known_at_its_end() -> None:
    play, target = Play([(200, {"content-length": f"{len(PAGE)}"}, PAGE)]), Memory()
    assert play.fails(target) == "it is a web page ('Sorry'), not a PNG image."
    assert (target.calls, play.slept) == (["discard", "close"], [])


@pytest.mark.parametrize(
    ("target", "answer"),
    [
        (Memory(), (200, {}, BODY[:600], BODY[600:])),
        (Memory(part=BODY[:400], note=UNSIZED), rest(400, "*")),
        (Memory(), (200, {"content-encoding": "gzip"}, gzip.compress(BODY))),
    ],
    ids=["all", "the rest", "packed"],
)
def test_a_file_may_be_as_large_as_the_limit_and_not_a_byte_larger(target: Memory, answer: Any) -> None:
    again = Memory(part=target.part, note=target.note)
    Play([answer]).fetch(target, largest=1_000)
    assert target.named == BODY
    assert Play([answer]).fails(again, largest=999) == "it is larger than max_bytes, 999."
    assert again.calls == ["discard", "close"]


def test_a_packed_file_is_unpacked_and_its_length_is_not_known() -> None:
    packed = gzip.compress(BODY)
    answer = (200, {"content-encoding": "gzip", "content-length": f"{len(packed)}"}, packed[:99], packed[99:])
    play, target = Play([answer]), Memory()
    play.fetch(target)
    assert target.named == BODY
    assert play.progress() == [(0, None), (1_000, None), (1_000, 1_000)]


def test_what_cannot_be_unpacked_is_given_up() -> None:
    play, target = Play([(200, {"content-encoding": "gzip"}, BODY)]), Memory()
    assert play.fails(target) == "it is packed, and cannot be unpacked."
    assert (target.calls, play.slept) == (["discard", "close"], [])


# ---- the end --------------------------------------------------------------------------------------------------------


def test_more_than_was_announced_is_not_the_file() -> None:
    play, target = Play([(200, {"content-length": "999", "etag": '"one"'}, BODY)]), Memory()
    assert play.fails(target) == "it is longer than the 999 bytes that were announced."
    assert (target.calls, play.slept) == (["discard", "close"], [])


@pytest.mark.parametrize(
    ("answer", "so_far"),
    [
        ((200, {"content-length": "1000"}, png(700)), "700 of 1000"),
        ((206, {"content-range": "bytes 400-999/1000"}, png(300)), "700 of 1000"),
        ((200, {}, BODY[:300]), "300 of unknown"),
        ((200, {"content-encoding": "gzip"}, gzip.compress(BODY)[:-1]), "1000 of unknown"),
        ((200, {"content-encoding": "gzip", "content-length": "5000"}, gzip.compress(BODY)[:-1]), "1000 of unknown"),
    ],
    ids=["announced", "the rest", "no length", "packed", "packed and announced"],
)
def test_what_ends_too_early_is_asked_for_again(answer: Any, so_far: str) -> None:
    part, note = (BODY[:400], NOTE) if answer[0] == 206 else (b"", None)
    play, target = Play([answer], retries=NO_MORE), Memory(part=part, note=note)
    assert play.fails(target) == f"it ended too early, after {so_far} bytes."
    assert "discard" not in target.calls
    play, target = Play([answer, WHOLE]), Memory(part=part, note=note)
    play.fetch(target)
    assert target.named == BODY


def test_where_the_end_of_an_answer_can_be_told_the_file_need_not_tell_its_own() -> None:
    for framing in ({"content-length": "300"}, {"transfer-encoding": "chunked"}):
        play, target = Play([(200, framing, BODY[:300])]), Memory()
        play.fetch(target)
        assert target.named == BODY[:300]


def test_where_nothing_tells_the_end_a_file_that_looks_whole_is() -> None:
    play, target = Play([(200, {}, BODY)]), Memory()
    play.fetch(target)
    assert target.named == BODY
    assert play.progress() == [(0, None), (1_000, None), (1_000, 1_000)]


def test_an_answer_with_nothing_in_it_is_no_file() -> None:
    for headers in ({"content-length": "0"}, {}):
        assert Play([(200, headers)]).fails(Memory()) == "it is empty."


# ---- the disk -------------------------------------------------------------------------------------------------------


class Full(Memory):
    """A target of which one method fails."""

    def __init__(self, method: str, error: OSError, **memory: Any) -> None:
        super().__init__(**memory)

        def fails(*_: object) -> None:
            raise error

        setattr(self, method, fails)


@pytest.mark.parametrize(
    ("method", "memory", "answer"),
    [
        ("whole", {}, WHOLE),
        ("open", {}, WHOLE),
        ("start_over", {}, WHOLE),
        ("write", {}, WHOLE),
        ("read", {}, WHOLE),
        ("read", {}, (200, {}, BODY)),
        ("finish", {}, WHOLE),
        ("discard", {"there": 1_000}, WHOLE),
        ("discard", {}, (404, {})),
    ],
)
def test_a_disk_that_fails_is_an_error_of_the_file_and_not_tried_again(
    method: str, memory: dict[str, Any], answer: Any
) -> None:
    error = OSError(errno.ENOSPC, "No space left on device")
    play = Play([answer])
    assert play.fails(Full(method, error, **memory)) == "out/a.png cannot be written: No space left on device."
    assert play.slept == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EIO, "Bad block"), "Bad block"),
        (OSError("no flock"), "no flock"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_a_disk_says_why_in_the_words_that_it_has(error: OSError, said: str) -> None:
    assert Play([WHOLE]).fails(Full("write", error)) == f"out/a.png cannot be written: {said}."


# ---- several files --------------------------------------------------------------------------------------------------


def fetched(number: int, play: Play) -> Generator[Any, Any, Path]:
    order = Order(f"https://cdn.example/{number}.png", Path(f"out/{number}.png"), 10_000)
    return fetching(order, Memory(), play.patience)


def all_of(answers: list[Any], limit: int = 3) -> list[Path]:
    """What `fetching_all` returns when each file is answered like this."""
    plays = [Play([answer]) for answer in answers]
    flow = fetching_all([fetched(number, play) for number, play in enumerate(plays)], limit)
    together = next(flow)
    assert isinstance(together, Together)
    assert together.limit == limit
    outcomes = [play.run(one) for play, one in zip(plays, together.flows, strict=True)]
    with pytest.raises(StopIteration) as end:
        flow.send(outcomes)
    found: list[Path] = end.value.value
    return found


GONE: Any = (404, {})


def test_all_files_are_where_they_should_be_and_in_order() -> None:
    assert all_of([WHOLE] * 3) == [Path("out/0.png"), Path("out/1.png"), Path("out/2.png")]
    assert all_of([WHOLE], limit=1) == [Path("out/0.png")]
    assert all_of([]) == []


def test_one_file_that_fails_fails_in_its_own_words() -> None:
    with pytest.raises(DownloadError, match=r"^https://cdn.example/0.png: it is not there \(404\)") as raised:
        all_of([GONE])
    assert (raised.value.url, raised.value.path) == ("https://cdn.example/0.png", "out/0.png")
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("answers", "said", "first"),
    [
        ([WHOLE, GONE], "1 of 2 files failed (1.png)", 1),
        ([WHOLE, GONE, WHOLE, GONE], "2 of 4 files failed (1.png, 3.png)", 1),
        ([GONE, GONE], "2 of 2 files failed (0.png, 1.png)", 0),
    ],
)
def test_of_several_files_it_is_said_which_failed_and_why_the_first(answers: list[Any], said: str, first: int) -> None:
    with pytest.raises(DownloadError) as raised:
        all_of(answers)
    why = f"https://cdn.example/{first}.png: it is not there (404)"
    assert raised.value.message.startswith(f"{said}; the first: {why}")
    assert (raised.value.url, raised.value.path) == (f"https://cdn.example/{first}.png", f"out/{first}.png")
    assert isinstance(raised.value.__cause__, DownloadError)
