"""What must be so whatever was killed: the service's ledger is the journal, row by row, and the sums are the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legnext_client._journal.submit import DONE, FAILED, SUBMITTING, UNKNOWN
from legnext_client.journal import Journal
from tests.kills import windows

if TYPE_CHECKING:
    from legnext_client._journal.submit import Entry
    from tests.kills.processes import Said
    from tests.kills.worlds import World


class Unsound(AssertionError):
    """Something was lost, or paid twice, or written down wrong."""


def must(holds: object, what: str, world: World) -> None:
    if not holds:
        error = Unsound(what)
        for number, run in enumerate(world.told, 1):
            error.add_note(f"run {number}: {' | '.join(f'{said.key}: {said.marker}' for said in run)}")
        for entry in world.entries():
            error.add_note(f"journal: {entry.id} {entry.key} {entry.state} {entry.job_id} {entry.points} {entry.error}")
        for line in world.server.ledger:
            error.add_note(f"ledger: {line.number} {world.key_of(line.body)} {line.job_id}")
        raise error


def check_after_kill(world: World, said: Said) -> None:
    """What a boundary promises of the request that a process was killed at."""
    window = windows.BY_MARKER[said.marker]
    if said.key is None:
        return
    entry = world.entry(said.key)
    state = entry.state if entry is not None else None
    must(state in window.states, f"{said.key} is {state} in the journal after a kill: {said.marker}", world)
    if window.accepted is not None:
        key = entry.key if entry is not None else said.key
        is_accepted = world.accepted()[key] == 1
        must(is_accepted == window.accepted, f"{key} accepted is {is_accepted} after a kill: {said.marker}", world)


def check(world: World) -> None:
    """Whatever happens: what the journal says is so, all that was paid is there, and nothing was paid twice."""
    entries, ledger = world.entries(), {line.job_id: line for line in world.server.ledger}
    _check_sent(world)
    held = Counter(entry.job_id for entry in entries if entry.job_id is not None)
    must(not held or max(held.values()) == 1, "a job is two requests'", world)
    for entry in entries:
        _check_entry(world, entry, ledger.get(entry.job_id or ""))
    current = {entry.key: entry for entry in entries if entry.current}
    for line in world.server.ledger:
        key = world.key_of(line.body)
        lost = line.job_id not in held and (key not in current or current[key].state not in (SUBMITTING, UNKNOWN))
        must(not lost, f"{line.job_id} was paid for {key} and the journal does not know", world)
    consumed = sum(world.cost(entry.job_id) for entry in entries if entry.job_id is not None and entry.state == DONE)
    must(sum(entry.points for entry in entries) == consumed, "the journal's points are not what was charged", world)


def check_ids(world: World) -> None:
    """The disk was full: an id that is not in the journal is in what was raised."""
    check(world)
    known = {entry.job_id for entry in world.entries()}
    for line in world.server.ledger:
        told = line.job_id in known or line.job_id in world.raised
        must(told, f"nobody knows {line.job_id} of {world.key_of(line.body)}: {world.raised}", world)


def check_over(world: World) -> None:
    """A run has ended by itself: every row came to its end, and only what must be is unknown."""
    check(world)
    states = {entry.key: entry.state for entry in world.entries() if entry.current}
    stopped = {key.split("/")[0] for key, state in states.items() if state in (FAILED, UNKNOWN)}
    for key in world.prompts.values():
        fine = states.get(key) in (DONE, FAILED, UNKNOWN) or (key not in states and key.split("/")[0] in stopped)
        must(fine, f"{key} is {states.get(key)} when the run is over: {world.ended}", world)
    for entry in world.entries():
        may_fail = entry.state != FAILED or (entry.job_id is not None and world.fails(entry.job_id))
        must(may_fail, f"{entry.key} has failed: {entry.error}", world)
        unsure = not entry.current or entry.state != UNKNOWN or world.last_of(entry.key) in windows.UNSURE
        must(unsure, f"{entry.key} is unknown, and was told to be at: {world.last_of(entry.key)}", world)


def check_final(world: World) -> None:
    """All is settled: each request was made once and done, chains hang together, and the bill is exact."""
    check_over(world)
    entries = {entry.key: entry for entry in world.entries() if entry.current}
    must(all(entry.state == DONE for entry in entries.values()), f"not all is done: {world.ended}", world)
    must(world.accepted() == Counter(world.prompts.values()), "not each request was paid once", world)
    for key, entry in entries.items():
        row, _, number = key.partition("/")
        if number and int(number) > 1:
            before = entries[f"{row}/{int(number) - 1}"].job_id
            must(entry.body["jobId"] == before, f"{key} does not follow {before}", world)
    must(world.server.consumed == world.price, f"{world.server.consumed} points instead of {world.price}", world)
    must(world.server.frozen == 0, "something is still held", world)
    with Journal(world.path) as journal:
        summary = journal.summary()
    must((summary.points, summary.frozen) == (world.price, 0), f"the journal sums up to {summary}", world)
    _check_told(world, entries)
    if world.order.download is not None:
        _check_files(world, entries)


def _check_told(world: World, entries: dict[str, Entry]) -> None:
    """What the program was given in the end is all of it."""
    if world.order.chain:
        jobs = tuple(entries[key].job_id for key in world.prompts.values())
        must(world.ended.jobs == jobs, f"the chain is {world.ended}", world)
        return
    told = {key: state for key, state, _ in world.ended.results}
    must(told == {row["key"]: DONE for row in world.order.rows}, f"the results are {world.ended}", world)


def _check_sent(world: World) -> None:
    """Nothing goes out again unless it came back, or a person said so; whether it was accepted or not."""
    told = [said for run in world.told for said in run if said.key is not None]
    wired = Counter(said.key for said in told if said.marker == windows.WIRED)
    returned = Counter(said.key for said in told if said.marker == windows.RETURNING)
    for key, times in wired.items():
        allowed = 1 + returned[key] + world.resubmitted[key or ""]
        must(times <= allowed, f"{key} was sent {times} times, and came back {returned[key]} times", world)
    paid = world.accepted()
    twice = [key for key in paid if paid[key] > 1]
    must(not twice, f"{twice} were paid twice", world)


def _check_entry(world: World, entry: Entry, line: Any) -> None:
    if entry.job_id is None:
        must(entry.state != DONE, f"{entry.key} is done without a job", world)
        return
    must(line is not None, f"{entry.key} has a job that the service does not know", world)
    said, sent = (entry.operation, entry.body), (line.operation, line.body)
    must(said == sent, f"{entry.key}: the journal says {said}, the service got {sent}", world)
    must(world.key_of(line.body) == entry.key, f"{entry.key} has the job of {world.key_of(line.body)}", world)
    if entry.state in (DONE, FAILED):
        cost = world.cost(entry.job_id)
        must(entry.points == cost, f"{entry.key}: {entry.points} points written down, {cost} charged", world)
        must((entry.output or {}).get("job_id") == entry.job_id, f"{entry.key} holds the output of another", world)


def _check_files(world: World, entries: dict[str, Entry]) -> None:
    """Every row's files are there, whole, and nothing else is."""
    files: dict[str, tuple[str, ...]] = {key: paths for key, _, paths in world.ended.results}
    expected: set[Path] = set()
    for row in world.order.rows:
        keys = [key for key in entries if key.split("/")[0] == row["key"]]
        entry = entries[max(keys)]
        must(entry.files == files[row["key"]], f"{row['key']}: the journal has {entry.files}", world)
        made = (entry.output or {})["output"]
        urls = made.get("image_urls") or made.get("video_urls")
        must(len(entry.files) == len(urls), f"{row['key']} has {len(entry.files)} of {len(urls)} files", world)
        for url, path in zip(urls, map(Path, entry.files), strict=True):
            expected.add(path)
            must(path.is_file() and path.read_bytes() == world.made(url), f"{path} is not what {url} is", world)
    found = {path for path in Path(world.order.download or "").rglob("*") if path.is_file()}
    must(found == expected, f"besides the files there are {found - expected}", world)
