"""Faults that were thought of when all the others were caught: subtler ones, to see what the checks had overlooked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from legnext_client.mock import answers, files, jobs, prices, service
from legnext_client.mock.answers import Answers
from legnext_client.mock.callbacks import CallbackSender
from legnext_client.mock.job_random import JobRandom
from legnext_client.mock.service import Service

from .faults import Answered, Asked, Wire, on_the_wire
from .faults_inside import replaced
from .faults_of_the_document import REMOVED, operation, schema, spoiled
from .faults_on_the_wire import job_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client.mock.jobs import Job


def endpoint_forgotten(write: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def faulty(*arguments: Any) -> dict[str, Any]:
        answer = write(*arguments)
        return {**answer, "config": {"service_mode": "public", "webhook_config": {"endpoint": "", "secret": ""}}}

    return faulty


def key_in_answer(write: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def faulty(writer: Answers, job: Job, now: float) -> dict[str, Any]:
        return {**write(writer, job, now), "input": {"key": job.key}}

    return faulty


def progress_stands(_progress: object) -> Callable[..., int]:
    return lambda _self, _now: 50


def drawn_duration_told(live: Callable[..., None]) -> Callable[..., None]:
    def faulty(self: Job, created: float, begins: float, lasts: float) -> None:
        live(self, created, begins, lasts)
        self.typical = JobRandom(1, self.number).among(200) + 1.0

    return faulty


class PrefixesFound(Wire):
    """Finds a job by the beginning of its id, and by its id in capitals."""

    def __init__(self) -> None:
        self._paths: list[str] = []

    def before(self, asked: Asked) -> Asked:
        found = [path for path in self._paths if path.startswith(asked.path.lower())]
        return replace(asked, path=found[0]) if asked.method == "GET" and found and len(asked.path) > 30 else asked

    def after(self, asked: Asked, answered: Answered) -> Answered:
        if asked.method == "GET" and job_of(answered):
            self._paths.append(asked.path)
        return answered


def one_seed(_digits: object) -> property:
    return property(lambda _self: "1234567890")


def everything_allowed(_allows: object) -> Callable[..., bool]:
    return lambda _operation, _source: True


def same_picture(render: Callable[..., bytes]) -> Callable[..., bytes]:
    def faulty(job: Job, number: int | None, ending: str) -> bytes:
        job.prompt = replace(job.prompt, text="a picture")
        return render(job, number, ending)

    return faulty


def half_the_ledger(_ledger: object) -> property:
    sound: Any = Service.__dict__["ledger"]
    return property(lambda self: [replace(line, points=line.points // 2, body={}) for line in sound.fget(self)])


SECOND_FAULTS = [
    spoiled("files_a_day_longer", "keeps files a day too long", (("x-legnext", "output_days"), 31)),
    spoiled("slow_drafts", "works on drafts as long as on anything", (("x-legnext", "duration_factors"), [])),
    spoiled(
        "quick_videos", "makes videos as fast as images", (operation("/v1/video-diffusion", "seconds", "median"), 45)
    ),
    spoiled(
        "other_default_size",
        "enlarges to 4K when nothing is said",
        (schema("EnhanceUpscaleRequest", "properties", "target_resolution", "default"), "4K"),
    ),
    spoiled(
        "other_default_format",
        "delivers PNG when nothing is said",
        (schema("EnhanceUpscaleRequest", "properties", "output_format", "default"), "png"),
    ),
    spoiled(
        "default_model_6",
        "takes version 6 when nothing is said",
        (("x-legnext", "models", {"model": "6"}, "default"), True),
    ),
    spoiled("niji_unknown", "does not know niji", (("x-legnext", "models", {"model": "niji 6"}, "flag"), "nihon")),
    spoiled("other_point", "counts 500 points for a dollar", (("x-legnext", "points_per_usd"), 500)),
    spoiled("empty_job_id", "takes an empty job id", (schema("JobId", "minLength"), 0)),
    spoiled(
        "tier_multiplied",
        "multiplies what counts once",
        (("x-legnext", "price_factors", {"flag": "hd"}, "tier"), REMOVED),
    ),
    replaced("endpoint_forgotten", "does not say where it will call back", Answers, "job", endpoint_forgotten),
    replaced("key_in_answer", "repeats the key in its answers", Answers, "job", key_in_answer),
    replaced("progress_stands", "shows no progress", jobs.Job, "progress", progress_stands),
    replaced("drawn_duration_told", "tells when a job will be done", jobs.Job, "live", drawn_duration_told),
    replaced("one_seed", "gives all jobs one seed", JobRandom, "seed_digits", one_seed),
    replaced("impossible_actions", "offers actions that it refuses", answers, "allows", everything_allowed),
    replaced("callbacks_lost", "never calls back", CallbackSender, "schedule", lambda _: lambda *_: None),
    replaced("half_the_ledger", "writes other points into the ledger", Service, "ledger", half_the_ledger),
    replaced(
        "discount_ignored",
        "ignores what flags do to prices",
        service,
        "price",
        lambda _: lambda _rules, kind, body, prompt, source: prices.price({}, kind, body, prompt, source),
    ),
    replaced("same_picture", "has the same pictures for all prompts", files, "_rendered", same_picture),
    on_the_wire("prefixes_found", "finds jobs by the beginning of their ids", PrefixesFound),
]
