"""Everything that a server can be told when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field

from .answers import STYLES
from .refusals import SHAPES

DRAWN = "drawn"
PLANS = ("pro", "free")
CALLBACK_SHAPES = ("bare", "envelope", "off")


def _one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}.")


def _from(name: str, value: object, least: int, most: float = float("inf"), *, whole: bool = True) -> None:
    kind = "a whole number" if whole else "a number"
    right = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not right or not isinstance(value, int | float) or not least <= value <= most:
        bounds = f"from {least}" + (f" to {most:g}" if most < float("inf") else "")
        raise ValueError(f"{name} must be {kind} {bounds}; got {value!r}.")


@dataclass(frozen=True)
class CallbackSettings:
    """How callbacks are sent."""

    shape: str = "bare"
    """`bare` (the job itself), `envelope` (with a timestamp), or `off`."""
    secret: str | None = None
    """Sign with this: `X-Legnext-Signature` over `"{X-Legnext-Timestamp}." + body`."""
    retries: int = 2
    """How often a callback that was not received is sent again."""
    copies: int = 1
    """How often each callback is sent although it was received."""
    loss: float = 0.0
    """The share of callbacks that are never sent."""
    delay: float = 0.0
    """Virtual seconds between a job's end and its callback."""
    anywhere: bool = False
    """Send to other hosts than this machine, too."""

    def __post_init__(self) -> None:
        _one_of("callbacks", self.shape, CALLBACK_SHAPES)
        _from("retries of callbacks", self.retries, 0)
        _from("copies of callbacks", self.copies, 1)
        _from("loss of callbacks", self.loss, 0, 1, whole=False)
        _from("delay of callbacks", self.delay, 0, whole=False)


@dataclass(frozen=True)
class Settings:
    """How a server behaves. The defaults are a well-filled account that meets no faults."""

    seed: int = 1
    credits: int = 1_000_000
    points: int = 0
    plan: str = "pro"
    keys: tuple[str, ...] = ("mock-key",)
    concurrency: int | None = None
    """Jobs at once per key; None is what the document says, 0 is without limit."""
    queues: bool = False
    """Beyond `concurrency` jobs wait, instead of being refused."""
    requests_per_second: int | None = None
    time_scale: float | None = 1.0
    """Virtual seconds per real second; None is a clock that is moved by hand."""
    error_shape: str = "flat"
    """`flat`, `job`, `envelope`, or `drawn`."""
    answers: str = "drawn"
    """One of `answers.STYLES`, or `drawn` for each job."""
    callbacks: CallbackSettings = field(default_factory=CallbackSettings)

    def __post_init__(self) -> None:
        _one_of("plan", self.plan, PLANS)
        _one_of("error_shape", self.error_shape, (*SHAPES, DRAWN))
        _one_of("answers", self.answers, (*STYLES, DRAWN))
        if isinstance(self.keys, str):
            raise ValueError(f"keys must be a tuple of keys; got {self.keys!r}.")
        for name, least in (("credits", 0), ("points", 0), ("concurrency", 0), ("requests_per_second", 1)):
            if (value := getattr(self, name)) is not None or name in ("credits", "points"):
                _from(name, value, least)
