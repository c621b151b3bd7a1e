"""What was sent and not answered: its id is looked for, a person's word is kept, a late callback is heard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._callbacks.receiver import CallbackReceiver
from legnext_client._protocol.flow import NoResponse, Response
from legnext_client.errors import JournalError, NotFoundError
from legnext_client.generated.operations import OPERATIONS

from .test_bad_weather import behind
from .test_batches import cats

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import World


class Spoilt:
    """Accepts submissions, and answers the first with something else that is made of its id."""

    def __init__(self, world: World, make: Callable[[str], Response | NoResponse]) -> None:
        self._world, self._make = world, make
        self.made: list[str] = []

    def __call__(self, send: Any) -> Any:
        if not send.request.paid or self.made:
            return None
        with self._world.server.client() as other:
            job = other.midjourney.diffusion(**json.loads(send.request.body))
        self.made.append(job.job_id)
        return self._make(job.job_id)


CUT = '{{"job_id": "{}", "status": "pend'


@pytest.mark.parametrize(
    "make",
    [
        lambda job_id: Response(200, {}, CUT.format(job_id).encode()),
        lambda job_id: Response(503, {}, b'{"job_id": "%s", "status": "pending"}' % job_id.encode()),
        lambda job_id: Response(502, {}, CUT.format(job_id).encode()),
        lambda job_id: NoResponse("reset", sent=True, answer=CUT.format(job_id).encode()),
    ],
    ids=["cut", "503", "cut 502", "broken off"],
)
def test_an_id_in_an_answer_that_is_none_is_asked_for_and_its_job_is_the_rows(world: World, make: Any) -> None:
    spoilt = Spoilt(world, make)
    [result], batch = world.batch(cats(1), client=behind(world, spoilt))
    assert (result.state, result.job.job_id) == ("done", spoilt.made[0])
    assert batch.summary.unknown == ()
    assert len(world.server.ledger) == 1


def test_an_id_that_no_job_has_leaves_the_row_unknown_and_its_place_taken(world: World) -> None:
    spoilt = Spoilt(world, lambda _: Response(200, {}, CUT.format("nobody").encode()))
    results, batch = world.batch(cats(2), client=behind(world, spoilt), concurrency=1)
    assert [(result.key, result.state) for result in results] == [("cat-0", "unknown"), ("cat-1", "done")]
    assert isinstance(results[0].error, NotFoundError)
    assert [one.key for one in batch.summary.unknown] == ["cat-0"]
    first, second = world.server.ledger
    assert second.at >= first.at + 300, "an image may last so long"


def test_an_id_that_is_not_known_at_once_is_asked_for_again_by_the_next_run(world: World) -> None:
    spoilt = Spoilt(world, lambda job_id: Response(200, {}, CUT.format(job_id).encode()))

    def behind_the_times(send: Any) -> Any:
        if spoilt.made and spoilt.made[0] in send.request.path:
            return Response(404, {}, b'{"message": "no such job"}')
        return spoilt(send)

    [result], _ = world.batch(cats(1), client=behind(world, behind_the_times))
    assert result.state == "unknown"
    [result], _ = world.batch(cats(1))
    assert (result.state, result.job.job_id) == ("done", spoilt.made[0])
    assert len(world.server.ledger) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Response(500, {}, b'{"code": 500, "context": {"job_id": "SOURCE"}}'),
        Response(500, {}, b'{"code": 500, "context": {"job_id": "SOURCE"}'),
        Response(200, {}, b'{"job_id": "OTHER", "sta'),
        Response(502, {}, b'{"job_id": "\\ud800", "sta'),
        Response(502, {}, b'{"job_id": "  ", "sta'),
    ],
    ids=["of its source, deep down", "of its source, cut", "of another kind", "half a character", "blank"],
)
def test_an_id_that_cannot_be_the_requests_is_not_taken_for_it(world: World, answer: Response) -> None:
    client = world.client()
    source, other = (world.job(world.job(client.midjourney.diffusion(text="a cat")).wait()) for _ in range(2))

    def spoil(send: Any) -> Any:
        if "upscale" not in send.request.path:
            return None
        said = answer.body.replace(b"SOURCE", source.job_id.encode()).replace(b"OTHER", other.job_id.encode())
        return answer._replace(body=said)

    rows = [{"key": "up", "operation": "upscale", "job_id": source.job_id, "image_no": 0, "type": 0}, *cats(1)]
    results, batch = world.batch(rows, client=behind(world, spoil))
    assert {result.key: result.state for result in results} == {"up": "unknown", "cat-0": "done"}
    assert [one.key for one in batch.summary.unknown] == ["up"]


def test_an_id_that_was_read_and_not_yet_asked_for_is_asked_for_by_the_next_run(world: World) -> None:
    spoilt = Spoilt(world, lambda job_id: Response(200, {}, CUT.format(job_id).encode()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("legnext_client.journal.Journal.claim", _stop)
        with pytest.raises(JournalError, match="power"):
            world.batch(cats(1), client=behind(world, spoilt))
    assert world.states() == {"cat-0": "unknown"}
    [result], _ = world.batch(cats(1))
    assert result.state == "done"
    assert len(world.server.ledger) == 1


def _stop(*_: Any) -> None:
    raise OSError("no power")


@pytest.mark.parametrize("fault", ["close_after", "never_ends"])
def test_what_was_given_up_is_not_tried_again_with_what_has_failed(world: World, fault: str) -> None:
    world.server.faults.add(fault, times=1, method="POST")
    world.batch(cats(1))
    with world.journal() as journal:
        journal.give_up("cat-0")
    world.server.faults.clear()
    results, _ = world.batch(cats(2), retry_failed=True)
    assert {result.key: result.state for result in results} == {"cat-0": "failed", "cat-1": "done"}
    assert len(world.server.ledger) == 2
    with world.journal() as journal:
        journal.resubmit("cat-0")
    world.batch(cats(2))
    assert len(world.server.ledger) == 3


def test_an_adopted_id_that_is_none_keeps_the_place_of_what_may_be_running(world: World) -> None:
    world.server.faults.add("close_after", times=1, method="POST")
    world.batch(cats(1))
    with world.journal() as journal:
        journal.adopt("cat-0", "nonsense")
    results, _ = world.batch(cats(2), concurrency=1)
    assert {result.key: result.state for result in results} == {"cat-0": "unknown", "cat-1": "done"}
    first, second = world.server.ledger
    assert second.at >= first.at + 300


@pytest.mark.parametrize("where", ["frozen", "consume"])
def test_more_points_than_a_file_can_hold_lose_no_id(world: World, where: str) -> None:
    def absurd(send: Any) -> Any:
        if send.request.path.endswith("balance") or (where == "consume") == send.request.paid:
            return None
        job_id = world.server.ledger[-1].job_id if not send.request.paid else ""
        if send.request.paid:
            with world.server.client() as other:
                job_id = other.midjourney.diffusion(**json.loads(send.request.body)).job_id
        elif world.server.jobs[job_id]["status"] != "completed":
            return None
        job = world.server.jobs[job_id] | {"meta": {"usage": {where: 1e25}}}
        return Response(200, {}, json.dumps(job).encode())

    [result], _ = world.batch(cats(1), client=behind(world, absurd))
    assert result.state == "done"
    with world.journal() as journal:
        [entry] = journal.entries()
    assert entry.job_id == world.server.ledger[0].job_id


@pytest.mark.parametrize(("lost", "unsent", "told"), [(2, 1, 2), (0, 2, 0), (3, 0, 3)])
def test_the_balance_tells_how_many_unknown_requests_were_probably_accepted(
    world: World, lost: int, unsent: int, told: int
) -> None:
    world.batch(cats(1))
    if lost:
        world.server.faults.add("close_after", times=lost, method="POST")
    if unsent:
        world.server.faults.add("close_before", times=unsent, method="POST")
    _, batch = world.batch(cats(6))
    assert len(batch.summary.unknown) == lost + unsent
    assert batch.summary.probably_accepted == told
    assert f"{told or 'none'} of {lost + unsent} unknown were probably accepted" in str(batch.summary)
    world.batch(cats(8))
    with world.journal() as journal:
        assert journal.probably_accepted() == told, "as long as they are unknown"
        available = world.job(world.client().account.balance()).available_credits
        assert journal.probably_accepted(available) == told
        assert journal.probably_accepted(available + 1000) is None, "topped up"


# ---- callbacks that come late -------------------------------------------------------------------------------------


def test_a_callback_that_comes_when_its_row_was_told_as_unknown_still_claims_it_while_the_run_goes_on(
    called_back: World,
) -> None:
    world = called_back
    world.server.faults.add("close_after", times=1, method="POST", path=OPERATIONS["diffusion"].path)
    receiver, seen = CallbackReceiver(now=lambda: world.server.clock.now), []
    rows: list[Any] = [{"key": "lost", "text": "a fox, never-end-this-job"}]
    rows += [{"key": f"video-{n}", "operation": "video_diffusion", "prompt": f"waves {n}"} for n in range(8)]

    def look(result: Any) -> None:
        seen.append((result.key, result.state))
        if seen[-1] == ("lost", "unknown"):
            [lost] = [line.job_id for line in world.server.ledger if line.operation == "diffusion"]
            world.server.jobs.complete(lost)
            world.server.callbacks.wait()

    with receiver.serve() as served:
        batch = world.client().batch(rows, world.path, callback=served.url, callbacks=receiver, concurrency=2)
        if world.colour.is_async:
            world.colour.do(_each(batch, look))
        else:
            for result in batch:
                look(result)
    assert [state for key, state in seen if key == "lost"] == ["unknown", "done"]
    assert (batch.summary.done, batch.summary.unknown, batch.summary.left) == (9, (), 0)
    assert len(world.server.ledger) == 9


async def _each(batch: Any, look: Callable[[Any], None]) -> None:
    async for result in batch:
        look(result)
