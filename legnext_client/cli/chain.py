"""`legnext chain`: a video chain from a file, with its journal."""

import warnings
from pathlib import Path
from typing import Annotated

import typer

from legnext_client._calls.results import FILE_NAME
from legnext_client._journal.journal import Journal as JournalFile
from legnext_client._journal.submit import FAILED, SUBMITTED, UNKNOWN
from legnext_client._runs.batch_work import KEY
from legnext_client._runs.batches import ChainRun
from legnext_client._runs.chain_steps import judge_steps
from legnext_client._runs.chains import VideoChain
from legnext_client._runs.costs import Bill, bill_of
from legnext_client._runs.results import key_of, span
from legnext_client.cli.chain_files import chain_of
from legnext_client.cli.command import Directory, Run, Template, command, single
from legnext_client.cli.exits import Exit, exit_code
from legnext_client.cli.progress import Progress, step_line
from legnext_client.cli.runs import Asked, again, check_options, resume_hint, ways_to_settle
from legnext_client.cli.showing import counted
from legnext_client.cli.wait import WaitOptions, paid_for
from legnext_client.errors import ChainError, LegnextError, SubmissionUnknown


@command
def chain(
    run: Run,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The chain: .yaml or .json.", show_default=False)],
    directory: Directory = None,
    name: Template = None,
    *,
    asked: Asked,
) -> Exit | None:
    """Run a video chain from a file; resumes where it stopped.

    A start, up to four extensions and an upscale, each a paid job on the previous step's video. The price and the
    balance are shown first. Run the same command again to resume: nothing is paid for twice. `legnext batch status`
    reads its journal.
    """
    chain, path = chain_of(Path(file)), asked.journal_of(file)
    check_options(**asked.options)
    item = chain.row(KEY)
    if warning := judge_steps(item.calls, asked.prompts):
        warnings.warn(warning, stacklevel=1)
    WaitOptions(None, directory, name).check(item.calls[-1])
    bill = bill_of([item], path, retry_failed=asked.retry_failed)
    if asked.price:
        _show_price(run, chain, bill)
        return None
    client = run.client(prompts="ignore")  # already checked above, before the price
    for line in _priced(chain, bill):
        run.output.say(line)
    if not asked.agreed(run, client, bill):
        return Exit.BAD_INPUT
    try:
        with resume_hint(run), Progress(run.output, step_line) as shown:
            made = client.run(chain, path, on_progress=shown, **asked.options)
    except ChainError as error:
        raise _reason(run, chain, error) from error
    run.output.say(f"Done: {counted(made.jobs[-1])} of {made.seconds} seconds, {made.points} points charged.", "green")
    with resume_hint(run), paid_for():
        files = _fetched(run, made, directory, name or FILE_NAME)
    run.output.result({"journal": path, **made.to_dict(), "files": files}, files or made.video_urls)
    return None


def _fetched(run: Run, made: ChainRun, directory: str | None, name: str) -> list[str]:
    if directory is None:
        return []
    with Progress(run.output) as shown:
        return [str(path) for path in made.download(directory, name, on_progress=shown)]


def _priced(chain: VideoChain, bill: Bill) -> list[str]:
    price = chain.price()
    lines = [
        *str(price).splitlines(),
        f"{chain.seconds} seconds of chain, usually made in about {span(chain.typical_seconds)}.",
    ]
    if not bill.points:
        lines.append("Nothing is left to pay.")
    elif bill.points < price.points:
        lines.append(f"{bill.points} points are still to be paid.")
    return lines


def _show_price(run: Run, chain: VideoChain, bill: Bill) -> None:
    price = chain.price()
    value = {
        "steps": [{"step": title, **estimate._asdict()} for title, estimate in price.steps],
        "points": price.points,
        "reserve": price.reserve,
        "usd": price.usd,
        "left": bill.points,
        "seconds": chain.seconds,
        "typical_seconds": chain.typical_seconds,
    }
    run.output.result(value, _priced(chain, bill))


def _reason(run: Run, chain: VideoChain, error: ChainError) -> LegnextError:
    """Return the reason a chain stopped, with the commands to resume it."""
    number, cause = error.step or 1, error.__cause__
    reason = cause if isinstance(cause, LegnextError) else error
    run.output.say(f"Step {number} of {len(chain.steps)}, {chain.steps[number - 1].title}, is not done.", "yellow")
    with JournalFile(error.journal) as journal:
        entry = journal.entry(key_of(chain.row(KEY), number - 1))
    state = entry.state if entry is not None else None
    if entry is not None and state == UNKNOWN:
        if not isinstance(reason, SubmissionUnknown):  # an adopted job that is not in this account
            reason = SubmissionUnknown(str(reason), operation=entry.operation, sent=entry.body)
        for line in ways_to_settle(error.journal, entry.key):
            reason.add_note(line)
    elif exit_code(reason) is Exit.UNEXPECTED:  # from an earlier run, recorded as text only
        reason = ChainError(reason.message, journal=error.journal)
    if state in (UNKNOWN, SUBMITTED):
        reason.add_note(f"{'Then resume' if state == UNKNOWN else 'Resume'}: {again(run)}")
    elif state == FAILED:
        reason.add_note(f"Retry this step: {again(run, '--retry-failed')}")
    return reason


app = single(chain)
