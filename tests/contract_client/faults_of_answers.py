"""Faults in what the client makes of an answer: an answer of the right shape with the wrong things in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client._calls import job_view
from legnext_client._protocol import responses as answers
from legnext_client._protocol import send as sending
from legnext_client._protocol import state
from legnext_client._protocol.state import State
from legnext_client.generated import models

from .faults import Fault, Json, around, on_answer, replaced, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable

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


def without_nulls(answer: Json) -> Json:
    return {
        key: without_nulls(value) if isinstance(value, dict) else value
        for key, value in answer.items()
        if value is not None
    }


def ordered(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def without_zone(moment: Any) -> Any:
    def local(value: Any) -> Any:
        from datetime import UTC

        found = moment(value)
        return found.replace(tzinfo=UTC) if found else found

    return local


def held_points(self: State) -> float:
    return state.number(self.part("meta", "usage", "frozen")) or state.number(self.part("meta", "usage", "consume"))


def forgets_additions(from_dict: Any) -> Any:
    kind = from_dict.__func__

    def forgetful(cls: Any, given: Any) -> Any:
        made = kind(cls, given)
        made.additional_properties = {}
        return made

    return classmethod(forgetful)


ANSWER_FAULTS: list[Fault] = [
    on_answer("unknown_fields_lost", "keeps the known fields of an answer only", known_fields_only),
    on_answer("answered_images_sorted", "sorts images", at("output", "image_urls", change=ordered)),
    around("zones_ignored", "ignores the offset of a time", job_view, "moment", without_zone),
    replaced("held_before_charged", "tells what was held for what was charged", State, "points", property(held_points)),
    around(
        "additions_to_balance_lost",
        "loses unknown fields of the balance",
        models.Balance,
        "from_dict",
        forgets_additions,
    ),
    rewritten(
        "envelope_unread",
        "does not read errors in an envelope",
        answers.error_words,
        'inner = data.get("error")',
        "inner = None",
    ),
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
    rewritten(
        "retry_after_lost", "forgets how long to wait", answers.read_error, "retry_after(answer.headers)", "None"
    ),
]
