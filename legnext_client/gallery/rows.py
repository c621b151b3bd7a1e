"""Read the rows and steps of a journal for the page."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED, SUBMITTING, UNKNOWN
from legnext_client._protocol.state import State
from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from legnext_client._journal.journal import Journal
    from legnext_client._journal.submit import Entry
    from legnext_client.generated.operations import Field, Operation

RUNNING, WAITING = "running", "waiting"
"""Row states: a step is running; a step has not been sent."""

_CHAIN, _STEPS, _STEP, _PROMPT, _CALLBACK = "chain", "steps", "step", "prompt", "callback"
_OPERATION = "operation"
_NAMES = {"job id": "made of job"}
"""A step also has a job id of its own, so the field gets another name."""
_CHUNK = 200
_KINDS = {"image": {"png", "jpg", "jpeg", "webp", "gif", "avif", "bmp"}, "video": {"mp4", "m4v", "mov", "webm"}}
"""File extensions of the pictures that the page shows; as in `web/rows.js`."""
_LONGEST_OPTION = 300
_LONGEST_KEPT_TEXT = 20_000


def rows_of(journal: Journal) -> Iterator[dict[str, Any]]:
    """Yield the rows in the order in which they began.

    A row has `steps`, and `earlier` for requests that were replaced. Empty values are left out.
    """
    items = journal.items()
    while chunk := list(islice(items, _CHUNK)):
        requests = journal.entries_of_items([key for key, _, _ in chunk], history=True)
        for key, digest, described in chunk:
            yield _row(key, digest, described, requests.get(key, ()))


def kinds_of(row: Mapping[str, Any]) -> Counter[str]:
    """Count the images and videos of a row: those of its last step with files, without missing ones."""
    with_files: list[dict[str, Any]] = [step for step in row["steps"] if step.get("files")]
    last = with_files[-1] if with_files else {}
    there = [link for number, link in enumerate(last.get("files", ())) if number not in last.get("gone", ())]
    suffixes = [link.rpartition(".")[2].lower() for link in there]
    return Counter(kind for suffix in suffixes for kind, known in _KINDS.items() if suffix in known)


def _row(key: str, digest: str, described: Mapping[str, Any], requests: Iterable[Entry]) -> dict[str, Any]:
    steps: dict[int, dict[str, Any]] = {}
    states: dict[int, str] = {}
    earlier: list[dict[str, Any]] = []
    operation = ""
    for entry in requests:
        operation = operation or entry.operation
        if entry.current and entry.digest == digest:
            steps[entry.step], states[entry.step] = _step(entry), entry.state
        else:
            earlier.append(_step(entry))
    later = [step for number, step in enumerate(_described_steps(described)) if number not in steps]
    return _compact(
        key=key,
        named=not key.startswith((f"{operation}-{digest}", f"chain-{digest}")),
        state=_state(list(states.values()), len(steps) + len(later)),
        steps=[steps[number] for number in sorted(steps)] + later or [_compact(operation=operation, state=NEW)],
        earlier=earlier,
    )


def _state(states: Sequence[str], steps: int) -> str:
    """Return the state of a row, given those of its steps."""
    for state in (UNKNOWN, FAILED):
        if state in states:
            return state
    if SUBMITTED in states or SUBMITTING in states:
        return RUNNING
    return DONE if len(states) == steps and set(states) == {DONE} else WAITING


def _described_steps(described: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the steps of a row's description; a chain has several."""
    chain = described.get(_CHAIN)
    steps = chain.get(_STEPS) if is_object(chain) else None
    for step in steps if is_list(steps) else ():
        if is_object(step):
            yield _compact(operation=str(step.get(_STEP, "")), state=NEW, prompt=str(step.get(_PROMPT) or ""))
    name = described.get(_OPERATION)
    if isinstance(name, str):
        body = {wire: value for wire, value in described.items() if wire != _OPERATION}
        yield _compact(state=NEW, **_request(name, body))


def _step(entry: Entry) -> dict[str, Any]:
    state = State(entry.output or {})
    addresses = [*state.video_urls, *state.image_urls]
    seconds = (entry.ended_at - entry.submitting_at).total_seconds() if entry.ended_at and entry.submitting_at else None
    return _compact(
        **_request(entry.operation, entry.body),
        state=entry.state,
        status=entry.status if entry.state == SUBMITTED else None,
        job=entry.job_id,
        points=entry.points,
        price=entry.price if entry.state in (SUBMITTING, SUBMITTED, UNKNOWN) else None,
        seconds=None if seconds is None else round(seconds, 1),
        begun=round(entry.submitting_at.timestamp()) if entry.submitting_at else None,
        error=entry.error,
        texts=[text[:_LONGEST_KEPT_TEXT] for text in state.texts],
        addresses=[one for one in addresses if one.startswith(("https://", "http://"))] if not entry.files else None,
        files=list(entry.files) if entry.current else None,
    )


def _request(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    operation = OPERATIONS.get(name)  # None for one that the spec does not have any more
    return {"operation": name, "prompt": _prompt(operation, body), "options": dict(_options(operation, body))}


def _prompt(operation: Operation | None, body: Mapping[str, Any]) -> str:
    field = operation.prompt.field if operation and operation.prompt else _PROMPT
    prompt = body.get(field)
    return prompt if isinstance(prompt, str) else ""


def _options(operation: Operation | None, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the other options as text, except the callback URL, which is secret."""
    fields = {field.wire: field for field in operation.fields} if operation else {}
    prompt = operation.prompt.field if operation and operation.prompt else _PROMPT
    for wire, value in body.items():
        if wire not in (prompt, _CALLBACK) and value is not None:
            field = fields.get(wire)
            name = (field.name if field else wire).replace("_", " ")
            yield _NAMES.get(name, name), _in_words(field, value)


def _in_words(field: Field | None, value: Any) -> str:
    if field is not None and field.type == "integer" and value in field.enum and field.enum_names:
        return field.enum_names[field.enum.index(value)].replace("_", " ").lower()
    if is_list(value) and all(isinstance(one, str) for one in value):
        text = "\n".join(value)
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_OPTION else f"{text[:_LONGEST_OPTION]}…"


def _compact(**values: Any) -> dict[str, Any]:
    """Drop empty values, to keep pages with many rows small."""
    return {name: value for name, value in values.items() if value or value is False}
