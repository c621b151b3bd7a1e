"""A call that fails names the jobs that were accepted before: in a list that is never made, they would be lost."""

from __future__ import annotations

from typing import Any

import pytest

from legnext_client import (
    BudgetExceeded,
    InvalidRequest,
    LegnextError,
    NotFoundError,
    RateLimitError,
    SubmissionUnknown,
)
from legnext_client._protocol.flow import NoResponse

from .worlds import Colour, Service, done, job, told

TOO_MANY = told({"message": "too many jobs"}, 429, retry_after="600")
NAMED = "Accepted earlier and not known to be done: j1, j2. Fetch each with client.tasks.get(job_id)."


def notes(error: BaseException) -> list[str]:
    return getattr(error, "__notes__", [])


def submitted(colour: Colour, client: Any, text: Any = "x") -> Any:
    return colour.do(client.midjourney.diffusion(text=text))


@pytest.mark.parametrize(
    ("reply", "kind"), [(TOO_MANY, RateLimitError), (NoResponse("ReadTimeout", sent=True), SubmissionUnknown)]
)
def test_a_refused_call_names_the_jobs_before_it(colour: Colour, reply: Any, kind: type[LegnextError]) -> None:
    client = colour.client(Service(job(job_id="j1"), job(job_id="j2"), reply))
    with pytest.raises(kind) as caught:
        _ = [submitted(colour, client) for _ in range(3)]
    assert notes(caught.value) == [NAMED]


def test_so_does_a_call_that_is_refused_here(colour: Colour) -> None:
    client = colour.client(Service(job(job_id="j1"), job(job_id="j2")))
    with client.budget(200):
        first, _ = submitted(colour, client), submitted(colour, client)
        with pytest.raises(InvalidRequest) as wrong:
            submitted(colour, client.with_options(timeout=5), 5)
        with pytest.raises(BudgetExceeded) as dear:
            submitted(colour, client)
        with pytest.raises(InvalidRequest) as odd:
            colour.do(first.upscale(image_no=9, type=0))
    assert [notes(error.value) for error in (wrong, dear, odd)] == [[NAMED]] * 3


def test_what_was_seen_done_is_not_named(colour: Colour) -> None:
    service = Service(job(job_id="j0"), done("j0"), job(job_id="j9"), done("j9"), done("j8"), TOO_MANY)
    client = colour.client(service)
    colour.do(submitted(colour, client).wait())
    submitted(colour, client)
    colour.do(client.tasks.get("j9"))
    submitted(colour, client)
    with pytest.raises(RateLimitError) as caught:
        submitted(colour, client)
    assert notes(caught.value) == []


def test_only_the_last_are_named_and_only_by_what_costs(colour: Colour) -> None:
    replies = [job(job_id=f"j{number}") for number in range(100)]
    client = colour.client(Service(*replies, told({"message": "no"}, 404)), max_jobs=200)
    for _ in replies:
        submitted(colour, client)
    with pytest.raises(NotFoundError) as free:
        colour.do(client.tasks.get("j5"))
    with pytest.raises(NotFoundError) as paid:
        submitted(colour, client)
    assert notes(free.value) == []
    [note] = notes(paid.value)
    assert "done: j80, j81, " in note
    assert ", j99." in note
