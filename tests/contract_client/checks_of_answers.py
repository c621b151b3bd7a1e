"""Checks: what the service says comes out as it was said: in `raw`, in the attributes, and in the generated models."""

from __future__ import annotations

import asyncio
import builtins
import json
import keyword
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from legnext_client.errors import LegnextError
from legnext_client.generated import models
from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.types import UNSET
from tests.contract.description import Operation, Schema, paid, resolved, with_role

from .answering import Replies, answers, documented_answers, odd_answers, schema_of
from .expected import path_of, python_name, wire_names
from .stage import clients, same, shown
from .views import check_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .effort import Effort

Json = dict[str, Any]
RECORDED = Path(__file__).parents[1] / "data"


class Line:
    """A client of each colour before a service that says what it is told to say."""

    def __init__(self, loop: asyncio.AbstractEventLoop, effort: Effort) -> None:
        self.replies = Replies()
        self.both = clients(self.replies, self.replies)
        self.colours = effort.turns(self.both)
        self._loop = loop

    def do(self, outcome: Any) -> Any:
        return self._loop.run_until_complete(outcome) if hasattr(outcome, "__await__") else outcome

    def heard(self, label: str, call: Callable[[], Any]) -> Any:
        """What a call gives, that must not fail."""
        try:
            return self.do(call())
        except (LegnextError, TypeError, ValueError, KeyError, AttributeError) as error:
            raise AssertionError(f"{label} raises {error!r}") from error

    def check_asked(self, path: str, label: str) -> None:
        asked = [request.url.raw_path.decode() for request in self.replies.asked]
        assert asked == [path], f"{label}: {asked} is asked for, not {path}"

    def close(self) -> None:
        for _, client in self.both:
            self.do(client.close())


@contextmanager
def line(effort: Effort) -> Iterator[Line]:
    with asyncio.Runner() as runner:
        made = Line(runner.get_loop(), effort)
        try:
            yield made
        finally:
            made.close()


JOBS = st.tuples(answers(schema_of("TaskResponse")), st.sampled_from(paid()), st.booleans())


def check_jobs(effort: Effort) -> None:
    """A job, whatever is in it, however it was asked for."""
    with line(effort) as one:
        effort.each(JOBS, lambda drawn: check_job(one, *drawn), times=3)


def check_documented(effort: Effort) -> None:
    """Every job that is documented or was recorded, through every door."""
    told = dict(documented_answers())
    for path in sorted(RECORDED.glob("re*/*.json")):
        told[path.stem] = json.loads(path.read_text(encoding="utf-8"))
    objects = {name: answer for name, answer in told.items() if isinstance(answer, dict)}
    jobs = {name: answer for name, answer in objects.items() if answer.get("job_id") and answer.get("status")}
    assert len(jobs) > 40, "the documented answers are not where they were"
    with line(effort) as one:
        for number, answer in enumerate(jobs.values()):
            check_job(one, answer, paid()[number % len(paid())], number % 2 == 0)


def check_odd(effort: Effort) -> None:
    """A job in which one thing is odd, for each thing that can be."""
    with line(effort) as one:
        for number, answer in enumerate(odd_answers(schema_of("TaskResponse"))):
            check_job(one, answer, paid()[number % len(paid())], number % 2 == 0)


def check_job(one: Line, answer: Json, operation: Operation, ascii_only: bool) -> None:
    for colour, client in one.colours():
        for door, path, call in doors(client, answer["job_id"], operation):
            label = f"{colour}, a job {door}"
            one.replies.tell(answer, ascii_only=ascii_only)
            job = one.heard(label, call)
            one.check_asked(path, label)
            assert same(dict(job.raw), answer), f"{label}: {shown(answer)} is read as {shown(dict(job.raw))}"
            check_view(job, answer, label)
    check_model(models.TaskResponse, schema_of("TaskResponse"), answer, "TaskResponse")


def doors(client: Any, job_id: str, operation: Operation) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """The ways to come by a job: what each is called, the path that it asks, and the call."""
    asking = path_of(with_role("job"), job_id=job_id)
    yield "asked for", asking, partial(client.tasks.get, job_id)
    yield "confirmed", asking, partial(client.confirm, job_id)
    namespace = getattr(client, OPERATIONS[operation.name].namespace)
    yield "made", path_of(operation), partial(getattr(namespace, operation.name), **_sound(operation))


def _sound(operation: Operation) -> Json:
    """A documented body, as arguments."""
    names = {wire: name for name, wire in wire_names(operation).items()}
    return {names[wire]: value for wire, value in next(body for _, body in operation.examples()).items()}


def check_news(effort: Effort) -> None:
    """A job that is asked for again says what it said last."""
    pairs = st.tuples(answers(schema_of("TaskResponse")), answers(schema_of("TaskResponse")))

    def promise(pair: tuple[Json, Json]) -> None:
        for colour, client in one.colours():
            before, after = pair[0], {**pair[1], "job_id": pair[0]["job_id"]}
            one.replies.tell(before)
            job = one.heard(colour, partial(client.tasks.get, before["job_id"]))
            one.replies.tell(after)
            one.heard(colour, job.refresh)
            one.check_asked(path_of(with_role("job"), job_id=before["job_id"]), f"{colour}, refreshed")
            assert same(dict(job.raw), after), f"{colour}: after {shown(after)} it says {shown(dict(job.raw))}"
            check_view(job, after, f"{colour}, refreshed")

    with line(effort) as one:
        effort.each(pairs, promise, times=2)


def check_balances(effort: Effort) -> None:
    """The balance, with whatever else is told of the account."""

    def promise(answer: Json) -> None:
        for colour, client in one.colours():
            one.replies.tell(answer)
            balance = one.heard(f"{colour}: {shown(answer)}", client.account.balance)
            one.check_asked(path_of(with_role("balance")), colour)
            told = answer["data"]
            assert same(balance.to_dict(), told), f"{colour}: {shown(told)} is read as {shown(balance.to_dict())}"
            check_attributes(balance, schema_of("Balance"), told, colour)

    with line(effort) as one:
        for answer in filter(is_good, odd_answers(schema_of("BalanceResponse"))):
            promise(answer)
        effort.each(answers(schema_of("BalanceResponse")).filter(is_good), promise, times=2)


def is_good(answer: Json) -> bool:
    """Whether an answer that came with status 200 is not an error all the same."""
    return (answer.get("code") or 0) < 400


def check_model(kind: Any, schema: Schema, told: Json, label: str) -> None:
    """A model holds every field, and gives back what it was made of."""
    try:
        made = kind.from_dict(told)
    except (KeyError, TypeError, ValueError) as error:
        raise AssertionError(f"{label} cannot hold {shown(told)}: {error!r}") from error
    assert same(made.to_dict(), told), f"{label} makes {shown(made.to_dict())} of {shown(told)}"
    check_attributes(made, schema, told, label)


def check_attributes(made: Any, schema: Schema, told: Json, label: str) -> None:
    """Each attribute of a model is what the answer says of that field; UNSET where it says nothing."""
    properties = resolved(schema).get("properties", {})
    for wire, inner in properties.items():
        found = getattr(made, attribute(wire))
        where = f"{label}.{wire}"
        if wire not in told:
            assert found is UNSET, f"{where} is {found!r}, and was not told"
        elif hasattr(found, "to_dict"):
            held = next((part for part in _parts(inner) if "properties" in part), {})
            check_attributes(found, held, told[wire], where)
        else:
            value = str(found) if isinstance(found, str) else found
            assert same(value, told[wire]), f"{where} is {found!r}, and was told as {shown(told[wire])}"
    unknown = {name: value for name, value in told.items() if name not in properties}
    assert same(made.additional_properties, unknown), f"{label} keeps {shown(made.additional_properties)} of {unknown}"


def _parts(schema: Schema) -> list[Schema]:
    schema = resolved(schema)
    return [resolved(part) for part in schema.get("anyOf", [schema])]


def attribute(wire: str) -> str:
    """What a field is called in a model: Python's own words get a mark."""
    name = python_name(wire)
    return f"{name}_" if keyword.iskeyword(name) or hasattr(builtins, name) else name
