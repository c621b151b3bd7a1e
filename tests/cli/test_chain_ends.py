"""How a chain ends that is not made: each way has its code, says what to do, and loses nothing that was paid."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest

from legnext_client._runs.batches import ChainRun
from legnext_client.cli.exits import Exit
from legnext_client.errors import DownloadError
from legnext_client.journal import Journal
from tests.facts import CHAIN_PRICE, VIDEO_UPSCALE

from .asked import STEPS, in_a_chain, operations

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Run

pytestmark = pytest.mark.usefixtures("chain")


def test_a_step_that_fails_can_be_tried_again(legnext: Run, server: MockServer, chain: Path) -> None:
    in_a_chain("fail-this-job", chain)
    ended = legnext("chain", "chain.yaml", "--yes", "--json")
    assert (ended.code, ended.out) == (Exit.JOB_FAILED, "")
    *_, place, error, again = ended.err.splitlines()
    assert place == "Step 1 of 3, start, is not done."
    assert error.startswith("Error: video_diffusion ")
    assert error.endswith("Nothing was charged for it.")
    assert again == "Retry this step: legnext chain chain.yaml --yes --json --retry-failed"
    assert legnext("chain", "chain.yaml", "--yes").code == Exit.JOB_FAILED
    assert operations(server) == ["video_diffusion"], "and never without being told to"
    assert legnext(*shlex.split(again.removeprefix("Retry this step: legnext "))).code == Exit.JOB_FAILED
    assert operations(server) == ["video_diffusion"] * 2


def test_what_is_refused_is_told_in_the_services_words(legnext: Run, server: MockServer, chain: Path) -> None:
    in_a_chain("forbidden-content", chain)
    ended = legnext("chain", "chain.yaml", "--yes")
    assert (ended.code, ended.out, server.ledger) == (Exit.REFUSED, "", [])
    assert "Error: 403" in ended.err
    ended = legnext("chain", "chain.yaml", "--yes")
    assert ended.code == Exit.JOB_FAILED, "it was refused in an earlier run"
    assert "failed in an earlier run: 403" in ended.err
    assert ended.err.splitlines()[-1] == "Retry this step: legnext chain chain.yaml --yes --retry-failed"


def test_an_unknown_outcome_is_settled_by_the_commands_that_are_printed(legnext: Run, server: MockServer) -> None:
    server.faults.add("close_after", path="/v1/extend-video")
    ended = legnext("chain", "chain.yaml", "--yes")
    assert (ended.code, ended.out) == (Exit.UNKNOWN, "")
    said = ended.err.splitlines()
    assert said[-6] == f"Sent: {json.dumps(server.ledger[-1].body)}"
    assert said[-4:] == [
        "  legnext batch resolve chain.db chain/2 --adopt JOB  # it was accepted, as this job",
        "  legnext batch resolve chain.db chain/2 --resubmit   # it was not: send it again, at your risk",
        "  legnext batch resolve chain.db chain/2 --give-up    # count it as failed",
        "Then resume: legnext chain chain.yaml --yes",
    ]
    assert legnext("chain", "chain.yaml", "--yes").code == Exit.UNKNOWN
    assert operations(server) == STEPS[:2], "it is never sent again by itself"

    lost = list(server.jobs)[-1]
    command = said[-4].replace("JOB", lost).partition("#")[0]
    assert legnext(*shlex.split(command)[1:]).code == 0
    assert legnext("chain", "chain.yaml", "--yes").code == 0
    assert operations(server) == STEPS


def test_a_job_that_was_adopted_and_is_nobodys_is_unknown_still(legnext: Run, server: MockServer) -> None:
    server.faults.add("close_after", path="/v1/extend-video")
    assert legnext("chain", "chain.yaml", "--yes").code == Exit.UNKNOWN
    with Journal("chain.db") as journal:
        journal.adopt("chain/2", "no-such-job")
    ended = legnext("chain", "chain.yaml", "--yes", "--retries", "0")
    assert ended.code == Exit.UNKNOWN
    assert "404" in ended.err
    assert "legnext batch resolve chain.db chain/2 --resubmit" in ended.err


def test_time_is_over_and_the_job_goes_on(legnext: Run, server: MockServer, chain: Path) -> None:
    in_a_chain("never-end-this-job", chain)
    ended = legnext("chain", "chain.yaml", "--yes", "--timeout", "0.01")
    assert (ended.code, ended.out) == (Exit.TIMEOUT, "")
    assert ended.err.splitlines()[-1] == "Resume: legnext chain chain.yaml --yes --timeout 0.01"
    (job,) = server.jobs
    server.jobs.complete(job)
    assert legnext("chain", "chain.yaml", "--yes").code == 0
    assert operations(server) == STEPS


def test_a_budget_is_not_passed(legnext: Run, server: MockServer) -> None:
    ended = legnext("chain", "chain.yaml", "--budget", f"{CHAIN_PRICE - 1}")
    assert (ended.code, ended.out, operations(server)) == (Exit.BUDGET, "", STEPS[:2])
    assert f"{VIDEO_UPSCALE} points would exceed the budget of {CHAIN_PRICE - 1}" in ended.err
    server._service.account.available_credits = VIDEO_UPSCALE - 1
    ended = legnext("chain", "chain.yaml", "--yes")
    assert (ended.code, operations(server)) == (Exit.BUDGET, STEPS[:2])
    assert f"up to {VIDEO_UPSCALE} points, and the account has {VIDEO_UPSCALE - 1}. Nothing was sent; top" in ended.err


def test_the_journal_of_another_chain_is_left_alone(legnext: Run, server: MockServer, chain: Path) -> None:
    assert legnext("chain", "chain.yaml", "--yes").code == 0
    in_a_chain("rain", chain)
    ended = legnext("chain", "chain.yaml", "--yes")
    assert (ended.code, ended.out, operations(server)) == (Exit.FILES, "", STEPS)
    *_, error, hint = ended.err.splitlines()
    assert error.startswith("Error: chain.db is the journal of another chain")
    assert hint == "The journal is named after FILE; --journal FILE sets another."
    assert "--journal FILE" not in legnext("chain", "chain.yaml", "--yes", "--journal", "chain.db").err


def test_a_chain_whose_file_cannot_be_fetched_is_there_for_another_try(
    legnext: Run, server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise DownloadError("the file is gone")

    with monkeypatch.context() as patched:
        patched.setattr(ChainRun, "download", gone)
        ended = legnext("chain", "chain.yaml", "--yes", "--download", "out")
    assert (ended.code, ended.out) == (Exit.FILES, "")
    assert ended.err.splitlines()[-1] == "Resume: legnext chain chain.yaml --yes --download out"
    assert legnext("chain", "chain.yaml", "--yes", "--download", "out").code == 0
    assert operations(server) == STEPS
