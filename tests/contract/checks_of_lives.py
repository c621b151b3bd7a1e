"""Checks: a job lives once, forwards, as the same job; chains of jobs can be walked to their end."""

from __future__ import annotations

import re
from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING

from .description import IMAGE_NUMBER, SOURCE, VIDEO_NUMBER, breaks, paid, with_role
from .server import LONG, ROOT
from .sources import (
    ENLARGE,
    EXTEND,
    IMAGES,
    VIDEOS,
    a_body,
    follow_ups,
    grid,
    plain_body,
    sound_bodies,
    source_for,
    videos,
)
from .witness import ENDED, HOW_MANY, ORDER

if TYPE_CHECKING:
    from .server import Start

TEXT = IMAGES.rules["prompt"]["field"]
FAILS, NEVER_ENDS = "fail-this-job", "never-end-this-job"


def check_life_of_every_operation(start: Start) -> None:
    """Whatever is made is accepted, worked on, and completed in its typical time, and stays so."""
    with start() as server:
        for operation in paid():
            source = source_for(server, operation) if SOURCE in operation.body["properties"] else ""
            job_id = server.accepted(operation, plain_body(operation, source))
            median = operation.rules["seconds"]["median"]
            seen = [server.job(job_id)["status"]]
            progress: list[int] = []
            assert seen[0] not in ENDED, f"{operation.name} is {seen[0]} at once"
            for _ in range(60):
                server.advance(median / 10)
                told = server.job(job_id)
                seen.append(told["status"])
                progress += [int(found) for line in told["logs"] for found in re.findall(r"\d+", str(line))]
            assert progress == sorted(progress), f"{operation.name} goes backwards: {progress}"
            assert len(set(progress)) > 3, f"{operation.name} makes no progress: {progress}"
            assert seen[-1] == "completed", f"{operation.name} is {seen[-1]} after six times its typical time"
            assert seen.count("processing") > 3, f"{operation.name} was not worked on for long"
            done = seen.index("completed") / 10
            assert 0.2 < done < 5, f"{operation.name} took {done} of its typical time"
            server.advance(20 * 86_400)
            assert server.job(job_id)["status"] == "completed"
        server.witness.check_ledger(server.ledger)


# How long things take, as the service's pages tell it, in seconds.
TYPICAL = {
    "a fox": 45.0,
    "a fox --v 7 --draft": 4.5,
    "a fox --turbo": 13.5,
    "a fox --v 8": 13.5,
    "a fox --v 8.1": 13.5,
}
TYPICAL_OF_VIDEOS = {"chain.start": 210.0, "chain.extend": 180.0, "chain.upscale": 300.0}


def check_typical_times(start: Start) -> None:
    """Of forty jobs, the one in the middle takes about as long as such a job is said to take."""
    with start() as server:
        chain = videos(server)
        bodies = {prompt: (IMAGES, {TEXT: prompt}, seconds) for prompt, seconds in TYPICAL.items()}
        for role, seconds in TYPICAL_OF_VIDEOS.items():
            operation = with_role(role)
            bodies[role] = (
                operation,
                {"prompt": "a fox"} if operation == VIDEOS else a_body(operation, chain),
                seconds,
            )
        for label, (operation, body, seconds) in bodies.items():
            made = [server.accepted(operation, body) for _ in range(40)]
            server.advance(LONG / 10)
            times = [server.job(job_id)["meta"] for job_id in made]
            lasted = median(
                (datetime.fromisoformat(each["ended_at"]) - datetime.fromisoformat(each["created_at"])).total_seconds()
                for each in times
            )
            assert 0.7 < (lasted + 0.5) / seconds < 1.4, f"{label} takes {lasted} s instead of {seconds}"


def check_failure(start: Start) -> None:
    """A job that fails says why, and stays failed; one that never ends does not end."""
    with start() as server:
        failed = server.accepted(IMAGES, {TEXT: f"a fox {FAILS}"})
        never = server.accepted(IMAGES, {TEXT: f"a fox {NEVER_ENDS}"})
        for _ in range(3):
            server.advance(LONG)
            assert server.job(failed)["status"] == "failed"
            assert server.job(never)["status"] == "processing"


def check_many_jobs_are_told_apart(start: Start) -> None:
    """Of many jobs, each is found again, in any order, as itself."""
    with start() as server:
        made = [server.accepted(operation, body) for _ in range(20) for operation in paid()
                if SOURCE not in operation.body.get("required", ()) for body in sound_bodies(operation, "")[:1]
                if SOURCE not in body]  # fmt: skip
        for step in (1, 7, -1):
            server.advance(40)
            for job_id in made[::step]:
                answer = server.get(job_id)
                assert answer.status == 200, f"{job_id} is lost: {answer.content[:200]!r}"
        server.witness.check_ledger(server.ledger)


def check_chain_of_images(start: Start) -> None:
    """Every follow-up of a grid makes something that every follow-up of its kind can be applied to."""
    with start() as server:
        everything = follow_ups("image") + follow_ups("images")
        first = [each for each in everything if "flag" not in each.rules.get("source", {})]
        for operation in first:
            job_id = server.finished(operation, a_body(operation, grid(server)))
            makes = operation.rules["makes"]
            for following in first:
                fits = makes == "images" or (makes == "image" and following.rules["takes"] == "image")
                if fits:
                    body = a_body(following, job_id)
                    server.accepted(following, {**body, **({IMAGE_NUMBER: 0} if IMAGE_NUMBER in body else {})})
        assert len(server.ledger) > 100
        server.witness.check_ledger(server.ledger)


def check_chain(start: Start) -> None:
    """Image, video, four extensions, upscale: each step builds on the one before, and delivers what it says."""
    with start() as server:
        last = server.finished(VIDEOS, a_body(VIDEOS, grid(server)))
        for _ in range(EXTEND.rules["chain"]["at_most"]):
            last = server.finished(EXTEND, {SOURCE: last, VIDEO_NUMBER: 3})
        chain = server.finished(ENLARGE, {SOURCE: last, VIDEO_NUMBER: 0})
        assert len(server.job(chain)["output"]["video_urls"]) == 1


def check_batches(start: Start) -> None:
    """`--bs` says how many videos are made."""
    with start() as server:
        for flag, count in (("", 4), (" --bs 1", 1), (" --bs 2", 2), (" --bs 4", 4)):
            job = server.job(videos(server, f"a fox runs{flag}"))
            assert len(job["output"]["video_urls"]) == count, f"{flag} makes {len(job['output']['video_urls'])}"


def check_answers_in_every_style(start: Start) -> None:
    """Whichever documented variant a job's answers take, they fit the document, and the job is the same job."""
    styles = ("plain", "empty", "offset", "nanoseconds", "sparse", "nulls")
    schema = IMAGES.answer_schema(200)
    assert schema is not None
    with start(answers="drawn") as server, server.unwitnessed():
        looks = set()
        for number in range(60):
            told = server.post(IMAGES, {TEXT: f"fox {number}"}).json
            looks.add((tuple(told), str(told["meta"] and told["meta"]["created_at"])[-6:], told["config"] is None))
            for seconds in (0, 20, LONG):
                server.advance(seconds)
                now = server.job(told["job_id"])
                assert not breaks(schema, now), f"{breaks(schema, now)[0]} in {now}"
                assert (now["job_id"], now["task_type"]) == (told["job_id"], IMAGES.rules["task_type"])
                assert now["status"] in ORDER
        assert len(looks) >= len(styles) - 1, f"only {len(looks)} of the variants are drawn"


def check_time_is_told(start: Start) -> None:
    """A job on its way says how long it typically takes, when the clock is scaled; never how long it will take."""
    with start(time_scale=2.0) as server:
        asked = [server.post(IMAGES, {TEXT: "a fox never-end-this-job"}).headers.get("retry-after") for _ in range(5)]
        assert len(set(asked)) == 1, f"Retry-After gives the drawn duration away: {asked}"
        assert asked[0] is not None
        assert float(asked[0]) > 0


def check_links_lead_to_the_job(start: Start) -> None:
    """The links of a job are its own: no two jobs share one, and all lead to this server."""
    with start() as server:
        seen: set[str] = set()
        seeds: set[str] = set()
        for operation in paid():
            if operation.rules["makes"] == "texts":
                continue
            source = source_for(server, operation) if SOURCE in operation.body["properties"] else ""
            output = server.job(server.finished(operation, plain_body(operation, source)))["output"]
            links = output.get("image_urls") or output.get("video_urls")
            assert len(links) in HOW_MANY[operation.rules["makes"]]
            assert all(link.startswith(ROOT) for link in links)
            assert not seen & set(links), f"{operation.name} shares links with another job"
            seen |= set(links)
            seeds.add(output["seed"])
        assert len(seeds) > 10, f"the jobs have the seeds {seeds}"
