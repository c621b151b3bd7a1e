"""Both colours of client behind one function, against a hostile server, by a clock that does not take time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest

from legnext_client.jobs import AsyncJob, Job
from tests.client.worlds import KEY as KEY
from tests.client.worlds import Colour, HandClock
from tests.thorough import parametrize_colour

from .hostile import Hostile

if TYPE_CHECKING:
    from pathlib import Path

Download = Callable[..., "list[Path]"]
Clock = HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    with Hostile() as server:
        yield server


pytest_generate_tests = parametrize_colour


@pytest.fixture
def colour(request: pytest.FixtureRequest, clock: HandClock) -> Iterator[Colour]:
    colour = Colour(request.param)
    colour.clock = clock
    yield colour
    colour.close()


@pytest.fixture
def download(colour: Colour, hostile: Hostile) -> Download:
    """`client.download`; `settings` are those of the client."""

    def download(*arguments: Any, settings: dict[str, Any] | None = None, **options: Any) -> list[Path]:
        client = colour.real_client(**{"base_url": hostile.url("/api"), **(settings or {})})
        try:
            return cast("list[Path]", colour.do(client.download(*arguments, **options)))
        finally:
            colour.do(client.close())

    return download


@pytest.fixture
def download_job(colour: Colour, hostile: Hostile) -> Download:
    """`job.download` of a job of which the service says this."""

    def download(raw: dict[str, Any], *arguments: Any, **options: Any) -> list[Path]:
        client = colour.real_client(hostile.url("/api"))
        kind: Any = AsyncJob if colour.is_async else Job
        try:
            job = kind(raw, client._calls)
            return cast("list[Path]", colour.do(job.download(*arguments, **options)))
        finally:
            colour.do(client.close())

    return download


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where downloads go; the folder around it is looked at for what got out."""
    return tmp_path / "around" / "out"


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
