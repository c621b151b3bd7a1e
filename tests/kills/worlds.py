"""A world in which processes are killed: a fast mock on a socket, a journal, some rows, and all that was told."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx

from legnext_client import VideoChain
from legnext_client._journal.submit import FAILED, UNKNOWN
from legnext_client.journal import Journal
from legnext_client.mock import media
from legnext_client.testing import MockServer
from tests.kills import windows
from tests.kills.child import Ended, Order
from tests.kills.processes import Child, Said

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from legnext_client._journal.submit import Entry

SCALE = 6000.0
"""An image takes seven milliseconds."""
IMAGE, STEP = 80, 480
"""Points."""

Rows = tuple[dict[str, Any], ...]

CATS = tuple({"key": f"cat-{number}", "text": f"a cat on roof {number}"} for number in range(8))
CHAIN = {"key": "chain-1", "chain": VideoChain.start("waves roll in").extend("the camera pulls back").to_dict()}
ROWS: Rows = (CATS[0], CHAIN, *CATS[1:3])
LONG_CHAIN = {
    "chain": VideoChain.start("waves roll in").extend("the camera pulls back").extend("night falls").to_dict()
}


def server() -> MockServer:
    """A mock for any number of worlds, one after the other."""
    return MockServer(time_scale=SCALE, callbacks="off", concurrency=0)


def small_pictures(patch: Callable[[object, str, object], None]) -> None:
    """Have the mock's files take no time: their contents do not matter here, that they are whole does."""
    patch(media, "image_size", lambda *_, **__: (48, 32))
    patch(media, "video_size", lambda *_, **__: (48, 32))


class World:
    """One trial's: what is asked for, where it is written down, and what was told of it."""

    def __init__(
        self,
        server: MockServer,
        directory: Path,
        rows: tuple[dict[str, Any], ...] = ROWS,
        *,
        downloads: bool = False,
        **order: Any,
    ):
        server.reset()
        self.server = server
        self.directory = directory / "world"
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.path = self.directory / "run.db"
        self.given = {"downloads": downloads, **order}
        """How it was made, for another one like it."""
        download = str(self.directory / "out") if downloads else None
        self.order = Order(server.base_url, str(self.path), rows, SCALE, download=download, **order)
        self.told: list[list[Said]] = []
        """What each child has told."""
        self.resubmitted = Counter[str]()
        """What a person had sent again."""
        self.settled = False
        self.ended = Ended()
        """How the last run ended that was not killed."""
        self.raised = ""
        """All that runs have raised."""
        self.hits: windows.Hits = Counter()
        self._made: dict[str, bytes] = {}

    def child(self, **changes: Any) -> Child:
        """Start a process on the journal."""
        told: list[Said] = []
        self.told.append(told)
        return Child(self.order._replace(**changes), told.append)

    # ---- what is asked for --------------------------------------------------------------------------------------

    @property
    def prompts(self) -> dict[str, str]:
        """The keys of all requests, by the one text that only this request has."""
        found: dict[str, str] = {}
        for row in self.order.rows:
            if "chain" not in row:
                found[row["text"]] = row["key"]
                continue
            prompts = [step["prompt"] for step in row["chain"]["steps"]]
            found |= {prompt: f"{row.get('key', 'chain')}/{number}" for number, prompt in enumerate(prompts, 1)}
        return found

    @property
    def price(self) -> int:
        return sum(STEP if "/" in key else IMAGE for key in self.prompts.values())

    def key_of(self, body: dict[str, Any]) -> str:
        """The request that a body was sent for."""
        return self.prompts[body.get("text") or body["prompt"]]

    # ---- what is so ---------------------------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """What the journal holds, history included; nothing while there is no journal."""
        if not self.path.exists() or not self.path.stat().st_size:
            return []
        with Journal(self.path) as journal:
            return list(journal.entries(history=True))

    def entry(self, name: str | None) -> Entry | None:
        """What the journal holds of a request: by its key, its job, or, of a chain, the row."""
        current = [entry for entry in self.entries() if entry.current]
        found = [entry for entry in current if name in (entry.key, entry.job_id)]
        found = found or [entry for entry in current if entry.item == name]
        return found[-1] if found else None

    def accepted(self) -> Counter[str]:
        """How often the service has accepted each request; what failed in the end cost nothing and does not count."""
        return Counter(self.key_of(line.body) for line in self.server.ledger if not self.fails(line.job_id))

    def cost(self, job_id: str) -> int:
        """What the service charges for a job."""
        return 0 if self.fails(job_id) else self.server._service.jobs[job_id].charged

    def fails(self, job_id: str) -> bool:
        """Whether a job will fail, or has failed."""
        return self.server._service.jobs[job_id].fails

    def made(self, url: str) -> bytes:
        """What the service has under an address."""
        if url not in self._made:
            self._made[url] = httpx.get(url, trust_env=False).raise_for_status().content
        return self._made[url]

    def last_of(self, key: str) -> str | None:
        """The last boundary of its submission that a request was told to be at."""
        told = [said.marker for run in self.told for said in run if said.key == key]
        return next((marker for marker in reversed(told) if marker in windows.OF_SUBMISSIONS), None)

    # ---- what a person does -------------------------------------------------------------------------------------

    def settle(self) -> None:
        """As one who has looked: adopt the jobs that are there, have sent again what never arrived or has failed."""
        known = {entry.job_id for entry in self.entries()}
        with Journal(self.path) as journal:
            for entry in list(journal.entries(UNKNOWN, FAILED)):
                mine = [line for line in self.server.ledger if self.key_of(line.body) == entry.key]
                mine = [line for line in mine if line.job_id not in known]
                if mine and entry.state == UNKNOWN:
                    journal.adopt(entry.key, mine[0].job_id)
                else:
                    journal.resubmit(entry.key)
                    self.resubmitted[entry.key] += 1
        self.settled = True
