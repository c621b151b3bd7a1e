"""Faults in what the client makes of an answer: an answer of the right shape with the wrong things in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from legnext_client import errors
from legnext_client._calls import job_view
from legnext_client._calls.job_view import JobView
from legnext_client._client import calls
from legnext_client._protocol import responses as answers
from legnext_client._protocol import send as sending
from legnext_client._protocol import state
from legnext_client._protocol.state import State
from legnext_client.generated import models
from legnext_client.generated.types import UNSET

from .faults import Fault, Json, around, on_answer, replaced, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable

KNOWN_STATUSES = ("pending", "staged", "processing", "completed", "failed")
KNOWN_FIELDS = {name.rstrip("_") for name in models.TaskResponse.__annotations__}


def below(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with `change` done to all that is no object or list, at any depth."""
    if isinstance(value, dict):
        return {key: below(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [below(inner, change) for inner in value]
    return change(value)


def everywhere(change: Callable[[Any], Any]) -> Callable[[Json], Json]:
    return lambda answer: below(answer, change)


def at(*path: str, change: Callable[[Any], Any]) -> Callable[[Json], None]:
    """Changes what stands at a path, where something does."""

    def changed(answer: Json) -> None:
        holder: Any = answer
        for name in path[:-1]:
            holder = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and path[-1] in holder:
            holder[path[-1]] = change(holder[path[-1]])

    return changed


def known_fields_only(answer: Json) -> Json | None:
    if "job_id" not in answer:
        return None
    return {key: value for key, value in answer.items() if key in KNOWN_FIELDS}


def known_output_only(output: Any) -> Any:
    if not isinstance(output, dict):
        return output
    return {
        key: value for key, value in output.items() if key in models.TaskOutput.__annotations__ or key == "promptEn"
    }


def without_nulls(answer: Json) -> Json:
    return {
        key: without_nulls(value) if isinstance(value, dict) else value
        for key, value in answer.items()
        if value is not None
    }


def as_number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


def to_seconds(value: Any) -> Any:
    return re.sub(r"\.\d+", "", value) if isinstance(value, str) else value


def as_null(value: Any) -> Any:
    return None if value == "" else value


def ordered(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def each_once(value: Any) -> Any:
    return list(dict.fromkeys(value)) if isinstance(value, list) else value


def unsigned(value: Any) -> Any:
    return [url.partition("?")[0] for url in value] if isinstance(value, list) else value


def known_status(value: Any) -> Any:
    return value if value in KNOWN_STATUSES else "processing"


def as_floats(value: Any) -> Any:
    return int(float(value)) if type(value) is int else value


def texts_of(value: Any) -> Any:
    return [line if isinstance(line, str) else str(line) for line in value] if isinstance(value, list) else value


def without_fractions(moment: Any) -> Any:
    def rounded(value: Any) -> Any:
        found = moment(value)
        return found.replace(microsecond=0) if found else found

    return rounded


def without_zone(moment: Any) -> Any:
    def local(value: Any) -> Any:
        from datetime import UTC

        found = moment(value)
        return found.replace(tzinfo=UTC) if found else found

    return local


def grid_first(self: State) -> list[str]:
    return state.texts([self.part("output", "image_url")]) or state.texts(self.part("output", "image_urls"))


def urls_without_grid(self: State) -> list[str]:
    return state.texts(self.part("output", "image_urls"))


def held_points(self: State) -> float:
    return state.number(self.part("meta", "usage", "frozen")) or state.number(self.part("meta", "usage", "consume"))


def points_of_failed(self: State) -> float:
    return state.number(self.part("meta", "usage", "consume")) or state.number(self.part("meta", "usage", "frozen"))


def whole_points(points: property) -> property:
    return property(lambda self: int(points.fget(self)))  # type: ignore[misc]


def done_when_strange(self: State) -> bool:
    return self.status not in ("pending", "staged", "processing")


def raises_on_news(from_dict: Any) -> Any:
    kind = from_dict.__func__

    def strict(cls: Any, given: Any) -> Any:
        models.TaskStatus(given["status"])
        return kind(cls, given)

    return classmethod(strict)


def forgets_additions(from_dict: Any) -> Any:
    kind = from_dict.__func__

    def forgetful(cls: Any, given: Any) -> Any:
        made = kind(cls, given)
        made.additional_properties = {}
        return made

    return classmethod(forgetful)


def with_floats(from_dict: Any) -> Any:
    kind = from_dict.__func__
    return classmethod(lambda cls, given: kind(cls, everywhere(as_floats)(given)))


def null_as_unset(from_dict: Any) -> Any:
    kind = from_dict.__func__

    def lossy(cls: Any, given: Any) -> Any:
        made = kind(cls, given)
        for name, value in vars_of(made).items():
            if value is None:
                setattr(made, name, UNSET)
        return made

    return classmethod(lossy)


def vars_of(made: Any) -> dict[str, Any]:
    return {part.name: getattr(made, part.name) for part in made.__attrs_attrs__}


def of_known_fields(job: Any) -> Any:
    async def cut(self: Any, operation: Any, fields: Any) -> Any:
        found = await job(self, operation, fields)
        found._state = State(known_fields_only(dict(found.raw)) or {})
        return found

    return cut


def adds_points_to_credits(parsed: Any) -> Any:
    def added(operation: Any, answer: Any) -> Any:
        found = parsed(operation, answer)
        found.available_credits += found.available_points
        return found

    return added


def in_latin(as_object: Any) -> Any:
    return lambda body: as_object(body.decode("latin-1").encode())


FORBIDDEN_FOR_ALL = {**errors._BY_STATUS, 402: errors.ForbiddenError}

ANSWER_FAULTS: list[Fault] = [
    on_answer("unknown_fields_lost", "keeps the known fields of an answer only", known_fields_only),
    on_answer(
        "unknown_outputs_lost", "keeps the known parts of an output only", at("output", change=known_output_only)
    ),
    on_answer("nulls_lost", "leaves nulls out of answers", without_nulls),
    on_answer("seed_as_number", "reads seeds as numbers", at("output", "seed", change=as_number)),
    on_answer("answered_id_as_number", "reads ids of digits as numbers", at("job_id", change=as_number)),
    on_answer(
        "times_cut",
        "cuts times in answers to seconds",
        everywhere(lambda value: to_seconds(value) if isinstance(value, str) and value[:2] == "20" else value),
    ),
    on_answer("empty_as_null", "reads empty texts as nulls", everywhere(as_null)),
    on_answer(
        "null_output_as_empty",
        "reads no output as an empty one",
        at("output", change=lambda value: {} if value is None else value),
    ),
    on_answer("answered_images_sorted", "sorts images", at("output", "image_urls", change=ordered)),
    on_answer("images_once", "drops images of one address", at("output", "image_urls", change=each_once)),
    on_answer("signatures_lost", "drops the queries of addresses", at("output", "video_urls", change=unsigned)),
    on_answer("news_unread", "reads statuses it does not know as processing", at("status", change=known_status)),
    on_answer(
        "types_in_lower_case",
        "writes the types of tasks in lower case",
        at("task_type", change=lambda value: value.lower() if isinstance(value, str) else value),
    ),
    around("numbers_as_floats", "reads whole numbers as floats", models.Balance, "from_dict", with_floats),
    on_answer("logs_as_texts", "reads objects in logs as texts", at("logs", change=texts_of)),
    on_answer(
        "reroll_listed",
        "reads true as a list of actions",
        at("output", "available_actions", "reroll", change=lambda value: [0] if value is True else value),
    ),
    around("read_as_latin", "reads answers as Latin-1", sending, "as_object", in_latin),
    around("fractions_of_seconds_lost", "knows times to the second", job_view, "moment", without_fractions),
    around("zones_ignored", "ignores the offset of a time", job_view, "moment", without_zone),
    rewritten("year_one_is_a_time", "takes year 1 for a time", state.moment, "parsed.year <= 1", "parsed.year < 1"),
    replaced("grid_first", "takes the grid for the images", State, "image_urls", property(grid_first)),
    replaced("no_grid", "knows no image that is alone", State, "image_urls", property(urls_without_grid)),
    replaced("held_before_charged", "tells what was held for what was charged", State, "points", property(held_points)),
    replaced("failed_costs", "has failed jobs cost what was held", State, "points", property(points_of_failed)),
    around("whole_points", "cuts the fractions of points", State, "points", whole_points),
    replaced(
        "strange_is_done", "takes a status it does not know for an end", State, "done", property(done_when_strange)
    ),
    around("strange_is_refused", "refuses a status it does not know", models.TaskResponse, "from_dict", raises_on_news),
    around("additions_lost", "loses unknown fields in its models", models.TaskResponse, "from_dict", forgets_additions),
    around(
        "additions_to_usage_lost",
        "loses unknown fields deep in its models",
        models.Usage,
        "from_dict",
        forgets_additions,
    ),
    around(
        "nulls_unset", "takes null for what is not there, in its models", models.TaskOutput, "from_dict", null_as_unset
    ),
    around(
        "additions_to_balance_lost",
        "loses unknown fields of the balance",
        models.Balance,
        "from_dict",
        forgets_additions,
    ),
    around("credits_with_points", "counts points as credits, too", calls, "parsed", adds_points_to_credits),
    around(
        "async_known_fields", "keeps the known fields only, if async", calls.AsynchronousCalls, "job", of_known_fields
    ),
    rewritten(
        "envelope_unread",
        "does not read errors in an envelope",
        answers.error_words,
        'inner = data.get("error")',
        "inner = None",
    ),
    rewritten(
        "raw_words_lost",
        "loses the raw message of an error",
        answers.error_words,
        '_text(found.get("raw_message"))',
        '""',
    ),
    rewritten("details_lost", "loses the detail of an error", answers.error_words, 'found.get("detail")', "None"),
    replaced("no_credits_forbidden", "takes 402 for 403", errors, "_BY_STATUS", FORBIDDEN_FOR_ALL),
    rewritten(
        "refused_job_is_a_job",
        "takes a refusal in the shape of a job for a job",
        answers.job_id_of,
        "str(job_id) or None",
        "str(job_id)",
    ),
    rewritten(
        "posted_again",
        "sends a paid request again after a 5xx",
        sending.classify,
        "if request.paid and",
        "if False and",
    ),
    replaced("input_lost", "loses what was asked for", JobView, "input", property(lambda _: None)),
]
