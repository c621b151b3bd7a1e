"""`legnext batch run`: many paid requests from a file, with a journal."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import typer

from legnext_client._calls.items import Row
from legnext_client._downloads.file_names import ROW_FIELDS, check_names, fields_of
from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED, UNKNOWN
from legnext_client._runs.batches import Batch
from legnext_client._runs.costs import bill_of
from legnext_client._runs.options import ROW_NAME, BatchOptions
from legnext_client._runs.results import Result
from legnext_client._runs.rows import Survey, can_be_read_again, checked, read
from legnext_client.cli.command import Run, command
from legnext_client.cli.exits import Exit, report_as
from legnext_client.cli.paid import uploader_of, uploads_of
from legnext_client.cli.progress import Progress
from legnext_client.cli.runs import Asked, again, check_options, resume_hint, unknown_report
from legnext_client.cli.showing import counted, made
from legnext_client.cli.wait import files_of
from legnext_client.errors import InvalidRequest, LegnextError
from legnext_client.gallery import gallery
from legnext_client.generated.rules import JOBS_AT_ONCE, POINTS_PER_USD
from legnext_client.jobs import Job

LABELS = {
    DONE: ("done", "green"),
    FAILED: ("failed", "red"),
    UNKNOWN: ("unknown", "yellow"),
    SUBMITTED: ("still running", "yellow"),
    NEW: ("not sent", "red"),
}
"""Word and colour for the end of a row."""


@command
def run_batch(
    run: Run,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="The rows: .csv with field names in the first line, or .jsonl.",
            show_default=False,
        ),
    ],
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="DIR", help="Download results to this directory, with an HTML page of them."),
    ] = None,
    name: Annotated[
        str,
        typer.Option(
            "--name",
            metavar="TEMPLATE",
            help="File name template: {key}, {job_id}, {n}, {ext} and {task_type}; / creates directories.",
        ),
    ] = ROW_NAME,
    concurrency: Annotated[
        int, typer.Option("--concurrency", metavar="NUMBER", min=1, help="Maximum number of jobs at once.")
    ] = JOBS_AT_ONCE,
    *,
    asked: Asked,
) -> Exit:
    """Run a batch from a file; resumes where it stopped.

    Every row is checked, and the price and the balance are shown, before anything is sent. A failed row does not stop
    the others. Ctrl-C stops submitting and waits for running jobs; Ctrl-C twice exits at once. Run the same command
    again to resume: nothing is paid for twice.
    """
    if not can_be_read_again(file):
        raise InvalidRequest(f"FILE must be a regular file, because it is read twice; got {file!r}.")
    path = asked.journal_of(file)
    options: BatchOptions = {**asked.options, "concurrency": concurrency, "download": out, "name": name}
    check_options(**options)
    uploads = uploads_of(run)
    _check_names(read(file, uploads), out, name)
    if asked.price:
        left = bill_of(read(file, uploads), path, retry_failed=asked.retry_failed)
        _show_price(run, _with_rows(checked(file, uploads, prompts=asked.prompts), file)._replace(left=left))
        return Exit.OK
    client = run.client(prompts=asked.prompts, uploader=uploader_of(run))
    shown = Progress(run.output)
    batch = client.batch(file, path, on_progress=shown, **options)
    survey = _with_rows(batch.survey(), file)
    run.output.say(f"{survey}.")
    if not asked.agreed(run, client, survey.left):
        return Exit.BAD_INPUT
    ends: Counter[str] = Counter()
    try:
        with resume_hint(run), shown:
            for result in batch:
                ends[result.state] += 1
                ends["without files"] += result.ok and result.error is not None
                run.output.result(result.to_dict(), [_line(result)], LABELS[result.state][1])
    except (LegnextError, KeyboardInterrupt, OSError) as error:
        _sum_up(run, batch, None if isinstance(error, KeyboardInterrupt) else out)
        raise
    _sum_up(run, batch, out)
    if ends[UNKNOWN] or batch.summary.unknown:
        return Exit.UNKNOWN
    if ends[SUBMITTED] or ends["without files"]:
        run.output.say(f"Resume: {again(run)}")
        return Exit.TIMEOUT if ends[SUBMITTED] else Exit.FILES
    if ends[FAILED] or ends[NEW]:
        run.output.say(f"Retry what failed: {again(run, '--retry-failed')}")
        return Exit.JOB_FAILED
    return Exit.OK


def _with_rows(survey: Survey | None, file: str) -> Survey:
    if survey is None or not survey.rows:
        raise InvalidRequest(f"{file} has no rows.")
    return survey


def _check_names(rows: Iterator[Row], out: str | None, name: str) -> None:
    """Refuse impossible file names before anything is paid."""
    if out is None:
        if name != ROW_NAME:
            raise InvalidRequest("--name needs --out DIR.")
        return
    if "n" in fields_of(name, ROW_FIELDS):
        return
    for item in rows:
        if item.wrong is None:
            with report_as({"name": f"{item.key}: --name"}):
                check_names(name, ROW_FIELDS, files_of(item.call(item.steps - 1, ())))


def _show_price(run: Run, survey: Survey) -> None:
    for doubt in survey.doubts:
        run.output.say(f"Warning: {doubt}.", "yellow")
    value = {
        **survey._asdict(),
        "doubts": list(map(str, survey.doubts)),
        "usd": survey.points / POINTS_PER_USD,
        "left": survey.left.points,
    }
    run.output.result(value, [f"{survey}."])


def _line(result: Result[Job]) -> str:
    """Return a result as a line for people."""
    return f"{result.key}: {', '.join(part for part in _parts(result) if part)}"


def _parts(result: Result[Job]) -> Iterator[str]:
    yield LABELS[result.state][0] + (" earlier" if result.earlier and result.ok else "")
    error = result.error
    if not result.ok or result.job is None:
        yield "" if error is None else error.message if result.state == SUBMITTED else str(error)
        return
    yield counted(result.job)
    yield f"{result.points} points" if result.points else ""
    if error is not None:
        yield f"but {error}"
        return
    found = [str(path) for path in result.files] or made(result.job)
    yield f"{found[0]}{f' and {len(found) - 1} more' if len(found) > 1 else ''}" if found else ""


def _sum_up(run: Run, batch: Batch, out: str | None) -> None:
    """Print the summary and unknown outcomes, and write the results page."""
    try:
        summary = batch.summary
    except InvalidRequest:  # the batch has not started
        return
    page = None if out is None or summary.journal is None else _page(run, summary.journal, out)
    run.output.say(summary.figures)
    if summary.journal is not None:
        for line in unknown_report(summary.journal, summary.unknown, summary.probably_accepted):
            run.output.say(line)
    if run.output.for_machines:
        run.output.result({"summary": {**summary.to_dict(), "gallery": page}}, ())
    elif page is not None:
        run.output.say(f"Results page: {page}")


def _page(run: Run, journal: str, out: str) -> str | None:
    try:
        return str(gallery(journal, out))
    except (LegnextError, OSError) as error:  # the batch itself is finished
        run.output.say(f"Warning: the results page was not written: {error}", "yellow")
        return None
