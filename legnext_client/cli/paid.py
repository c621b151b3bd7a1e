"""One paid call from the command line: its checks, its price, the request, and the wait."""

import shlex
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from legnext_client._calls.items import Call
from legnext_client._calls.requests import request_of
from legnext_client._calls.uploading import Uploads
from legnext_client._prompt_policy import PromptPolicy
from legnext_client._transport.clocks import SystemClock
from legnext_client.cli.command import Run
from legnext_client.cli.environment import UPLOADER_VARIABLE
from legnext_client.cli.exits import Exit, cut_a_paid_request, report_as, unknown_lines
from legnext_client.cli.fields import Word, checked, named
from legnext_client.cli.operations import called
from legnext_client.cli.price import show_price
from legnext_client.cli.showing import points, show
from legnext_client.cli.wait import WaitOptions, see_through, waiting_for
from legnext_client.errors import SubmissionUnknown
from legnext_client.generated.operations import Operation
from legnext_client.jobs import Job
from legnext_client.prompts.policy import heed
from legnext_client.uploads import Uploader, uploader_from


def pay(
    run: Run,
    operation: Operation,
    listed: list[Word],
    fields: Mapping[str, Any],
    options: WaitOptions,
    *,
    prompts: PromptPolicy,
    key: str | None,
    price: bool,
    wait: bool,
) -> Exit | None:
    """Check a paid call, then only show its price, or send it and print its job, or wait for it."""
    with named(listed):
        uploads = uploads_of(run)
        found = fields if uploads is None else uploads.read(operation, fields)
    prepared = checked(operation, listed, found)
    options.check(Call(operation, found))
    if price:
        heed(operation, prepared.body, prompts)
        request_of(operation, prepared)
        show_price(run, operation, found)
        return None
    client = run.client(prompts=prompts, uploader=uploader_of(run))
    with _reported(run, prepared.body):
        answer = called(client, operation, {**found, **({} if key is None else {"key": key})})
    if not isinstance(answer, Job):
        show(run, operation, answer)
        return None
    cost = f": {points(answer)}" if answer.points else ""
    then = "" if wait else f". Wait for it: {options.again([answer.job_id])}"
    with waiting_for([answer.job_id], options) as left:
        run.output.say(f"Accepted {answer.job_id}{cost}{then}")
        run.output.result(answer.raw, () if wait else [answer.job_id])
        return see_through(run, client, [answer], options, left) if wait else None


@contextmanager
def _reported(run: Run, body: Mapping[str, Any]) -> Generator[None]:
    """Add the request to a Ctrl-C that interrupts it, as for a lost response, and the way to resolve it."""
    try:
        yield
    except SubmissionUnknown as error:
        if run.ledger is not None:
            error.add_note(f"Resolve it: {shlex.join(['legnext', 'batch', 'unknown', run.ledger])} shows how.")
        raise
    except KeyboardInterrupt as error:
        if cut_a_paid_request(error):
            for line in unknown_lines(body, run.way):
                error.add_note(line)
        raise


def uploader_of(run: Run) -> Uploader | None:
    """Return the uploader that the environment describes, if any."""
    url = run.variables.get(UPLOADER_VARIABLE)
    with report_as(dict.fromkeys(("uploader", "url"), UPLOADER_VARIABLE)):
        return uploader_from(url) if url else None


def uploads_of(run: Run) -> Uploads | None:
    """Return what reads local files before a client is made."""
    uploader = uploader_of(run)
    return uploader and Uploads(uploader, SystemClock(), may_await=False)
