"""Hundreds of trials, as `make torture`: `python -m tests.kills.torture --seed 1 --trials 300`.

It prints where the kills have landed, fails when a window was missed, and says of a trial that fails how to repeat it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client.testing import MockServer
    from tests.kills.worlds import World

    Kind = Callable[[int, Callable[..., World]], World]

# Children import this module: what only the parent needs is imported where it is used.


def kinds() -> dict[str, Kind]:
    """What can be tried, each by a seed."""
    import random

    from tests.kills import bill, trials, windows
    from tests.kills.disk_below import MIXED, SYNCED, Disk
    from tests.kills.trials import Trial
    from tests.kills.worlds import CATS, LONG_CHAIN

    def window(seed: int) -> str:
        return windows.MARKERS[seed % len(windows.MARKERS)]

    def directed(seed: int, make: Callable[..., World]) -> World:
        trial = Trial(seed, window(seed), windows.BY_MARKER[window(seed)].weather)
        world = make(**trial.order)
        trials.kill_and_go_on(trial, world)
        return world

    def anywhere(seed: int, make: Callable[..., World]) -> World:
        trial = Trial(seed, None, random.Random(seed).choice(list(trials.WEATHER)))
        world = make(**trial.order)
        trials.kill_and_go_on(trial, world)
        return world

    def chain(seed: int, make: Callable[..., World]) -> World:
        trial = Trial(seed, None, random.Random(seed).choice(list(trials.WEATHER)))
        world = make((LONG_CHAIN,), chain=True, **trial.order | {"downloads": False})
        trials.kill_and_go_on(trial, world)
        return world

    def power(seed: int, make: Callable[..., World]) -> World:
        trial = Trial(seed, window(seed), windows.BY_MARKER[window(seed)].weather)
        world = make(**trial.order)
        trials.lose_power(trial, world, random.Random(seed).choice((SYNCED, MIXED)))
        return world

    def full(seed: int, make: Callable[..., World]) -> World:
        chance = random.Random(seed)
        world = make(**Trial(seed).order)
        for _ in range(3):
            copies = world.directory.with_name("copies")
            disk = Disk(str(world.directory), str(copies), chance.choice((0.02, 0.1, 0.4)), chance.randrange(1 << 30))
            trials.run_on(world, disk=disk)
            bill.check_ids(world)
        trials.finish(world)
        return world

    def interrupts(seed: int, make: Callable[..., World]) -> World:
        marker = windows.MARKERS[windows.MARKERS.index(windows.INTENDED) :][seed % 6]
        world = make(CATS, **Trial(seed).order | {"concurrency": 2, "downloads": False})
        (trials.interrupt_once if random.Random(seed).random() < 0.5 else trials.interrupt_twice)(world, marker)
        trials.finish(world)
        return world

    def two(seed: int, make: Callable[..., World]) -> World:
        marker = random.Random(seed).choice([window.marker for window in windows.WINDOWS if window.weather == "clear"])
        world = make(**Trial(seed).order | {"downloads": True})
        first = trials.stand_at(world, marker, 1)
        trials.check_refused(world, world.child())
        if random.Random(seed).random() < 0.5:
            first.kill()
        else:
            trials.let_go(world, first)
        trials.finish(world)
        return world

    return {
        "a window": directed,
        "any moment": anywhere,
        "a chain": chain,
        "power": power,
        "a full disk": full,
        "Ctrl-C": interrupts,
        "two at once": two,
    }


def torture(seed: int, count: int, only: str | None, server: MockServer) -> int:
    """Carry out so many trials; how many have failed."""
    from tests.kills import processes, windows
    from tests.kills.worlds import World

    chosen = {name: kind for name, kind in kinds().items() if only in (None, name)}
    hits: Counter[str] = Counter()
    tried, failed, began = Counter[str](), 0, time.monotonic()
    for number in range(count):
        name = list(chosen)[number % len(chosen)]
        this = seed + number
        with tempfile.TemporaryDirectory(prefix="torture-", ignore_cleanup_errors=True) as directory:

            def make(*rows: Any, place: Path = Path(directory), **order: Any) -> World:
                return World(server, place, *rows, **order)

            try:
                hits.update(chosen[name](this, make).hits)
            except Exception:
                failed += 1
                print(f"\n{name}, repeat with --seed {this} --trials 1 --only {name!r}")
                traceback.print_exc(file=sys.stdout)
            finally:
                processes.kill_all()
        tried[name] += 1
        print(".", end="" if (number + 1) % 60 else f" {number + 1}\n", flush=True)
    print(f"\n\n{windows.table(hits)}\n")
    print(", ".join(f"{times} of {name}" for name, times in tried.items()), end="; ")
    print(f"{sum(hits.values())} kills, {failed} trials failed, {time.monotonic() - began:.0f} s")
    missed = windows.missed(hits)
    if missed and only is None and count >= len(chosen) * len(windows.WINDOWS):
        print(f"No kill has landed in: {', '.join(missed)}")
        failed += 1
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill batches and chains, and look at the bill.")
    parser.add_argument("--seed", type=int, default=1, help="of the first trial; each next one has the next")
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--only", help="one kind of trial", choices=list(kinds()))
    options = parser.parse_args()
    import pytest

    from tests.kills import worlds

    with pytest.MonkeyPatch.context() as patch, worlds.server() as server:
        worlds.small_pictures(patch.setattr)
        return 1 if torture(options.seed, options.trials, options.only, server) else 0


if __name__ == "__main__":
    sys.exit(main())
