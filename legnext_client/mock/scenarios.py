"""Scenario files: the settings, jobs, faults and time that a server starts with, in YAML."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import partial
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import an_object, shown
from .extras import needed
from .faults import Faults
from .seed_jobs import seed_job
from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from .service import Service

_SETTINGS = [each.name for each in fields(Settings) if each.name != "callbacks"]
_KNOWN = (*_SETTINGS, "time", "jobs", "faults")


@dataclass(frozen=True)
class Scenario:
    """The start of a server, and of each reset."""

    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    time: float | None = None
    jobs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    faults: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @classmethod
    def read(cls, path: str | Path) -> Scenario:
        """Read a scenario file. Raises ValueError with the field at fault."""
        yaml = needed("yaml")
        try:
            content: Any = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise ValueError(f"{path} is not YAML: {error}.") from None
        an_object(f"{path}", content)
        _check_names("", content, _KNOWN)
        settings = {name: content[name] for name in _SETTINGS if name in content}
        if isinstance(settings.get("keys"), list):
            settings["keys"] = tuple(settings["keys"])
        return cls(
            settings,
            _time(content["time"]) if "time" in content else None,
            _rows("jobs", content, [*signature(seed_job).parameters][1:]),
            _rows("faults", content, [*signature(Faults.add).parameters][1:]),
        )

    def apply(self, service: Service) -> None:
        """Set the time, add the jobs and then the faults."""
        if self.time is not None:
            service.clock.set(self.time)
        for place, job in enumerate(self.jobs):
            _placed(f"jobs[{place}]", partial(seed_job, service), job)
        for place, fault in enumerate(self.faults):
            _placed(f"faults[{place}]", service.faults.add, fault)


def _placed(name: str, add: Callable[..., object], row: dict[str, Any]) -> None:
    try:
        add(**row)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from None


def _rows(name: str, content: dict[str, Any], known: list[str]) -> list[dict[str, Any]]:
    given: Any = content.get(name) or []
    if not isinstance(given, list):
        raise ValueError(f"{name} must be a list; got {shown(given)}.")
    rows: list[Any] = list(given)  # pyright: ignore[reportUnknownArgumentType]
    made: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        named: Any = {"name": row} if name == "faults" and isinstance(row, str) else row
        an_object(f"{name}[{place}]", named)
        _check_names(f"{name}[{place}].", named, known)
        made.append(named)
    return made


def _check_names(place: str, row: dict[str, Any], known: tuple[str, ...] | list[str]) -> None:
    for name in row:
        if name not in known:
            raise ValueError(f"{place}{name} is not a field of a scenario; use {', '.join(known)}.")


def _time(value: Any) -> float:
    """Return a time as seconds since 1970; YAML has parsed it already if it is not quoted."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"time must be a date and time, as 2026-03-01T12:00:00Z; got {shown(value)}.") from None
    return at.replace(tzinfo=at.tzinfo or UTC).timestamp()
