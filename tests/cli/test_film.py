"""`legnext film`: from a file to a film, for one bill, whatever happens on the way."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.cli.exits import Exit
from legnext_client.errors import DownloadError
from legnext_client.films import Film

from .commands import Begun, until
from .screens import screen
from .test_exit_codes import free_port
from .test_terminal import WIDE, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Here, Process

FILM = """\
prompt: waves roll in --motion high
extensions:
  - night falls
upscale: true
"""
STEPS = ["video_diffusion", "extend_video", "video_upscale"]


@pytest.fixture(autouse=True)
def file(tmp_path: Path) -> Path:
    path = tmp_path / "film.yaml"
    path.write_text(FILM, encoding="utf-8")
    return path


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path) -> Iterator[Any]:
    opened: list[Terminal] = []

    def start(*words: str, **options: Any) -> Terminal:
        opened.append(Terminal(environment, tmp_path, *words, **options))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def operations(server: MockServer) -> list[str]:
    return [each.operation for each in server.ledger]


def in_a_film(text: str, file: Path) -> None:
    file.write_text(FILM.replace("waves roll in --motion high", text), encoding="utf-8")


# ---- to its end ---------------------------------------------------------------------------------------------------


def test_a_film_is_made_and_paid_for_once(legnext: Process, here: Here, server: MockServer, tmp_path: Path) -> None:
    ended = legnext("film", "film.yaml", "--yes")
    last = server.jobs[list(server.jobs)[-1]]
    assert (ended.code, ended.lines) == (0, last["output"]["video_urls"])
    assert operations(server) == STEPS
    said = ended.err.splitlines()
    assert said[:6] == [
        "start         480",
        "extension 1   480",
        "upscale       480",
        "in all       1440  points, an estimate",
        "8 seconds of film, usually made in 12 minutes.",
        "The account has 1000000 points.",
    ]
    assert said[-1] == "Done: 1 video of 8 seconds, 1440 points charged."
    for number, (job, title) in enumerate(zip(server.jobs, ("start", "extension 1", "upscale"), strict=True), 1):
        assert f"Step {number} of 3, {title}: {job} completed" in said

    again = here("film", "film.yaml", "--download", "out", "--json")
    [value] = again.values
    assert (again.code, operations(server)) == (0, STEPS)
    assert "Nothing is left to be paid." in again.err
    assert value["jobs"] == list(server.jobs.values())
    assert (value["points"], value["seconds"], value["journal"]) == (1440, 8, "film.db")
    assert value["video_urls"] == last["output"]["video_urls"]
    assert value["files"] == [f"out/{last['job_id']}_0.mp4"]
    assert (tmp_path / value["files"][0]).stat().st_size > 1000


def test_files_have_the_names_that_one_likes(here: Here, tmp_path: Path) -> None:
    ended = here("film", "film.yaml", "--yes", "--journal", "kept.db", "--download", "out", "--name", "waves-{n}{ext}")
    assert (ended.code, ended.lines) == (0, ["out/waves-0.mp4"])
    assert (tmp_path / "kept.db").exists()
    assert not (tmp_path / "film.db").exists()


def test_a_price_needs_no_key_and_sends_nothing(legnext: Process, here: Here, server: MockServer) -> None:
    ended = legnext("film", "film.yaml", "--price", LEGNEXT_API_KEY=None)
    assert (ended.code, ended.err, server.ledger) == (0, "", [])
    assert ended.lines[-2:] == [
        "in all       1440  points, an estimate",
        "8 seconds of film, usually made in 12 minutes.",
    ]
    [value] = here("film", "film.yaml", "--price", "--json").values
    assert [each["step"] for each in value["steps"]] == ["start", "extension 1", "upscale"]
    assert (value["points"], value["usd"], value["left"], value["seconds"]) == (1440, 1.44, 1440, 8)


# ---- asked first --------------------------------------------------------------------------------------------------


def test_what_is_dear_is_not_begun_without_a_yes(legnext: Process, server: MockServer) -> None:
    ended = legnext("film", "film.yaml", given="y\n")
    assert (ended.code, ended.out, server.ledger) == (Exit.BAD_INPUT, "", [])
    assert "this costs 1440 points, more than the 1000 of --ask-above, and there is no terminal" in ended.err
    assert "add --yes" in ended.err


@pytest.mark.parametrize("words", [("--ask-above", "1440"), ("--budget", "1000"), ("-y",)])
def test_what_is_cheap_enough_or_agreed_to_is_not_asked_for(here: Here, server: MockServer, words: Any) -> None:
    assert here("film", "film.yaml", *words).code in (0, Exit.BUDGET)
    assert server.ledger


def test_what_is_left_to_be_paid_counts(here: Here, server: MockServer) -> None:
    server.faults.add("job_fails", path="/v1/extend-video")
    assert here("film", "film.yaml", "--yes").code == Exit.JOB_FAILED
    ended = here("film", "film.yaml", "--retry-failed")
    assert (ended.code, operations(server)) == (0, ["video_diffusion", "extend_video", *STEPS[1:]])
    assert "960 points of it are still to be paid." in ended.err


def test_on_a_terminal_a_person_is_asked(terminal: Any, server: MockServer) -> None:
    for answer in (b"n\n", b"\n", b"\x04"):
        session = terminal("film", "film.yaml")
        session.read_until("Spend up to 1440 points, 1.44 USD? [y/N]")
        session.press(answer)
        assert session.ended() == Exit.BAD_INPUT
        assert screen(session.raw, WIDE)[-2:] == ["Nothing was sent.", ""]
    assert server.ledger == []


# ---- on a terminal ------------------------------------------------------------------------------------------------


def test_a_picture_shows_the_steps_and_stays(terminal: Any, server: MockServer) -> None:
    session = terminal("film", "film.yaml", piped=True)
    session.read_until("[y/N]")
    session.press(b"y\n")
    assert session.ended() == 0
    last = server.jobs[list(server.jobs)[-1]]
    assert session.process.stdout.read().decode().splitlines() == last["output"]["video_urls"]
    seen = screen(session.raw, WIDE)
    at = next(number for number, line in enumerate(seen) if line.startswith("✓"))
    for line, title in zip(seen[at:], ("start", "extension 1", "upscale"), strict=False):
        mark, *words, count, unit, took = line.split()
        assert (mark, count, unit) == ("✓", "480", "points")
        assert " ".join(words[:-1]) == title
        assert set(words[-1]) == {"━"}
        assert took[:2] == "0:"
    assert seen[at + 3].startswith("1440 of 1440 points; 0:")
    assert seen[at + 4] == "Done: 1 video of 8 seconds, 1440 points charged."
    assert "480 held" in session.raw
    assert session.raw.rindex("\x1b[?25h") > session.raw.rindex("\x1b[?25l"), "the cursor is there again"


def test_ctrl_c_twice_leaves_at_once_and_says_how_to_go_on(terminal: Any, server: MockServer, file: Path) -> None:
    in_a_film("never-end-this-job", file)
    session = terminal("film", "film.yaml", "--yes", "--budget", "2000", columns=70)
    session.read_until("processing")
    session.press(b"\x03")
    session.read_until("Interrupted: nothing more")
    session.press(b"\x03")
    assert session.ended() == Exit.INTERRUPTED
    seen = [line for line in screen(session.raw, 70) if line]
    assert seen[-1] == "Go on: legnext film film.yaml --budget 2000 --yes"
    assert "Interrupted." in seen
    assert sum("extension 1" in line for line in seen) == 2, "in the price and in one picture"
    assert operations(server) == ["video_diffusion"]


# ---- how it ends otherwise ----------------------------------------------------------------------------------------


def test_a_step_that_fails_can_be_tried_again(here: Here, server: MockServer, file: Path) -> None:
    in_a_film("fail-this-job", file)
    ended = here("film", "film.yaml", "--yes", "--json")
    assert (ended.code, ended.out) == (Exit.JOB_FAILED, "")
    *_, place, error, again = ended.err.splitlines()
    assert place == "Step 1 of 3, start, is not done."
    assert error.startswith("Error: video_diffusion ")
    assert error.endswith("Nothing is charged for it.")
    assert again == "Try this step again: legnext film film.yaml --yes --json --retry-failed"
    assert here("film", "film.yaml", "--yes").code == Exit.JOB_FAILED
    assert operations(server) == ["video_diffusion"], "and never without being told to"
    assert here(*shlex.split(again.removeprefix("Try this step again: legnext "))).code == Exit.JOB_FAILED
    assert operations(server) == ["video_diffusion"] * 2


def test_what_is_refused_is_told_in_the_services_words(here: Here, server: MockServer, file: Path) -> None:
    in_a_film("forbidden-content", file)
    ended = here("film", "film.yaml", "--yes")
    assert (ended.code, ended.out, server.ledger) == (Exit.REFUSED, "", [])
    assert "Error: 403" in ended.err
    ended = here("film", "film.yaml", "--yes")
    assert ended.code == Exit.JOB_FAILED, "it was refused in an earlier run"
    assert "failed in an earlier run: 403" in ended.err
    assert ended.err.splitlines()[-1] == "Try this step again: legnext film film.yaml --yes --retry-failed"


def test_an_unknown_outcome_is_settled_by_the_commands_that_are_printed(
    legnext: Process, here: Here, server: MockServer
) -> None:
    server.faults.add("close_after", path="/v1/extend-video")
    ended = legnext("film", "film.yaml", "--yes")
    assert (ended.code, ended.out) == (Exit.UNKNOWN, "")
    said = ended.err.splitlines()
    assert said[-6] == f"Sent: {json.dumps(server.ledger[-1].body)}"
    assert said[-4:] == [
        "  legnext batch resolve film.db film/2 --adopt JOB  # it was accepted, as this job",
        "  legnext batch resolve film.db film/2 --resubmit   # it was not: have it sent again, at your risk",
        "  legnext batch resolve film.db film/2 --give-up    # count it as failed",
        "Then go on: legnext film film.yaml --yes",
    ]
    assert here("film", "film.yaml", "--yes").code == Exit.UNKNOWN
    assert operations(server) == STEPS[:2], "it is never sent again by itself"

    lost = list(server.jobs)[-1]
    command = said[-4].replace("JOB", lost).partition("#")[0]
    assert here(*shlex.split(command)[1:]).code == 0
    assert here("film", "film.yaml", "--yes").code == 0
    assert operations(server) == STEPS


def test_a_job_that_was_adopted_and_is_nobodys_is_unknown_still(here: Here, server: MockServer) -> None:
    server.faults.add("close_after", path="/v1/extend-video")
    assert here("film", "film.yaml", "--yes").code == Exit.UNKNOWN
    assert here("batch", "resolve", "film.db", "film/2", "--adopt", "no-such-job").code == 0
    ended = here("film", "film.yaml", "--yes", "--retries", "0")
    assert ended.code == Exit.UNKNOWN
    assert "404" in ended.err
    assert "legnext batch resolve film.db film/2 --resubmit" in ended.err


def test_time_is_over_and_the_job_goes_on(here: Here, server: MockServer, file: Path) -> None:
    in_a_film("never-end-this-job", file)
    ended = here("film", "film.yaml", "--yes", "--timeout", "0.01")
    assert (ended.code, ended.out) == (Exit.TIMEOUT, "")
    assert ended.err.splitlines()[-1] == "Go on: legnext film film.yaml --timeout 0.01 --yes"
    (job,) = server.jobs
    server.jobs.complete(job)
    assert here("film", "film.yaml", "--yes").code == 0
    assert operations(server) == STEPS


def test_a_budget_is_not_passed(here: Here, server: MockServer) -> None:
    ended = here("film", "film.yaml", "--budget", "1000")
    assert (ended.code, ended.out, operations(server)) == (Exit.BUDGET, "", STEPS[:2])
    assert "480 points would pass the budget of 1000" in ended.err
    server._service.account.available_credits = 479
    ended = here("film", "film.yaml", "--yes")
    assert (ended.code, operations(server)) == (Exit.BUDGET, STEPS[:2])
    assert "this takes up to 480 points, and the account has 479: top it up" in ended.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), Exit.BAD_INPUT, "Missing argument 'FILE'"),
        (("nowhere.yaml",), Exit.BAD_INPUT, "nowhere.yaml cannot be read"),
        (("film.yaml", "--timeout", "0"), Exit.BAD_INPUT, "timeout must be seconds above 0; got 0.0"),
        (("film.yaml", "--callback", "ftp://x"), Exit.BAD_INPUT, "callback must begin with http"),
        (("film.yaml", "--download", "out", "--name", "../{n}{ext}"), Exit.BAD_INPUT, "is empty or leads elsewhere"),
        (("film.yaml", "--budget", "-1"), Exit.BAD_INPUT, "--budget"),
        (("film.yaml", "--journal", "film.yaml"), Exit.FILES, "film.yaml is no journal of legnext-client"),
        (("film.yaml", "--env-file", "nowhere"), Exit.CONFIGURATION, "--env-file nowhere cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(
    here: Here, server: MockServer, words: tuple[str, ...], code: Exit, said: str
) -> None:
    ended = here("film", *words)
    assert (ended.code, ended.out, server.ledger) == (code, "", [])
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1


def test_the_journal_of_another_film_is_left_alone(here: Here, server: MockServer, file: Path) -> None:
    assert here("film", "film.yaml", "--yes").code == 0
    in_a_film("rain", file)
    ended = here("film", "film.yaml", "--yes")
    assert (ended.code, ended.out, operations(server)) == (Exit.FILES, "", STEPS)
    assert ended.err.splitlines()[-1].startswith("Error: film.db is the journal of another film")


def test_nobody_there(here: Here) -> None:
    address = f"http://127.0.0.1:{free_port()}/api"
    assert here("film", "film.yaml", "--yes", "--base-url", address, "--retries", "0").code == Exit.UNREACHABLE


def test_a_film_whose_file_cannot_be_fetched_is_there_for_another_try(
    here: Here, server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise DownloadError("the file is gone")

    with monkeypatch.context() as patched:
        patched.setattr(Film, "download", gone)
        ended = here("film", "film.yaml", "--yes", "--download", "out")
    assert (ended.code, ended.out) == (Exit.FILES, "")
    assert ended.err.splitlines()[-1] == "Go on: legnext film film.yaml --download out --yes"
    assert here("film", "film.yaml", "--yes", "--download", "out").code == 0
    assert operations(server) == STEPS


def test_kill_9_loses_nothing(
    environment: dict[str, str], here: Here, server: MockServer, tmp_path: Path, file: Path
) -> None:
    in_a_film("never-end-this-job", file)
    begun = Begun(environment, tmp_path, "film", "film.yaml", "--yes", "--json")
    until(lambda: server.jobs and here("batch", "status", "film.db", "--json").values[0]["running"])
    begun.process.kill()
    assert begun.ended().code == -9
    (job,) = server.jobs
    server.jobs.complete(job)
    ended = here("film", "film.yaml", "--yes", "--json")
    assert (ended.code, operations(server)) == (0, STEPS)
    assert [each["job_id"] for each in ended.values[0]["jobs"]] == list(server.jobs)
