"""How long reading and checking a long prompt takes: `python benchmarks/prompts.py`.

Printed, not asserted. Each text is measured at two sizes; where the time grows as the text does, the last
column is near 1.
"""

from __future__ import annotations

from time import perf_counter

from legnext_client.prompts import Prompt, check_prompt

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


def milliseconds(text: str, rounds: int = 5) -> tuple[float, float]:
    """The best of some rounds: reading, and checking (which reads too)."""
    reading: list[float] = []
    checking: list[float] = []
    for _ in range(rounds):
        begin = perf_counter()
        assert Prompt.parse(text).reading
        middle = perf_counter()
        check_prompt(text)
        reading.append(middle - begin)
        checking.append(perf_counter() - middle)
    return min(reading) * 1000, min(checking) * 1000


def main() -> None:
    print(f"{'100 kB of …':24} {'read':>9} {'check':>9} {'growth / size':>14}")
    for name, piece in TEXTS.items():
        small, large = (piece * (size // len(piece)) for size in (25_000, 100_000))
        _, small_check = milliseconds(small)
        read, check = milliseconds(large)
        print(f"{name:24} {read:6.1f} ms {check:6.1f} ms {check / small_check / 4:14.2f}")


if __name__ == "__main__":
    main()
