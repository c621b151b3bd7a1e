"""The words for what is done about a prompt in which something is wrong."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

PromptPolicy: TypeAlias = Literal["refuse", "warn", "ignore"]
"""Before a request is sent: refuse errors and warn of the rest, warn of everything, or look at nothing."""
POLICIES: tuple[PromptPolicy, ...] = get_args(PromptPolicy)
