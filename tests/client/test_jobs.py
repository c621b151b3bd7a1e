"""Jobs in the hands of a user: what they show, how they compare, where they travel."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from legnext_client.errors import ConfigurationError
from legnext_client.jobs import AsyncJob, Job

from .worlds import Colour, Service, done, job, made, pickled_twin


def test_a_bare_job_has_every_attribute() -> None:
    found = Job({"job_id": "j1"})
    assert (found.status, found.progress, found.points, found.logs, found.image_urls) == ("pending", 0, 0, [], [])
    assert (found.created_at, found.input, found.model) == (None, None, "")
    assert found.output is not None
    assert found.error is not None


def test_it_shows_itself_in_one_line() -> None:
    usage: Any = {"usage": {"frozen": 80}}
    assert (
        repr(Job(job("processing", progress="46%", meta=usage))) == "<Job j1, diffusion, processing, 46 %, 80 points>"
    )
    assert repr(Job(done())) == "<Job j1, diffusion, completed, 4 images>"
    assert repr(AsyncJob({"job_id": "j1"})) == "<AsyncJob j1, pending>"


def test_jobs_are_equal_when_they_tell_the_same() -> None:
    assert Job(job()) == Job(job())
    assert Job(job()) != Job(done())
    assert Job(job()) != "j1"
    assert len({Job(job()), Job(job()), Job(job(job_id="j2"))}) == 2


@pytest.mark.parametrize("twin_of", [pickled_twin, copy.copy, copy.deepcopy])
def test_a_job_travels_without_its_client(colour: Colour, twin_of: Any) -> None:
    first = made(colour, Service(job()))
    twin = twin_of(first)
    assert twin == first
    assert type(twin) is type(first)
    with pytest.raises(ConfigurationError, match=r"is not attached to a client.* client\.tasks\.get\('j1'\)"):
        colour.do(twin.refresh())
