"""Jobs and their random values. A job's state is computed from the clock on request; nothing runs for it."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from .account import Hold
    from .prompts import Prompt
    from .spec import Operation

PENDING, STAGED, PROCESSING, COMPLETED, FAILED = "pending", "staged", "processing", "completed", "failed"
_STAGED_AFTER = 0.02
_STARTED_AFTER = 0.05
NEVER = math.inf
_NORMAL = NormalDist()


@dataclass(slots=True, eq=False)
class Job:
    """One job: its request, its result and its times."""

    job_id: str
    operation: Operation
    key: str
    body: dict[str, Any]
    prompt: Prompt
    number: int = 0
    """Its place among the accepted jobs; 0 for a seeded job."""
    callback: str | None = None
    style: str = ""
    seed_digits: str = ""
    count: int = 0
    resolution: str | None = None
    extensions: int = 0
    seconds: float = 0.0
    typical: float = 0.0
    held: int = 0
    charged: int = 0
    hold: Hold | None = None
    fails: bool = False
    settled: bool = False
    ended_as: str | None = None
    """The status of a job ended by an operation, from `x-legnext`."""
    word: str | None = None
    """A fixed status, independent of the clock; such a job never ends."""
    answer: dict[str, Any] | None = None
    """A fixed response, for a seeded job."""
    created: float = 0.0
    staged: float = 0.0
    started: float = 0.0
    ends: float = 0.0
    lasts: float = 0.0

    def live(self, created: float, begins: float, lasts: float) -> None:
        """Set the stages: accepted at `created`, started at `begins`, done `lasts` seconds later (or never)."""
        pace = min(lasts, self.typical)
        self.created = created
        self.lasts = lasts
        self.staged = begins + pace * _STAGED_AFTER
        self.started = begins + pace * _STARTED_AFTER
        self.ends = begins + lasts

    def begin(self, at: float) -> None:
        """Start a queued job."""
        self.live(self.created, at, self.lasts)

    def status(self, now: float) -> str:
        if self.word is not None:
            return self.word
        if now >= self.ends:
            return self.ended_as or (FAILED if self.fails else COMPLETED)
        if now >= self.started:
            return PROCESSING
        return STAGED if now >= self.staged else PENDING

    def has_ended(self, now: float) -> bool:
        return self.word is None and now >= self.ends

    def progress(self, now: float) -> int:
        """Return the progress in per cent; a job that never ends approaches 100."""
        if now <= self.started:
            return 0
        if self.ends == NEVER:
            return int(99 * (1 - math.exp((self.started - now) / (self.typical or 1.0))))
        return min(99, int(100 * (now - self.started) / (self.ends - self.started)))


class JobRandom:
    """Random values of one job, which depend only on the server's seed and the job's number."""

    __slots__ = ("_bytes",)

    def __init__(self, seed: int, number: int) -> None:
        self._bytes = hashlib.blake2b(b"%d:%d" % (seed, number), digest_size=64).digest()

    @property
    def job_id(self) -> str:
        return str(UUID(bytes=self._bytes[:16], version=4))

    @property
    def seed_digits(self) -> str:
        return str(int.from_bytes(self._bytes[16:20], "big"))

    @property
    def normal(self) -> float:
        """Return a value from the standard normal distribution."""
        return _NORMAL.inv_cdf((int.from_bytes(self._bytes[20:28], "big") + 0.5) / 2**64)

    def among(self, count: int, *, purpose: int = 0) -> int:
        """Return a number from 0 up to `count`; each of 32 purposes is independent."""
        return self._bytes[28 + purpose] % count
