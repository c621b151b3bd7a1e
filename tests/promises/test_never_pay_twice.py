"""Never pay twice: a call is accepted once at most, whatever happens, and the user knows when it may have been.

The ledger tests make thousands of calls of all kinds through faults drawn from a seed and count, call by call, what the
service accepted and what the user holds: a job for each accepted call, or a `SubmissionUnknown`; anything else means
that nothing was accepted.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import AsyncClient, Client, LegnextError, SubmissionUnknown
from legnext_client._protocol.flow import NoResponse, Response
from legnext_client.errors import ServerError
from legnext_client.testing import MockServer
from tests.client.worlds import KEY, AsyncWire, HandClock, Service, SyncWire, told
from tests.thorough import often

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client._protocol.flow import Send

MARK = "https://me.test/call/"
"""Each call carries an address of its own, by which the ledger knows it again."""


class FaultyService(Service):
    """Accepts jobs, and does what faulty services and networks do; what was accepted stands in the ledger."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.dice = random.Random(seed)
        self.ledger: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self._jobs = 0

    def accept(self, send: Send) -> Response:
        if send.request.paid:
            self.ledger[json.loads(send.request.body or b"{}")["callback"]] += 1
            self._jobs += 1
        body = {"job_id": f"j{self._jobs}", "status": self.dice.choice(["pending", "staged", "retry", "completed"])}
        return told(body)

    def reply(self, send: Send) -> Response | NoResponse:
        name, play = self.dice.choice(FAULTS)
        self.faults[name] += 1
        return play(self, send)


def after(
    what: Callable[[FaultyService, Response], Response | NoResponse],
) -> Callable[[FaultyService, Send], Response | NoResponse]:
    """A fault that strikes when the service has accepted the request."""
    return lambda service, send: what(service, service.accept(send))


def before(outcome: Response | NoResponse) -> Callable[[FaultyService, Send], Response | NoResponse]:
    """A fault that strikes before the service has accepted anything."""
    return lambda _, __: outcome


REFUSED_JOB = {"job_id": "", "status": "failed", "error": {"code": 403, "message": "policy"}}
REFUSED_JOB_WITH_ID = {"job_id": "refused", "status": "failed", "error": {"code": 403, "message": "policy"}}
FAULTS: list[tuple[str, Callable[[FaultyService, Send], Response | NoResponse]]] = [
    ("ok", after(lambda _, answer: answer)),
    ("ok again", after(lambda _, answer: answer)),
    ("not resolved", before(NoResponse("ConnectError: not known", sent=False))),
    ("connect timeout", before(NoResponse("ConnectTimeout", sent=False))),
    ("not trusted", before(NoResponse("certificate", sent=False, retryable=False))),
    ("lost before", before(NoResponse("ReadError: reset", sent=True))),
    ("lost after", after(lambda _, __: NoResponse("ReadError: reset", sent=True))),
    ("timeout after", after(lambda _, __: NoResponse("ReadTimeout", sent=True))),
    ("5xx before", before(told({"code": 500, "message": "broken"}, 500))),
    ("52x after", after(lambda service, _: told(b"<html>", service.dice.choice([500, 502, 503, 520, 524])))),
    ("429", before(told({"code": 429, "message": "slow"}, 429, retry_after="1"))),
    ("429 for long", before(told({"code": 429, "message": "slow"}, 429, retry_after="900"))),
    ("429 without a word", before(told(b"", 429))),
    ("truncated", after(lambda service, answer: told(answer.body[: service.dice.randrange(len(answer.body))]))),
    ("page", after(lambda _, __: told(b"<html><title>Welcome</title></html>"))),
    ("empty", after(lambda _, __: told(b""))),
    ("no id", after(lambda _, __: told({"status": "pending"}))),
    ("error with 200", before(told({"code": 402, "message": "no points"}))),
    ("refused job with 200", before(told(REFUSED_JOB))),
    ("400", before(told({"code": 400, "message": "no"}, 400))),
    ("403 as a job", before(told(REFUSED_JOB_WITH_ID, 403))),
    ("redirect", before(told(b"", 307, location="https://elsewhere.test/"))),
]


KINDS: list[Callable[[Any, Any, str], Any]] = [
    lambda client, _, mark: client.midjourney.diffusion(text="a lighthouse", callback=mark),
    lambda client, _, mark: client.midjourney.blend(
        img_urls=["https://x.test/a.png", "https://x.test/b.png"], aspect_ratio="1:1", callback=mark
    ),
    lambda client, _, mark: client.midjourney.upscale(job_id="j", image_no=1, type=0, callback=mark),
    lambda client, _, mark: client.midjourney.video_diffusion(prompt="waves", callback=mark),
    lambda client, _, mark: client.midjourney.describe(img_url="https://x.test/a.png", callback=mark),
    lambda client, _, mark: client.request("POST", "/v2/unheard-of", json={"callback": mark}),
    lambda _, job, mark: job.reroll(callback=mark),
    lambda _, job, mark: job.extend_video(video_no=0, callback=mark),
]


class Runtime:
    """What the user holds after each call."""

    def __init__(self) -> None:
        self.jobs: set[str] = set()
        self.unknown: set[str] = set()
        self.refused: set[str] = set()

    def took(self, mark: str, error: LegnextError | None) -> None:
        held = self.jobs if error is None else self.unknown if isinstance(error, SubmissionUnknown) else self.refused
        held.add(mark)


def assert_fair(ledger: Counter[str], hands: Runtime) -> None:
    assert not [mark for mark, times in ledger.items() if times > 1], "accepted twice"
    accepted = set(ledger)
    assert hands.jobs <= accepted
    assert not hands.refused & accepted, "the user was told that nothing was accepted, but it was"
    assert accepted == hands.jobs | (hands.unknown & accepted)
    assert len(accepted) <= len(hands.jobs) + len(hands.unknown)


@pytest.mark.parametrize("seed", range(often(1, 4)))
def test_the_ledger_of_thousands_of_faulty_calls_is_fair(seed: int) -> None:
    service, hands = FaultyService(seed), Runtime()
    dice = random.Random(seed)
    with Client(KEY, transport=SyncWire(service), clock=HandClock()) as client:
        source = client._calls.stub("j0")  # pyright: ignore
        for number in range(1500):
            mark = f"{MARK}{number}"
            try:
                dice.choice(KINDS)(client, source, mark)
            except LegnextError as error:
                hands.took(mark, error)
            else:
                hands.took(mark, None)
    _assert_that_much_happened(service, hands)
    assert_fair(service.ledger, hands)


@pytest.mark.parametrize("seed", range(often(1, 4)))
def test_the_ledger_is_fair_with_many_calls_at_once(seed: int) -> None:
    service, hands = FaultyService(seed), Runtime()

    async def scenario() -> None:
        async with AsyncClient(KEY, transport=AsyncWire(service), clock=HandClock()) as client:
            source = client._calls.stub("j0")  # pyright: ignore

            async def one(number: int) -> None:
                mark = f"{MARK}{number}"
                try:
                    await KINDS[number % len(KINDS)](client, source, mark)
                except LegnextError as error:
                    hands.took(mark, error)
                else:
                    hands.took(mark, None)

            for start in range(0, 1500, 100):
                await asyncio.gather(*(one(number) for number in range(start, start + 100)))

    asyncio.run(scenario())
    _assert_that_much_happened(service, hands)
    assert_fair(service.ledger, hands)


def _assert_that_much_happened(service: FaultyService, hands: Runtime) -> None:
    assert set(service.faults) == {name for name, _ in FAULTS}
    assert min(len(hands.jobs), len(hands.unknown), len(hands.refused)) > 100
    assert len(hands.jobs | hands.unknown | hands.refused) == 1500


@pytest.mark.parametrize(
    ("fault", "options", "accepted", "kind"),
    [
        ("close_before", {}, 0, SubmissionUnknown),
        ("close_after", {}, 1, SubmissionUnknown),
        ("error_before", {"status": 500}, 0, ServerError),
        ("error_after", {"status": 502}, 1, ServerError),
        ("error_after", {"status": 524, "as_html": True}, 1, SubmissionUnknown),
        ("html", {}, 1, SubmissionUnknown),
        ("truncate", {}, 1, SubmissionUnknown),
    ],
)
def test_each_fault_of_the_mock_leaves_one_unknown(
    fault: str, options: dict[str, Any], accepted: int, kind: type[LegnextError]
) -> None:
    with MockServer(callbacks="off", in_process=True) as server, server.client() as client:
        server.faults.add(fault, method="POST", **options)
        with pytest.raises(kind) as caught:
            client.midjourney.diffusion(text="a lighthouse")
        assert isinstance(caught.value, SubmissionUnknown)
        assert caught.value.sent == {"text": "a lighthouse"}
        assert len(server.ledger) == accepted
        assert client.midjourney.diffusion(text="a lighthouse").wait().ok


def test_a_rate_limit_of_the_mock_is_waited_for() -> None:
    with MockServer(callbacks="off", in_process=True) as server, server.client() as client:
        server.faults.add("rate_limit", times=3, method="POST", seconds=7)
        began = server.clock.now
        assert client.midjourney.diffusion(text="a lighthouse").job_id
        assert server.clock.now - began >= 21
        assert len(server.ledger) == 1
