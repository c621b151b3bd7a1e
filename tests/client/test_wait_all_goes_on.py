"""One job that nobody knows does not end the wait for the others."""

from __future__ import annotations

import pytest

from legnext_client.errors import NotFoundError
from legnext_client.testing import MockServer


def test_an_unknown_id_among_others_is_raised_when_the_others_are_done() -> None:
    ended: list[str] = []
    with MockServer(in_process=True) as server, server.client() as client:
        jobs = [client.midjourney.diffusion(text=f"a fox, number {number}") for number in range(3)]
        with pytest.raises(NotFoundError) as refusal:
            ended.extend(job.job_id for job in client.wait_all([jobs[0], "nobody", jobs[1], "no-one", jobs[2]]))
    assert sorted(ended) == sorted(job.job_id for job in jobs)
    assert refusal.value.__notes__ == ["Also refused: no-one."]
