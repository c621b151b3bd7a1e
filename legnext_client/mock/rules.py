"""Rules of the document's tables: which follow-ups are possible, and what a job costs and how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .jobs import COMPLETED, FAILED, Job
from .refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .prompts import Prompt
    from .spec import Operation

SOURCE_FIELD = "jobId"
_NUMBER_FIELDS = {"image": "imageNo", "video": "videoNo"}
# An upscaled video is `video` and final; an upscaled image can be used further.
_FITTING = {"image": ("images", "image"), "images": ("images",), "video": ("videos",)}
_NOUNS = {
    "image": "a job that made images",
    "images": "a job that made a grid of images",
    "video": "a job that made a batch of videos",
}
_DAY = 86400.0


def fits(operation: Operation, made: str) -> bool:
    """Return whether an operation accepts another's result."""
    return made in _FITTING.get(operation.takes, ())


def allows(operation: Operation, source: Job) -> bool:
    """Return whether the document allows this operation on that job, in any state."""
    return fits(operation, source.operation.makes) and _unsuited(operation, source) is None


def check_source(
    rules: dict[str, Any], operation: Operation, body: dict[str, Any], source: Job | None, now: float
) -> None:
    """Refuse an impossible follow-up: 404 for a missing job, otherwise 422."""
    if SOURCE_FIELD not in body:
        return
    if source is None:
        raise Refusal(404, f"There is no job {body[SOURCE_FIELD][:80]!r}. Use a job_id that this service gave you.")
    name = f"Job {source.job_id}"
    status = source.status(now)
    if status != COMPLETED and source.has_ended(now):
        ended = "failed" if status == FAILED else f"is {status}"
        raise Refusal(422, f"{name} {ended}, so nothing can be made of it. Use a completed job.")
    if status != COMPLETED:
        raise Refusal(422, f"{name} is not completed; it is {status}. Wait until it is.")
    if not fits(operation, source.operation.makes):
        wanted = _NOUNS[operation.takes]
        raise Refusal(422, f"{name} made {source.operation.makes}; this operation needs {wanted}.")
    _check_number(operation, body, source)
    if reason := _unsuited(operation, source):
        raise Refusal(422, f"{name} {reason}")
    days = rules.get("follow_up_days")
    if days is not None and now - source.ends > days * _DAY:
        raise Refusal(422, f"{name} ended more than {days} days ago and cannot be built upon any more. Make it anew.")


def _check_number(operation: Operation, body: dict[str, Any], source: Job) -> None:
    field = _NUMBER_FIELDS.get(operation.takes)
    if field is None or field not in body or body[field] < source.count:
        return
    noun = f"{operation.takes}{'' if source.count == 1 else 's'}"
    last = source.count - 1
    bound = f"must be 0 to {last}" if last else "must be 0"
    raise Refusal(422, f"{field} {bound}; got {int(body[field])}. This job has {source.count} {noun}.")


def _unsuited(operation: Operation, source: Job) -> str | None:
    wanted: dict[str, Any] = operation.extension.get("source", {})
    if source.prompt.model in wanted.get("not_models", ()):
        return f"was made by version {source.prompt.model}, which does not allow this. Use another version's images."
    for flag in wanted.get("not_flags", ()):
        if flag in source.prompt.flags:
            return f"was made with --{flag}, which does not allow this. Use an image that was made without."
    if "flag" in wanted and wanted["flag"] not in source.prompt.flags:
        return f"was not made with --{wanted['flag']}. Only such a job can be used here."
    most = operation.extension.get("chain", {}).get("at_most")
    if most is not None and source.extensions >= most:
        return f"was extended {source.extensions} times already, which is as often as a video can be."
    return None


class Price(NamedTuple):
    """Points that are held when the job is accepted, and charged when it completes."""

    held: int
    charged: int


def price(
    rules: dict[str, Any], operation: Operation, body: dict[str, Any], prompt: Prompt, source: Job | None
) -> Price:
    """Return the price of a request. Flags count only if the operation has a prompt."""
    table = operation.extension.get("price", {"points": 0})
    points = table["points"]
    for row in table.get("when", []):
        holds = (
            _field_is(operation, body, row)
            if "field" in row
            else source is not None and source.resolution == row["source"]
        )
        if holds:
            points = row["points"]
    held = charged = points
    if operation.prompt_field is not None and prompt.flags:
        for row in _holding(rules.get("price_factors", []), prompt):
            held *= row.get("reserve", row["factor"])
            charged *= row["factor"]
    return Price(round(held), round(charged))


def typical_seconds(rules: dict[str, Any], operation: Operation, prompt: Prompt) -> float:
    """Return the typical duration of a job."""
    seconds = operation.median_seconds
    if prompt.model is not None:
        for row in _holding(rules.get("duration_factors", []), prompt):
            seconds *= row["factor"]
    return seconds


def _field_is(operation: Operation, body: dict[str, Any], row: dict[str, Any]) -> bool:
    return bool(body.get(row["field"], operation.defaults.get(row["field"])) == row["is"])


def _holding(table: list[dict[str, Any]], prompt: Prompt) -> Iterator[dict[str, Any]]:
    dearest: dict[str, dict[str, Any]] = {}
    for row in table:
        if prompt.model not in row["models"] or not _asked(row, prompt):
            continue
        if "tier" not in row:
            yield row
        elif row["tier"] not in dearest or dearest[row["tier"]]["factor"] < row["factor"]:
            dearest[row["tier"]] = row
    yield from dearest.values()


def _asked(row: dict[str, Any], prompt: Prompt) -> bool:
    if "flag" not in row:
        return True
    return row["flag"] in prompt.flags and ("value" not in row or prompt.says(row["flag"], row["value"]))
