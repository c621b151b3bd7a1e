"""Checks: what asks nothing of money: ids in paths, the balance, files; and a budget that knows a chain it has made."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from legnext_client.errors import LegnextError
from tests.contract.description import with_role

from .checks_of_requests import check_envelope
from .expected import path_of
from .sources import SOURCES
from .stage import KEY, LONG, same, shown, staged
from .views import check_view

if TYPE_CHECKING:
    from .effort import Effort


def check_ids(effort: Effort) -> None:
    """A job is found by its id, whatever the id looks like, with one request."""
    with staged(effort) as stage:
        stage.ready()
        for source in SOURCES:
            for colour, client in stage.both:
                stage.heard.clear()
                label = f"{colour}, {source.job_id!r}"
                try:
                    job = stage.do(client.tasks.get(source.job_id))
                except LegnextError as error:
                    raise AssertionError(f"{label} raises {error!r}") from error
                assert len(stage.heard) == 1, f"{label} is asked for {len(stage.heard)} times"
                check_envelope(stage.heard[0], "GET", path_of(with_role("job"), job_id=source.job_id), label)
                told = stage.server.jobs[source.job_id]
                assert same(dict(job.raw), told), f"{label}: {shown(told)} is read as {shown(dict(job.raw))}"
                check_view(job, told, label)
        assert not stage.server.ledger, "asking for jobs was paid"


def check_waiting(effort: Effort) -> None:
    """Whoever waits asks for the job that is waited for, by its id, and has it as it is in the end."""
    with staged(effort) as stage:
        stage.ready()
        for number, source in enumerate(SOURCES):
            for colour, client in stage.both:
                job_id = f"{source.job_id}-{colour}-{number}"
                stage.server.jobs.add(job_id, operation=source.operation, body=source.body, status="processing")
                stage.heard.clear()
                label = f"{colour}, waiting for {job_id!r}"
                try:
                    job = stage.do(client.tasks.wait_for_completion(job_id))
                except LegnextError as error:
                    raise AssertionError(f"{label} raises {error!r}") from error
                path = path_of(with_role("job"), job_id=job_id)
                for heard in stage.heard:
                    check_envelope(heard, "GET", path, label)
                told = stage.server.jobs[job_id]
                assert told["status"] == "completed", f"{label} ends while it is {told['status']}"
                assert same(dict(job.raw), told), f"{label}: {shown(told)} is read as {shown(dict(job.raw))}"
                check_view(job, told, label)


def check_balance(effort: Effort) -> None:
    """The balance is the server's, and asking for it is one free request."""
    with staged(effort) as stage:
        for colour, client in stage.both:
            stage.ready()
            balance = stage.do(client.account.balance())
            assert len(stage.heard) == 1, f"{colour}: asked for {len(stage.heard)} times"
            check_envelope(stage.heard[0], "GET", path_of(with_role("balance")), colour)
            available = balance.available_credits + balance.available_points
            assert available == stage.server.balance, (
                f"{colour}: {available} are told, {stage.server.balance} are there"
            )


def check_files(effort: Effort) -> None:
    """What a job made is fetched from where it lies, once, and nobody there sees the key."""
    with staged(effort) as stage, tempfile.TemporaryDirectory() as folder:
        for colour, client in stage.both:
            stage.ready()
            job = stage.do(client.tasks.get(SOURCES[0].job_id))
            stage.heard.clear()
            paths = stage.do(job.download(folder, name=f"{colour}_{{n}}{{ext}}", which=[0, 2]))
            assert [path.stat().st_size > 100 for path in paths] == [True, True], f"{colour}: {paths}"
            urls = sorted(heard.url for heard in stage.heard)
            assert urls == sorted(job.image_urls[number] for number in (0, 2)), f"{colour} fetches {urls}"
            for heard in stage.heard:
                told = " ".join(value for _, value in heard.headers)
                assert KEY not in told + heard.url, f"{colour}: the key goes to {heard.url}"


def check_chains(effort: Effort) -> None:
    """The size of a video that this client made is known: its extension is not priced as the dearest."""
    start, extend = with_role("chain.start"), with_role("chain.extend")
    cheap = start.rules["price"]["points"] + extend.rules["price"]["points"]
    with staged(effort) as stage:
        for colour, client in stage.both:
            stage.ready()
            with client.budget(cheap) as budget:
                try:
                    chain = stage.do(getattr(client.midjourney, start.name)(prompt="a fox runs", video_type=0))
                    stage.server.clock.advance(LONG)
                    stage.do(chain.refresh())
                    stage.do(getattr(chain, extend.name)(video_no=0))
                except LegnextError as error:
                    raise AssertionError(f"{colour}: a chain of {cheap} points raises {error!r}") from error
                assert budget.left == 0, f"{colour}: {budget.left} are left"
