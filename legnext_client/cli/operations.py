"""The commands of the operations, each made from its row in the generated table."""

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
from legnext_client.cli.exits import Exit, cut_a_paid_request, unknown_lines
from legnext_client.cli.fields import app_with_fields, checked, fields, words
from legnext_client.cli.file_names import files_made
from legnext_client.cli.price import show_price
from legnext_client.cli.showing import points, rows_of_job, rows_of_object
from legnext_client.cli.wait import Directory, Template, Timeout, Wait, WaitOptions, see_through, waiting_for
from legnext_client.client import Client
from legnext_client.generated.operations import ROLES, Operation
from legnext_client.generated.types import is_list, is_object
from legnext_client.jobs import Job

OPTIONS = frozenset((
    "--wait", "--timeout", "--download", "--name", "--price", "--prompts",
    "--json", "--env-file", "--base-url", "--retries", "--debug", "--help",
))  # fmt: skip
"""Options of the commands besides the fields of their operations."""


def app_of(operation: Operation) -> typer.Typer:
    """Return the command of an operation."""
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
            bool, typer.Option("--price", help="Check everything and show the price; nothing is sent.")
        ] = False,
        prompts: Prompts = POLICIES[0],
        **given: Any,
    ) -> Exit | None:
        found = fields(listed, given)
        checked(operation, listed, found)
        options = WaitOptions(timeout, directory, name, run.way)
        options.check(files_made(operation, found))
        if price:
            _planned(operation, found, prompts)
            show_price(run, operation, found)
            return None
        client = run.client(prompts=prompts)
        with reporting_the_request(operation, found, run.way):
            answer = _called(client, operation, found)
        if not isinstance(answer, Job):
            _show(run, operation, answer)
            return None
        waits = wait or timeout is not None or directory is not None
        cost = f": {points(answer)}" if answer.points else ""
        then = "" if waits else f". Wait for it: {options.again([answer.job_id])}"
        with waiting_for([answer.job_id], options) as left:
            run.output.say(f"Accepted {answer.job_id}{cost}{then}")
            run.output.result(answer.raw, () if waits else [answer.job_id])
            return see_through(run, client, [answer], options, left) if waits else None

    return app_with_fields(carry_out, operation, listed, without=() if operation.prompt else ("prompts",))


@contextmanager
def reporting_the_request(operation: Operation, found: Mapping[str, Any], way: Sequence[str]) -> Generator[None]:
    """Add the request to a Ctrl-C that interrupts a paid request, as for a lost response."""
    try:
        yield
    except KeyboardInterrupt as error:
        if cut_a_paid_request(error):
            for line in unknown_lines(prepare(operation, found).body, way):
                error.add_note(line)
        raise


def _called(client: Client, operation: Operation, found: Mapping[str, Any]) -> Any:
    return getattr(getattr(client, operation.namespace), operation.name)(**found)


def _planned(operation: Operation, found: Mapping[str, Any], prompts: PromptPolicy) -> None:
    """Run every check made before a call is sent."""
    settings = Settings.of(timeout=1.0, retries=Retries(), prompts=prompts, requests_per_second=1.0)
    CallService(settings, SystemClock()).prepare(operation, found)


def _written(answer: Any) -> Any:
    """Return a response as a JSON value; bytes become base64."""
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
        limit = f" below your alert threshold of {below:g} USD" if isinstance(below, int | float) else ""
        run.output.say(f"Low balance{limit}. Top up before jobs are refused.", "bold yellow")
