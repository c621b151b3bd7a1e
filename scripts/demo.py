"""What this client is for, from the balance to a page of pictures, on the mock server of the package: `make demo`.

With `LIVE=1` and a key in LEGNEXT_API_KEY, `make demo` does the smallest part of it on the real service instead: one
image, after showing its price and asking.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from demo_page import Shown, write_page

from legnext_client import Client, Job, Journal, Update, VideoChain
from legnext_client.cli.exits import exit_code, explained
from legnext_client.errors import LegnextError
from legnext_client.gallery import gallery
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from legnext_client import Result

OUT = Path("demo-out")
SHOTS, JOURNAL = OUT / "shots", OUT / "shots.db"
FASTER = 40.0
"""How much faster the mock's clock runs: an image takes a second, a video six."""
PROMPT = "a lighthouse at dusk, oil on canvas --ar 3:2 --v 7"
PLACES = (
    "a harbour in the fog",
    "a market at night",
    "a path through birches",
    "an island of glass",
    "a desert of blue sand",
    "a library under water",
    "a train in the mountains",
    "a garden on a roof",
    "a city of paper",
    "a bridge of light",
)
LAST = VideoChain.start("a comet over a lake --motion low").extend("it fades")
REFUSED = "a place that no model can draw: fail-this-job"
"""The mock's own word for a job that is to fail."""


def main() -> int:
    """Run what the arguments and the environment ask for; what goes wrong is told in a line, with the codes of the
    command line."""
    try:
        return chosen()
    except (LegnextError, KeyboardInterrupt) as error:
        for told in explained(error):
            print(told, file=sys.stderr)
        return exit_code(error)


def chosen() -> int:
    if sys.argv[1:] == ["batch"]:
        with Client() as client:
            return batch(client)
    if os.environ.get("LIVE") == "1":
        with Client() as client:
            return live(client)
    shutil.rmtree(OUT, ignore_errors=True)
    with MockServer(time_scale=FASTER, seed=7, credits=20_000) as server:
        print(f"A mock of the whole API at {server.base_url}, {FASTER:g} times as fast as the service.")
        with Client(server.api_key, base_url=server.base_url) as client:
            parts = [*image(client), chain(client)]
            killed_and_gone_on_with(client, server)
            on_the_command_line(server)
        asked_for = [*(job for part in parts for job in part.jobs), *jobs_of(JOURNAL)]
        right = settled(asked_for, [each.job_id for each in server.ledger])
    page = write_page(OUT / "index.html", parts, JOURNAL, gallery(JOURNAL))
    print(f"\nLook at it all: {page}")
    return 0 if right else 1


def settled(asked_for: Iterable[str], accepted: Iterable[str]) -> bool:
    """Whether what the service has accepted, and charges, is what was asked for: each job once, and no other."""
    title("Paid for")
    ours, theirs = Counter(asked_for), Counter(accepted)
    told = f"{theirs.total()} jobs were accepted"
    if theirs == ours and set(theirs.values()) <= {1}:
        print(f"{told}, each is known by its id, and none was paid for twice.")
        return True
    print(f"{told}, and {ours.total()} were asked for. Not asked for: {', '.join(theirs - ours) or 'none'}.")
    return False


def image(client: Client) -> list[Shown]:
    """An image with its progress, its files, and the enlargement of one of the four."""
    title("An image")
    print(f"{client.account.balance().available_credits} credits; {client.price('diffusion', text=PROMPT)}")
    job = client.midjourney.diffusion(text=PROMPT).wait(on_progress=progress)
    made = job.download(OUT, name="lighthouse_{n}{ext}")
    done(f"{len(made)} images, {job.points:g} points", made)
    poster = job.upscale(image_no=2, type=1).wait(on_progress=progress)
    large = poster.download(OUT, name="poster{ext}")
    done(f"image 2 enlarged, {poster.points:g} points", large)
    return [
        Shown("An image", PROMPT, f"{job.points:g} points", made, [job.job_id]),
        Shown("Its upscale", "The third of the four, enlarged", f"{poster.points:g} points", large, [poster.job_id]),
    ]


def chain(client: Client) -> Shown:
    """A chain of three steps, described first, with its price."""
    title("A chain")
    chain = VideoChain.start("waves roll in --motion high").extend("the camera pulls back").upscale()
    print(f"{chain.price()}\n{chain.seconds} seconds of chain")
    made = client.run(chain, journal=OUT / "chain.db", budget=2000, on_progress=lambda update: line(str(update)))
    files = made.download(OUT, name="chain{ext}")
    done(f"{len(made.jobs)} steps, {made.points} points", files)
    told = ", then ".join(step.title for step in chain.steps)
    return Shown("A chain", told, f"{made.points} points", files, [job.job_id for job in made.jobs])


def killed_and_gone_on_with(client: Client, server: MockServer) -> None:
    """A batch in a process of its own, which is killed in the middle and begun again."""
    title("A batch, killed and gone on with")
    print(f"{client.batch(rows(), JOURNAL).survey()}; one of them will fail")
    environment = os.environ | {"LEGNEXT_API_KEY": server.api_key, "LEGNEXT_BASE_URL": server.base_url}
    command = [sys.executable, __file__, "batch"]
    with subprocess.Popen(command, env=environment) as child:
        kill(child, 4)
    with Journal(JOURNAL) as journal:
        print(f"\n  killed. The journal: {journal.summary()}")
    before = len(server.ledger)
    subprocess.run(command, env=environment, check=False)
    print(f"  {before} jobs had been accepted before the kill, {len(server.ledger)} are now.")


def on_the_command_line(server: MockServer) -> None:
    """The command of the same package: what it says of the journal, and of the account."""
    environment = os.environ | {"LEGNEXT_API_KEY": server.api_key, "LEGNEXT_BASE_URL": server.base_url}
    for words in (["batch", "status", str(JOURNAL)], ["balance"]):
        title(f"$ legnext {' '.join(words)}")
        sys.stdout.flush()
        command = [str(Path(sys.executable).with_name("legnext")), *words]
        subprocess.run(command, env=environment, check=False)


def jobs_of(journal: Path) -> list[str]:
    """The jobs that a journal knows of, those included in whose place there is another one."""
    with Journal(journal) as opened:
        return [entry.job_id for entry in opened.entries(history=True) if entry.job_id is not None]


def batch(client: Client) -> int:
    """What the child process does; run again, it goes on where it was."""
    run = client.batch(rows(), JOURNAL, concurrency=4, download=SHOTS, on_progress=lambda update: line(counted(update)))
    for result in run:
        line(said(result) + "\n")
    print(f"  {run.summary}")
    return 0


def rows() -> list[dict[str, object]]:
    prompts = [*PLACES[:6], REFUSED, *PLACES[6:]]
    asked: list[dict[str, object]] = [{"text": f"{prompt} --ar 3:2"} for prompt in prompts]
    asked.append({"chain": LAST})
    return [{"key": f"{number:02}", **row} for number, row in enumerate(asked, 1)]


def kill(child: subprocess.Popen[bytes], count: int) -> None:
    """Kill the child when so many of its rows are done, unless it has ended before.

    Not while a request is on its way: of that one nobody could know what became of it, and the demo would end with a
    question. So the child is held still, looked at, and let go on if it was in the midst of one.
    """
    while child.poll() is None:
        if done_and_on_their_way()[0] >= count:
            child.send_signal(signal.SIGSTOP)
            if not done_and_on_their_way()[1]:
                child.kill()
                return
            child.send_signal(signal.SIGCONT)
        time.sleep(0.05)


def done_and_on_their_way() -> tuple[int, int]:
    """How many requests of the journal are done, and how many are just being sent."""
    if not JOURNAL.exists():
        return 0, 0
    with Journal(JOURNAL) as journal:
        states = journal.summary().states
    return states.get("done", 0), states.get("submitting", 0)


def live(client: Client) -> int:
    """One image on the real service, if it may cost what it will."""
    print(f"{client.account.balance().available_credits} credits; {PROMPT!r} will cost "
          f"{client.price('diffusion', text=PROMPT)}.")  # fmt: skip
    if not agreed("Make it? [y/N] "):
        print("Nothing was sent.")
        return 0
    job = client.midjourney.diffusion(text=PROMPT)
    print(f"Accepted as {job.job_id}; legnext wait {job.job_id} takes it up, should this be broken off.")
    job.wait(on_progress=progress)
    done(f"{len(job.image_urls)} images, {job.points:g} points", job.download(OUT, name="lighthouse_{n}{ext}"))
    return 0


def agreed(question: str) -> bool:
    """Whether somebody says yes; nobody there says no."""
    try:
        return input(question).strip().lower() in ("y", "yes")
    except (EOFError, RuntimeError):  # at its end, or closed
        print()
        return False


def title(text: str) -> None:
    print(f"\n{text}\n{'─' * len(text)}")


def progress(job: Job) -> None:
    filled = job.progress // 5
    line(f"{job.status:<11}{'█' * filled}{'·' * (20 - filled)} {job.progress:3d} %")


def counted(update: Update) -> str:
    counts = update.counts
    return f"{counts.done} of {counts.total} done, {counts.running} running, {update.points} points"


def said(result: Result[Job]) -> str:
    before = " (before it was killed)" if result.earlier else ""
    return f"{result.key} {result.state:<9}{len(result.files)} files, {result.points} points{before}"


def line(text: str) -> None:
    """Write over the last line; where output is no terminal, only what ends a line is worth writing."""
    if sys.stdout.isatty():
        print(f"\r\033[K  {text}", end="", flush=True)
    elif text.endswith("\n"):
        print(f"  {text}", end="", flush=True)


def done(what: str, paths: list[Path]) -> None:
    line(f"{what}\n")
    for path in paths:
        print(f"    {path}")


if __name__ == "__main__":
    sys.exit(main())
