"""One trial: start a process, kill it, start another, until the work is done; then look at the books.

All that is drawn follows from the trial's seed. Where a kill lands in a directed trial is exact: the child stands still
there. In the others it comes at a moment, and the last boundary that was told of says which.
"""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._journal.submit import DONE, NEW
from tests.kills import bill, windows
from tests.kills.disk_below import Disk, survivors
from tests.kills.markers import INTERRUPTED, LEAVING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kills.child import Ended
    from tests.kills.processes import Child, Said
    from tests.kills.worlds import World

WEATHER: dict[str, tuple[dict[str, Any], ...]] = {
    "clear": (),
    "lost answers": (
        {"name": "close_after", "method": "POST", "times": 2},
        {"name": "close_after", "rate": 0.1},
    ),
    "refusals": (
        {"name": "rate_limit", "method": "POST", "times": 3, "seconds": 0.01},
        {"name": "rate_limit", "rate": 0.15, "seconds": 0.01},
    ),
    "server errors": (
        {"name": "error_before", "rate": 0.1, "status": 503},
        {"name": "error_after", "rate": 0.1, "status": 502, "as_html": True},
        {"name": "close_before", "rate": 0.1},
    ),
    "garbage": (
        {"name": "html", "rate": 0.1},
        {"name": "truncate", "rate": 0.1},
        {"name": "truncate", "rate": 0.2, "path": "/files/"},
        {"name": "unknown_status", "rate": 0.1},
    ),
    "failing jobs": ({"name": "job_fails", "rate": 0.4},),
    "stalls": (
        {"name": "delay", "method": "POST", "times": 1, "seconds": 0.6},
        {"name": "delay", "rate": 0.03, "seconds": 0.6},
        {"name": "drip", "rate": 0.1, "seconds": 0.05},
    ),
}
"""Faults of the mock, by what the weather is called."""
IMPATIENCE = 0.3
"""In stalls, nobody waits longer for an answer."""
MOST_KILLS = 2
SHORTEST, LONGEST = 0.02, 0.4
"""A run takes about so many seconds, on a machine with nothing else to do, from its first breath to its end."""


class Trial(NamedTuple):
    """What is tried. Without a window, the first kill comes at any moment, too."""

    seed: int
    window: str | None = None
    weather: str = "clear"

    def __str__(self) -> str:
        return f"{self.seed}: {self.window or 'any moment'}, {self.weather}"

    @property
    def chance(self) -> random.Random:
        return random.Random(str(self))

    @property
    def order(self) -> dict[str, Any]:
        """What its children do, beside the rows; files take most of the time, and so not all trials fetch them."""
        return {
            "asynchronous": self.seed % 2 == 1,
            "timeout": IMPATIENCE if self.weather == "stalls" else 30.0,
            "downloads": self.window in windows.OF_FILES or self.seed % 3 == 0,
        }


def plan(seed: int, more: int, weathers: int) -> list[Trial]:
    """One trial for each window, so many at any moment in fair weather, and so many in each other one."""
    directed = [Trial(seed + number, window.marker, window.weather) for number, window in enumerate(windows.WINDOWS)]
    fair = [Trial(seed + 100 + number) for number in range(more)]
    rough = [
        Trial(seed + 10_000 + number, None, weather)
        for number in range(weathers)
        for weather in WEATHER
        if weather != "clear"
    ]
    return [*directed, *fair, *rough]


def kill_and_go_on(trial: Trial, world: World) -> None:
    """The whole trial; raises `Unsound` when something was lost, paid twice or written down wrong."""
    chance = trial.chance
    change_weather(world, trial.weather)
    kills = chance.randint(1, MOST_KILLS)
    if trial.window is not None:
        kill_at(world, trial.window, chance)
        kills -= 1
    for _ in range(kills):
        kill_some_time(world, chance)
        bill.check(world)
    finish(world)


def kill_at(
    world: World, marker: str, chance: random.Random, then: Callable[[], object] = lambda: None, **changes: Any
) -> Said:
    """Start a process, kill it exactly there, and do something before its books are looked at."""
    fair = windows.BY_MARKER[marker].weather == "clear"
    most = len(world.order.rows if marker in windows.OF_FILES else world.prompts)
    times = chance.randint(1, most) if fair else 1
    child = stand_at(world, marker, times, **changes)
    child.kill()
    said = child.stood
    world.hits[said.marker] += 1
    then()
    bill.check_after_kill(world, said)
    bill.check(world)
    return said


def stand_at(world: World, marker: str, times: int, **changes: Any) -> Child:
    """Start a process and have it stand still where it is for the n-th time."""
    child = world.child(**changes)
    left = itertools.count(times - 1, -1)
    said = child.run(lambda said: said.marker == marker and next(left) == 0)
    bill.must(said is not None, f"no process comes to be: {marker}; it ended: {child.ended}", world)
    return child


def kill_some_time(world: World, chance: random.Random) -> None:
    """Start a process and kill it after so many boundaries or seconds, unless it is over by then."""
    child = world.child()
    if chance.random() < 0.5:
        left = itertools.count(chance.randint(0, 60), -1)
        stopped = child.run(lambda _: next(left) == 0) is not None
        if stopped and chance.random() < 0.5:
            child.go_on()
    else:
        child.run(seconds=chance.uniform(SHORTEST, LONGEST))
        stopped = child.ended is None
    child.kill()
    if stopped and child.last is not None and child.last.marker in windows.BY_MARKER:
        world.hits[child.last.marker] += 1


def finish(world: World) -> None:
    """Run it to its end; where something is unknown, settle it and run it again."""
    run_on(world)
    bill.check_over(world)
    world.server.faults.clear()
    for _ in range(2):  # what is adopted may have failed, and is then asked for again
        if not _all_done(world):
            world.settle()
            run_on(world)
    bill.check_final(world)


def _all_done(world: World) -> bool:
    files = world.order.download is None
    rows = all(state == DONE and (files or had) for _, state, had in world.ended.results)
    return rows and not world.ended.error and all(entry.state == DONE for entry in world.entries() if entry.current)


def run_on(world: World, **changes: Any) -> Ended:
    """One process that is left in peace."""
    child = world.child(**changes)
    world.ended = let_go(world, child)
    return world.ended


def lose_power(trial: Trial, world: World, how: str) -> None:
    """Kill it at the boundary, and leave on the disk what the loss of power might have left there; then go on."""
    chance = trial.chance
    change_weather(world, trial.weather)
    disk = Disk(str(world.directory), str(world.directory.with_name("copies")))
    assert trial.window is not None
    kill_at(
        world,
        trial.window,
        chance,
        lambda: survivors(Path(disk.directory), Path(disk.copies), how, chance),
        disk=disk,
    )
    finish(world)


def fill_up_at(world: World, marker: str, times: int, fill: Callable[[], object], *, take_all: bool = False) -> Ended:
    """Fill the disk when a process is there for the n-th time, and let it come to its end.

    `take_all`: also the room that is kept for what must still be written.
    """
    child = stand_at(world, marker, times)
    if take_all:
        world.path.with_name(f"{world.path.name}-reserve").unlink()
    fill()
    ended = let_go(world, child)
    bill.check_ids(world)
    if not take_all:
        bill.must(ended.job_id is None, f"an id could not be written down: {ended}", world)
    return ended


def let_go(world: World, child: Child) -> Ended:
    """Let a process that stands still come to its end."""
    child.go_on()
    child.run()
    bill.must(child.ended is not None, f"a process that nobody killed died: {child.exit_code}", world)
    assert child.ended is not None
    world.raised += f"{child.ended.said}\n"
    return child.ended


def check_refused(world: World, child: Child) -> None:
    """It was told that the journal is in use, and has done nothing else."""
    ended = child.ended or let_go(world, child)
    refused = ended.error == "JournalError" and "in use" in ended.said
    bill.must(refused and child.last is None, f"the second process did {child.last}, and ended: {ended}", world)


def interrupt_once(world: World, marker: str) -> None:
    """Ctrl-C while a process is there: it begins nothing more, waits for what it has begun, and says how to go on."""
    child = stand_at(world, marker, 2)
    _interrupt(world, child)
    begun = len(_begun(world))
    ended = let_go(world, child)
    bill.must(ended.error == "KeyboardInterrupt", f"it ended: {ended}", world)
    bill.must("to resume" in ended.said, f"it does not say how to resume: {ended}", world)
    more = len(_begun(world)) - begun
    bill.must(more <= world.order.concurrency, f"{more} requests were begun after an interrupt", world)
    bill.must(len(world.entries()) < len(world.order.rows), "it went on as if nothing had been", world)
    left = [entry.key for entry in world.entries() if entry.state not in (NEW, DONE)]
    bill.must(not left, f"it did not wait for {left}", world)
    bill.check(world)


def interrupt_twice(world: World, marker: str) -> None:
    """Ctrl-C twice while a process is there, and no job ever ends: it leaves; what it has paid is written down."""
    world.server.faults.add("never_ends", rate=1)
    child = stand_at(world, marker, 2)
    _interrupt(world, child)
    child.interrupt()
    if not world.order.asynchronous:  # there, who stands still is the one who would leave
        _hear(world, child, LEAVING)
    ended = let_go(world, child)
    bill.must(ended.error == "KeyboardInterrupt", f"it ended: {ended}", world)
    bill.check(world)
    written = {entry.job_id for entry in world.entries()}
    lost = [world.key_of(line.body) for line in world.server.ledger if line.job_id not in written]
    bill.must(not lost, f"the answers for {lost} were on their way, and nobody waited to write them down", world)
    world.server.faults.clear()
    for line in world.server.ledger:
        world.server.jobs.complete(line.job_id)


def _interrupt(world: World, child: Child) -> None:
    child.interrupt()
    _hear(world, child, INTERRUPTED)


def _hear(world: World, child: Child, what: str) -> None:
    said = child.next()
    bill.must(said is not None and said.marker == what, f"instead of {what}: {said or child.ended}", world)


def _begun(world: World) -> list[Said]:
    return [said for said in world.told[-1] if said.marker == windows.INTENDING]


def change_weather(world: World, weather: str) -> None:
    world.server.faults.clear()
    for fault in WEATHER[weather]:
        world.server.faults.add(**fault)
