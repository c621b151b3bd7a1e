"""One problem of a prompt, and the warning that carries them all."""

from __future__ import annotations

import sys
from typing import Literal, NamedTuple, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "note"]


class Problem(NamedTuple):
    """One thing that is wrong with a prompt.

    `position` is an index into the text, `flag` the full name of the flag (or what was written, if it is unknown),
    `kind` a fixed word for programs. An `error` will be refused or misread; a `warning` works, but maybe not as meant,
    or not for long; a `note` is about what may be newer than this package.
    """

    position: int
    flag: str | None
    kind: str
    reason: str
    proposal: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"at {self.position}: {self.reason}" + (f" ({self.proposal})" if self.proposal else "")


class PromptWarning(UserWarning):
    """A prompt has problems. `problems` has them one by one."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, problems)
        self.message = message
        self.problems = problems

    def __str__(self) -> str:
        return self.message


def frames_to_user() -> int:
    """The `stacklevel` with which a warning of who calls this points to the line that a user wrote."""
    level, frame, package = 1, sys._getframe(1), __name__.partition(".")[0]  # pyright: ignore[reportPrivateUsage]
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    return level
