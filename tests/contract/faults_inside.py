"""Faults in the server's own code: its books, its stages, and its rules are changed while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client.mock import rules, service
from legnext_client.mock.account import Account, Hold
from legnext_client.mock.answers import Answers
from legnext_client.mock.job_random import JobRandom
from legnext_client.mock.jobs import NEVER, Job
from legnext_client.mock.limits import JobsAtOnce
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


def never_charged(settle: Callable[..., None]) -> Callable[..., None]:
    return lambda self, held, _charged: settle(self, held, 0)


def rest_kept(_settle: object) -> Callable[..., None]:
    """A draft holds 80 and costs 40; the other 40 stay where they are."""

    def faulty(self: Account, held: Hold, charged: int) -> None:
        self.frozen -= held.points + held.credits
        self.consumed += charged
        if not charged:
            self.available_points += held.points
            self.available_credits += held.credits

    return faulty


def not_taken(_hold: object) -> Callable[..., Hold | None]:
    return lambda self, amount: Hold(0, 0) if amount <= self.available else None


def on_credit(hold: Callable[..., Hold | None]) -> Callable[..., Hold | None]:
    def faulty(self: Account, amount: int) -> Hold | None:
        missing = max(0, amount - self.available)
        self.available_credits += missing
        held = hold(self, amount)
        self.available_credits -= missing
        return held

    return faulty


def last_point_refused(hold: Callable[..., Hold | None]) -> Callable[..., Hold | None]:
    return lambda self, amount: None if amount == self.available else hold(self, amount)


def refusals_paid(hold: Callable[..., Hold | None]) -> Callable[..., Hold | None]:
    def faulty(self: Account, amount: int) -> Hold | None:
        held = hold(self, amount)
        if held is None:
            self.available_credits -= min(self.available_credits, 10)
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


def source_gone_is_unprocessable(check: Callable[..., None]) -> Callable[..., None]:
    def faulty(*arguments: Any) -> None:
        try:
            check(*arguments)
        except Refusal as refusal:
            refusal.status = 422
            raise

    return faulty


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


def never_done(live: Callable[..., None]) -> Callable[..., None]:
    def faulty(self: Job, created: float, begins: float, lasts: float) -> None:
        live(self, created, begins, NEVER if self.number % 7 == 6 else lasts)

    return faulty


def done_at_once(live: Callable[..., None]) -> Callable[..., None]:
    return lambda self, created, begins, _lasts: live(self, created, begins, 0.0)


def batch_ignored(made: Callable[..., Job]) -> Callable[..., Job]:
    def faulty(*arguments: Any) -> Job:
        job = made(*arguments)
        if job.operation.makes == "videos":
            job.count = 4
        return job

    return faulty


def extensions_forgotten(made: Callable[..., Job]) -> Callable[..., Job]:
    def faulty(*arguments: Any) -> Job:
        job = made(*arguments)
        job.extensions = 0
        return job

    return faulty


def seconds_not_added(made: Callable[..., Job]) -> Callable[..., Job]:
    def faulty(*arguments: Any) -> Job:
        job = made(*arguments)
        job.seconds = min(job.seconds, 4)
        return job

    return faulty


def always_480p(made: Callable[..., Job]) -> Callable[..., Job]:
    def faulty(*arguments: Any) -> Job:
        job = made(*arguments)
        job.resolution = job.resolution and "480p"
        return job

    return faulty


def listed_twice(accept: Callable[..., None]) -> Callable[..., None]:
    def faulty(self: Service, job: Job, *arguments: Any) -> None:
        accept(self, job, *arguments)
        if job.number % 5 == 0:
            self.accepted.append(job)

    return faulty


def fails_without_reason(write: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def faulty(*arguments: Any) -> dict[str, Any]:
        answer = write(*arguments)
        return {**answer, "error": {"code": 0, "message": ""}} if answer["status"] == "failed" else answer

    return faulty


INSIDE_FAULTS = [
    replaced("never_released", "keeps the points of failed jobs", Account, "settle", never_released),
    replaced("charged_twice", "charges twice on completion", Account, "settle", charged_twice),
    replaced("never_charged", "gives the points of completed jobs back", Account, "settle", never_charged),
    replaced("rest_kept", "keeps what it held beyond the price", Account, "settle", rest_kept),
    replaced("not_taken", "holds points that can still be spent", Account, "hold", not_taken),
    replaced("on_credit", "accepts jobs that cannot be paid", Account, "hold", on_credit),
    replaced("last_point_refused", "does not let the last point be spent", Account, "hold", last_point_refused),
    replaced("refusals_paid", "takes points for saying no", Account, "hold", refusals_paid),
    replaced("unfinished_source", "builds upon unfinished jobs", service, "check_source", without("not completed")),
    replaced("failed_source", "builds upon failed jobs", service, "check_source", without("failed")),
    replaced(
        "any_kind_of_source", "builds upon jobs of any kind", service, "check_source", without("this operation needs")
    ),
    replaced("number_beyond", "takes numbers beyond the source's", rules, "_check_number", lambda _: lambda *_: None),
    replaced(
        "missing_source_422",
        "answers 422 for jobs that are not there",
        service,
        "check_source",
        source_gone_is_unprocessable,
    ),
    replaced("shared_ids", "gives one id to two jobs", JobRandom, "job_id", shared_ids),
    replaced("never_done", "lets every seventh job run for ever", Job, "live", never_done),
    replaced("done_at_once", "completes everything at once", Job, "live", done_at_once),
    replaced("batch_ignored", "makes four videos whatever --bs says", Service, "_made", batch_ignored),
    replaced("extensions_forgotten", "forgets how often a video was extended", Service, "_made", extensions_forgotten),
    replaced("seconds_not_added", "extends videos by nothing", Service, "_made", seconds_not_added),
    replaced("always_480p", "makes every video 480p", Service, "_made", always_480p),
    replaced("places_kept", "never frees the place of a job that ended", JobsAtOnce, "left", lambda _: lambda *_: None),
    replaced("listed_twice", "lists every fifth job twice", Service, "_accept", listed_twice),
    replaced("fails_without_reason", "lets jobs fail without a reason", Answers, "job", fails_without_reason),
]
