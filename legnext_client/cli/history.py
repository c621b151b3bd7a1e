"""`legnext history`: the paid calls in the ledger."""

from legnext_client._journal.journal import Journal
from legnext_client._journal.submit import DONE, NEW, SUBMITTED, Entry
from legnext_client.cli.command import Run, command, single
from legnext_client.cli.showing import WORDS
from legnext_client.errors import ConfigurationError


@command
def history(run: Run) -> None:
    """Show the paid calls in the ledger.

    Reads the file of --ledger, or of LEGNEXT_LEDGER, oldest call first; sends nothing to the service. It shows the
    journal of a batch or a chain, too.
    """
    if run.ledger is None:
        raise ConfigurationError("history needs a ledger: give --ledger FILE.")
    with Journal(run.ledger) as journal:
        entries = list(journal.entries())
    values, rows = [entry.to_dict() for entry in entries], map(_row, entries)
    run.output.table(values, rows, ("Sent", "Key", "Call", "State", "Points", "Job"))


def _row(entry: Entry) -> tuple[str, ...]:
    sent = entry.submitting_at.astimezone().isoformat(" ", "minutes")[:16] if entry.submitting_at else ""
    state = WORDS.get(entry.state, entry.state)
    return sent, entry.key, entry.operation, state, _points(entry), entry.job_id or ""


def _points(entry: Entry) -> str:
    """Return what the limits of a ledger count."""
    if entry.state in (NEW, DONE) or entry.may_be_retried:
        return f"{entry.points} charged" if entry.points else ""
    return f"{max(entry.price, entry.frozen)} {'held' if entry.state == SUBMITTED else 'uncertain'}"


app = single(history)
