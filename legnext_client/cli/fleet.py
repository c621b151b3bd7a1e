"""`legnext fleet`: many machines, one account. The database is in DATABASE_URL, since its URL may hold a password."""

import asyncio
import csv
import io
import json
import math
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from importlib import import_module
from typing import Annotated, Any

import typer

from legnext_client._callbacks.receiver import CallbackReceiver
from legnext_client._calls.settings import KEY_VARIABLE
from legnext_client._protocol.state import State
from legnext_client.cli.command import Run, command
from legnext_client.cli.entries import Command, Group, overview
from legnext_client.cli.environment import DATABASE_VARIABLE, key_of
from legnext_client.cli.exits import Exit, report_as
from legnext_client.cli.fleet_database import database_in
from legnext_client.cli.fleet_metrics import serve
from legnext_client.client import AsyncClient
from legnext_client.errors import ConfigurationError, InvalidRequest
from legnext_client.generated.rules import JOBS_AT_ONCE

Account = Annotated[str, typer.Option("--account", metavar="NAME", help="The account whose rows and limits these are.")]
_EVERY = 2.0
"""Seconds between two lines of a live status."""
_COLUMNS = ("number", "key", "state", "points", "job_ids", "urls", "files", "error")

app = typer.Typer(cls=Group, add_completion=False, invoke_without_command=True, rich_markup_mode=None)


@app.callback()
@command
def fleet(run: Run) -> None:
    """Run rows on many machines, with the limits and the budget of one account.

    The rows, the ledger of paid requests and the results are in the PostgreSQL database of DATABASE_URL. `up` prepares
    it, `submit` adds rows, and each `worker` makes what it can; kill workers at any moment.
    """
    overview(run)


@app.command(cls=Command)
@command
def up(
    run: Run,
    account: Account = "default",
    places: Annotated[
        int | None, typer.Option("--places", min=1, help=f"Maximum jobs at once; {JOBS_AT_ONCE} for a new account.")
    ] = None,
    budget: Annotated[int | None, typer.Option("--budget", min=0, help="Maximum points to spend.")] = None,
    no_budget: Annotated[bool, typer.Option("--no-budget", help="Remove the budget.")] = False,
    rate: Annotated[
        float | None,
        typer.Option("--rate", min=0.001, help="Maximum submissions per second; 10 for a new account."),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="PLACE", help="Download the results to a directory or s3://bucket/prefix."),
    ] = None,
    new_key: Annotated[
        bool,
        typer.Option("--new-key", help="The account's key was replaced: from now on, the one that is set is right."),
    ] = False,
    accept_restored: Annotated[
        bool, typer.Option("--accept-restored", help="Go on with a database that was restored or failed over.")
    ] = False,
) -> None:
    """Create or update the schema, and set the account's limits for all workers together.

    A limit that is not given stays as it is.
    """
    if no_budget and budget is not None:
        raise InvalidRequest("give one of --budget and --no-budget.")
    made = _fleet(run, account)
    with report_as({"uploader": "--out", "download": "--out", "per_second": "--rate", "new_key": "--new-key"}):
        made.up(
            places=places,
            budget=math.inf if no_budget else budget,
            per_second=rate,
            download=out,
            new_key=new_key,
            accept_restored=accept_restored,
        )
    run.output.say(f"Account {account} is ready.")


@app.command(cls=Command)
@command
def submit(
    run: Run,
    rows: Annotated[str, typer.Argument(metavar="FILE", help="Rows, as for batch run.", show_default=False)],
    account: Account = "default",
) -> None:
    """Check the rows of a file, and add those that the account does not have yet."""
    survey, new = _fleet(run, account).submit(rows)
    value = {"rows": survey.rows, "new": new, "points": survey.points}
    run.output.result(value, [f"{survey}. {new} of {survey.rows} rows are new."])


@app.command(cls=Command)
@command
def worker(
    run: Run,
    account: Account = "default",
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, help="Maximum requests of this worker at once.")
    ] = 20,
    metrics: Annotated[
        int | None, typer.Option("--metrics", metavar="PORT", min=0, max=65535, help="Serve Prometheus metrics.")
    ] = None,
    callback: Annotated[
        str | None, typer.Option("--callback", metavar="URL", help="The public URL of this worker, for callbacks.")
    ] = None,
    callback_port: Annotated[
        int,
        typer.Option(
            "--callback-port", metavar="PORT", min=0, max=65535, help="The port on which callbacks arrive there."
        ),
    ] = 8080,
) -> None:
    """Make rows until Ctrl-C. Start one on each machine; the account's limits hold for all together.

    With --callback, the service calls back as a job ends, which then needs no further poll.
    """
    made = _fleet(run, account)
    with ExitStack() as stack:
        called: dict[str, Any] = {}
        if callback is not None:
            receiver = CallbackReceiver()
            with report_as({"base": "--callback"}):
                called = {"callback": receiver.address(callback), "callbacks": receiver}
            stack.enter_context(receiver.serve("0.0.0.0", callback_port))
        run.output.say("Working until Ctrl-C; requests in flight are finished first.")
        _run(_work(run, made, metrics, concurrency=concurrency, **called))


@app.command(cls=Command)
@command
def dev(
    run: Run,
    rows: Annotated[str, typer.Argument(metavar="FILE", help="Rows, as for batch run.", show_default=False)],
    database: Annotated[
        str, typer.Option("--database", metavar="DIR", help="The database; run it again to resume.")
    ] = "legnext-fleet",
    budget: Annotated[int | None, typer.Option("--budget", min=0, help="Maximum points to spend.")] = None,
) -> Exit:
    """Make the rows of a file with a PostgreSQL server and a worker of its own, for development."""
    with database_in(database) as url:
        made = _package().Fleet(url, api_key=key_of(run.variables), base_url=run.base_url)
        made.up(budget=budget)
        survey, _ = made.submit(rows)
        run.output.say(f"{survey}.")
        _run(_work(run, made, None, to_the_end=True))
        for result in made.results():
            run.output.result(result._asdict(), [f"{result.key}: {result.state}, {result.points} points"])
        end = made.status()
        run.output.say(f"{end}.")
    return Exit.UNKNOWN if end.unknown else Exit.JOB_FAILED if end.failed else Exit.OK


def _stop_on_signals(stop: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # on Windows
            signal.signal(number, partial(_stop_later, loop, stop))


def _stop_later(loop: asyncio.AbstractEventLoop, stop: Callable[[], object], *_: object) -> None:
    loop.call_soon_threadsafe(stop)


def _run(work: Coroutine[Any, Any, None]) -> None:
    # psycopg cannot use the usual loop of Windows.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop if sys.platform == "win32" else None) as runner:
        runner.run(work)


async def _work(run: Run, made: Any, metrics: int | None, *, to_the_end: bool = False, **options: Any) -> None:
    async with AsyncClient(key_of(run.variables), base_url=run.base_url) as client, AsyncExitStack() as stack:
        each = made.worker(client, **options)
        if metrics is not None:
            await stack.enter_async_context(await serve(made, metrics))
        _stop_on_signals(each.stop)
        working = asyncio.create_task(each.run())
        while to_the_end and not working.done() and not (await asyncio.to_thread(made.status)).ended:
            await asyncio.wait([working], timeout=_EVERY)
        if to_the_end:
            each.stop()
        await working


@app.command(cls=Command)
@command
def status(
    run: Run,
    account: Account = "default",
    live: Annotated[bool, typer.Option("--live", help="Repeat every two seconds until nothing is left to do.")] = False,
) -> None:
    """Show the rows by state, the rate, points, and the oldest running job."""
    made = _fleet(run, account)
    while True:
        now = made.status()
        run.output.result(now._asdict(), [f"{now}."])
        if not live or now.ended:
            return
        time.sleep(_EVERY)


@app.command(cls=Command)
@command
def results(
    run: Run,
    account: Account = "default",
    after: Annotated[int, typer.Option("--after", min=0, metavar="NUMBER", help="Only results after this one.")] = 0,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of JSON lines.")] = False,
) -> None:
    """Print the results in order of completion. To resume, pass the last number that was read as --after."""
    if as_csv:
        run.output.result(None, [_csv_line(_COLUMNS)])
    for result in _fleet(run, account).results(after):
        value = result._asdict()
        if as_csv:
            jobs = [State(job) for job in result.jobs]
            urls = [url for job in jobs for url in (*job.image_urls, *job.video_urls)]
            value |= {"job_ids": [job.job_id for job in jobs], "urls": urls}
            value |= {name: " ".join(map(str, value[name])) for name in ("job_ids", "urls", "files")}
            run.output.result(None, [_csv_line([value[name] for name in _COLUMNS])])
        else:
            run.output.result(value, [json.dumps(value)])


@app.command(cls=Command)
@command
def settle(
    run: Run,
    key: Annotated[str | None, typer.Argument(metavar="KEY", help="The unknown request.", show_default=False)] = None,
    account: Account = "default",
    adopt: Annotated[str | None, typer.Option("--adopt", metavar="JOB", help="It was accepted, as this job.")] = None,
    resubmit: Annotated[
        bool, typer.Option("--resubmit", help="It was not accepted: send it again, at your risk.")
    ] = False,
    give_up: Annotated[bool, typer.Option("--give-up", help="Count it as failed, and its points as spent.")] = False,
) -> Exit:
    """List requests with an unknown outcome; with KEY, record the outcome of one."""
    made = _fleet(run, account)
    if key is None:
        unknown = made.unknown()
        for each in unknown:
            value = {name: str(each[name]) if name in ("submitting_at", "until") else each[name] for name in each}
            run.output.result(value, [f"{each['key']} ({each['price']} points): {each['error']}"])
        return Exit.UNKNOWN if unknown else Exit.OK
    if (adopt is not None) + resubmit + give_up != 1:
        raise InvalidRequest("give one of --adopt JOB, --resubmit and --give-up.")
    if adopt is not None:
        made.adopt(key, adopt)
    else:
        (made.resubmit if resubmit else made.give_up)(key)
    run.output.say(f"{key} is settled.")
    return Exit.OK


@app.command(cls=Command)
@command
def drain(
    run: Run,
    account: Account = "default",
    resume: Annotated[bool, typer.Option("--resume", help="Begin rows again.")] = False,
) -> None:
    """Begin nothing more; running jobs are finished. Then stop the workers."""
    _fleet(run, account).drain(resume=resume)
    run.output.say(f"Account {account} begins {'rows again' if resume else 'nothing more'}.")


def _fleet(run: Run, account: str) -> Any:
    made = _package().Fleet
    url = run.variables.get(DATABASE_VARIABLE)
    if not url:
        raise ConfigurationError(f"{DATABASE_VARIABLE} is not set. Set it to postgresql://user:password@host/database.")
    return made(url, account=account, api_key=run.variables.get(KEY_VARIABLE) or None, base_url=run.base_url)


def _package() -> Any:
    try:
        return import_module("legnext_client.fleet")
    except ImportError as error:
        raise ConfigurationError(f"a fleet needs {error.name}. Run pip install 'legnext-client[fleet]'.") from None


def _csv_line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
