"""What all tests share."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import ssl
import sys
import tempfile
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from legnext_client.mock import media
from tests.gallery.chromium import Chromium
from tests.thorough import often

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

MEMORY = "/dev/shm"  # of Linux


def use_memory() -> None:
    """Write files to memory if there is enough: otherwise tests wait for the disk at each write of a journal."""
    if sys.platform == "linux" and "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK):
        executes = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
        if executes and shutil.disk_usage(MEMORY).free > 4 * 2**30:
            os.environ["TMPDIR"] = MEMORY
            tempfile.tempdir = None


use_memory()

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job ignores Ctrl-C, and so would the tests
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How fast examples are drawn depends on what else the machine does.
slowly = [HealthCheck.too_slow]
settings.register_profile("usual", max_examples=often(20, 100), suppress_health_check=slowly)
settings.load_profile("usual")

new_context = ssl.create_default_context
context_of = cache(lambda cafile: new_context(cafile=cafile))


def shared_context(*given: Any, **named: Any) -> ssl.SSLContext:
    """Read a file of certificates once: each `httpx.Client()` and `httpx.get()` would read it again, in 20 ms."""
    return context_of(named["cafile"]) if named.keys() == {"cafile"} and not given else new_context(*given, **named)


ssl.create_default_context = shared_context
vars(media)["FRAMES_PER_SECOND"] = 3
"""A quarter of what a mock paints elsewhere."""

PAINTED_WHOLE = {"mock", "contract", "interop"}
"""The folders that test the mock itself."""


def smaller(size: Callable[..., tuple[int, int]]) -> Callable[..., tuple[int, int]]:
    def made(*given: Any, **named: Any) -> tuple[int, int]:
        width, height = size(*given, **named)
        return max(16, width // 16 * 2), max(16, height // 16 * 2)

    return made


WHOLE: dict[str, Callable[..., tuple[int, int]]] = {"image_size": media.image_size, "video_size": media.video_size}
SMALL = {name: smaller(size) for name, size in WHOLE.items()}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Have mocks in this process make images and videos of an eighth of their size: painting takes most of the time."""
    for name, size in (WHOLE if PAINTED_WHOLE & set(item.path.parts) else SMALL).items():
        setattr(media, name, size)


BROWSER = ("gallery/in_a_browser", "gallery/odd_rows", "gallery/on_any_screen", "mock/page")
"""The files whose tests need a browser."""
SLOW = (
    *(*BROWSER, "runs/bad_weather", "kills/every_boundary", "fleet/fleet", "docs/site", "docs/shell_blocks"),
    *("promises/one_edit", "fleet/trials", "runs/batches", "mcp_server/processes", "tooling/dist", "mock/command_line"),
    *("promises/one_edit_of_any_kind", "contract_client/checks", "runs/what_is_unknown", "mock/files"),
    *("generated/any_operation", "mock/mock_server", "journal/damage", "runs/chains", "cli/hostile_words"),
)
"""The slowest files, the slowest first."""


def file_of(nodeid: str) -> str:
    """The file of a test, as it is named above."""
    return nodeid.partition("::")[0].removeprefix("tests/").removesuffix(".py").replace("/test_", "/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow files, so that no worker is left with one at the end."""
    rank = {name: place for place, name in enumerate(SLOW)}
    items.sort(key=lambda item: rank.get(file_of(item.nodeid), len(SLOW)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Give all files that need a browser to one worker: each start of a browser takes seconds of CPU time."""
    return OneBrowser(config, log) if config.getoption("dist") == "loadfile" else None


class OneBrowser(LoadFileScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        file = file_of(nodeid)
        return "a browser" if file in BROWSER else file


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("browser") / "profile") as opened:
        yield opened


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while collecting tests, nor look through what was collected each time later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()
