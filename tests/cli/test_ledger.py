"""With `--ledger`, each paid command is recorded; a key sends it once, and `legnext history` shows what was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legnext_client.generated.operations import OPERATIONS
from tests.facts import DIFFUSION

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Run

LEDGER = ("--ledger", "legnext.db")


def test_a_command_with_a_key_is_sent_once(legnext: Run, server: MockServer) -> None:
    first = legnext("imagine", "a lighthouse", "--key", "order-17", *LEDGER, "--json")
    again = legnext("imagine", "a lighthouse", "--key", "order-17", *LEDGER, "--json")
    assert (first.code, again.code) == (0, 0)
    assert first.values[0]["job_id"] == again.values[0]["job_id"]
    assert len(server.ledger) == 1
    assert "--ledger legnext.db" in first.err, "the command that waits for the job records its end"


def test_the_ledger_may_come_from_the_environment(legnext: Run, server: MockServer, tmp_path: Path) -> None:
    assert legnext("imagine", "a lighthouse", "--wait", LEGNEXT_LEDGER="of-mine.db").code == 0
    [entry] = legnext("history", "--json", LEGNEXT_LEDGER="of-mine.db").values[0]
    assert (entry["operation"], entry["state"], entry["points"]) == ("diffusion", "done", DIFFUSION)
    assert entry["job_id"] == server.ledger[0].job_id
    assert entry["body"] == {"text": "a lighthouse"}
    assert (tmp_path / "of-mine.db").exists()


def test_the_history_is_a_table(legnext: Run, server: MockServer, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("key,text\ncat-1,a cat\n", encoding="utf-8")
    legnext("imagine", "a lighthouse", "--key", "order-17", *LEDGER)
    legnext("batch", "run", "rows.csv", "--yes", *LEDGER)
    server.faults.add("close_after", method="POST")
    lost = legnext("imagine", "a dog", "--key", "order-18", *LEDGER)
    assert lost.code == 8
    assert "legnext batch unknown legnext.db" in lost.err
    head, running, done, unknown = legnext("history", *LEDGER).lines
    assert head.split() == ["Sent", "Key", "Call", "State", "Points", "Job"]
    assert running.split()[2:7] == ["order-17", "diffusion", "running", f"{DIFFUSION}", "held"]
    assert done.split()[3:7] == ["diffusion", "done", f"{DIFFUSION}", "charged"]
    assert unknown.split()[2:7] == ["order-18", "diffusion", "unknown", f"{DIFFUSION}", "uncertain"]

    assert legnext("batch", "resolve", "legnext.db", "order-18", "--give-up").code == 0
    again = legnext("imagine", "a dog", "--key", "order-18", *LEDGER)
    settled = "diffusion (key 'order-18') was given up. For a new call, use another key. Nothing was sent."
    assert (again.code, again.err) == (2, f"Error: {settled}\n")


def test_an_empty_history_is_a_head(legnext: Run) -> None:
    assert legnext("balance", *LEDGER).code == 0
    assert legnext("history", *LEDGER).lines == ["Sent   Key   Call   State   Points   Job"]
    assert legnext("history", *LEDGER, "--json").values == [[]]


def test_what_needs_a_ledger_says_so(legnext: Run, server: MockServer) -> None:
    keyed = any(field.idempotency for field in OPERATIONS["diffusion"].parameters)  # then the service remembers the key
    for words in (("history",), *([] if keyed else [("imagine", "a lighthouse", "--key", "k")])):
        ended = legnext(*words)
        assert ended.code == 3
        assert "needs a ledger" in ended.err
        assert "give --ledger FILE" in ended.err
    assert server.ledger == []


def test_a_ledger_that_cannot_be_is_refused_before_anything_is_sent(legnext: Run, server: MockServer) -> None:
    for path, why in (("nowhere/legnext.db", "cannot be created: the directory"), ("", "must be the path of a file")):
        ended = legnext("imagine", "a lighthouse", "--ledger", path)
        assert ended.code in (3, 9)
        assert why in ended.err
    ended = legnext("history", "--ledger", "nothing.db")
    assert (ended.code, ended.err) == (9, "Error: there is no journal nothing.db.\n")
    assert server.ledger == []
