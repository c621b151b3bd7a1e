"""Checks: a call that is right becomes one request, with the body, the price and the answer that the document gives it.

Each call is made in every way there is: by either client, as a method of the client and as one of the job that it
builds upon, and by its other name. What must come of it is read from the document and from the server; the client is
not asked.
"""

from __future__ import annotations

import copy
import json
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client.errors import LegnextError
from legnext_client.generated.operations import OPERATIONS, Operation
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.prompts import PromptWarning
from tests.contract.description import SOURCE

from .drawing import Call, calls, listed
from .expected import all_models, body_of, counterpart, image_models, path_of, points_of, python_name, usual_model
from .sources import fitting
from .stage import KEY, LONG, Heard, Stage, same, shown, staged
from .views import check_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .effort import Effort

Json = dict[str, Any]
PAID = [operation for operation in OPERATIONS.values() if counterpart(operation.name).is_paid]


def requests_of(operation: Operation, effort: Effort) -> None:
    """Everything that is promised of a call, for calls of this operation."""
    with staged(effort) as stage:
        for call in effort.some(listed(operation)):
            check_call(stage, call)
        effort.each(calls(operation), partial(check_call, stage))


def check_call(stage: Stage, call: Call) -> None:
    for way in ways(stage, call):
        stage.ready()
        label = f"{call.operation.name}, {way.name}, {shown(call.given)}"
        before = copy.deepcopy(way.given)
        method = way.method()
        stage.heard.clear()
        # As much as the call may cost by what is known of it, and not a point more.
        most = max(way.client.price(call.operation.name, **call.given).reserve, cost_of_what_is_run_again(stage, call))
        with way.client.budget(most) as budget, warnings.catch_warnings():
            warnings.simplefilter("error" if call.sound else "ignore", PromptWarning)
            try:
                job = stage.do(method(**way.given))
            except (LegnextError, PromptWarning, TypeError, ValueError) as error:
                raise AssertionError(f"{label} raises {error!r}") from error
            assert way.given == before, f"{label}: the arguments became {shown(way.given)}"
            check_request(stage, call, label)
            check_price(stage, way.client, call, label)
            check_answer(stage, job, budget, label)


def cost_of_what_is_run_again(stage: Stage, call: Call) -> int:
    """The points of the source, if the call runs it again: it may cost as much."""
    if call.source is None or not counterpart(call.operation.name).rules["price"].get("again"):
        return 0
    usage: Json = (stage.server.jobs[call.source.job_id].get("meta") or {}).get("usage") or {}
    return int(usage.get("frozen") or 0)


class Way(NamedTuple):
    """A way to make a call: what it is called, by which client, what gives the method, and the arguments for it."""

    name: str
    client: Any
    method: Callable[[], Any]
    given: Json


def ways(stage: Stage, call: Call) -> Iterator[Way]:
    """Each way to make a call."""
    operation = call.operation
    for colour, client in stage.colours():
        for name in filter(None, (operation.name, operation.alias)):
            method = partial(getattr, getattr(client, operation.namespace), name)
            yield Way(f"{colour} {name}", client, method, call.given)
        if call.source is not None:
            given = {name: value for name, value in call.given.items() if name != python_name(SOURCE)}
            yield Way(f"{colour} follow-up", client, partial(follow_up, stage, client, call), given)


def follow_up(stage: Stage, client: Any, call: Call) -> Any:
    """The method of the job that the call builds upon; there is another job of the kind in the program's hands."""
    fit = fitting(counterpart(call.operation.name))
    other = next(each for each in fit if each != call.source)
    job, _ = [stage.do(client.tasks.get(each.job_id)) for each in (call.source or other, other)]
    return getattr(job, call.operation.name)


def check_request(stage: Stage, call: Call, label: str) -> None:
    """One request, and in it everything that was asked for and nothing else."""
    operation = counterpart(call.operation.name)
    body = body_of(operation, call.plain)
    assert len(stage.heard) == 1, f"{label} is sent {len(stage.heard)} times"
    (heard,) = stage.heard
    check_envelope(heard, operation.method.upper(), path_of(operation), label)
    written = json.loads(heard.body)
    assert same(written, body), f"{label} is sent as {shown(written)}, not {shown(body)}"
    assert len(stage.booked) == 1, f"{label} is paid {len(stage.booked)} times"
    (line,) = stage.booked
    assert (line.operation, line.key) == (operation.name, KEY), f"{label} is booked as {line}"
    assert same(line.body, body), f"{label} is booked as {shown(line.body)}"


def check_envelope(heard: Heard, method: str, path: str, label: str) -> None:
    """Method, address and headers; the key once, and nowhere else."""
    assert (heard.method, heard.path) == (method, path), f"{label} goes to {heard.method} {heard.path}, not to {path}"
    assert heard.header(API_KEY_HEADER) == [KEY], f"{label}: the keys are {heard.header(API_KEY_HEADER)}"
    assert KEY not in heard.url, f"{label}: the key is in the address"
    assert KEY.encode() not in heard.body, f"{label}: the key is in the body"
    assert heard.header("accept") == ["application/json"], f"{label} accepts {heard.header('accept')}"
    kind = ["application/json"] if heard.body else []
    assert heard.header("content-type") == kind, f"{label} is said to be {heard.header('content-type')}"
    odd = {name.lower() for name, _ in heard.headers} & {"cookie", "authorization", "referer"}
    assert not odd, f"{label} has {odd}"


def check_price(stage: Stage, client: Any, call: Call, label: str) -> None:
    """The points that the client tells are those that the document gives and the server takes.

    They differ on purpose where a call does not tell what it depends on: the dearest is reserved then.
    """
    operation, source = counterpart(call.operation.name), call.source
    due_for = partial(points_of, operation, body_of(operation, call.plain), call.asked)
    size = source.size if source else None
    kind = operation.rules.get("prompt", {}).get("kind")
    of_source = source is not None and kind == "image" and call.asked.model is None
    usual = call.asked.model or (kind if kind in all_models() else usual_model())
    works = source.model if source and of_source else usual
    due = due_for(size, works)
    (line,) = stage.booked
    assert line.points == due.held, f"{label}: {line.points} points are held, not {due.held}"

    likely = due_for(size, usual).charged
    most = max(due_for(size, model).held for model in (image_models() if of_source else [works]))
    told = client.price(call.operation.name, source=size, **call.given)
    assert (told.points, told.reserve) == (likely, max(likely, most)), f"{label}: {told} is told"
    if source is not None and size is not None:
        sizes = counterpart(source.operation).rules["chain"]["sizes"]
        dearest = max(due_for(each, works).charged for each in sizes)
        unsaid = client.price(call.operation.name, **call.given).points
        assert unsaid == dearest, f"{label}: {unsaid} points are told where the size is not known, not {dearest}"


def check_answer(stage: Stage, job: Any, budget: Any, label: str) -> None:
    """The job in the program's hands is the job that the server holds, now and when it is done."""
    (line,) = stage.booked
    told = stage.server.jobs[line.job_id]
    assert same(dict(job.raw), told), f"{label}: the answer {shown(told)} is read as {shown(dict(job.raw))}"
    check_view(job, told, label)
    known = ((told.get("meta") or {}).get("usage") or {}).get("frozen")
    least = max(line.points, known or 0)
    reserved = f"{label}: {budget.reserved} are reserved, not {least} to {budget.points}"
    assert least <= budget.reserved <= budget.points, reserved

    stage.server.clock.advance(LONG)
    stage.do(job.refresh())
    done = stage.server.jobs[line.job_id]
    assert done["status"] == "completed", f"{label} is {done['status']}"
    assert same(dict(job.raw), done), f"{label}: the answer {shown(done)} is read as {shown(dict(job.raw))}"
    check_view(job, done, label)
    points = (stage.charged, job.points, budget.spent)
    assert len(set(points)) == 1, f"{label}: charged, told and booked are {points}"
    assert budget.reserved == 0, f"{label}: {budget.reserved} are still reserved"


# One check for each operation, so that each can be run by itself.
REQUESTS = {f"requests_of_{operation.name}": partial(requests_of, operation) for operation in PAID}
