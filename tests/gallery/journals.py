"""Journals to make pages of, written as runs write them."""

from __future__ import annotations

import html.parser
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from legnext_client._journal.files import BATCH
from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED, UNKNOWN, SubmissionIntent
from legnext_client._protocol.state import State
from legnext_client.gallery import gallery
from legnext_client.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2030, 1, 1, 12, tzinfo=UTC)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d"
    "0000000b49444154789c6360c00400001400017dfe1eee0000000049454e44ae426082"
)
"""Three pixels wide, two high; black."""


class Writing:
    """A journal that is being written; its clock moves by ten seconds with each thing that is written down."""

    def __init__(self, path: Path, kind: str = BATCH) -> None:
        self.path = path
        self.now = START
        self.journal = Journal.open(path, kind, now=self._later)
        self._jobs = 0

    def _later(self) -> datetime:
        self.now += timedelta(seconds=10)
        return self.now

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.journal.close()

    def request(
        self,
        item: str,
        state: str = DONE,
        *,
        step: int | None = None,
        digest: str = "d",
        operation: str = "diffusion",
        described: dict[str, Any] | None = None,
        files: list[str] | None = None,
        output: dict[str, Any] | None = None,
        error: str = "the service said no",
        points: int = 80,
        **body: Any,
    ) -> int:
        """One request, brought to a state; `body` is what was sent."""
        body = body or {"text": f"a {item}"}
        key = item if step is None else f"{item}/{step + 1}"
        what = {"operation": operation, **body} if described is None else described
        begun = self.journal.begin(
            SubmissionIntent(key, item, step or 0, digest, what, operation, body, points, "its-token")
        )
        number = begun.entry.id
        self._jobs += 1
        job = {"job_id": f"job-{self._jobs}", "status": "processing", "meta": {"usage": {"frozen": points}}}
        if state == NEW:
            self.journal.mark_not_sent(number)
        elif state == UNKNOWN:
            self.journal.mark_unknown(number, error)
        elif state == FAILED:
            self.journal.refused(number, error, None)
        elif state in (SUBMITTED, DONE):
            self.journal.accepted(number, State(job))
        if state == DONE:
            self.journal.ended(number, State({**job, "status": "completed", "output": output or {}}), points)
            if files is not None:
                self.journal.downloaded(number, files)
        return number

    def repeat(self, key: str, times: int) -> None:
        """More rows like this one, with its files under other names; all at once, for there may be many."""
        columns = "step, digest, operation, body, state, price, job_id, points, output, submitting_at, ended_at"
        with self.journal._transaction():
            for number in range(1, times + 1):
                other = f"row {number}"
                self.journal._run(
                    "INSERT INTO items (key, digest, described) SELECT ?, digest, described FROM items WHERE key = ?",
                    other,
                    key,
                )
                self.journal._run(
                    f"INSERT INTO requests (key, item, files, {columns}) SELECT ?, ?, replace(files, ?, ?), {columns} "
                    "FROM requests WHERE key = ? AND current",
                    *(other, other, key, other, key),
                )


class Page:
    """A page, read as a browser reads it, as far as that can be done without one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_bytes().decode("utf-8")
        reader = _Reader()
        reader.feed(self.text)
        reader.close()
        self.tags = reader.tags
        """The tags that begin, in their order."""
        self.attributes = reader.attributes
        """Those of each tag."""
        self.scripts = reader.scripts
        texts = [text for text in self.scripts if text.startswith(("{", "["))]
        found = json.loads(texts[0])
        self.data: dict[str, Any] = found if isinstance(found, dict) else {"rows": found}
        self.rows: list[dict[str, Any]] = self.data["rows"]

    def row(self, key: str) -> dict[str, Any]:
        [found] = [row for row in self.rows if row["key"] == key]
        return found

    def step(self, key: str, number: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = self.row(key)["steps"][number]
        return found

    @property
    def policy(self) -> dict[str, str]:
        [told] = [one["content"] for one in self.attributes if one.get("http-equiv") == "Content-Security-Policy"]
        return dict(rule.split(" ", 1) for rule in (told or "").split("; "))


def page_of(journal: Path, out: Path | None = None) -> Page:
    """Make the page of a journal, and read it."""
    return Page(gallery(journal, out))


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.scripts: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False if tag == "script" else self._in_script

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data
