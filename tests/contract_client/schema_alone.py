"""What one would notice who validates schemas alone: whether what is sent and what comes back are valid, nothing else.

It shows why the checks compare: most of the seeded faults get past this.
"""

from __future__ import annotations

import json
import warnings
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from legnext_client.errors import LegnextError
from legnext_client.generated import models
from legnext_client.mock.spec import EvenLength
from legnext_client.prompts import PromptWarning
from tests.contract.description import breaks, operations, sound_document

from .answering import odd_answers, schema_of
from .checks_of_answers import doors, line
from .checks_of_requests import PAID, ways
from .drawing import listed
from .stage import staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .drawing import Call
    from .stage import Stage

ANSWERED = {"$ref": "#/components/schemas/TaskResponse"}


def schema_notices(calls: int = 10) -> str | None:
    """The first thing that is not valid, with the client as it is; None when all is.

    So many calls of each operation are made, of all that the checks make, evenly chosen.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PromptWarning)
        return next(_invalid(calls), None)


def _invalid(most: int) -> Iterator[str]:
    with staged() as stage:
        for operation in PAID:
            calls = list(listed(operation))
            for call in islice(calls, 0, None, max(1, len(calls) // most)):
                yield from _of_call(stage, call)
    job = next(each for each in operations().values() if each.rules.get("role") == "job")
    first = next(each for each in operations().values() if each.is_paid)
    with line() as one:
        for answer in odd_answers(schema_of("TaskResponse")):
            for client in one.colours:
                for _, _, asked in doors(client, answer["job_id"], first):
                    one.replies.tell(answer)
                    try:
                        yield from _of_job(one.do(asked()))
                    except (LegnextError, TypeError, ValueError, KeyError) as error:
                        yield f"{job.name} raises {error!r}"


def _of_call(stage: Stage, call: Call) -> Iterator[str]:
    for way in ways(stage, call):
        stage.ready()
        try:
            job = stage.do(way.method()(**way.given))
        except (LegnextError, TypeError, ValueError) as error:
            yield f"{call.operation.name} raises {error!r}"
            continue
        for heard in stage.heard:
            if heard.method != "GET":
                yield from _wrong(call, json.loads(heard.body))
        yield from _of_job(job)


def _wrong(call: Call, body: Any) -> Iterator[str]:
    yield from (
        f"{call.operation.name}: {error.message}" for error in _validator(call.operation.path).iter_errors(body)
    )


@cache
def _validator(path: str) -> jsonschema_rs.Draft202012Validator:
    schema = sound_document()["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    whole = {**schema, "components": sound_document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, keywords={"x-legnext": EvenLength})


def _of_job(job: Any) -> Iterator[str]:
    yield from breaks(ANSWERED, dict(job.raw))
    yield from breaks(ANSWERED, models.TaskResponse.from_dict(job.raw).to_dict())
