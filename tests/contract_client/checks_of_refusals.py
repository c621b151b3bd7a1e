"""Checks: the client refuses before any network what the service refuses, and nothing else.

Two readings of the document stand against each other: the client's checks, and the server's schemas. Each body goes
through both clients and, as it is, to the server; the verdicts must be one. Where they differ on purpose,
`differences.py` says so.
"""

from __future__ import annotations

import inspect
import json
import math
import warnings
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client.errors import APIError, InvalidRequest
from legnext_client.prompts import PromptWarning
from tests.contract.cases import cases
from tests.contract.description import SOURCE
from tests.contract.sources import sound_bodies

from .checks_of_requests import PAID
from .differences import has_too_large, without_nones
from .expected import counterpart, python_name
from .sources import fitting
from .spoiling import each_spoiled, spoiled
from .stage import Stage, shown, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from legnext_client.generated.operations import Operation

    from .effort import Effort

Json = dict[str, Any]
FOLLOW_UP = "follow-up"
NO_JSON: list[Any] = [
    *(b"a fox", bytearray(b"https://a"), {"https://a", "https://b"}, object(), math.nan, math.inf, -math.inf),
    *(1j, Decimal("1.5"), range(6), ..., str, ["https://a", object()], {"url": b"https://a"}),
]


class Verdict(NamedTuple):
    """Whether a body was let through, and what was said if it was not."""

    accepted: bool
    said: str = ""
    status: int = 0


def bounds_of(operation: Operation, effort: Effort) -> None:
    """A step beyond each bound, each wrong type, each condition broken: as the document has them, and as the table."""
    documented = counterpart(operation.name)
    source = fitting(documented)[0].job_id if SOURCE in documented.body["properties"] else ""
    with staged(effort) as stage:
        for case in effort.some(cases(documented, sound_bodies(documented, source))):
            label = f"{operation.name}, {case.label}"
            fits = check_verdicts(stage, operation, case.body, label)
            assert fits == case.fits, f"{label}: taken for {'right' if fits else 'wrong'}"
        for body in effort.some(each_spoiled(operation, sound_bodies(documented, source))):
            check_verdicts(stage, operation, body, operation.name)


def refusals_of(operation: Operation, effort: Effort) -> None:
    """Right bodies with a change or two, drawn from the table of operations."""
    with staged(effort) as stage:

        def promise(body: Json) -> None:
            check_verdicts(stage, operation, body, operation.name)

        effort.each(spoiled(operation), promise)


def check_verdicts(stage: Stage, operation: Operation, body: Json, label: str) -> bool:
    """Both clients say of a body what the service says, which is told."""
    label = f"{label}: {shown(body)}"
    service = service_of(stage, operation, body, label)
    meant, expected = without_nones(counterpart(operation.name).body, body), service
    if meant != body:
        assert not service.accepted, f"{label} is accepted with null"
        expected = service_of(stage, operation, meant, label)
    if has_too_large(meant):
        expected = Verdict(False, "what is too large must be refused")
    for way, method, given in ways(stage, operation, body):
        stage.ready()
        verdict = asked(stage, method, given)
        sent = len(stage.heard)
        assert sent == verdict.accepted, f"{label}, {way}: sent {sent} times, {verdict.said}"
        # A job knows what can follow it, and refuses more than the schema does.
        if expected.status < 300 or not expected.accepted or not way.endswith(FOLLOW_UP):
            assert verdict.accepted == expected.accepted, (
                f"{label}: {way} says {verdict.said or 'yes'}, the service {expected.said[:300]}"
            )
    return service.accepted


def ways(stage: Stage, operation: Operation, body: Json) -> Iterator[tuple[str, Callable[..., Any], Json]]:
    """Each way to make the call: what it is called, the method, and the body as its arguments."""
    fields = counterpart(operation.name).body["properties"]
    given = {python_name(wire) if wire in fields else wire: value for wire, value in body.items()}
    known = {source.job_id for source in fitting(counterpart(operation.name))}
    for colour, client in stage.colours():
        yield colour, getattr(getattr(client, operation.namespace), operation.name), given
        if isinstance(body.get(SOURCE), str) and body[SOURCE] in known:
            job = stage.do(client.tasks.get(body[SOURCE]))
            others = {name: value for name, value in given.items() if name != python_name(SOURCE)}
            yield f"{colour} {FOLLOW_UP}", getattr(job, operation.name), others


def service_of(stage: Stage, operation: Operation, body: Json, label: str) -> Verdict:
    """What the service says of a body as it is. That a job to build upon is not there speaks not against the body."""
    stage.ready()
    balance = stage.server.balance
    status, answer = stage.raw(operation.method.upper(), operation.path, json.dumps(body).encode())
    accepted = counterpart(operation.name).accepted
    assert status == accepted or 400 <= status < 500, f"{label} answers {status}"
    if status != accepted:
        assert (len(stage.booked), stage.server.balance) == (0, balance), f"{label} is refused and booked"
    return Verdict(status not in (400, 413), answer.decode(errors="replace"), status)


def asked(stage: Stage, method: Callable[..., Any], given: Json) -> Verdict:
    """What a client makes of these arguments."""
    parameters = inspect.signature(method).parameters
    needed = {
        name for name, parameter in parameters.items() if name != "options" and parameter.default is parameter.empty
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PromptWarning)
        try:
            stage.do(method(**given))
        except InvalidRequest as error:
            return Verdict(False, str(error))
        except APIError as error:
            return Verdict(True, str(error))
        except TypeError as error:
            # Python itself refuses arguments that a method does not have, and misses those that it must have.
            if needed <= given.keys() <= parameters.keys():
                raise AssertionError(f"{shown(given)} raises {error!r}") from error
            return Verdict(False, str(error))
    return Verdict(True)


def check_python_values(effort: Effort) -> None:
    """What is no JSON at all is refused in the place of any argument, by the argument's name."""
    with staged(effort) as stage:
        for operation in PAID:
            documented = counterpart(operation.name)
            sound = next(body for _, body in documented.examples())
            for field in operation.fields:
                wrong = [each for each in NO_JSON if field.type != "any" or not isinstance(each, range)]
                for value in effort.some(wrong):
                    given = {python_name(wire): each for wire, each in sound.items()} | {field.name: value}
                    for way, client in stage.colours():
                        stage.ready()
                        method = getattr(getattr(client, operation.namespace), operation.name)
                        verdict = asked(stage, method, given)
                        label = f"{operation.name}, {way}, {field.name}={value!r}"
                        assert not verdict.accepted, f"{label} is accepted"
                        assert not stage.heard, f"{label} is sent"
                        assert field.name in verdict.said, f"{label}: {verdict.said}"


BOUNDS = {f"bounds_of_{operation.name}": partial(bounds_of, operation) for operation in PAID}
REFUSALS = {f"refusals_of_{operation.name}": partial(refusals_of, operation) for operation in PAID}
