"""Every check by its name, the quick ones first."""

from __future__ import annotations

from collections.abc import Callable

from . import checks_of_bodies, checks_of_lives, checks_of_money, checks_of_protocol, checks_of_rules
from .server import Start

Check = Callable[[Start], None]
MODULES = (
    checks_of_protocol,
    checks_of_money,
    checks_of_rules,
    checks_of_lives,
    checks_of_bodies,
)

CHECKS: dict[str, Check] = {
    name.removeprefix("check_"): value
    for module in MODULES
    for name, value in vars(module).items()
    if name.startswith("check_")
}
CHECKS |= checks_of_bodies.BOUNDS
