"""What all tests share."""

from __future__ import annotations

import gc
import os
import shutil
import ssl
import sys
import tempfile
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from legnext_client.mock import media
from tests.thorough import often

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

MEMORY = "/dev/shm"  # of Linux


def use_memory() -> None:
    """Write files to memory if there is enough: otherwise tests wait for the disk at each write of a journal."""
    if sys.platform == "linux" and "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK):
        executes = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
        if executes and shutil.disk_usage(MEMORY).free > 4 * 2**30:
            os.environ["TMPDIR"] = MEMORY
            tempfile.tempdir = None


use_memory()

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


SLOW = ("docs", "promises", "kills", "mcp_server", "webhooks", "fleet", "plugin", "cli", "tooling", "contract_client")
"""The folders with the slowest files, the slowest first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow folders, so that no worker is left with a slow file at the end."""
    rank = {name: place for place, name in enumerate(SLOW)}
    items.sort(key=lambda item: rank.get(item.path.parent.name, len(SLOW)))


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
