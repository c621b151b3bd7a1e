"""Jobs are seen through to their end: what they made is printed and fetched, and none is lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client._runs.results import span
from legnext_client.prices import typical_seconds
from tests.facts import DIFFUSION

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Run


def test_wait_prints_addresses_for_people(legnext: Run, server: MockServer) -> None:
    ended = legnext("imagine", "a fox --v 7", "--wait")
    (job,) = server.jobs.values()
    assert (ended.code, ended.lines) == (0, job["output"]["image_urls"])
    first, second, *_, last = ended.err.splitlines()
    assert first == f"Accepted {job['job_id']}: {DIFFUSION} points held"
    assert second == f"{job['job_id']}: pending, usually {span(typical_seconds('imagine', {'text': 'a fox --v 7'}))}"
    assert last == f"{job['job_id']} completed: 4 images, {DIFFUSION} points charged"


def test_wait_prints_a_line_as_accepted_and_one_as_ended_for_machines(legnext: Run, server: MockServer) -> None:
    ended = legnext("diffusion", "a fox --v 7", "--wait", "--json")
    accepted, completed = ended.values
    (job,) = server.jobs.values()
    assert ended.code == 0
    assert (accepted["job_id"], accepted["status"]) == (job["job_id"], "pending")
    assert completed == job


def test_download_waits_and_prints_the_paths(legnext: Run, server: MockServer, tmp_path: Path) -> None:
    ended = legnext("diffusion", "a fox --v 7", "--download", "out", "--name", "fox-{n}{ext}")
    assert ended.code == 0, ended.err
    assert ended.lines == [f"out/fox-{n}.png" for n in range(4)]
    assert all((tmp_path / line).read_bytes().startswith(b"\x89PNG") for line in ended.lines)
    (job,) = server.jobs
    again = legnext("download", job, "out", "--which", "2", "--which", "0", "--json", "--name", "fox-{n}{ext}")
    assert again.values == [{"job_id": job, "downloaded": ["out/fox-2.png", "out/fox-0.png"]}]


def test_texts_are_printed_even_where_files_were_wished_for(legnext: Run, server: MockServer) -> None:
    ended = legnext("shorten", "a very, very long prompt of a fox", "--download", "out")
    (job,) = server.jobs.values()
    assert ended.code == 0, ended.err
    assert set(job["output"]["prompts"]) <= set(ended.lines)


def test_many_are_waited_for_together_and_a_failure_makes_the_code(legnext: Run, server: MockServer) -> None:
    good = [server.jobs.add(f"good-{n}", status="processing")["job_id"] for n in range(2)]
    server.jobs.add("bad", status="failed")
    ended = legnext("wait", *good, "bad", "good-0", "--json")
    assert ended.code == 6
    assert sorted(value["job_id"] for value in ended.values) == ["bad", "good-0", "good-1"]
    assert "diffusion bad failed: " in ended.err


def test_what_is_left_is_named_when_time_is_over(legnext: Run, server: MockServer) -> None:
    for job_id in ("one", "two"):
        server.jobs.add(job_id, status="retry")
    ended = legnext("wait", "two", "one", "--timeout", "0", "--json", "--download", "out", "--name", "{n}{ext}")
    assert (ended.code, ended.out) == (7, "")
    assert ended.err.splitlines()[-1] == "Wait for the rest: legnext wait two one --download out --name '{n}{ext}'"


def test_names_need_no_number_where_one_file_is_made(legnext: Run, server: MockServer) -> None:
    clip = ("--download", "out", "--name", "clip{ext}")
    ended = legnext("video-diffusion", "waves", *clip)
    assert (ended.code, server.ledger) == (2, [])
    assert "--name must differ for each file" in ended.err
    assert legnext("video-diffusion", "waves --bs 1", *clip).lines == ["out/clip.mp4"]
    [job] = server.jobs
    assert legnext("video-upscale", job, "--video-no", "0", "--download", "out", "--name", "large{ext}").code == 0


def test_what_cannot_be_fetched_after_all_is_no_bad_input(legnext: Run, server: MockServer) -> None:
    server.jobs.add("paid")
    ended = legnext("wait", "paid", "--download", "out", "--name", "same{ext}")
    assert (ended.code, "Nothing was sent" in ended.err) == (9, False)
    assert "Error: name must differ for each file" in ended.err
    assert legnext("download", "paid", "").code == 2


def test_the_command_that_goes_on_finds_the_same_service(legnext: Run, server: MockServer, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"LEGNEXT_API_KEY={server.api_key}\n", encoding="utf-8")
    way = ("--env-file", ".env", "--base-url", server.base_url)
    elsewhere: dict[str, Any] = {"LEGNEXT_API_KEY": None, "LEGNEXT_BASE_URL": None}
    ended = legnext("diffusion", "a fox", *way, **elsewhere)
    (job,) = server.jobs
    wait = ("wait", job, *way)
    assert ended.err == f"Accepted {job}: {DIFFUSION} points held. Wait for it: legnext {' '.join(wait)}\n"
    assert legnext(*wait, **elsewhere).code == 0
    server.faults.add("close_after")
    assert f"legnext balance {' '.join(way)} shows" in legnext("diffusion", "a fox", *way, **elsewhere).err


def test_a_job_on_its_way_is_not_downloaded_yet(legnext: Run, server: MockServer) -> None:
    server.jobs.add("never", status="retry")
    ended = legnext("download", "never")
    assert (ended.code, ended.out) == (2, "")
    assert "Wait for it to complete before downloading" in ended.err
