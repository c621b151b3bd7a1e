"""What all tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAINTED_WHOLE = {"mock", "contract", "interop"}
"""The folders that test the mock itself."""


@pytest.fixture(scope="module", autouse=True)
def small_files(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have mocks in this process make images and videos of an eighth of their size: painting takes most of the time."""
    if PAINTED_WHOLE & set(request.path.parts):
        yield
        return
    from legnext_client.mock import media

    with pytest.MonkeyPatch.context() as patch:
        for name in ("image_size", "video_size"):
            patch.setattr(media, name, smaller(getattr(media, name)))
        yield


def smaller(size: Callable[..., tuple[int, int]]) -> Callable[..., tuple[int, int]]:
    def made(*given: Any, **named: Any) -> tuple[int, int]:
        width, height = size(*given, **named)
        return max(16, width // 16 * 2), max(16, height // 16 * 2)

    return made
