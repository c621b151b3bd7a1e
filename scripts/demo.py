"""One job from prompt to files, on the mock server that is part of the package: `make demo`.

Nothing here is special to the mock: with a key in LEGNEXT_API_KEY, and the `with` line of the README, the same calls
go to the service.
"""

from __future__ import annotations

import sys
from pathlib import Path

from legnext_client import Client, Job
from legnext_client.testing import MockServer

OUT = Path("demo-out")
FASTER = 20.0
"""How much faster the mock's clock runs: a minute takes three seconds."""


def main() -> int:
    with MockServer(time_scale=FASTER, seed=7) as server:
        print(f"A mock of the whole API at {server.base_url}, {FASTER:g} times as fast as the service.\n")
        with Client(server.api_key, base_url=server.base_url) as client:
            show(client)
        print(f"\n{len(server.ledger)} jobs were accepted and paid, none twice.")
    return 0


def show(client: Client) -> None:
    print(f"Balance      {client.account.balance().available_credits} credits")
    prompt = "a lighthouse at dusk, oil on canvas --ar 3:2 --v 7"
    print(f"Price        {client.price('diffusion', text=prompt)}\n")

    job = client.midjourney.diffusion(text=prompt)
    print(f"Accepted     {job.job_id}, {job.points:g} points held")
    job.wait(on_progress=progress)
    print(f"\rCompleted    {len(job.image_urls)} images, {job.points:g} points charged" + " " * 30)
    for path in job.download(OUT, name="lighthouse_{n}{ext}"):
        print(f"             {path}")

    poster = job.upscale(image_no=2, type=1)
    print(f"\nUpscaling    image 2, {client.price('upscale', type=1)}")
    poster.wait(on_progress=progress)
    print(f"\rCompleted    {poster.points:g} points charged" + " " * 40)
    for path in poster.download(OUT, name="poster{ext}"):
        print(f"             {path}")
    print(f"\nBalance      {client.account.balance().available_credits} credits")


def progress(job: Job) -> None:
    filled = job.progress // 5
    bar = "█" * filled + "·" * (20 - filled)
    print(f"\r  {job.status:<11}{bar} {job.progress:3d} %", end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
