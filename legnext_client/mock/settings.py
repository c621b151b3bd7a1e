"""Settings of a server, with the rules that they are checked by and that make the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .answers import LOGS, STYLES
from .refusals import SHAPES
from .validation import LARGEST, TEXT, YES_OR_NO, check

DRAWN = "drawn"
PLANS = ("pro", "free")
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_FROM_ONE: dict[str, Any] = {"type": "integer", "minimum": 1}


class Rule(NamedTuple):
    """The schema of a setting, the help of its option, and the option's name if it is not the setting's."""

    schema: dict[str, Any]
    help: str
    option: str = ""


def _one_of(*choices: str) -> dict[str, Any]:
    return {"enum": [*choices]}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


CALLBACKS = {
    "shape": Rule(_one_of("bare", "envelope", "off"), "shape of callbacks", "--callbacks"),
    "secret": Rule(_or_null(TEXT), "secret for signing callbacks"),
    "retries": Rule(_COUNT, "retries of a callback that was not received"),
    "copies": Rule(_FROM_ONE, "copies sent of each callback"),
    "loss": Rule({"type": "number", "minimum": 0, "maximum": 1}, "share of callbacks never sent"),
    "delay": Rule(
        {"type": "number", "minimum": 0, "maximum": LARGEST}, "virtual seconds between a job's end and its callback"
    ),
    "anywhere": Rule(YES_OR_NO, "also send callbacks to other hosts", "--callbacks-to-anywhere"),
}
SETTINGS = {
    "seed": Rule({"type": "integer"}, "make ids, durations and faults repeatable; drawn and printed if omitted"),
    "credits": Rule(_COUNT, "credits of the account, in points"),
    "points": Rule(_COUNT, "bonus points of the account"),
    "plan": Rule(_one_of(*PLANS), "the account's plan"),
    "keys": Rule({"type": "array", "minItems": 1, "items": TEXT}, "valid keys, separated by commas"),
    "concurrency": Rule(_or_null(_COUNT), "jobs at once per key; 0 means no limit (default: from the document)"),
    "queues": Rule(YES_OR_NO, "queue jobs beyond --concurrency instead of refusing them", "--queue"),
    "requests_per_second": Rule(_or_null(_FROM_ONE), "requests per second and key (default: no limit)"),
    "time_scale": Rule(
        {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": LARGEST},
        "virtual seconds per real second; 60 makes a minute a second",
    ),
    "error_shape": Rule(_one_of(*SHAPES, DRAWN), "shape of error responses"),
    "answers": Rule(_one_of(*STYLES, DRAWN), "shape of job responses"),
    "logs": Rule(_one_of(*LOGS, DRAWN), "items of a job's logs"),
    "bodies": Rule(_one_of("lenient", "strict"), "accept what the service does, or only documented bodies"),
}


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
        for name, rule in CALLBACKS.items():
            check(f"{name} of callbacks", getattr(self, name), rule.schema)


@dataclass(frozen=True)
class Settings:
    """Settings of a server. Defaults: a well-funded account and no faults; `time_scale` None is a standing clock."""

    seed: int = 1
    credits: int = 1_000_000
    points: int = 0
    plan: str = "pro"
    keys: tuple[str, ...] = ("mock-key",)
    concurrency: int | None = None
    queues: bool = False
    requests_per_second: int | None = None
    time_scale: float | None = 1.0
    error_shape: str = "flat"
    answers: str = DRAWN
    logs: str = "strings"
    bodies: str = "lenient"
    callbacks: CallbackSettings = field(default_factory=CallbackSettings)

    def __post_init__(self) -> None:
        for name, rule in SETTINGS.items():
            check(name, getattr(self, name), rule.schema)
