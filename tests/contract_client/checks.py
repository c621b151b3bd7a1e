"""Every check by its name, the quick ones first."""

from __future__ import annotations

from collections.abc import Callable

from . import checks_of_answers, checks_of_errors, checks_of_refusals, checks_of_the_rest
from .checks_of_arguments import ARGUMENTS
from .checks_of_refusals import BOUNDS, REFUSALS
from .checks_of_requests import REQUESTS
from .effort import Effort

Check = Callable[[Effort], None]

CHECKS: dict[str, Check] = {
    name: getattr(module, f"check_{name}")
    for module, names in (
        (checks_of_the_rest, ("ids", "waiting", "balance", "chains")),
        (checks_of_answers, ("documented", "odd", "balances", "news", "jobs")),
        (checks_of_errors, ("errors", "hidden_errors")),
        (checks_of_refusals, ("python_values",)),
    )
    for name in names
}
CHECKS |= ARGUMENTS | REQUESTS | BOUNDS | REFUSALS | {"files": checks_of_the_rest.check_files}
