"""`legnext batch`: many paid requests from a file, and commands on the journal of a batch or a chain."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from legnext_client._calls.planning import BY_TASK_TYPE
from legnext_client._journal.journal import Journal
from legnext_client._journal.submit import FAILED, STATES, SUBMITTED, Entry
from legnext_client._runs.results import span
from legnext_client.cli.batch_run import run_batch
from legnext_client.cli.command import Run, command
from legnext_client.cli.entries import Command, Group, overview
from legnext_client.cli.exits import Exit
from legnext_client.cli.runs import unknown_in, unknown_report
from legnext_client.cli.showing import WORDS
from legnext_client.errors import ConfigurationError, InvalidRequest, NotFoundError
from legnext_client.gallery import gallery
from legnext_client.generated.operations import OPERATIONS

Path = Annotated[str, typer.Argument(metavar="JOURNAL", help="The journal of a batch or a chain.", show_default=False)]
_MOST_LISTED = 20

app = typer.Typer(cls=Group, add_completion=False, invoke_without_command=True, rich_markup_mode=None)
app.command("run", cls=Command)(run_batch)


@app.callback()
@command
def batch(run: Run) -> None:
    """Run a batch from a file; resumes where it stopped.

    `run` sends the requests. The other commands read the journal of a batch or a chain, or record the outcome of a
    request.
    """
    overview(run)


@app.command(cls=Command)
@command
def status(run: Run, journal: Path) -> None:
    """Show the state of a batch or a chain: requests, points, and running jobs.

    Reads only the journal, also while a run writes to it; sends nothing to the service.
    """
    with Journal(journal) as opened:
        summary, kind = opened.summary(), opened.about.kind
        running, failed = list(opened.entries(SUBMITTED)), list(opened.entries(FAILED))
        unknown, accepted = unknown_in(opened), opened.probably_accepted()
    value = {
        "journal": journal,
        "kind": kind,
        "states": {state: summary.states.get(state, 0) for state in STATES},
        "points": summary.points,
        "held": summary.frozen,
        "uncertain": summary.uncertain,
        "running": [entry.to_dict() for entry in running],
        "failed": [entry.to_dict() for entry in failed],
        "unknown": [entry.to_dict() for entry in unknown],
        "probably_accepted": accepted if unknown else None,
    }
    counts = [f"{summary.states[state]} {WORDS.get(state, state)}" for state in STATES if summary.states.get(state)]
    points = [f"{summary.points} charged"]
    points += [f"{summary.frozen} held"] if summary.frozen else []
    points += [f"{summary.uncertain} uncertain"] if summary.uncertain else []
    rows = [
        ("Journal", f"{journal}, of a {kind}"),
        ("Requests", ", ".join(counts) or "none yet"),
        ("Points", ", ".join(points)),
        *_listed("Running", [f"{each.key}: {each.operation}, job {each.job_id}{_since(each)}" for each in running]),
        *_listed("Failed", [f"{each.key}: {each.error or 'no reason given'}" for each in failed]),
    ]
    run.output.table(value, rows)
    for line in unknown_report(journal, unknown, accepted):
        run.output.say(line)


@app.command(cls=Command)
@command
def unknown(run: Run, journal: Path) -> None:
    """List requests with an unknown outcome, and the commands to resolve them."""
    with Journal(journal) as opened:
        entries, accepted = unknown_in(opened), opened.probably_accepted()
    lines = list(unknown_report(journal, entries, accepted, most=None)) or ["Nothing is unknown."]
    run.output.result([entry.to_dict() for entry in entries], lines)


@app.command(cls=Command)
@command
def resolve(
    run: Run,
    journal: Path,
    key: Annotated[
        str | None, typer.Argument(metavar="KEY", help="The request's key, as `unknown` lists it.", show_default=False)
    ] = None,
    adopt: Annotated[
        str | None,
        typer.Option("--adopt", metavar="JOB", help="It was accepted, as this job; the next run waits for it."),
    ] = None,
    resubmit: Annotated[
        bool, typer.Option("--resubmit", help="It was not accepted: the next run sends it again, at your risk.")
    ] = False,
    give_up: Annotated[
        bool, typer.Option("--give-up", help="Count it as failed; it still counts against budgets.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Resolve all requests that `unknown` lists, instead of one KEY.")
    ] = False,
) -> None:
    """Record the outcome of an unknown request; the next run uses it.

    An adopted job is looked up at once. A job that does not exist, or is of another kind, is refused.
    """
    if (adopt is not None) + resubmit + give_up != 1:
        raise InvalidRequest("give one of --adopt JOB, --resubmit and --give-up.")
    if (key is None) != every:
        raise InvalidRequest("no request given: give its KEY, or --all.")
    if every and adopt is not None:
        raise InvalidRequest("--adopt is for one request: give its KEY instead of --all.")
    with Journal(journal) as opened, opened.settling():
        for each in [entry.key for entry in unknown_in(opened)] if key is None else [key]:
            if adopt is not None:
                opened.adopt(each, adopt, check=partial(_check_job, run, adopt))
                said = f"{each} is job {adopt}: the next run with {journal} waits for it."
            elif resubmit:
                opened.resubmit(each)
                said = f"{each} is sent again by the next run with {journal}."
            else:
                opened.give_up(each)
                said = f"{each} counts as failed."
            entry = opened.entry(each)
            left = len(unknown_in(opened))
            run.output.result({"key": each, "state": entry.state if entry else "new", "unknown": left}, [said])


def _check_job(run: Run, job_id: str, entry: Entry) -> None:
    """Refuse a job that does not exist or that the request cannot have created."""
    try:
        job = run.client().confirm(job_id)
    except NotFoundError as error:
        raise InvalidRequest(f"job {job_id} does not exist ({error.message}); {entry.key} stays unknown.") from error
    made, asked = BY_TASK_TYPE.get(job.task_type), OPERATIONS.get(entry.operation)
    if made is not None and asked is not None and made.task_type != asked.task_type:
        raise InvalidRequest(f"job {job_id} is of {made.name}, and {entry.key} of {asked.name}; it stays unknown.")


@app.command("gallery", cls=Command)
@command
def make_gallery(
    run: Run,
    journal: Path,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", metavar="PATH", help="A directory, or a file ending in .html. Default: beside the files."
        ),
    ] = None,
) -> Exit:
    """Write an HTML page of a batch's or chain's results; also while it runs."""
    try:
        page = str(gallery(journal, out))
    except ConfigurationError as error:  # only the destination can be wrong
        run.output.say(f"Error: {error}", "red")
        return Exit.FILES
    run.output.result({"gallery": page}, [page])
    return Exit.OK


def _listed(title: str, lines: list[str]) -> list[tuple[str, str]]:
    more = [f"and {len(lines) - _MOST_LISTED} more"] if len(lines) > _MOST_LISTED else []
    return [(title if number == 0 else "", line) for number, line in enumerate([*lines[:_MOST_LISTED], *more])]


def _since(entry: Entry) -> str:
    if entry.submitted_at is None:
        return ""
    return f", for {span(max(0.0, (datetime.now(UTC) - entry.submitted_at).total_seconds()))}"
