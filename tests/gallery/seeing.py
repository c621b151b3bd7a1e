"""What the tests see of a page in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .chromium import Page

CARDS = "[...document.querySelectorAll('.card')]"
CHAIN = f"{CARDS}.find((card) => card.querySelector('.strip')).querySelector('h2 button')"
"""Opens the viewer on the chain."""


def keys(page: Page) -> list[str]:
    found: list[str] = page.run(f"{CARDS}.map((card) => card.querySelector('.key').textContent)")
    return found


def seen(page: Page) -> str:
    """The name of the file, or the key of the row, that the viewer shows."""
    found: str = page.run(
        "(document.querySelector('#stage img, #stage video')?.getAttribute('src') ?? "
        "document.querySelector('#about .key').textContent)"
    )
    return found
