"""Show what this client is for, from the balance to a page of pictures, on the mock server: `make demo`.

With `LIVE=1` and a key in LEGNEXT_API_KEY, `make demo` instead makes one image with the real service, after showing its
price and asking.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import TYPE_CHECKING

from legnext_client import Client, Job, Journal, VideoChain
from legnext_client.cli.exits import exit_code, explained
from legnext_client.errors import LegnextError
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from collections.abc import Iterable

OUT = Path("demo-out")
ROWS, JOURNAL = OUT / "rows.jsonl", OUT / "rows.db"
LEGNEXT = str(Path(sys.executable).with_name("legnext"))
FASTER = 40.0
"""How much faster the mock's clock runs: an image takes a second, a video six."""
PROMPT = "a lighthouse at dusk, oil on canvas --ar 3:2 --v 7"
TEXTS = (
    "a harbour in the fog",
    "a market at night",
    "a path through birches",
    "an island of glass",
    "a place that no model can draw: fail-this-job",  # the mock's own word for a job that is to fail
    "a library under water",
    "a train in the mountains",
    "a city of paper",
)


def main() -> int:
    """Run the demo; an error prints one line and exits with the command line's code for it."""
    try:
        return live() if os.environ.get("LIVE") == "1" else demo()
    except (LegnextError, KeyboardInterrupt) as error:
        print(*explained(error), sep="\n", file=sys.stderr)
        return exit_code(error)


def demo() -> int:
    shutil.rmtree(OUT, ignore_errors=True)
    with MockServer(time_scale=FASTER, seed=7, credits=20_000) as server:
        print(f"A mock of the whole API at {server.base_url}, {FASTER:g} times as fast as the service.")
        with Client(server.api_key, base_url=server.base_url) as client:
            jobs = [*image(client), *chain(client)]
        batch(server)
        with Journal(JOURNAL) as journal:
            jobs += [entry.job_id for entry in journal.entries(history=True) if entry.job_id]
        right = paid_once(jobs, [job.job_id for job in server.ledger])
    print(f"\nLook at it all: {OUT / 'index.html'}")
    return 0 if right else 1


def image(client: Client) -> list[str]:
    """Make an image, and enlarge one of its four."""
    title("An image")
    print(f"{client.account.balance().available_credits} credits; {client.price('diffusion', text=PROMPT)}")
    job = client.midjourney.diffusion(text=PROMPT).wait(on_progress=progress)
    print(f"\n{job.points:g} points", *job.download(OUT, name="lighthouse_{n}{ext}"), sep="\n    ")
    poster = job.upscale(image_no=2, type=1).wait(on_progress=progress)
    print(f"\n{poster.points:g} points", *poster.download(OUT, name="poster{ext}"), sep="\n    ")
    return [job.job_id, poster.job_id]


def chain(client: Client) -> list[str]:
    """Make a chain of three steps."""
    title("A chain")
    steps = VideoChain.start("waves roll in --motion high").extend("the camera pulls back").upscale()
    print(f"{steps.price()}\n{steps.seconds} seconds of chain")
    made = client.run(steps, journal=OUT / "chain.db", budget=2000, on_progress=lambda update: line(str(update)))
    print(f"\n{len(made.jobs)} steps, {made.points} points", *made.download(OUT, name="chain{ext}"), sep="\n    ")
    return [job.job_id for job in made.jobs]


def batch(server: MockServer) -> None:
    """Run a batch with the command `legnext`, kill it in the middle, and run it again."""
    title("A batch, killed and resumed")
    rows = [{"text": f"{text} --ar 3:2"} for text in TEXTS]
    ROWS.write_text("".join(f"{json.dumps({'key': f'{n:02}', **row})}\n" for n, row in enumerate(rows, 1)), "utf-8")
    environment = os.environ | {"LEGNEXT_API_KEY": server.api_key, "LEGNEXT_BASE_URL": server.base_url}
    command = [LEGNEXT, "batch", "run", str(ROWS), "--out", str(OUT), "--concurrency", "3", "--yes"]
    print("$", *command, flush=True)
    with subprocess.Popen(command, env=environment) as process:
        kill(process, done=2)
    print("\nKilled. Once more:", flush=True)
    subprocess.run(command, env=environment, check=False)
    for words in (["batch", "status", str(JOURNAL)], ["balance"]):
        title(f"$ legnext {' '.join(words)}")
        subprocess.run([LEGNEXT, *words], env=environment, check=False)


def kill(process: subprocess.Popen[bytes], *, done: int) -> None:
    """Kill a batch once it has this many jobs done, unless it has ended before.

    Not during a submission: its outcome would be unknown, and the demo would end with a decision to make. So the
    process is stopped, and continued if it is submitting.
    """
    while process.poll() is None:
        if states().get("done", 0) >= done:
            process.send_signal(SIGSTOP)
            if not states().get("submitting"):
                process.kill()
                return
            process.send_signal(SIGCONT)
        time.sleep(0.05)


def states() -> dict[str, int]:
    if not JOURNAL.exists():
        return {}
    with Journal(JOURNAL) as journal:
        return dict(journal.summary().states)


def paid_once(asked_for: Iterable[str], accepted: Iterable[str]) -> bool:
    """Whether the service accepted, and charges, each job that was asked for once, and no other."""
    title("Paid for")
    ours, theirs = Counter(asked_for), Counter(accepted)
    right = theirs == ours and set(theirs.values()) <= {1}
    print(f"{theirs.total()} jobs were accepted; {ours.total()} were asked for.", end=" ")
    print("None was paid for twice." if right else f"Not asked for: {', '.join(theirs - ours) or 'none'}.")
    return right


def live() -> int:
    """Make one image with the real service, if somebody agrees to its price."""
    with Client() as client:
        price = client.price("diffusion", text=PROMPT)
        print(f"{client.account.balance().available_credits} credits; {PROMPT!r} will cost {price}.")
        if not agreed("Make it? [y/N] "):
            print("Nothing was sent.")
            return 0
        job = client.midjourney.diffusion(text=PROMPT)
        print(f"Accepted as {job.job_id}; `legnext wait {job.job_id}` resumes if this is interrupted.")
        files = job.wait(on_progress=progress).download(OUT, name="lighthouse_{n}{ext}")
        print(f"\n{job.points:g} points", *files, sep="\n    ")
    return 0


def agreed(question: str) -> bool:
    """Ask; without anybody to answer, it is a no."""
    try:
        return input(question).strip().lower() in ("y", "yes")
    except (EOFError, RuntimeError):  # at its end, or closed
        print()
        return False


def title(text: str) -> None:
    print(f"\n{text}\n{'─' * len(text)}", flush=True)


def progress(job: Job) -> None:
    line(f"{job.status:<11}{'█' * (job.progress // 5):·<20} {job.progress:3d} %")


def line(text: str) -> None:
    """Overwrite the last line of a terminal."""
    if sys.stdout.isatty():
        print(f"\r\033[K  {text}", end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
