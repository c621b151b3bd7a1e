"""Never lose a job to Ctrl-C: wherever it strikes after the service has answered, the id is in the error's notes.

Python hears a signal when a function begins, when a loop turns and when a function of C returns. Tracing strikes at
more places than that: at each line and call of the whole package between a user's call and its result.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import legnext_client
from legnext_client import AsyncClient, AsyncJob, Client, InvalidRequest, Job, LegnextError, WaitTimeout
from legnext_client._transport.drivers import INTERRUPTED
from tests.client.worlds import KEY, Colour, HandClock, Service, done, job, told, without_loop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from types import FrameType

    from legnext_client._protocol.flow import NoResponse, Response, Send

PACKAGE = str(Path(legnext_client.__file__).parent)


class Wire:
    """Answers with a job, and notes that it was accepted; in both colours."""

    def __init__(self) -> None:
        self.accepted = False
        self.service = Service(answer=lambda send: job(job_id="j1") if send.request.paid else done("j1"))

    def send(self, send: Send) -> Response | NoResponse:
        answer = self.service.reply(send)
        self.accepted |= send.request.paid
        return answer

    def close(self) -> None: ...


class AsyncWire(Wire):
    async def send(self, send: Send) -> Response | NoResponse:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().send(send)

    async def close(self) -> None: ...  # type: ignore[override]


class Strike:
    """Strikes at the line, or the call, of this number."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.where = ""

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE) or frame.f_code.co_name == "<genexpr>":
            return None  # what strikes where a generator is thrown away is swallowed by Python itself
        if event in ("call", "line"):
            self.left -= 1
            if self.left == 0:
                self.where = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} ({event})"
                raise KeyboardInterrupt
        return self


@contextlib.contextmanager
def traced(strike: Strike) -> Generator[None]:
    before, collected = sys.gettrace(), gc.isenabled()
    gc.disable()  # what strikes in a generator of an earlier test that is thrown away now is swallowed by Python
    sys.settrace(strike)
    try:
        yield
    finally:
        sys.settrace(before)
        if collected:
            gc.enable()


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> Iterator[Colour]:
    made = Colour(request.param)
    yield made
    made.close()


CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "a call": lambda client, _: client.midjourney.diffusion(text="a lighthouse"),
    "a follow-up": lambda _, source: source.upscale(image_no=0, type=0),
    "a call of a free form": lambda client, _: client.request("POST", "/v2/new", json={"text": "x"}),
}


def client_of(kind: str, wire: Wire) -> Any:
    made: Any = Client if kind == "sync" else AsyncClient
    return made(KEY, transport=wire, clock=HandClock())


def notes(error: BaseException) -> str:
    return "\n".join(getattr(error, "__notes__", ()))


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")  # struck before the call is awaited
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_ctrl_c_at_any_line_of_a_paid_call_leaves_the_id(kind: str, call: Callable[[Any, Any], Any]) -> None:
    warm = client_of(kind, AsyncWire() if kind == "async" else Wire())
    without_loop(call(warm, warm._calls._own(warm._calls.stub("source"))))
    struck, lost, false = 0, [], []
    for number in range(1, 5000):
        wire = AsyncWire() if kind == "async" else Wire()
        client = client_of(kind, wire)
        source = client._calls.stub("source")
        strike = Strike(number)
        try:
            with traced(strike):
                without_loop(call(client, source))
        except KeyboardInterrupt as error:
            struck += wire.accepted
            if wire.accepted and "j1" not in notes(error):
                lost.append(strike.where)
            if not wire.accepted and notes(error) not in ("", INTERRUPTED, "Nothing was sent or charged."):
                false.append(strike.where)
        else:
            assert strike.left > 0, "nothing is swallowed"
            break
    assert strike.left > 0, "it has struck everywhere"
    assert struck > 12
    assert (lost, false) == ([], [])


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_ctrl_c_at_any_line_of_a_wait_leaves_the_id(kind: str) -> None:
    struck, lost = 0, []
    for number in range(1, 5000):
        wire = AsyncWire() if kind == "async" else Wire()
        waited = client_of(kind, wire)._calls.stub("j1")
        strike = Strike(number)
        try:
            with traced(strike):
                without_loop(waited.wait(poll_interval=1))
        except KeyboardInterrupt as error:
            struck += 1
            if wire.service.sent and not waited.done and "j1" not in notes(error):
                lost.append(strike.where)
        else:
            break
    assert struck > 12
    assert lost == []


TROUBLES = [KeyboardInterrupt(), asyncio.CancelledError(), ZeroDivisionError(), told({"code": 401}, 401)]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda each: type(each).__name__)
def test_whatever_leaves_a_wait_names_the_jobs_that_are_left(colour: Colour, trouble: Any) -> None:
    def answer(send: Send) -> Any:
        job_id = send.request.path.rpartition("/")[2]
        return done("j1") if job_id == "j1" else trouble

    client = colour.client(Service(answer=answer))
    waits: list[Callable[[], Any]] = [
        lambda: client.wait_all(["j1", "j2", "j3"]),
        lambda: client._calls.stub("j2").wait(),
        lambda: client._calls.stub("j2").updates(),
    ]
    for wait in waits:
        with pytest.raises((KeyboardInterrupt, asyncio.CancelledError, ZeroDivisionError, LegnextError)) as caught:
            colour.do(wait())
        said = f"{caught.value}\n{notes(caught.value)}"
        colour.start_anew()
        assert "j2" in said
        assert "j1" not in said


def test_a_wait_that_is_late_names_every_job_that_is_left(colour: Colour) -> None:
    client = colour.client(Service(answer=lambda send: job(job_id=send.request.path.rpartition("/")[2])))
    with pytest.raises(WaitTimeout) as caught:
        colour.do(client.wait_all([f"job-{number:03}" for number in range(30)], timeout=30))
    said = f"{caught.value}\n{notes(caught.value)}"
    assert all(f"job-{number:03}" in said for number in range(20))
    assert "and 5 more" in said


def test_jobs_of_the_other_colour_and_of_no_client_are_waited_for(colour: Colour) -> None:
    client = colour.client(Service(answer=lambda send: done(send.request.path.rpartition("/")[2])))
    other = AsyncJob if colour.name == "sync" else Job
    own = Job if colour.name == "sync" else AsyncJob
    found = colour.do(client.wait_all([other({"job_id": "j1"}), own({"job_id": "j2"}), "j3"]))
    assert sorted(each.job_id for each in found) == ["j1", "j2", "j3"]
    assert {type(each) for each in found} == {own}
    with pytest.raises(InvalidRequest, match="job_id must be a job id"):
        colour.do(client.wait_all([7]))
