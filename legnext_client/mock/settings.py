"""Settings of a server: each with its default, its schema, and the help of its option on the command line."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from .answers import LOGS, STYLES
from .refusals import SHAPES
from .validation import LARGEST, TEXT, YES_OR_NO, check

DRAWN = "drawn"
PLANS = ("pro", "free")
_COUNT = {"type": "integer", "minimum": 0}


def _setting(default: Any, schema: dict[str, Any], help: str, option: str = "") -> Any:
    return field(default=default, metadata={"schema": schema, "help": help, "option": option})


def _one_of(*choices: str) -> dict[str, Any]:
    return {"enum": [*choices]}


class _Checked:
    """Check of each field against its schema."""

    _of = ""

    def __post_init__(self) -> None:
        for each in fields(self):  # type: ignore[arg-type]
            if each.metadata:
                check(each.name + self._of, getattr(self, each.name), each.metadata["schema"])


@dataclass(frozen=True)
class CallbackSettings(_Checked):
    """Settings of callbacks."""

    _of = " of callbacks"

    shape: str = _setting("bare", _one_of("bare", "envelope", "off"), "shape of callbacks", "--callbacks")
    secret: str | None = _setting(None, {"type": ["string", "null"], "minLength": 1}, "secret for signing callbacks")
    retries: int = _setting(2, _COUNT, "retries of a callback that was not received")
    copies: int = _setting(1, {"type": "integer", "minimum": 1}, "copies sent of each callback")
    loss: float = _setting(0.0, {"type": "number", "minimum": 0, "maximum": 1}, "share of callbacks never sent")
    delay: float = _setting(
        0.0,
        {"type": "number", "minimum": 0, "maximum": LARGEST},
        "virtual seconds between a job's end and its callback",
    )
    anywhere: bool = _setting(False, YES_OR_NO, "also send callbacks to other hosts", "--callbacks-to-anywhere")


@dataclass(frozen=True)
class Settings(_Checked):
    """Settings of a server. Defaults: a well-funded account and no faults."""

    seed: int = _setting(
        1, {"type": "integer"}, "make ids, durations and faults repeatable; drawn and printed if omitted"
    )
    credits: int = _setting(1_000_000, _COUNT, "credits of the account, in points")
    points: int = _setting(0, _COUNT, "bonus points of the account")
    plan: str = _setting("pro", _one_of(*PLANS), "the account's plan")
    keys: tuple[str, ...] = _setting(
        ("mock-key",), {"type": "array", "minItems": 1, "items": TEXT}, "valid keys, separated by commas"
    )
    concurrency: int | None = _setting(
        None,
        {"type": ["integer", "null"], "minimum": 0},
        "jobs at once per key; 0 means no limit (default: from the document)",
    )
    queues: bool = _setting(False, YES_OR_NO, "queue jobs beyond --concurrency instead of refusing them", "--queue")
    requests_per_second: int | None = _setting(
        None, {"type": ["integer", "null"], "minimum": 1}, "requests per second and key (default: no limit)"
    )
    time_scale: float | None = _setting(
        1.0,
        {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": LARGEST},
        "virtual seconds per real second; 60 makes a minute a second",
    )
    error_shape: str = _setting("flat", _one_of(*SHAPES, DRAWN), "shape of error responses")
    answers: str = _setting(DRAWN, _one_of(*STYLES, DRAWN), "shape of job responses")
    logs: str = _setting("strings", _one_of(*LOGS, DRAWN), "items of a job's logs")
    bodies: str = _setting(
        "lenient", _one_of("lenient", "strict"), "accept what the service does, or only documented bodies"
    )
    callbacks: CallbackSettings = field(default_factory=CallbackSettings)


SETTINGS = tuple(each.name for each in fields(Settings) if each.metadata)
"""The names of the settings, without those of callbacks."""
