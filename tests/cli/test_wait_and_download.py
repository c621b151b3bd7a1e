"""Jobs are seen through to their end: what they made is printed and fetched, and none is lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from legnext_client.cli.wait import Wishes, on_their_way
from legnext_client.errors import DownloadError, NotFoundError, WaitTimeout

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Here, Process


def test_wait_prints_addresses_for_people(legnext: Process, server: MockServer) -> None:
    ended = legnext("imagine", "a fox --v 7", "--wait")
    (job,) = server.jobs.values()
    assert (ended.code, ended.lines) == (0, job["output"]["image_urls"])
    first, *_, last = ended.err.splitlines()
    assert first == f"Accepted {job['job_id']}: 80 points held"
    assert last == f"{job['job_id']} completed: 4 images, 80 points charged"


def test_wait_prints_a_line_as_accepted_and_one_as_ended_for_machines(here: Here, server: MockServer) -> None:
    ended = here("diffusion", "a fox --v 7", "--wait", "--json")
    accepted, completed = ended.values
    (job,) = server.jobs.values()
    assert ended.code == 0
    assert (accepted["job_id"], accepted["status"]) == (job["job_id"], "pending")
    assert completed == job


def test_download_waits_and_prints_the_paths(legnext: Process, server: MockServer, tmp_path: Path) -> None:
    ended = legnext("diffusion", "a fox --v 7", "--download", "out", "--name", "fox-{n}{ext}")
    assert ended.code == 0, ended.err
    assert ended.lines == [f"out/fox-{n}.png" for n in range(4)]
    assert all((tmp_path / line).read_bytes().startswith(b"\x89PNG") for line in ended.lines)
    (job,) = server.jobs
    again = legnext("download", job, "out", "--which", "2", "--which", "0", "--json", "--name", "fox-{n}{ext}")
    assert again.values == [{"job_id": job, "downloaded": ["out/fox-2.png", "out/fox-0.png"]}]


def test_machines_get_the_paths_in_a_line_of_their_own(here: Here) -> None:
    *_, completed, downloaded = here("diffusion", "a fox --v 7", "--download", "out", "--json").values
    paths = [f"out/{completed['job_id']}_{n}.png" for n in range(4)]
    assert downloaded == {"job_id": completed["job_id"], "downloaded": paths}


def test_texts_are_printed_even_where_files_were_wished_for(here: Here, server: MockServer) -> None:
    ended = here("shorten", "a very, very long prompt of a fox", "--download", "out")
    (job,) = server.jobs.values()
    assert ended.code == 0, ended.err
    assert set(job["output"]["prompts"]) <= set(ended.lines)


def test_a_job_can_come_back_completed_at_once(here: Here, server: MockServer) -> None:
    server.faults.add("at_once")
    ended = here("diffusion", "a fox --v 7", "--wait", "--json")
    assert [value["status"] for value in ended.values] == ["completed", "completed"]


def test_many_are_waited_for_together_and_a_failure_makes_the_code(legnext: Process, server: MockServer) -> None:
    good = [server.jobs.add(f"good-{n}", status="processing")["job_id"] for n in range(2)]
    server.jobs.add("bad", status="failed")
    ended = legnext("wait", *good, "bad", "good-0", "--json")
    assert ended.code == 6
    assert sorted(value["job_id"] for value in ended.values) == ["bad", "good-0", "good-1"]
    assert "diffusion bad failed: " in ended.err


def test_what_is_left_is_named_when_time_is_over(here: Here, server: MockServer) -> None:
    for job_id in ("one", "two"):
        server.jobs.add(job_id, status="retry")
    ended = here("wait", "two", "one", "--timeout", "0", "--json", "--name", "{n}{ext}")
    assert (ended.code, ended.out) == (7, "")
    assert ended.err.splitlines()[-1] == "Take up what goes on: legnext wait two one --name '{n}{ext}'"


@pytest.mark.parametrize("error", [WaitTimeout("x"), KeyboardInterrupt(), DownloadError("x"), RuntimeError()])
def test_what_is_done_with_is_not_taken_up_again(error: BaseException) -> None:
    def two_of_three() -> None:
        with on_their_way(["a", "b", "c"], Wishes()) as left:
            left.discard("b")
            raise error

    with pytest.raises(type(error)) as caught:
        two_of_three()
    assert caught.value.__notes__ == ["Take up what goes on: legnext wait a c"]


def test_what_is_not_there_cannot_be_taken_up() -> None:
    with pytest.raises(NotFoundError) as caught, on_their_way(["a"], Wishes()):
        raise NotFoundError("x")
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--name", "{nothing}", "name may hold {job_id}, {n}, {ext}, {task_type}; got {nothing}"),
        ("--name", "../{n}{ext}", "is empty or leads elsewhere"),
        ("--timeout", "nan", "--timeout must be seconds, 0 or more; got nan"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_before_anything_is_paid(
    here: Here, server: MockServer, option: str, value: str, said: str
) -> None:
    ended = here("diffusion", "a fox", "--download", "out", option, value)
    assert (ended.code, ended.out, server.ledger) == (2, "", [])
    assert said in ended.err


def test_a_job_on_its_way_is_not_downloaded_yet(here: Here, server: MockServer) -> None:
    server.jobs.add("never", status="retry")
    ended = here("download", "never")
    assert (ended.code, ended.out) == (2, "")
    assert "wait for it before you download" in ended.err
