"""Jobs to build upon: what they were made with, which ids they have, and which operations can follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.contract.description import Operation, is_job_id, paid, that, with_role
from tests.contract.sources import plain_body

if TYPE_CHECKING:
    from legnext_client.testing import MockServer

Json = dict[str, Any]


class Source(NamedTuple):
    """A finished job: its id, what it made and how many, by which model, with which flags, of which size."""

    job_id: str
    operation: str
    body: Json
    makes: str
    many: int = 4
    model: str | None = None
    flags: tuple[str, ...] = ()
    size: str | None = None


UPSCALE = that(takes="image", makes="image")


def _grid(job_id: str, prompt: str, model: str, *flags: str) -> Source:
    start = that(takes="nothing", makes="images")
    return Source(job_id, start.name, {start.rules["prompt"]["field"]: prompt}, "images", 4, model, flags)


def _chain(job_id: str, prompt: str, size: str, count: int) -> Source:
    start = with_role("chain.start")
    chain = start.rules["chain"]
    body = {start.rules["prompt"]["field"]: prompt, chain["size"]: chain["sizes"].index(size)}
    return Source(job_id, start.name, body, "videos", count, "video", (), size)


ENLARGED = {name: value for name, value in plain_body(UPSCALE, "0").items() if name != "callback"}
_SOURCES = [
    _grid("5dd94ec3-7282-4f04-9445-59e850ef1822", "a fox --v 7 --draft", "7", "draft"),
    _grid("1868588555208310784", "a fox --niji 6", "niji 6"),
    _grid("Job_ABC-äöü", "a fox --v 6.1", "6.1"),
    _grid(" a/b?c=d&e#f%2F+ ", "a fox --v 8.1", "8.1"),
    _grid("..", "a fox --v 7 --draft", "7", "draft"),
    _grid("0", "a fox --v 8", "8"),
    Source("one-alone", UPSCALE.name, ENLARGED, "image", 1, "8"),
    _chain("F11M-480", "a fox runs", "480p", 4),
    _chain("12345678901234567890", "a fox runs --bs 1", "720p", 1),
    _chain("chain/of three?", "a fox runs --bs 2", "480p", 2),
]
SOURCES = [source for source in _SOURCES if is_job_id(source.job_id)]


def fitting(operation: Operation) -> list[Source]:
    """The sources that the document lets an operation follow."""
    wanted = operation.rules.get("source", {})
    makes = {"image": ("images", "image"), "images": ("images",), "video": ("videos",)}.get(
        operation.rules.get("takes", "nothing"), ()
    )
    return [
        source
        for source in SOURCES
        if source.makes in makes
        and source.model not in wanted.get("not_models", ())
        and wanted.get("flag", "") in ("", *source.flags)
    ]


def put_there(server: MockServer) -> None:
    """Put every source on a server."""
    for source in SOURCES:
        server.jobs.add(source.job_id, operation=source.operation, body=source.body)


def follow_ups() -> list[Operation]:
    return [each for each in paid() if "jobId" in each.body["properties"]]
