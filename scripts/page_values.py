"""Keep the values that pages take from the document: prices, durations, days, the jobs at once.

A comment above a block says which values of it are what: `<!-- 160 = price("upscale", {"type": 1}).points -->`, more of
them with `;` between. `make generate` writes the values that the document gives now, into the block and the comment. A
block is all up to the next empty line, or a whole fenced block.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from legnext_client import VideoChain
from legnext_client.generated import rules
from legnext_client.prices import price, typical_seconds

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("README.md", "docs/*.md")
_BLOCK = re.compile(
    r"^<!-- (?P<values>\S[^\n]*? = [^\n]+) -->\n"
    r"(?P<block>(?:<!-- [^\n]+ -->\n)?(?:```.*?^```$|.+?(?=\n\n|\n*\Z)))",
    re.DOTALL | re.MULTILINE,
)
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def files() -> dict[str, str]:
    """The pages that state values, as they are with those of the generated package."""
    pages = sorted(page for place in PLACES for page in ROOT.glob(place))
    made: dict[str, str] = {}
    for page in pages:
        name, text = page.relative_to(ROOT).as_posix(), page.read_text(encoding="utf-8")
        try:
            made |= {name: followed(text)} if _BLOCK.search(text) else {}
        except ValueError as reason:
            raise ValueError(f"{name}: {reason}") from None
    return made


def followed(text: str) -> str:
    """A page with the values that its comments ask for. What asks for something that is gone stays as it is."""
    return _BLOCK.sub(_block, text)


def _block(found: re.Match[str]) -> str:
    values = [each.partition(" = ") for each in found["values"].split("; ")]
    try:
        given = [(old, shown(eval(code, dict(NAMES)))) for old, _, code in values]
    except Exception:  # an operation that is gone, perhaps: whoever removed it rewrites the page
        return found[0]
    now = dict(given)
    if len(set(given)) > len(now):
        raise ValueError(f"which of {now} is meant? Write this block anew: {found['values']}")
    old = "|".join(re.escape(each) for each in sorted(now, key=len, reverse=True))
    block = re.sub(rf"(?<![\w.])(?:{old})(?!\w|[.,]\d)", lambda one: now[one[0]], found["block"])
    comment = "; ".join(f"{new} = {code}" for (_, new), (_, _, code) in zip(given, values, strict=True))
    return f"<!-- {comment} -->\n{block}"


def shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and value >= 10_000 else str(value)


def words(number: int) -> str:
    """A small number in words."""
    return _WORDS[number] if number < len(_WORDS) else str(number)


def above(points: int) -> int:
    """A round number that is enough for so many points."""
    return (points // 100 + 1) * 100


NAMES: dict[str, Any] = {
    **{name: value for name, value in vars(rules).items() if name.isupper()},
    **{each.__name__: each for each in (price, typical_seconds, words, above, VideoChain)},
}
"""What a comment may use."""
