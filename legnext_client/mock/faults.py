"""Faults injected on request: for the next n requests, or at a rate that the seed makes repeatable."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .validation import LARGEST, TEXT, YES_OR_NO, check, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = "/files/"
"""The path below which the files are; faults without a path spare them."""
ARRIVAL, ACCEPTANCE, TELLING, ANSWER = "arrival", "acceptance", "telling", "answer"
"""The stages of a request at which faults apply: its arrival, a job's acceptance, a job's status, the response."""

_KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "close_before": (ARRIVAL, {}),
    "error_before": (ARRIVAL, {"status": 500, "as_html": False}),
    "rate_limit": (ARRIVAL, {"seconds": 1.0}),
    "never_ends": (ACCEPTANCE, {}),
    "job_fails": (ACCEPTANCE, {}),
    "at_once": (ACCEPTANCE, {}),
    "unknown_status": (TELLING, {"value": "retry"}),
    "unknown_type": (TELLING, {"value": "hologram"}),
    "unknown_fields": (TELLING, {"value": "something new"}),
    "close_after": (ANSWER, {}),
    "error_after": (ANSWER, {"status": 500, "as_html": False}),
    "html": (ANSWER, {"status": 200}),
    "truncate": (ANSWER, {}),
    "delay": (ANSWER, {"seconds": 60.0}),
    "drip": (ANSWER, {"seconds": 1.0}),
}
"""Every fault with its stage, and the options of its own with their defaults."""
STAGES = {name: stage for name, (stage, _) in _KINDS.items()}

_OPTIONS: dict[str, dict[str, Any]] = {
    "times": {"type": ["integer", "null"], "minimum": 0},
    "rate": {"type": "number", "minimum": 0, "maximum": 1},
    "method": {"type": ["string", "null"], "minLength": 1},
    "path": {"type": ["string", "null"]},
    "seconds": {"type": "number", "minimum": 0, "maximum": LARGEST},
    "status": {"type": "integer", "minimum": 200, "maximum": 599},
    "value": {"type": "string"},
    "as_html": YES_OR_NO,
}


@dataclass(slots=True)
class Fault:
    """One fault."""

    name: str
    times: int | None = None
    """Number of requests to affect; None means no limit."""
    rate: float = 1.0
    """Share of requests to affect."""
    method: str | None = None
    path: str | None = None
    """Prefix of affected paths, with or without the base path. Empty: the whole API."""
    seconds: float = 0.0
    """`delay` and `drip`: duration of the response. `rate_limit`: value of `Retry-After`."""
    status: int = 500
    """The status of `error_before`, `error_after` and `html`."""
    value: str = ""
    """The unknown status, type or field value."""
    as_html: bool = False
    """Errors only: respond with an HTML page, as a proxy does."""
    struck: int = 0
    """Number of requests affected so far."""
    seed: str = ""
    met: int = 0
    """Number of requests that it could have affected; with the seed, it decides about the next."""

    def __post_init__(self) -> None:
        check("name", self.name, TEXT)
        if self.name not in _KINDS:
            raise ValueError(f"{shown(self.name)} is not a fault; choose from {', '.join(_KINDS)}.")
        for option, schema in _OPTIONS.items():
            check(option, getattr(self, option), schema)
        if self.status in (204, 304):
            raise ValueError(f"status must not be 204 or 304, which have no body; got {self.status}.")
        if self.path is not None and not self.path.startswith("/"):
            raise ValueError(f"path must begin with /; got {shown(self.path)}.")
        self.method = None if self.method is None else self.method.upper()

    @property
    def is_spent(self) -> bool:
        return self.times is not None and self.struck >= self.times

    def strikes(self) -> bool:
        """Return whether the fault affects the next request."""
        self.met += 1
        struck = self.rate >= 1 or random.Random(f"{self.seed}:{self.met}").random() < self.rate
        self.struck += struck
        return struck


class Faults:
    """The active faults."""

    def __init__(self, seed: int, base_path: str) -> None:
        self._seed = seed
        self._base_path = base_path
        self._faults: list[Fault] = []
        self.added = 0
        """The number of faults so far; it seeds the next."""

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._faults))

    def __len__(self) -> int:
        return len(self._faults)

    def add(
        self,
        name: str,
        *,
        times: int | None = None,
        rate: float | None = None,
        method: str | None = None,
        path: str | None = None,
        seconds: float | None = None,
        status: int | None = None,
        value: str | None = None,
        as_html: bool = False,
    ) -> Fault:
        """Add a fault: for the next `times` requests, for a `rate` of them, or, with neither, for the next one."""
        own: dict[str, Any] = {"seconds": seconds, "status": status, "value": value, "as_html": as_html or None}
        given = {option: each for option, each in own.items() if each is not None}
        _, usual = _KINDS.get(str(name), ("", given))
        for option in given.keys() - usual:
            suited = [kind for kind, (_, options) in _KINDS.items() if option in options]
            raise ValueError(f"{option} is for {', '.join(suited)}; got it for {name}.")
        times = 1 if times is None and rate is None else times
        fault = Fault(name, times, 1.0 if rate is None else rate, method, path, **usual | given)
        self.added += 1
        fault.seed = f"{self._seed}:{self.added}"
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def restore(self, faults: list[dict[str, Any]], added: int) -> None:
        """Take over the faults of a saved state."""
        self._faults, self.added = [Fault(**each) for each in faults], added

    def told(self) -> list[dict[str, Any]]:
        """Return the faults as the control interface shows them, and as a state saves them."""
        return [asdict(fault) for fault in self._faults]

    def take(self, stage: str, method: str, path: str) -> list[Fault]:
        """Return the faults to apply to this request; on arrival, the first only."""
        taken: list[Fault] = []
        for fault in self._faults:
            if STAGES[fault.name] != stage or fault.is_spent or not self._concerns(fault, method, path):
                continue
            if fault.strikes():
                taken.append(fault)
                if stage == ARRIVAL:
                    break
        return taken

    def _concerns(self, fault: Fault, method: str, path: str) -> bool:
        if fault.method is not None and fault.method != method:
            return False
        if fault.path is None:
            return not path.startswith(FILES)
        return path.startswith((fault.path, self._base_path + fault.path))


def strangely(told: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """Return a job response with unknown values or fields."""
    for fault in faults:
        if fault.name == "unknown_status":
            told = {**told, "status": fault.value}
        elif fault.name == "unknown_type":
            told = {**told, "task_type": fault.value}
        else:
            output: dict[str, Any] = {**(told.get("output") or {}), "unheard_of": [fault.value]}
            told = {**told, "unheard_of": fault.value, "output": output}
    return told


def parse_fault(text: str) -> dict[str, Any]:
    """Parse a fault as written on the command line: `close_after:rate=0.1,method=POST`.

    A value that does not parse stays a string; `Faults.add` knows the bounds and refuses it.
    """
    name, _, rest = text.partition(":")
    options: dict[str, Any] = {"name": name}
    for pair in filter(None, rest.split(",")):
        key, equals, value = pair.partition("=")
        if key not in _OPTIONS or not equals:
            raise ValueError(f"{pair!r} is not an option of a fault; use {', '.join(_OPTIONS)}, each as name=value.")
        options[key] = _read(_OPTIONS[key]["type"], value)
    return options


def _read(kind: str | list[str], value: str) -> Any:
    if kind == "boolean":
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(value.lower(), value)
    try:
        return int(value) if "integer" in kind else float(value) if kind == "number" else value
    except ValueError:
        return value
