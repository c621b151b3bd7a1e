"""How long reading and checking a long prompt takes: where the time grows as the text does, the ratio is about 4."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

from benchmarks.table import Figures, Section, Subject
from legnext_client.prompts import check_prompt

if TYPE_CHECKING:
    from benchmarks.effort import Effort

TEXTS = {
    "words": "a lighthouse at dusk, oil on canvas ",
    "one word": "x",
    "flags": "--ar 16:9 --stylize 200 --chaos 5 ",
    "unknown flags": "--zebra 1 --tubro ",
    "flag names without end": "--x",
    "stray words": "a --raw b ",
    "weights": "hot::2 dog::-1 ",
    "colons": "::",
    "braces": "{a, b} ",
    "open braces": "{",
    "dashes": "— – -- - ",
    "addresses": "https://example.com/a.png ",
    "codes": "--sref 1234567 ",
}
SLOWEST = Subject("checking 100 kB of prompt, the slowest kind, CPU", "25 kB of it", "ms", "50 ms; 4 ×")


def milliseconds(piece: str, size: int) -> float:
    """Checking so many characters of a text that is one piece again and again; reading is part of it."""
    text = piece * (size // len(piece))
    begin = process_time()
    check_prompt(text)
    return (process_time() - begin) * 1000


def measure(effort: Effort) -> dict[Subject, Figures]:
    found: list[Figures] = []
    for piece in TEXTS.values():
        pairs = [(milliseconds(piece, 100_000), milliseconds(piece, 25_000)) for _ in range(effort.prompt_rounds)]
        large, small = zip(*pairs, strict=True)
        found.append(Figures.of_rounds(large, small))
    return {SLOWEST: max(found, key=lambda figures: figures.here or 0.0)}


SECTION = Section("prompts", (SLOWEST,), measure)
