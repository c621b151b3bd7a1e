"""The commands of the operations, each made from its row of the table; a new row is a new command."""

import json
from base64 import b64encode
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from legnext_client._calls.service import CallService
from legnext_client._calls.settings import Settings
from legnext_client._prompt_policy import POLICIES, PromptPolicy
from legnext_client._protocol.checks import prepare
from legnext_client._protocol.retries import Retries
from legnext_client._transport.clocks import SystemClock
from legnext_client.cli.command import Prompts, Run
from legnext_client.cli.exits import Exit, cut_a_paid_request, told_of_sent
from legnext_client.cli.fields import app_with_fields, checked, fields, words
from legnext_client.cli.file_names import files_made
from legnext_client.cli.price import show_price
from legnext_client.cli.showing import points, rows_of_job, rows_of_object
from legnext_client.cli.wait import Directory, Template, Timeout, Wait, Wishes, on_their_way, see_through
from legnext_client.client import Client
from legnext_client.generated.operations import ROLES, Operation
from legnext_client.generated.types import is_list, is_object
from legnext_client.jobs import Job

OPTIONS = frozenset((
    "--wait", "--timeout", "--download", "--name", "--price", "--prompts",
    "--json", "--env-file", "--base-url", "--retries", "--debug", "--help",
))  # fmt: skip
"""What the commands have besides the fields of their operations."""


def app_of(operation: Operation) -> typer.Typer:
    """The command of an operation."""
    return _free(operation) if operation.free else _paid(operation)


def _free(operation: Operation) -> typer.Typer:
    listed = words(operation, OPTIONS)

    def carry_out(run: Run, **given: Any) -> None:
        found = fields(listed, given)
        checked(operation, listed, found)
        _show(run, operation, _called(run.client(), operation, found))

    return app_with_fields(carry_out, operation, listed)


def _paid(operation: Operation) -> typer.Typer:
    listed = words(operation, OPTIONS)

    def carry_out(
        run: Run,
        *,
        wait: Wait = False,
        timeout: Timeout = None,
        directory: Directory = None,
        name: Template = None,
        price: Annotated[
            bool, typer.Option("--price", help="Check everything and say what it would cost; nothing is sent.")
        ] = False,
        prompts: Prompts = POLICIES[0],
        **given: Any,
    ) -> Exit | None:
        found = fields(listed, given)
        checked(operation, listed, found)
        wishes = Wishes(timeout, directory, name, run.way)
        wishes.check(files_made(operation, found))
        if price:
            _planned(operation, found, prompts)
            show_price(run, operation, found)
            return None
        client = run.client(prompts=prompts)
        with telling_what_is_sent(operation, found, run.way):
            answer = _called(client, operation, found)
        if not isinstance(answer, Job):
            _show(run, operation, answer)
            return None
        waits = wait or timeout is not None or directory is not None
        cost = f": {points(answer)}" if answer.points else ""
        then = "" if waits else f". Wait for it: {wishes.again([answer.job_id])}"
        with on_their_way([answer.job_id], wishes) as left:
            run.output.say(f"Accepted {answer.job_id}{cost}{then}")
            run.output.result(answer.raw, () if waits else [answer.job_id])
            return see_through(run, client, [answer], wishes, left) if waits else None

    return app_with_fields(carry_out, operation, listed, without=() if operation.prompt else ("prompts",))


@contextmanager
def telling_what_is_sent(operation: Operation, found: Mapping[str, Any], way: Sequence[str]) -> Generator[None]:
    """While this is open, Ctrl-C in the midst of a paid request leaves word of it, as a lost answer does."""
    try:
        yield
    except KeyboardInterrupt as error:
        if cut_a_paid_request(error):
            for line in told_of_sent(prepare(operation, found).body, way):
                error.add_note(line)
        raise


def _called(client: Client, operation: Operation, found: Mapping[str, Any]) -> Any:
    return getattr(getattr(client, operation.namespace), operation.name)(**found)


def _planned(operation: Operation, found: Mapping[str, Any], prompts: PromptPolicy) -> None:
    """Everything that happens before a call is sent."""
    settings = Settings.of(timeout=1.0, retries=Retries(), prompts=prompts, requests_per_second=1.0)
    CallService(settings, SystemClock()).prepare(operation, found)


def _written(answer: Any) -> Any:
    """An answer as JSON; bytes that are no text, in base64."""
    if isinstance(answer, bytes):
        return b64encode(answer).decode()
    if is_list(answer):
        return [_written(each) for each in answer]
    return answer.to_dict() if hasattr(answer, "to_dict") else answer


def _show(run: Run, operation: Operation, answer: Any) -> None:
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
        limit = f" below {below:g} USD, the limit that you have set" if isinstance(below, int | float) else ""
        run.output.say(f"Low balance: it is{limit}. Top it up before jobs are refused.", "bold yellow")
