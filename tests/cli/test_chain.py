"""`legnext chain`: from a file to a chain, for one bill, whatever happens on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.cli.exits import Exit
from legnext_client.generated.rules import POINTS_PER_USD
from tests.facts import CHAIN_PRICE, EXTENSION, VIDEO, VIDEO_UPSCALE, seconds

from .asked import STEPS, in_a_chain, operations

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Run

pytestmark = pytest.mark.usefixtures("chain")

# ---- to its end ---------------------------------------------------------------------------------------------------


COSTS = {"start": VIDEO, "extension 1": EXTENSION, "upscale": VIDEO_UPSCALE}
LONG = sum(map(seconds, STEPS))
LASTS = f"8 seconds of chain, usually made in about {LONG // 60:.0f}:{LONG % 60:02.0f}."


def test_a_chain_is_made_and_paid_for_once(legnext: Run, server: MockServer, tmp_path: Path) -> None:
    ended = legnext("chain", "chain.yaml", "--yes")
    last = server.jobs[list(server.jobs)[-1]]
    assert (ended.code, ended.lines) == (0, last["output"]["video_urls"])
    assert operations(server) == STEPS
    said = ended.err.splitlines()
    assert said[:6] == [
        f"start        {VIDEO:4}",
        f"extension 1  {EXTENSION:4}",
        f"upscale      {VIDEO_UPSCALE:4}",
        f"in all       {CHAIN_PRICE:4}  points, an estimate",
        LASTS,
        "The account has 1000000 points.",
    ]
    assert said[-1] == f"Done: 1 video of 8 seconds, {CHAIN_PRICE} points charged."
    for number, (job, title) in enumerate(zip(server.jobs, ("start", "extension 1", "upscale"), strict=True), 1):
        assert f"Step {number} of 3, {title}: {job} completed, {COSTS[title]} points" in said

    again = legnext("chain", "chain.yaml", "--download", "out", "--json")
    [value] = again.values
    assert (again.code, operations(server)) == (0, STEPS)
    assert "Nothing is left to pay." in again.err
    assert value["jobs"] == list(server.jobs.values())
    assert (value["points"], value["seconds"], value["journal"]) == (CHAIN_PRICE, 8, "chain.db")
    assert value["video_urls"] == last["output"]["video_urls"]
    assert value["files"] == [f"out/{last['job_id']}_0.mp4"]
    assert (tmp_path / value["files"][0]).stat().st_size > 1000


def test_files_have_the_names_that_one_likes(legnext: Run, tmp_path: Path) -> None:
    ended = legnext(
        "chain", "chain.yaml", "--yes", "--journal", "kept.db", "--download", "out", "--name", "waves-{n}{ext}"
    )
    assert (ended.code, ended.lines) == (0, ["out/waves-0.mp4"])
    assert (tmp_path / "kept.db").exists()
    assert not (tmp_path / "chain.db").exists()


def test_a_price_needs_no_key_and_sends_nothing(legnext: Run, server: MockServer) -> None:
    ended = legnext("chain", "chain.yaml", "--price", LEGNEXT_API_KEY=None)
    assert (ended.code, ended.err, server.ledger) == (0, "", [])
    assert ended.lines[-2:] == [
        f"in all       {CHAIN_PRICE:4}  points, an estimate",
        LASTS,
    ]
    [value] = legnext("chain", "chain.yaml", "--price", "--json").values
    assert [each["step"] for each in value["steps"]] == ["start", "extension 1", "upscale"]
    assert (value["points"], value["usd"], value["left"], value["seconds"]) == (
        CHAIN_PRICE,
        CHAIN_PRICE / POINTS_PER_USD,
        CHAIN_PRICE,
        8,
    )


def test_a_wrong_prompt_is_refused_before_the_price_unless_told_otherwise(
    legnext: Run, server: MockServer, tmp_path: Path
) -> None:
    (tmp_path / "chain.yaml").write_text("prompt: waves --tile", encoding="utf-8")
    for more in (("--price",), ("--yes",)):
        ended = legnext("chain", "chain.yaml", *more)
        assert (ended.code, ended.out) == (Exit.BAD_INPUT, "")
        assert ended.err.startswith("Error: start: the prompt has problems: at 6: `--tile` is for image prompts")
        assert ended.err.endswith("give --prompts warn. Nothing was sent.\n")
    assert server.ledger == []
    ended = legnext("chain", "chain.yaml", "--yes", "--prompts", "warn")
    assert (ended.code, len(server.ledger)) == (0, 1)
    assert ended.err.count("Warning: start: the prompt has problems") == 1


# ---- asked first --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("--ask-above", str(CHAIN_PRICE)), ("--budget", str(CHAIN_PRICE - 1)), ("-y",)])
def test_what_is_cheap_enough_or_agreed_to_is_not_asked_for(legnext: Run, server: MockServer, words: Any) -> None:
    assert legnext("chain", "chain.yaml", *words).code in (0, Exit.BUDGET)
    assert server.ledger


def test_what_is_left_to_be_paid_counts(legnext: Run, server: MockServer) -> None:
    server.faults.add("job_fails", path="/v1/extend-video")
    assert legnext("chain", "chain.yaml", "--yes").code == Exit.JOB_FAILED
    ended = legnext("chain", "chain.yaml", "--retry-failed")
    assert (ended.code, operations(server)) == (0, ["video_diffusion", "extend_video", *STEPS[1:]])
    assert f"{CHAIN_PRICE - VIDEO} points are still to be paid." in ended.err


def test_on_a_terminal_a_person_is_asked(terminal: Any, server: MockServer) -> None:
    for key, code, said in (
        (b"\x04", Exit.BAD_INPUT, "Nothing was sent."),
        (b"\x03", Exit.INTERRUPTED, "Interrupted."),
    ):
        session = terminal("chain", "chain.yaml")
        session.read_until(f"Spend up to {CHAIN_PRICE} points, {CHAIN_PRICE / POINTS_PER_USD:.2f} USD? [y/N]")
        session.press(key)
        assert (session.ended(), session.seen[-2:]) == (code, [said, ""])
    assert server.ledger == []


# ---- on a terminal ------------------------------------------------------------------------------------------------


def test_finished_steps_stay_above_the_bar(terminal: Any, server: MockServer) -> None:
    session = terminal("chain", "chain.yaml", piped=True)
    session.read_until("[y/N]")
    session.press(b"y\n")
    session.read_until("━")
    assert session.ended() == 0
    last = server.jobs[list(server.jobs)[-1]]
    assert session.read_piped() == last["output"]["video_urls"]
    *_, first, second, third, done = [line for line in session.seen if line]
    for number, (line, job, title) in enumerate(zip((first, second, third), server.jobs, COSTS, strict=True), 1):
        assert line == f"Step {number} of 3, {title}: {job} completed, {COSTS[title]} points"
    assert done == f"Done: 1 video of 8 seconds, {CHAIN_PRICE} points charged."
    assert session.raw.rindex("\x1b[?25h") > session.raw.rindex("\x1b[?25l"), "the cursor is there again"


def test_a_narrow_terminal_shows_the_step_that_runs(terminal: Any, chain: Path) -> None:
    in_a_chain("waves", chain)
    chain.write_text(chain.read_text(encoding="utf-8").replace("night falls", "never-end-this-job"), encoding="utf-8")
    session = terminal("chain", "chain.yaml", "--yes", columns=40)
    session.read_until_seen(lambda seen: seen[-1].startswith("chain  extension 1") and "proc" in seen[-1])


def test_ctrl_c_twice_leaves_at_once_and_says_how_to_go_on(terminal: Any, server: MockServer, chain: Path) -> None:
    in_a_chain("never-end-this-job", chain)
    session = terminal("chain", "chain.yaml", "--yes", "--budget", "2000", columns=70)
    session.read_until("processing")
    session.press(b"\x03")
    session.read_until("Interrupted: nothing more")
    session.press(b"\x03")
    assert session.ended() == Exit.INTERRUPTED
    seen = [line for line in session.seen if line]
    assert seen[-1] == "Resume: legnext chain chain.yaml --yes --budget 2000"
    assert "Interrupted." in seen
    assert sum("extension 1" in line for line in seen) == 1, "in the price; the bar is gone"
    assert operations(server) == ["video_diffusion"]
