"""Checks: what the state of things allows, and the status of what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .description import IMAGE_NUMBER, SOURCE, VIDEO_NUMBER, Operation, paid, sound_document
from .server import LONG, Answer
from .sources import ENLARGE, EXTEND, IMAGES, TEXTS, a_body, follow_ups, grid, source_for, videos

if TYPE_CHECKING:
    from .server import Server, Start

TEXT = IMAGES.rules["prompt"]["field"]
DAY = 86_400
ON_IMAGES = [*follow_ups("image"), *follow_ups("images")]
FOLLOW_UPS = [*ON_IMAGES, *follow_ups("video")]
FAILS, NEVER_ENDS, FORBIDDEN = "fail-this-job", "never-end-this-job", "forbidden-content"


def unprocessable(server: Server, answer: Answer, label: str, before: int, status: int = 422) -> None:
    assert answer.status == status, f"{label} answers {answer.status} instead of {status}: {answer.content[:200]!r}"
    assert answer.message, f"{label} is refused without a reason"
    assert len(server.ledger) == before, f"{label} was refused and is in the ledger"


def no(server: Server, operation: Operation, body: dict[str, Any], label: str, status: int = 422) -> None:
    """This is refused, and nothing is paid."""
    before = len(server.ledger)
    unprocessable(server, server.post(operation, body), f"{operation.name} {label}", before, status)


def check_sources_must_be_there_and_done(start: Start) -> None:
    """A follow-up needs a job that exists (404), and one that is completed (422)."""
    with start() as server:
        fox = {TEXT: "a fox"}
        never = server.accepted(IMAGES, {TEXT: f"a fox {NEVER_ENDS}"})
        failed = server.accepted(IMAGES, {TEXT: f"a fox {FAILS}"})
        server.advance(LONG)
        assert server.job(failed)["status"] == "failed"
        for operation in ON_IMAGES:
            fresh = server.accepted(IMAGES, fox)
            no(server, operation, a_body(operation, "no-such-job"), "of no job", 404)
            no(server, operation, a_body(operation, fresh), "of a job on its way")
            no(server, operation, a_body(operation, never), "of a job that never ends")
            no(server, operation, a_body(operation, failed), "of a failed job")


def check_sources_must_be_of_the_right_kind(start: Start) -> None:
    """Images are made of images, videos of videos, and nothing of texts."""
    with start() as server:
        texts = [server.finished(each, next(iter(each.examples()))[1]) for each in TEXTS]
        picture, chain = grid(server), videos(server)
        enlarged = server.finished(ENLARGE, {SOURCE: chain, VIDEO_NUMBER: 0})
        for operation in FOLLOW_UPS:
            for job in texts:
                no(server, operation, a_body(operation, job), "of texts")
            no(server, operation, a_body(operation, enlarged), "of an enlarged video")
        for operation in ON_IMAGES:
            no(server, operation, a_body(operation, chain), "of videos")
        for operation in follow_ups("video"):
            no(server, operation, a_body(operation, picture), "of images")


def check_numbers_must_exist(start: Start) -> None:
    """A number that the source does not have is refused by state, one beyond the schema by the schema."""
    with start() as server:
        upscale = next(each for each in follow_ups("image") if each.rules["makes"] == "image")
        one = server.finished(upscale, a_body(upscale, source_for(server, upscale)))
        two = videos(server, "a fox runs --bs 2")
        single = videos(server, "a fox runs --bs 1")
        for operation in follow_ups("image"):
            if "source" not in operation.rules:
                no(server, operation, {**a_body(operation, one), IMAGE_NUMBER: 1}, "of the second of one image")
                no(server, operation, {**a_body(operation, one), IMAGE_NUMBER: 4}, "of the fifth image", 400)
                server.accepted(operation, {**a_body(operation, one), IMAGE_NUMBER: 0})
        for operation in follow_ups("video"):
            server.accepted(operation, {**a_body(operation, two), VIDEO_NUMBER: 1})
            no(server, operation, {**a_body(operation, two), VIDEO_NUMBER: 2}, "of the third of two videos")
            no(server, operation, {**a_body(operation, single), VIDEO_NUMBER: 1}, "of the second of one video")
            no(server, operation, {**a_body(operation, two), VIDEO_NUMBER: 4}, "of the fifth video", 400)


def check_models_allow_what_they_allow(start: Start) -> None:
    """Some operations refuse some models, and one wants a draft."""
    models = sound_document()["x-legnext"]["models"]
    with start() as server:
        for row in models:
            if "flag" not in row:
                continue
            source = grid(server, f"a fox --{row['flag']} {row['value']}")
            offered = server.job(source)["output"]["available_actions"]
            for operation in ON_IMAGES:
                is_offered = operation.rules["task_type"] in offered
                wants = operation.rules.get("source", {})
                body = a_body(operation, source)
                refused = row["model"] in wants.get("not_models", ()) or "flag" in wants
                assert is_offered != refused, f"{operation.name} of version {row['model']} is offered: {is_offered}"
                if row["model"] in wants.get("not_models", ()):
                    no(server, operation, body, f"of version {row['model']}")
                elif "flag" in wants:
                    no(server, operation, body, f"without --{wants['flag']}")
                else:
                    server.accepted(operation, body)
        for operation in ON_IMAGES:
            for flag in operation.rules.get("source", {}).get("not_flags", ()):
                made_with = grid(server, f"a fox --{flag} https://a.example/b.png")
                no(server, operation, a_body(operation, made_with), f"with --{flag}")
                assert operation.rules["task_type"] not in server.job(made_with)["output"]["available_actions"]
            if "flag" in operation.rules.get("source", {}):
                server.accepted(operation, a_body(operation, grid(server, "a fox --v 7 --draft")))
                no(server, operation, a_body(operation, grid(server, "a drafty fox --no draft")), "of no draft")


def check_models_stick_to_what_is_made_of_them(start: Start) -> None:
    """What was made of a v8 image is a v8 image."""
    with start() as server:
        original = grid(server, "a fox --v 8")
        for maker in follow_ups("image") + follow_ups("images"):
            if maker.rules["makes"] == "images" and "source" not in maker.rules:
                derived = server.finished(maker, a_body(maker, original))
                for operation in ON_IMAGES:
                    if "8" in operation.rules.get("source", {}).get("not_models", ()):
                        no(server, operation, a_body(operation, derived), f"of a {maker.name} of version 8")


def check_age(start: Start) -> None:
    """A job can be built upon for three days, not longer."""
    days = sound_document()["x-legnext"]["follow_up_days"]
    for operation in FOLLOW_UPS:
        with start() as server:
            source = source_for(server, operation)
            server.advance(days * DAY - 2 * LONG / 100)
            server.accepted(operation, a_body(operation, source))
            server.advance(3 * LONG / 100)
            no(server, operation, a_body(operation, source), "of a job that is too old")


def check_extensions(start: Start) -> None:
    """A video is extended four times; enlarging it still works after that, a fifth extension does not."""
    most = EXTEND.rules["chain"]["at_most"]
    with start() as server:
        first = last = videos(server)
        for _ in range(most):
            last = server.finished(EXTEND, {SOURCE: last, VIDEO_NUMBER: 0})
        no(server, EXTEND, {SOURCE: last, VIDEO_NUMBER: 0}, "the fifth time")
        server.accepted(ENLARGE, {SOURCE: last, VIDEO_NUMBER: 0})
        server.accepted(EXTEND, {SOURCE: first, VIDEO_NUMBER: 0})


def check_plans(start: Start) -> None:
    """Some models need the Pro plan, all others do not."""
    models = [row for row in sound_document()["x-legnext"]["models"] if "flag" in row]
    for plan in ("free", "pro"):
        with start(plan=plan) as server:
            for row in models:
                body = {TEXT: f"a fox --{row['flag']} {row['value']}"}
                if row.get("plan", plan) == plan:
                    server.accepted(IMAGES, body)
                else:
                    no(server, IMAGES, body, f"version {row['model']} on the {plan} plan", 403)


def check_prompts(start: Start) -> None:
    """Flags that a model rejects answer 400 and are named; the others do not; a marked word answers 403."""
    rows = sound_document()["x-legnext"]["parameters"]
    rejected = {(row["flag"], model) for row in rows if row.get("use") == "rejected" for model in row["models"]}
    assert rejected
    with start() as server:
        for flag, model in rejected:
            names = {flag, next(row.get("short", flag) for row in rows if row["flag"] == flag)}
            for written in names:
                answer = server.post(IMAGES, {TEXT: f"a fox --v {model} --{written} 1"})
                assert answer.status == 400, f"--{written} with version {model} answers {answer.status}"
                assert any(f"--{name} " in answer.message for name in names), answer.message
            server.accepted(IMAGES, {TEXT: f"a fox --{flag} 1"})
        server.accepted(IMAGES, {TEXT: "a fox --v 8.1 --hd"})
        for operation in paid():
            if "prompt" in operation.rules and operation.rules["takes"] == "nothing":
                no(server, operation, {operation.rules["prompt"]["field"]: f"a {FORBIDDEN} fox"}, "of that", 403)


def check_jobs_at_once(start: Start) -> None:
    """As many jobs as the document says run at once; one more is refused until one of them has ended, well or not."""
    most = sound_document()["x-legnext"]["jobs_at_once"]
    with start(concurrency=None) as server:
        for number in range(most):
            server.accepted(IMAGES, {TEXT: "a fox" if number else f"a fox {FAILS}"})
        before = len(server.ledger)
        answer = server.post(IMAGES, {TEXT: "a fox"})
        assert answer.status == 429, f"job {most + 1} at once answers {answer.status}"
        assert float(answer.headers["retry-after"]) > 0
        assert len(server.ledger) == before
        server.advance(LONG)
        for _ in range(most):
            server.accepted(IMAGES, {TEXT: "a fox"})
        assert server.post(IMAGES, {TEXT: "a fox"}).status == 429
