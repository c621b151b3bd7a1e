"""Faults in the server's own code: its books, its stages, and its rules are changed while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client.mock import service
from legnext_client.mock.account import Account, Hold
from legnext_client.mock.callbacks import CallbackSender
from legnext_client.mock.job_random import JobRandom
from legnext_client.mock.jobs import Job
from legnext_client.mock.refusals import Refusal
from legnext_client.mock.service import Service

from .faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def replaced(name: str, what: str, owner: object, attribute: str, make: Callable[[Any], Any]) -> Fault:
    """A fault that puts a function in the place of another; `make` gets the sound one."""

    def patch(with_patch: pytest.MonkeyPatch) -> None:
        sound = getattr(owner, attribute)
        with_patch.setattr(owner, attribute, make(sound))

    return Fault(name, what, inside=patch)


def never_released(settle: Callable[..., None]) -> Callable[..., None]:
    def faulty(self: Account, held: Hold, charged: int) -> None:
        settle(self, held, charged or held.points + held.credits)

    return faulty


def charged_twice(settle: Callable[..., None]) -> Callable[..., None]:
    def faulty(self: Account, held: Hold, charged: int) -> None:
        settle(self, held, charged)
        self.available_credits -= charged

    return faulty


def on_credit(hold: Callable[..., Hold | None]) -> Callable[..., Hold | None]:
    def faulty(self: Account, amount: int) -> Hold | None:
        missing = max(0, amount - self.available)
        self.available_credits += missing
        held = hold(self, amount)
        self.available_credits -= missing
        return held

    return faulty


def without(word: str) -> Callable[[Any], Any]:
    """The rules of sources, deaf to refusals that have this word in them."""

    def make(check: Callable[..., None]) -> Callable[..., None]:
        def faulty(*arguments: Any) -> None:
            try:
                check(*arguments)
            except Refusal as refusal:
                if word not in refusal.message:
                    raise

        return faulty

    return make


def shared_ids(_draw: object) -> property:
    """Every tenth job has the id of the one before."""
    sound: Any = JobRandom.__dict__["job_id"]
    last: list[str] = []

    def job_id(self: JobRandom) -> str:
        if len(last) % 10 != 9:
            last.append(sound.fget(self))
        else:
            last.append(last[-1])
        return last[-1]

    return property(job_id)


def extensions_forgotten(made: Callable[..., Job]) -> Callable[..., Job]:
    def faulty(*arguments: Any) -> Job:
        job = made(*arguments)
        job.extensions = 0
        return job

    return faulty


def always_480p(made: Callable[..., Job]) -> Callable[..., Job]:
    def faulty(*arguments: Any) -> Job:
        job = made(*arguments)
        job.resolution = job.resolution and "480p"
        return job

    return faulty


def one_seed(_digits: object) -> property:
    return property(lambda _self: "1234567890")


INSIDE_FAULTS = [
    replaced("one_seed", "gives all jobs one seed", JobRandom, "seed_digits", one_seed),
    replaced("callbacks_lost", "never calls back", CallbackSender, "schedule", lambda _: lambda *_: None),
    replaced("progress_stands", "shows no progress", Job, "progress", lambda _: lambda _self, _now: 50),
    replaced("never_released", "keeps the points of failed jobs", Account, "settle", never_released),
    replaced("charged_twice", "charges twice on completion", Account, "settle", charged_twice),
    replaced("on_credit", "accepts jobs that cannot be paid", Account, "hold", on_credit),
    replaced("failed_source", "builds upon failed jobs", service, "check_source", without("failed")),
    replaced("shared_ids", "gives one id to two jobs", JobRandom, "job_id", shared_ids),
    replaced("extensions_forgotten", "forgets how often a video was extended", Service, "_made", extensions_forgotten),
]
