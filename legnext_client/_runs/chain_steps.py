"""Check, describe and price the steps of a chain; `chains` combines them."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._calls.items import digest_of
from legnext_client._calls.job_view import JobView
from legnext_client._calls.planning import BY_TASK_TYPE, NUMBERS, refuse
from legnext_client._protocol.bounds import wrong_value
from legnext_client._protocol.checks import prepare
from legnext_client._protocol.state import State
from legnext_client.errors import InvalidRequest, Problem
from legnext_client.generated.operations import ROLES, Field
from legnext_client.generated.rules import POINTS_PER_USD
from legnext_client.prices import Estimate, price
from legnext_client.prompts import PromptWarning
from legnext_client.prompts.flags import row_for
from legnext_client.prompts.policy import enforce, request_problems
from legnext_client.prompts.reading import first_word, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from legnext_client._calls.items import Call
    from legnext_client._prompt_policy import PromptPolicy
    from legnext_client.generated.operations import Operation

CHOSEN = "chosen"
"""Stands for a function in a described chain."""

_PLACEHOLDER = "the job before"
_BATCH = "bs"
"""The prompt flag for the number of videos."""


class Beginning(NamedTuple):
    """An existing video that a chain extends."""

    job_id: str
    source: str | None = None
    """Its size."""
    extensions: int = 0
    """Number of earlier extensions."""


class ChainPrice(NamedTuple):
    """The estimated price of a chain, by step; prints as a small table."""

    steps: tuple[tuple[str, Estimate], ...]

    @property
    def points(self) -> int:
        """The total."""
        return sum(estimate.points for _, estimate in self.steps)

    @property
    def reserve(self) -> int:
        """The total that a budget should count, which may be higher."""
        return sum(estimate.reserve for _, estimate in self.steps)

    @property
    def usd(self) -> float:
        """The price in US dollars."""
        return self.points / POINTS_PER_USD

    def __str__(self) -> str:
        rows = [(title, f"{estimate.points}", " ".join(estimate.reasons)) for title, estimate in self.steps]
        more = f"; a budget counts {self.reserve}" if self.reserve != self.points else ""
        rows.append(("in all", f"{self.points}", f"points, an estimate{more}"))
        first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
        return "\n".join(
            f"{title:<{first}}  {points:>{second}}{'' if why == points else '  ' + why}" for title, points, why in rows
        )


# ---- earlier jobs -------------------------------------------------------------------------------------------------


def look_at(job: JobView, operation: Operation, fields: Mapping[str, Any], kinds: Iterable[str] = ()) -> None:
    """Refuse a job that cannot be followed up, as far as it is known; `kinds` are the accepted outputs."""
    if job._insisting:
        return
    made = BY_TASK_TYPE.get(job.task_type)
    if kinds and made is not None and made.makes not in (kinds := tuple(kinds)):
        raise InvalidRequest(
            f"{operation.name} of job {job.job_id}: a job that makes {' or '.join(kinds)} is needed; got "
            f"{made.name}, which makes {made.makes}. If you know better, give job.insist()."
        )
    refuse(State(job.raw), operation, fields)


def beginning_of(job_or_id: JobView | str, source: str | None, extensions: int | None) -> Beginning:
    """Return the video to extend; the job fills in what the caller omits."""
    operation = ROLES["chain.extend"]
    job_id = job_or_id
    if isinstance(job_or_id, JobView):
        job, job_id = job_or_id, job_or_id.job_id
        look_at(job, operation, {}, kinds=("videos",))
        source = job._context.size if source is None else source
        extensions = int(job.task_type == operation.task_type) if extensions is None else extensions
    prepare(operation, {"job_id": job_id, NUMBERS["video"]: 0})
    price(operation, source=source)  # refuses an unknown size
    times = 0 if extensions is None else extensions
    bounds = Field("extensions", "extensions", "integer", minimum=0, maximum=at_most())
    if wrong := wrong_value(bounds, times):
        raise InvalidRequest(f"{Problem('extensions', *wrong)}.")
    return Beginning(str(job_id), source, int(times))


def at_most() -> int | None:
    """Return the maximum number of extensions of a video."""
    chain = ROLES["chain.extend"].chain
    return chain.at_most if chain else None


# ---- one step -----------------------------------------------------------------------------------------------------


def size_field(value: Any) -> dict[str, Any]:
    """Return the field of the start that sets the size."""
    operation = ROLES["chain.start"]
    wire = operation.chain.size if operation.chain else None
    return {field.name: value for field in operation.fields if field.wire == wire}


def checked_fields(operation: Operation, given: Mapping[str, Any], unknown: Iterable[str]) -> dict[str, Any]:
    """Return the fields of a step as plain values; `unknown` names those without a value yet."""
    numbers = NUMBERS.values()
    later = {name: 0 if name in numbers else _PLACEHOLDER for name in unknown}
    body = prepare(operation, {**given, **later}).body
    return {
        field.name: body[field.wire] for field in operation.fields if field.wire in body and field.name not in later
    }


def judge_steps(calls: Sequence[Call], policy: PromptPolicy, where: str = "") -> PromptWarning | None:
    """Check the prompts of all steps: return the warning to issue, or raise `InvalidRequest`."""
    if policy == "ignore":
        return None
    warnings = [
        enforce(request_problems(call.operation, wires(call)), policy, ", ".join(filter(None, (where, call.title))))
        for call in calls
    ]
    issued = [warning for warning in warnings if warning]
    if not issued:
        return None
    return PromptWarning("; ".join(map(str, issued)), tuple(one for warning in issued for one in warning.problems))


def wires(call: Call) -> dict[str, Any]:
    """Return the fields of a step by wire name."""
    names = {field.name: field.wire for field in call.operation.fields}
    return {names.get(name, name): value for name, value in call.fields.items()}


def many_made(call: Call) -> int | None:
    """Return the number of videos that a step makes; None if unknown."""
    row = row_for(_BATCH, call.operation.prompt.kind) if call.operation.prompt else None
    if row is None or row.default is None:
        return None
    flags = read(str(call.fields.get(prompt_name(call.operation), ""))).flags
    numbers = [first_word(flag.value) for flag in flags if flag.name == _BATCH]
    if not numbers:
        return int(row.default)
    return int(numbers[0]) if numbers[0].isascii() and numbers[0].isdigit() else None


def with_prompt(operation: Operation, prompt: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a step including its prompt, if it takes one."""
    return {**({prompt_name(operation): prompt} if operation.prompt else {}), **given}


def prompt_name(operation: Operation) -> str:
    """Return the Python name of the prompt field."""
    wire = operation.prompt.field if operation.prompt else None
    return next((field.name for field in operation.fields if field.wire == wire), "")


def digest_chain(calls: Sequence[Call], beginning: Beginning | None) -> str:
    """Return the digest of a chain; of an existing video, only the job id counts."""
    begun = [("", {"job_id": beginning.job_id})] if beginning else []
    return digest_of(
        [*begun, *((call.operation.name, {**call.fields, **dict.fromkeys(call.choices, CHOSEN)}) for call in calls)]
    )
