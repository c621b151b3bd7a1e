"""Money and life by random walks: whatever is called, and however time moves, the server agrees with a small model.

The model has the rules in its own words: what is held, charged and given back, which follow-up is allowed, and that no
job goes backwards.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from legnext_client.mock.account import Account, Hold
from legnext_client.testing import MockServer
from tests.thorough import often

if TYPE_CHECKING:
    from collections.abc import Iterator

POINTS = 100
AT_ONCE = 3
DAY = 86_400.0
ORDER = ("pending", "staged", "processing", "completed", "failed")
ENDED = ("completed", "failed")
WORDS = {"": "completed", " fail-this-job": "failed", " never-end-this-job": None}
SLOWEST = 3_000.0
"""Virtual seconds after which every job that ends has ended."""
FLAGS = {"": 1.0, " --turbo": 2.0, " --v 7 --draft": 0.5, " --v 8": 1.0}


@dataclass
class Job:
    """What the model knows of a job."""

    job_id: str
    makes: str
    held: int
    charged: int
    comes_to: str | None
    created: float
    model: str = "7"
    is_draft: bool = False
    count: int = 4
    extensions: int = 0
    is_720p: bool = False
    status: str = "pending"
    ended_by: float | None = None
    """A time at which it was seen to have ended."""


@contextmanager
def started(credits: int) -> Iterator[tuple[MockServer, httpx.Client]]:
    server = MockServer(in_process=True, credits=credits, points=POINTS, answers="plain", concurrency=AT_ONCE)
    headers = {"x-api-key": server.api_key}
    with server, httpx.Client(transport=server.transport(), base_url=server.base_url, headers=headers) as client:
        yield server, client


class MoneyAndLife(RuleBasedStateMachine):
    """Calls in any order, on jobs in any state, with a clock that is moved in between."""

    jobs = Bundle("jobs")
    chains = Bundle("chains")

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        self.known: dict[str, Job] = {}
        self.now = 0.0
        self.answered = 0
        self.saw_an_old_source = False

    @initialize(credits=st.sampled_from([200, 2_000, 20_000]))
    def start(self, credits: int) -> None:
        self.server, self.client = self._open.enter_context(started(credits))
        self.points = credits + POINTS

    @override
    def teardown(self) -> None:
        self._open.close()

    # --- what is called ---------------------------------------------------------------------------------------

    @rule(target=jobs, word=st.sampled_from(["", "", "", *WORDS]), flag=st.sampled_from(list(FLAGS)))
    def make_images(self, word: str, flag: str) -> Any:
        price = 80 * (2 if "turbo" in flag else 1)
        job = Job("", "images", price, int(price * min(1, FLAGS[flag])), WORDS[word], self.now)
        job.model, job.is_draft = "8" if "--v 8" in flag else "7", "draft" in flag
        return self.submit("/v1/diffusion", {"text": f"a fox{word}{flag}"}, job)

    @rule(
        target=chains,
        word=st.sampled_from(["", "", "", *WORDS]),
        is_720p=st.booleans(),
        batch=st.sampled_from([1, 2, 4]),
    )
    def make_videos(self, word: str, is_720p: bool, batch: int) -> Any:
        price = (1536 if is_720p else 480) * batch // 4
        job = Job("", "videos", price, price, WORDS[word], self.now, count=batch, is_720p=is_720p)
        body = {"prompt": f"a fox{word} --bs {batch}", "videoType": int(is_720p)}
        return self.submit("/v1/video-diffusion", body, job)

    @rule(target=jobs, source=st.one_of(jobs, jobs, chains), number=st.integers(0, 3), kind=st.sampled_from([0, 1]))
    def upscale(self, source: Job, number: int, kind: int) -> Any:
        price = 160 if kind else 120
        job = Job("", "image", price, price, "completed", self.now, model=source.model, count=1)
        body = {"jobId": source.job_id, "imageNo": number, "type": kind}
        return self.submit("/v1/upscale", body, job, self.refusal(source, ("images", "image"), number))

    @rule(target=jobs, source=jobs, number=st.integers(0, 3))
    def pan(self, source: Job, number: int) -> Any:
        job = Job("", "images", 80, 80, "completed", self.now, model=source.model)
        body = {"jobId": source.job_id, "imageNo": number, "direction": 1, "scale": 1.5}
        no = self.refusal(source, ("images", "image"), number) or (422 if source.model == "8" else None)
        return self.submit("/v1/pan", body, job, no)

    @rule(target=jobs, source=jobs, number=st.integers(0, 3))
    def enhance(self, source: Job, number: int) -> Any:
        job = Job("", "image", 80, 80, "completed", self.now, model=source.model, count=1)
        no = self.refusal(source, ("images", "image"), number) or (None if source.is_draft else 422)
        return self.submit("/v1/enhance", {"jobId": source.job_id, "imageNo": number}, job, no)

    @rule(
        target=chains, source=st.one_of(chains, chains, jobs), number=st.sampled_from([0, 0, 1, 3]), waits=st.booleans()
    )
    def extend(self, source: Job, number: int, waits: bool) -> Any:
        if waits:
            self.advance(SLOWEST)
        price = 1536 if source.is_720p else 480
        job = Job("", "videos", price, price, "completed", self.now, is_720p=source.is_720p)
        job.extensions = source.extensions + 1
        no = self.refusal(source, ("videos",), number) or (422 if source.extensions >= 4 else None)
        return self.submit("/v1/extend-video", {"jobId": source.job_id, "videoNo": number}, job, no)

    @rule(target=chains, times=st.integers(1, 5))
    def make_a_whole_chain(self, times: int) -> Any:
        chain = self.submit(
            "/v1/video-diffusion", {"prompt": "a fox"}, Job("", "videos", 480, 480, "completed", self.now)
        )
        for _ in range(times):
            if not isinstance(chain, Job):
                break
            chain = self.extend(chain, 0, waits=True)
        return chain

    @rule(source=jobs, number=st.integers(4, 9), key=st.sampled_from(["imageNo", "videoNo"]))
    def ask_for_what_no_schema_allows(self, source: Job, number: int, key: str) -> None:
        path = "/v1/upscale" if key == "imageNo" else "/v1/extend-video"
        body = {"jobId": source.job_id, key: number, **({"type": 0} if key == "imageNo" else {})}
        assert self.client.post(path, json=body).status_code == 400

    @rule(job_id=st.text("abc-0", min_size=1, max_size=8))
    def follow_nothing(self, job_id: str) -> None:
        assert self.client.post("/v1/reroll", json={"jobId": job_id}).status_code == 404

    @rule(body=st.sampled_from([b"", b"{", b'{"text":1}', b'{"text":"a","text":"b"}', b'{"text":"\\u0000"}']))
    def send_nonsense(self, body: bytes) -> None:
        answer = self.client.post("/v1/diffusion", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400

    @rule()
    def come_as_a_stranger(self) -> None:
        answer = self.client.post("/v1/diffusion", json={"text": "a fox"}, headers={"x-api-key": "stranger"})
        assert answer.status_code == 401

    # --- how time moves ---------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.0, 1.0, 9.0, 30.0]))
    def wait_a_little(self, seconds: float) -> None:
        self.advance(seconds)

    @rule()
    def wait_until_all_is_done(self) -> None:
        self.advance(SLOWEST)
        for job in self.known.values():
            self.look(job)
            if job.comes_to is not None:
                assert job.status == job.comes_to, f"{job} is {job.status}"

    @precondition(lambda self: any(job.status == "completed" for job in self.known.values()))
    @rule(days=st.sampled_from([1.0, 3.1]))
    def wait_for_days(self, days: float) -> None:
        self.wait_until_all_is_done()
        self.advance(days * DAY)

    # --- what must hold ---------------------------------------------------------------------------------------

    @invariant()
    def no_point_is_made_or_lost(self) -> None:
        for job in self.known.values():
            self.look(job)
        frozen = sum(job.held for job in self.known.values() if job.status not in ENDED)
        consumed = sum(job.charged for job in self.known.values() if job.status == "completed")
        assert (self.server.frozen, self.server.consumed) == (frozen, consumed)
        balance = self.client.get("/account/balance").json()["data"]
        available = balance["available_credits"] + balance["available_points"]
        assert available == self.points - frozen - consumed
        assert min(balance["available_credits"], balance["available_points"]) >= 0
        assert round(balance["balance_usd"] * 1000) == available

    @invariant()
    def the_ledger_has_what_was_accepted(self) -> None:
        assert [line.job_id for line in self.server.ledger] == list(self.known)

    # --- how it is done ---------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        self.server.clock.advance(seconds)
        self.now += seconds

    def available(self) -> int:
        for job in self.known.values():
            self.look(job)
        kept = {"failed": 0}
        spent = sum(
            kept.get(job.status, job.charged if job.status == "completed" else job.held) for job in self.known.values()
        )
        return self.points - spent

    def refusal(self, source: Job, kinds: tuple[str, ...], number: int) -> int | None:
        """The status that a follow-up of this job is refused with, if it is."""
        self.look(source)
        self.saw_an_old_source = self.is_old(source)
        is_wrong = source.status != "completed" or source.makes not in kinds or number >= source.count
        return 422 if is_wrong or self.saw_an_old_source else None

    def is_old(self, job: Job) -> bool:
        return job.ended_by is not None and self.now - job.ended_by > 3 * DAY

    def submit(self, path: str, body: dict[str, Any], job: Job, refused: int | None = None) -> Any:
        """Send it, and see that the answer is the one that the rules give, in the order in which they are looked at."""
        running = sum(1 for each in self.known.values() if self.look(each).status not in ENDED)
        if refused is None and running >= AT_ONCE:
            refused = 429
        if refused is None and job.held > self.available():
            refused = 402
        answer = self.client.post(path, json=body)
        self.answered = answer.status_code
        assert answer.status_code == (refused or 200), f"{path} {body}: {answer.status_code} {answer.text[:200]}"
        if refused:
            return multiple()
        told = answer.json()
        job.job_id = told["job_id"]
        assert job.job_id not in self.known
        assert told["meta"]["usage"] == {"type": "point", "frozen": job.held, "consume": 0}
        self.known[job.job_id] = job
        return job

    def look(self, job: Job) -> Job:
        told = self.client.get(f"/v1/job/{job.job_id}").json()
        assert told["job_id"] == job.job_id
        status = told["status"]
        assert ORDER.index(status) >= ORDER.index(job.status)
        assert job.status not in ENDED or status == job.status
        if status in ENDED and job.ended_by is None:
            job.ended_by = self.now
            assert status == job.comes_to
        job.status = status
        charged = job.charged if status == "completed" else 0
        assert told["meta"]["usage"] == {"type": "point", "frozen": job.held, "consume": charged}, json.dumps(told)
        return job


def test_points_and_jobs_follow_the_rules_whatever_is_called() -> None:
    reached: Counter[int | str] = Counter()

    class Walk(MoneyAndLife):
        def submit(self, path: str, body: dict[str, Any], job: Job, refused: int | None = None) -> Any:
            made = super().submit(path, body, job, refused)
            reached[self.answered] += 1
            reached[f"extension {job.extensions}"] += self.answered == 200
            reached["fifth extension"] += self.answered == 422 and job.extensions == 5
            reached["old"] += self.saw_an_old_source
            return made

    run_state_machine_as_test(Walk, settings=PROFILE)

    # The walks are always the same; if a change makes them miss one of these, they prove less than they say.
    for what in (200, 402, 422, 429, "extension 4", "fifth extension", "old"):
        assert reached[what] > 0, f"no walk came to {what}: {reached}"


def charge_twice(settle: Any) -> Any:
    def faulty(account: Account, held: Hold, charged: int) -> None:
        settle(account, held, charged)
        account.available_credits -= charged

    return faulty


def keep_what_failed(settle: Any) -> Any:
    return lambda account, held, charged: settle(account, held, charged or held.points + held.credits)


@pytest.mark.parametrize("fault", [charge_twice, keep_what_failed])
def test_the_walks_notice_points_that_are_made_or_lost(monkeypatch: pytest.MonkeyPatch, fault: Any) -> None:
    monkeypatch.setattr(Account, "settle", fault(Account.settle))

    with pytest.raises(AssertionError):
        run_state_machine_as_test(MoneyAndLife, settings=settings(PROFILE, phases=[Phase.generate]))


PROFILE = settings(
    max_examples=often(15, 50),
    stateful_step_count=30,
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
