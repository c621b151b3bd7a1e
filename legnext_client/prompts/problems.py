"""Problems of a prompt, and the warning that carries them."""

from __future__ import annotations

import sys
from typing import Literal, NamedTuple, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "note"]


class Problem(NamedTuple):
    """A problem of a prompt.

    Attributes:
        position: Index into the text.
        flag: Full name of the flag, or its spelling if it is unknown.
        kind: Stable identifier for programs.
        reason: The reason why it is a problem.
        proposal: Suggested text, or None.
        severity: An `error` is refused or misread by the service. A `warning` works, but perhaps not as intended or not
            for long. A `note` concerns something that may be newer than this package.
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
    """A warning about a prompt; `problems` lists its problems."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, problems)
        self.message = message
        self.problems = problems

    def __str__(self) -> str:
        return self.message


def frames_to_user() -> int:
    """Return the `stacklevel` at which a warning of the caller points to the user's line."""
    level, frame, package = 1, sys._getframe(1), __name__.partition(".")[0]  # pyright: ignore[reportPrivateUsage]
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    return level
