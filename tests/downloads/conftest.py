"""Both colours of client behind one function, against a hostile server, by a clock that does not take time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.client import AsyncClient, Client
from legnext_client.jobs import AsyncJob, Job
from tests.thorough import parametrize_colour

from .hostile import Hostile

if TYPE_CHECKING:
    from pathlib import Path

KEY = "a-key-that-is-nobody-elses-business"

Download = Callable[..., "list[Path]"]


class Clock:
    """Sleeping takes no time, and is remembered."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def async_sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    with Hostile() as server:
        yield server


pytest_generate_tests = parametrize_colour


@pytest.fixture
def colour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def download(colour: str, hostile: Hostile, clock: Clock) -> Download:
    """`client.download`; `settings` are those of the client."""

    def sync(*arguments: Any, settings: dict[str, Any] | None = None, **options: Any) -> list[Path]:
        with Client(KEY, **{"base_url": hostile.url("/api"), "clock": clock, **(settings or {})}) as client:
            return client.download(*arguments, **options)

    def awaited(*arguments: Any, settings: dict[str, Any] | None = None, **options: Any) -> list[Path]:
        async def go() -> list[Path]:
            async with AsyncClient(
                KEY, **{"base_url": hostile.url("/api"), "clock": clock, **(settings or {})}
            ) as client:
                return await client.download(*arguments, **options)

        return asyncio.run(go())

    return sync if colour == "sync" else awaited


@pytest.fixture
def download_job(colour: str, hostile: Hostile, clock: Clock) -> Download:
    """`job.download` of a job of which the service says this."""

    def sync(raw: dict[str, Any], *arguments: Any, **options: Any) -> list[Path]:
        with Client(KEY, base_url=hostile.url("/api"), clock=clock) as client:
            return Job(raw, client._calls.service, client._calls.runtime).download(*arguments, **options)

    def awaited(raw: dict[str, Any], *arguments: Any, **options: Any) -> list[Path]:
        async def go() -> list[Path]:
            async with AsyncClient(KEY, base_url=hostile.url("/api"), clock=clock) as client:
                return await AsyncJob(raw, client._calls.service, client._calls.runtime).download(*arguments, **options)

        return asyncio.run(go())

    return sync if colour == "sync" else awaited


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where downloads go; the folder around it is looked at for what got out."""
    return tmp_path / "around" / "out"


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
