"""A chain as a state machine: whatever crashes, fails and is resumed in whatever order, chain and bill are the same."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from legnext_client import Job, VideoChain
from legnext_client._protocol.flow import NoResponse, Response, Send
from legnext_client.errors import ChainError
from legnext_client.journal import Journal
from legnext_client.testing import MockServer
from tests.facts import CHAIN_PRICE, EXTENSION
from tests.thorough import often

CHAIN = VideoChain.start("waves roll in").extend("the camera pulls back").extend("night falls", video_no=2).upscale()
PRICE = CHAIN_PRICE + EXTENSION

SERVER = MockServer(in_process=True)


class Crash(BaseException):
    """The process is gone: nothing of ours runs any more."""


MISFORTUNES = ("crash before", "crash after", "lost", "server error", "refused", "no network", "garbage")


class Unlucky:
    """A transport to which one misfortune happens, at the n-th request from now."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.happens: list[tuple[int, str]] = []
        self.sent = 0

    def send(self, send: Send) -> Response | NoResponse:
        self.sent += 1
        what = next((what for number, what in self.happens if number == self.sent), "")
        match what:
            case "crash before":
                raise Crash
            case "refused":
                return Response(429, {}, b"{}")
            case "no network":
                return NoResponse("no route", sent=False)
        answer = self._inner.send(send)
        match what:
            case "crash after":
                raise Crash
            case "lost":
                return NoResponse("connection reset", sent=True)
            case "server error":
                return Response(502, {}, b"<html>")
            case "garbage":
                return Response(200, {}, b"<html>")
        found: Response | NoResponse = answer
        return found

    def close(self) -> None:
        self._inner.close()


class ChainRun(RuleBasedStateMachine):
    """Runs, crashes and settlements of one chain on one journal."""

    @initialize()
    def begin(self) -> None:
        SERVER.reset()
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name) / "chain.db"
        self.finished: list[str] | None = None

    def run(self, misfortunes: list[tuple[int, str]]) -> list[str] | None:
        plain = SERVER.client()
        transport = Unlucky(plain._transport)
        transport.happens = misfortunes
        client = SERVER.client(transport=transport)
        try:
            chain = client.run(CHAIN, self.path, retry_failed=True)
        except (Crash, ChainError):
            return None
        finally:
            plain.close()
        return [job.job_id for job in chain.jobs if isinstance(job, Job)]

    @rule(
        misfortunes=st.lists(st.tuples(st.integers(1, 30), st.sampled_from(MISFORTUNES)), max_size=3),
        fails=st.booleans(),
    )
    def run_in_bad_luck(self, misfortunes: list[tuple[int, str]], fails: bool) -> None:
        if fails:
            SERVER.faults.add("job_fails", times=1)
        self.check(self.run(misfortunes))
        SERVER.faults.clear()

    @precondition(lambda self: self.unknown())
    @rule()
    def settle(self) -> None:
        """As a person does who has looked: adopt the job that is there, or send again what never arrived."""
        with Journal(self.path) as journal:
            known = {entry.job_id for entry in journal.entries(history=True)}
            for entry in list(journal.entries("unknown", "submitting")):
                mine = [line for line in SERVER.ledger if line.body == entry.body and line.job_id not in known]
                if mine:
                    journal.adopt(entry.key, mine[0].job_id)
                else:
                    journal.resubmit(entry.key)

    def unknown(self) -> bool:
        if not hasattr(self, "path") or not self.path.exists():
            return False
        with Journal(self.path) as journal:
            return any(journal.entries("unknown", "submitting"))

    def check(self, chain: list[str] | None) -> None:
        if chain is None:
            return
        assert self.finished in (None, chain)
        self.finished = chain

    @invariant()
    def no_step_is_paid_twice(self) -> None:
        if not hasattr(self, "path"):
            return
        alive = [line for line in SERVER.ledger if SERVER.jobs[line.job_id]["status"] != "failed"]
        steps = [(line.operation, line.body.get("jobId"), line.body.get("prompt")) for line in alive]
        assert len(steps) == len(set(steps))
        assert SERVER.consumed + SERVER.frozen <= PRICE

    def teardown(self) -> None:
        if not hasattr(self, "path"):
            return
        for _ in range(10):
            if self.unknown():
                self.settle()
            self.check(self.run([]))
            if self.finished and not self.unknown():
                break
        assert self.finished is not None
        alive = [line for line in SERVER.ledger if SERVER.jobs[line.job_id]["status"] == "completed"]
        assert [line.job_id for line in alive] == self.finished
        assert [line.body.get("jobId") for line in alive] == [None, *self.finished[:-1]]
        assert [line.body.get("videoNo") for line in alive] == [None, 0, 2, 0]
        assert SERVER.consumed == PRICE
        with Journal(self.path) as journal:
            assert journal.summary().points == PRICE
        self.directory.cleanup()


TestChainRun = ChainRun.TestCase
TestChainRun.settings = settings(
    max_examples=often(4, 60), stateful_step_count=8, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
