"""Compare two versions of the API description: what changes for callers, and what breaks them.

    changes = compare(old, new)          two documents as dictionaries
    print(markdown(changes, "v1.2"))     for people
    breaks(changes)                      for exit codes

Direction decides. Callers write requests, so a bound that narrows there breaks them and one that widens does not;
they read answers, so there it is the other way round. Answers are open: new fields, and new values of a set that says
"or any string", break nobody. Names count as much as values, for the client's methods follow from operationIds, its
namespaces from tags, its classes from schemas, its enum members from values. What cannot be decided (one pattern
for another) is taken for the worse.
"""

from __future__ import annotations

from spec_changes.change import Change, Json, Side, SpecError, Verdict
from spec_changes.operations import Operations
from spec_changes.prices import prompts
from spec_changes.report import as_json, breaks, markdown, summary
from spec_changes.shapes import Document

__all__ = ["Change", "Side", "SpecError", "Verdict", "as_json", "breaks", "compare", "markdown", "summary"]


def compare(old: Json, new: Json) -> list[Change]:
    """Every change that callers can notice, each once, in the order of the document."""
    before, after = Document(old), Document(new)
    found = [
        *Operations(before, after).changes(),
        *prompts(old.get("x-legnext", {}), new.get("x-legnext", {})),
    ]
    return list(dict.fromkeys(found))
