"""Random damage of a journal: bits, bytes, pages, cuts. Each must be refused, or change nothing that is paid for.

`python -m tests.journal.damage --seed 1 --damages 20000` tries more than the test does.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client import Client
from legnext_client._journal.files import BATCH
from legnext_client._journal.submit import SubmissionIntent
from legnext_client._protocol.flow import Response
from legnext_client._protocol.state import State
from legnext_client._runs.rows import read
from legnext_client.errors import JournalError
from legnext_client.journal import Journal
from tests.client.worlds import HandClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client._protocol.flow import Send

ROWS = [{"key": f"row-{number}", "text": f"a cat, number {number}"} for number in range(8)]
NOT_SENT = "row-7"
PAGE = 4096


class Base(NamedTuple):
    """A journal as a run has left it, and what the service has accepted."""

    name: str
    files: dict[str, bytes]
    accepted: dict[str, str]
    """The ids of jobs by the keys of their rows."""
    holds: tuple[Any, Any]
    """What stands in it."""


class Ledger:
    """A service that finishes each job at once, and notes what it has accepted."""

    def __init__(self, accepted: dict[str, str]) -> None:
        self.jobs = dict.fromkeys(accepted.values(), "completed")
        self.accepted = Counter[str](accepted.keys())

    def send(self, send: Send) -> Response:
        path = send.request.path
        if send.request.paid:
            number = json.loads(send.request.body or b"{}")["text"].rpartition(" ")[2]
            self.accepted[f"row-{number}"] += 1
            job_id = f"new-{len(self.jobs)}"
            self.jobs[job_id] = "completed"
        elif "/job/" in path:
            job_id = path.rpartition("/")[2]
            if job_id not in self.jobs:
                return Response(404, {}, b'{"message": "no such job"}')
        else:
            return Response(200, {}, b'{"data": {"available_credits": 100000, "available_points": 0}}')
        answer = {"job_id": job_id, "task_type": "diffusion", "status": "completed", "output": {"image_urls": []}}
        return Response(200, {}, json.dumps(answer).encode())

    def close(self) -> None:
        pass


def client_of(transport: Any) -> Client:
    """A client that nobody has to wait for."""
    return Client(api_key="sk-of-no-use", base_url="https://service.test", transport=transport, clock=HandClock())


def bases(directory: Path) -> list[Base]:
    """Make a journal of a run that has ended, and two of runs that were killed: with a log, and with an empty one."""
    return [_base(directory, name) for name in ("ended", "killed", "killed while it sent")]


def _base(directory: Path, name: str) -> Base:
    path, accepted = directory / name / "run.db", dict[str, str]()
    path.parent.mkdir()
    journal = Journal.open(path, BATCH)
    for row, item in zip(ROWS, read(ROWS), strict=True):
        if item.key == NOT_SENT:
            continue
        call = item.call(0, ())
        body = {"text": row["text"]}
        intent = SubmissionIntent(
            item.key, item.key, 0, item.digest, item.described(), call.operation.name, body, 80, "token"
        )
        number, job_id = journal.begin(intent).entry.id, f"job-of-{item.key}"
        accepted[item.key] = job_id
        state = {"job_id": job_id, "task_type": "diffusion", "status": "processing"}
        if item.key == "row-1":
            journal.mark_unknown(number, "no answer")
        elif item.key != "row-6" or name == "killed":
            journal.accepted(number, State({**state, "meta": {"usage": {"frozen": 80}}}))
        if item.key not in ("row-1", "row-2", "row-6"):
            journal.ended(number, State({**state, "status": "completed", "output": {"image_urls": []}}), 80)
    if name == "ended":
        journal.close()
    found = {
        file.name: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith(("reserve", "shm"))
    }
    journal.close()
    _write(path.parent, found)
    return Base(name, found, accepted, _held(path))


def _write(directory: Path, found: dict[str, bytes]) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    for name, data in found.items():
        (directory / name).write_bytes(data)


def _held(path: Path) -> tuple[Any, Any]:
    with Journal.open(path, BATCH) as journal:
        return list(journal.entries(history=True)), list(journal.items())


# ---- damage ---------------------------------------------------------------------------------------------------------


def _somewhere(data: bytearray, chance: random.Random) -> int:
    """A place, more often one where something stands than in what is empty."""
    for _ in range(6):
        place = chance.randrange(len(data))
        if data[place]:
            break
    return place


def _bit(data: bytearray, chance: random.Random) -> None:
    data[_somewhere(data, chance)] ^= 1 << chance.randrange(8)


def _byte(data: bytearray, chance: random.Random) -> None:
    data[_somewhere(data, chance)] = chance.randrange(256)


def _bytes(data: bytearray, chance: random.Random) -> None:
    place = _somewhere(data, chance)
    data[place : place + chance.randrange(1, 64)] = chance.randbytes(chance.randrange(1, 64))


def _zeros(data: bytearray, chance: random.Random) -> None:
    place, count = _somewhere(data, chance), chance.randrange(1, 64)
    data[place : place + count] = bytes(count)


def _page(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(data)) // PAGE * PAGE
    other = chance.randrange(len(data)) // PAGE * PAGE
    data[place : place + PAGE] = chance.choice(
        (bytes(PAGE), chance.randbytes(PAGE), bytes(data[other : other + PAGE]), b"\xff" * PAGE)
    )


def _cut(data: bytearray, chance: random.Random) -> None:
    place = chance.choice((0, chance.randrange(len(data)), chance.randrange(len(data)) // PAGE * PAGE))
    del data[place:]


def _more(data: bytearray, chance: random.Random) -> None:
    data += chance.randbytes(chance.randrange(1, 2 * PAGE))


WAYS: tuple[tuple[Callable[[bytearray, random.Random], None], int], ...] = (
    (_bit, 60),
    (_byte, 10),
    (_bytes, 10),
    (_zeros, 6),
    (_page, 6),
    (_cut, 6),
    (_more, 2),
)


def damage(base: Base, seed: int) -> tuple[str, dict[str, bytes]]:
    """Damage one file of a journal, or take it away; also what was done."""
    chance = random.Random(f"{base.name} {seed}")
    found = dict(base.files)
    log = found.get("run.db-wal")
    name = "run.db-wal" if log and chance.random() < 0.25 else "run.db"
    if log is not None and chance.random() < 0.02:
        del found["run.db-wal"]
        return "the log is gone", found
    [way] = chance.choices([way for way, _ in WAYS], [weight for _, weight in WAYS])
    data = bytearray(found[name])
    way(data, chance)
    found[name] = bytes(data)
    return f"{way.__name__.strip('_')} of {name}", found


def outcome(base: Base, damaged: dict[str, bytes], directory: Path) -> str:
    """Go on with a damaged journal: `refused`, `as it was`, or `went on`; an error if something is paid twice."""
    path = directory / "run.db"
    _write(directory, damaged)
    try:
        if _held(path) == base.holds:
            return "as it was"
    except JournalError:
        return "refused"
    _write(directory, damaged)
    ledger = Ledger(base.accepted)
    with contextlib.suppress(JournalError), client_of(ledger) as client:
        list(client.batch(ROWS, path))
    twice = sorted(key for key, times in ledger.accepted.items() if times > 1)
    if twice:
        raise AssertionError(f"{twice} were paid twice")
    return "went on"


def trials(seed: int, damages: int) -> Counter[str]:
    """Carry out so many trials; how they ended."""
    ends = Counter[str]()
    # In memory where that can be: nobody takes the power away, and syncing is what takes most of the time.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="damage-", dir=memory) as directory:
        made = bases(Path(directory))
        for number in range(seed, seed + damages):
            base = made[number % len(made)]
            what, damaged = damage(base, number)
            try:
                ends[outcome(base, damaged, Path(directory, "trial"))] += 1
            except Exception as error:
                error.add_note(f"{base.name}: {what}; repeat with --seed {number} --damages 1")
                raise
    return ends


def main() -> int:
    parser = argparse.ArgumentParser(description="Damage journals, and look whether anything is paid for twice.")
    parser.add_argument("--seed", type=int, default=1, help="of the first damage; each next one has the next")
    parser.add_argument("--damages", type=int, default=20_000)
    options = parser.parse_args()
    ends = trials(options.seed, options.damages)
    print(", ".join(f"{times} {end}" for end, times in sorted(ends.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
