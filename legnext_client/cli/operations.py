"""The commands of the operations, each made from its row in the generated table."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import typer

from legnext_client._prompt_policy import POLICIES
from legnext_client.cli.command import Run
from legnext_client.cli.exits import Exit
from legnext_client.cli.fields import app_with_fields, checked, fields, words
from legnext_client.cli.images import images_for
from legnext_client.cli.options import (
    AllPages,
    AtMost,
    Directory,
    Key,
    OnlyPrice,
    Prompts,
    Show,
    Template,
    Timeout,
    Wait,
)
from legnext_client.cli.showing import rows_of_job, rows_of_object
from legnext_client.generated.operations import ROLES, Operation
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from legnext_client.client import Client

OPTIONS = frozenset((
    "--wait", "--timeout", "--download", "--name", "--price", "--prompts", "--key",
    "--json", "--env-file", "--base-url", "--ledger", "--retries", "--debug", "--help",
))  # fmt: skip
"""Options of the commands besides the fields of their operations."""


def options_of(operation: Operation) -> frozenset[str]:
    """Return the names that no field of an operation may take."""
    pages = {"--all", "--at-most"} if operation.paging else set[str]()
    images = {"--show"} if operation is ROLES["job"] else set[str]()
    return OPTIONS | pages | images


def app_of(operation: Operation) -> typer.Typer:
    """Return the command of an operation."""
    listed = words(operation, options_of(operation))

    def free(
        run: Run, *, everything: AllPages = False, at_most: AtMost = None, images: Show = False, **given: Any
    ) -> None:
        found = fields(listed, given)
        checked(operation, listed, found)
        draw = images_for(run) if images else None
        if everything or at_most is not None:
            items: Iterator[Any] = called(run.client(), operation, found, "_items")
            show(run, operation, list(islice(items, at_most)))
        else:
            answer = called(run.client(), operation, found)
            show(run, operation, answer)
            if draw is not None:
                draw(answer)

    def paid(
        run: Run,
        *,
        wait: Wait = False,
        timeout: Timeout = None,
        directory: Directory = None,
        name: Template = None,
        price: OnlyPrice = False,
        prompts: Prompts = POLICIES[0],
        key: Key = None,
        **given: Any,
    ) -> Exit | None:
        from legnext_client.cli.paid import PaidCall, read_files

        found = read_files(run, operation, listed, fields(listed, given))
        prepared = checked(operation, listed, found)
        call = PaidCall.of(operation, found, prepared, prompts, key, timeout, directory, name, run.way)
        if price:
            return call.show_price(run)
        return call.carry_out(run, wait=wait or timeout is not None or directory is not None)

    if operation.free:
        without = {"everything", "at_most"} if operation.paging is None else set[str]()
        without |= set() if operation is ROLES["job"] else {"images"}
        return app_with_fields(free, operation, listed, without=without)
    return app_with_fields(paid, operation, listed, without=() if operation.prompt else ("prompts",))


def called(client: "Client", operation: Operation, found: Mapping[str, Any], ending: str = "") -> Any:
    """Call the client's method of an operation, or the one with this `ending`."""
    return getattr(getattr(client, operation.namespace), operation.name + ending)(**found)


def show(run: Run, operation: Operation, answer: Any) -> None:
    """Print a response."""
    from legnext_client.jobs import Job

    if isinstance(answer, Job):
        run.output.table(answer.raw, rows_of_job(answer))
        return
    value = _written(answer)
    if not is_object(value):
        lines = value if is_list(value) else () if value is None else [value]
        run.output.result(value, (line if isinstance(line, str) else json.dumps(line) for line in lines))
        return
    run.output.table(value, rows_of_object(value))
    if operation is ROLES["balance"] and value.get("low_balance_alert"):
        below = value.get("alert_threshold")
        limit = f" below your alert threshold of {below:g} USD" if isinstance(below, int | float) else ""
        run.output.say(f"Low balance{limit}. Top up before jobs are refused.", "yellow")


def _written(answer: Any) -> Any:
    """Return a response as a JSON value; bytes become base64."""
    if isinstance(answer, bytes):
        return b64encode(answer).decode()
    if is_list(answer):
        return [_written(each) for each in answer]
    return answer.to_dict() if hasattr(answer, "to_dict") else answer
