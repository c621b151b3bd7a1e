"""Settings of a server."""

from __future__ import annotations

from dataclasses import dataclass, field

from .answers import LOGS, STYLES
from .arguments import number, one_of, shown, text, whole, yes_or_no
from .refusals import SHAPES

DRAWN = "drawn"
PLANS = ("pro", "free")
BODIES = ("lenient", "strict")
CALLBACK_SHAPES = ("bare", "envelope", "off")


@dataclass(frozen=True)
class CallbackSettings:
    """Settings of callbacks."""

    shape: str = "bare"
    """`bare` (the job itself), `envelope` (with a timestamp), or `off`."""
    secret: str | None = None
    """Sign with this: `X-Legnext-Signature` over `"{X-Legnext-Timestamp}." + body`."""
    retries: int = 2
    """Retries of a callback that was not received."""
    copies: int = 1
    """Copies sent of each received callback."""
    loss: float = 0.0
    """Share of callbacks never sent."""
    delay: float = 0.0
    """Virtual seconds between a job's end and its callback."""
    anywhere: bool = False
    """Also send callbacks to other hosts."""

    def __post_init__(self) -> None:
        one_of("callbacks", self.shape, CALLBACK_SHAPES)
        if self.secret is not None:
            text("secret of callbacks", self.secret)
        whole("retries of callbacks", self.retries, 0)
        whole("copies of callbacks", self.copies, 1)
        number("loss of callbacks", self.loss, 0, 1)
        number("delay of callbacks", self.delay, 0)
        yes_or_no("anywhere of callbacks", self.anywhere)


@dataclass(frozen=True)
class Settings:
    """Settings of a server. Defaults: a well-funded account and no faults."""

    seed: int = 1
    credits: int = 1_000_000
    points: int = 0
    plan: str = "pro"
    keys: tuple[str, ...] = ("mock-key",)
    concurrency: int | None = None
    """Jobs at once per key; None takes the document's limit, 0 means no limit."""
    queues: bool = False
    """Queue jobs beyond `concurrency` instead of refusing them."""
    requests_per_second: int | None = None
    time_scale: float | None = 1.0
    """Virtual seconds per real second; None is a standing clock."""
    error_shape: str = "flat"
    """`flat`, `job`, `envelope`, or `drawn`."""
    answers: str = "drawn"
    """One of `answers.STYLES`, or `drawn` for each job."""
    logs: str = "strings"
    """The items of `logs`: one of `answers.LOGS`, or `drawn` for each job."""
    bodies: str = "lenient"
    """`lenient` accepts what the service accepts; `strict`, only what the document describes."""
    callbacks: CallbackSettings = field(default_factory=CallbackSettings)

    def __post_init__(self) -> None:
        whole("seed", self.seed)
        one_of("plan", self.plan, PLANS)
        one_of("error_shape", self.error_shape, (*SHAPES, DRAWN))
        one_of("logs", self.logs, (*LOGS, DRAWN))
        one_of("bodies", self.bodies, BODIES)
        one_of("answers", self.answers, (*STYLES, DRAWN))
        yes_or_no("queues", self.queues)
        if not isinstance(self.keys, tuple | list) or not self.keys:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"keys must be a tuple of at least one key; got {shown(self.keys)}.")
        for key in self.keys:
            text("a key", key)
        for name, least in (("credits", 0), ("points", 0), ("concurrency", 0), ("requests_per_second", 1)):
            if (value := getattr(self, name)) is not None or name in ("credits", "points"):
                whole(name, value, least)
