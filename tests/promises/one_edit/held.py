"""Run in a package that was generated from an edited document: `python held.py STATEMENTS …`; they see what is below.

No line of it knows more of the package than what its users know.
"""

from __future__ import annotations

import copy
import json
import sys
import traceback
from typing import TYPE_CHECKING, Any

from legnext_client import InvalidRequest
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from collections.abc import Callable


def refused(call: Callable[[], Any]) -> None:
    """The call is refused before anything is sent."""
    before = len(server.ledger)
    try:
        call()
    except InvalidRequest:
        assert len(server.ledger) == before
    else:
        raise AssertionError("this should have been refused before sending")


def sends(operation: str, good: list[Any], bad: list[Any]) -> None:
    """The operation's fields are sent as they stand where they are right, and refused where they are not."""
    call = getattr(client.midjourney, operation)
    for value in good:
        for given in ({"needed": value}, {"needed": value, "optional": value}):
            assert call(**copy.deepcopy(given)).wait().status == "completed"
            body = server.ledger[-1].body
            sent = {name: body[name] for name in given}
            assert sent == given, f"sent {json.dumps(sent)} for {json.dumps(given)}"
    for value in bad:
        refused(lambda value=value: call(needed=value))  # type: ignore[misc]
        refused(lambda value=value: call(needed=good[0], optional=value))  # type: ignore[misc]


failed = False
with MockServer(in_process=True) as server, server.client() as client:
    job = client.midjourney.diffusion(text="a fox").wait()
    for statements in sys.argv[1:]:
        try:
            exec(statements, globals())
        except Exception:
            failed = True
            print(f"This does not hold:\n{statements}", file=sys.stderr)
            traceback.print_exc()
sys.exit(failed)
