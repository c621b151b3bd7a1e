"""Ten small ways for the server to be wrong: its document is spoiled, or its code changed while it runs.

The checks never see which one it is: they read the sound document and talk to the server like anybody else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from legnext_client.mock import app, requests
from legnext_client.mock.account import Account
from legnext_client.mock.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
from starlette.responses import HTMLResponse

Document = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """`what` completes the sentence: the server …"""

    what: str
    noticed_by: str
    document: Callable[[Document], None] | None = None
    inside: Callable[[pytest.MonkeyPatch], None] | None = None


def spoiled(*path: str | int, value: Any = None) -> Callable[[Document], None]:
    """Put a value at a place of the document, or remove what is there."""

    def spoil(document: Document) -> None:
        target: Any = document
        for step in path[:-1]:
            target = target[step]
        if value is None:
            del target[path[-1]]
        else:
            target[path[-1]] = value

    return spoil


def replaced(owner: object, attribute: str, function: Callable[..., Any]) -> Callable[[pytest.MonkeyPatch], None]:
    """Put a function, which gets the sound one first, in its place."""
    sound = getattr(owner, attribute)

    def faulty(*arguments: Any) -> Any:
        return function(sound, *arguments)

    def patch(with_patch: pytest.MonkeyPatch) -> None:
        with_patch.setattr(owner, attribute, faulty)

    return patch


def charged_twice(settle: Any, account: Account, held: Any, charged: int) -> None:
    settle(account, held, charged)
    account.available_credits -= charged


def on_credit(hold: Any, account: Account, amount: int) -> Any:
    missing = max(0, amount - account.available)
    account.available_credits += missing
    held = hold(account, amount)
    account.available_credits -= missing
    return held


def any_key(_key: Any, endpoint: Any, _headers: Any) -> str:
    return str(endpoint._service.settings.keys[0])


def html(written: Any, refusal: Any, *shape: str) -> Any:
    return HTMLResponse("<p>Not found</p>", 404) if refusal.status == 404 else written(refusal, *shape)


def wrong_job(tell: Any, service: Service, _job_id: str, asked: tuple[str, str]) -> Any:
    return tell(service, next(iter(service.jobs)), asked)


def last_of_duplicates(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(requests, "_decoder", json.JSONDecoder())


schema = partial(spoiled, "components", "schemas")
FAULTS = {
    "charged_twice": Fault(
        "charges twice on completion",
        "points_are_held_charged_and_given_back",
        inside=replaced(Account, "settle", charged_twice),
    ),
    "on_credit": Fault("accepts jobs that cannot be paid", "shortage", inside=replaced(Account, "hold", on_credit)),
    "prompt_one_longer": Fault(
        "takes a prompt of 8,193 characters",
        "bounds_of_diffusion",
        document=schema("PromptText", "maxLength", value=8193),
    ),
    "both_mask_ways": Fault(
        "takes a mask by areas and by address", "bounds_of_inpaint", document=schema("Mask", "maxProperties")
    ),
    "seventh_job": Fault(
        "runs seven jobs at once", "jobs_at_once", document=spoiled("x-legnext", "jobs_at_once", value=7)
    ),
    "fifth_extension": Fault(
        "extends a video five times",
        "extensions",
        document=spoiled("paths", "/v1/extend-video", "post", "x-legnext", "chain", "at_most", value=5),
    ),
    "last_of_duplicates": Fault("takes the last of two equal keys", "json", inside=last_of_duplicates),
    "key_not_checked": Fault("does not check the key", "keys", inside=replaced(app._Endpoint, "_key", any_key)),
    "wrong_job": Fault("answers with another job", "prices", inside=replaced(Service, "tell", wrong_job)),
    "html_error": Fault("answers 404 with HTML", "nowhere", inside=replaced(app, "written", html)),
}
