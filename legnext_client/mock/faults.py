"""Faults injected on request: for the next n requests, or at a rate that the seed makes repeatable."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from typing import Any

from .arguments import number, shown, text, whole, yes_or_no

FILES = "/files/"
"""The path below which the files are; faults without a path spare them."""
ARRIVAL, ACCEPTANCE, TELLING, ANSWER = "arrival", "acceptance", "telling", "answer"

STAGES = {
    "close_before": ARRIVAL,
    "error_before": ARRIVAL,
    "rate_limit": ARRIVAL,
    "never_ends": ACCEPTANCE,
    "job_fails": ACCEPTANCE,
    "at_once": ACCEPTANCE,
    "unknown_status": TELLING,
    "unknown_type": TELLING,
    "unknown_fields": TELLING,
    "close_after": ANSWER,
    "error_after": ANSWER,
    "html": ANSWER,
    "truncate": ANSWER,
    "delay": ANSWER,
    "drip": ANSWER,
}
"""Every fault with its stage: request arrival, job acceptance, job status, or response."""

_SUITED = {
    "seconds": ("delay", "drip", "rate_limit"),
    "status": ("error_before", "error_after", "html"),
    "value": ("unknown_status", "unknown_type", "unknown_fields"),
    "as_html": ("error_before", "error_after"),
}
"""Options that only some faults have, with those faults."""
_STATUSES = {"html": 200}
_BODILESS = (204, 304)
_SECONDS = {"delay": 60.0, "drip": 1.0, "rate_limit": 1.0}
_VALUES = {"unknown_status": "retry", "unknown_type": "hologram", "unknown_fields": "something new"}


@dataclass(slots=True)
class Fault:
    """One fault. Defaults depend on its name."""

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
    random: random.Random = field(default_factory=random.Random, repr=False)

    @property
    def is_spent(self) -> bool:
        return self.times is not None and self.struck >= self.times

    def told(self) -> dict[str, Any]:
        """Return the fault as the control interface shows it."""
        return {name: value for name, value in asdict(self).items() if name != "random"}


class Faults:
    """The active faults."""

    def __init__(self, seed: int, base_path: str) -> None:
        self._seed = seed
        self._base_path = base_path
        self._faults: list[Fault] = []
        self.added = 0
        """The number of faults so far; it seeds the random numbers of the next."""

    def __iter__(self) -> Any:
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
        if name not in tuple(STAGES):
            raise ValueError(f"{shown(name)} is not a fault; choose from {', '.join(STAGES)}.")
        for option, given in (("seconds", seconds), ("status", status), ("value", value), ("as_html", as_html or None)):
            if given is not None and name not in _SUITED[option]:
                raise ValueError(f"{option} is for {', '.join(_SUITED[option])}; got it for {name}.")
        fault = Fault(
            name,
            times=1 if times is None and rate is None else times,
            rate=1.0 if rate is None else rate,
            method=method,
            path=path,
            seconds=_SECONDS.get(name, 0.0) if seconds is None else seconds,
            status=_STATUSES.get(name, 500) if status is None else status,
            value=_VALUES.get(name, "") if value is None else value,
            as_html=as_html,
        )
        _check(fault)
        fault.method = method.upper() if method is not None else None
        self.added += 1
        fault.random = random.Random(f"{self._seed}:{self.added}")
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def start_anew(self) -> None:
        """Remove all faults and reset the random sequence."""
        self.clear()
        self.added = 0

    def restore(self, fault: Fault) -> None:
        """Add a fault of a saved state."""
        if fault.name not in STAGES:
            raise ValueError(f"{shown(fault.name)} is not a fault")
        _check(fault)
        self._faults.append(fault)

    def take(self, stage: str, method: str, path: str) -> list[Fault]:
        """Return the faults to apply to this request."""
        taken: list[Fault] = []
        for fault in self._faults:
            if STAGES[fault.name] != stage or fault.is_spent or not self._concerns(fault, method, path):
                continue
            if fault.rate >= 1 or fault.random.random() < fault.rate:
                fault.struck += 1
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


def _check(fault: Fault) -> None:
    if fault.times is not None:
        whole("times", fault.times, 0)
    number("rate", fault.rate, 0, 1)
    if fault.method is not None:
        text("method", fault.method)
    if fault.path is not None:
        text("path", fault.path)
        if not fault.path.startswith("/"):
            raise ValueError(f"path must begin with /; got {shown(fault.path)}.")
    number("seconds", fault.seconds, 0)
    whole("status", fault.status, 200, 599, but=_BODILESS)
    text("value", fault.value, least=0)
    yes_or_no("as_html", fault.as_html)


def strangely(told: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """Return a job response with unknown values or fields."""
    for fault in faults:
        if fault.name == "unknown_status":
            told = {**told, "status": fault.value}
        elif fault.name == "unknown_type":
            told = {**told, "task_type": fault.value}
        else:
            output: dict[str, Any] = told.get("output") or {}
            output = {**output, "unheard_of": [fault.value]}
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
        if key not in _READERS or not equals:
            raise ValueError(f"{pair!r} is not an option of a fault; use {', '.join(_READERS)}, each as name=value.")
        try:
            options[key] = _READERS[key](value)
        except ValueError:
            options[key] = value
    return options


def _yes(value: str) -> bool | str:
    return _WORDS.get(value.lower(), value)


_WORDS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


_READERS: dict[str, Any] = {
    "times": int,
    "rate": float,
    "method": str,
    "path": str,
    "seconds": float,
    "status": int,
    "value": str,
    "as_html": _yes,
}
