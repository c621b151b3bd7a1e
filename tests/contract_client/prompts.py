"""Prompts: sound ones, of which it is known what they ask for, and texts of which nothing is known."""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from tests.contract.description import sound_document

from .expected import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = dict[str, Any]
ADDRESS = "https://example.com/Fox.PNG"


class Text(NamedTuple):
    """A prompt, and what it asks for; `sound`: the client has nothing to say against it."""

    text: str
    asked: Asked = Asked()
    sound: bool = False


LONGEST: int = sound_document()["components"]["schemas"]["PromptText"]["maxLength"]
WORDS = [
    "a fox",
    "A Fox, RUNNING  through  Ångström snow",
    "日本の狐 🦊 dans la forêt",
    "100 % fox & hound; \"quoted\" 'words' \\ back/slash",
    "<b>fox</b> %7B &amp; \\u0041",
    "e\u0301clair e\u0308 \ufb01 \u200b\u00a0x",
    "a fox\nin two\tlines",
]
TRICKY = [
    *(" a fox ", "\ta fox\r\n", "fox — dash – dashes", "--", "— ", "0", "null", "true", "{}", "a"),
    *("\u2028\u2029\ufeff", "\x01\x7f", "fox" * (LONGEST // 4) + "END", "🦊" * LONGEST),
]
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0-—–")
"""Letters that make no flag."""


def listed(unnamed: str, named: list[str]) -> Iterator[Text]:
    """Each text once; then all combinations of the flags that change the price, for each model."""
    yield from (Text(words, sound=not is_retired(unnamed)) for words in WORDS)
    yield from (Text(text) for text in TRICKY)
    for model in [None, *named]:
        yield from priced(unnamed, model)


def priced(unnamed: str, model: str | None = None) -> Iterator[Text]:
    """All combinations of the flags that change the price."""
    dear = dear_flags(model or unnamed)
    for flags in chain.from_iterable(combinations(dear, size) for size in range(len(dear) + 1)):
        if len({row["flag"] for row, _ in flags}) == len(flags):
            yield written("a fox", flags, model, unnamed)


@st.composite
def drawn(draw: st.DrawFn, unnamed: str, named: list[str]) -> Text:
    """Words and flags, or any text; it names one of these models, or none: then `unnamed` works on it."""
    if draw(st.booleans()):
        return Text(draw(st.sampled_from(TRICKY) | st.text(LETTERS, min_size=1, max_size=30)))
    model = draw(st.one_of(st.none(), *([st.sampled_from(named)] if named else [])))
    rows = [row for row in rows_of(model or unnamed) if row["takes"] != "model"]
    some = st.sampled_from(rows).flatmap(lambda row: st.tuples(st.just(row), st.sampled_from(values(row))))
    dear = dear_flags(model or unnamed)
    pairs = st.one_of(some, st.sampled_from(dear)) if dear else some
    flags = draw(st.lists(pairs, max_size=3, unique_by=lambda pair: pair[0]["flag"]))
    images = draw(st.sampled_from(["", f"{ADDRESS} "]))
    return written(images + draw(st.sampled_from(WORDS)), flags, model, unnamed, draw(st.integers(0, 2)))


def written(words: str, flags: Iterable[tuple[Json, Any]], model: str | None, unnamed: str, spelling: int = 0) -> Text:
    """A sound prompt of words and flags with their values; `spelling` chooses among the names of each flag."""
    flags = list(flags)
    parts = [words]
    for row, value in flags:
        names = [row[key] for key in ("flag", "short", "long") if key in row]
        name = names[spelling % len(names)]
        parts.append(
            f"--{name}" if value is True else f"--{name} {value:g}" if isinstance(value, float) else f"--{name} {value}"
        )
    if model is not None:
        models = sound_document()["x-legnext"]["models"]
        named = next(each for each in models if each["model"] == model)
        parts.insert(1, f"--{named['flag']} {named['value']}")
    asked = Asked(model, tuple((row["flag"], value) for row, value in flags))
    return Text(" ".join(parts), asked, sound=not is_retired(model or unnamed) and go_together(flags))


def go_together(flags: list[tuple[Json, Any]]) -> bool:
    """Whether none of the flags excludes another."""
    written = {row["flag"] for row, _ in flags} | {f"{row['flag']} {value}" for row, value in flags}
    return not any(written.intersection(row.get("excludes", ())) for row, _ in flags)


def is_retired(model: str) -> bool:
    """Whether the client warns of a model because it will not be there for long."""
    return any(each["model"] == model and "sunset" in each for each in sound_document()["x-legnext"]["models"])


def dear_flags(model: str) -> list[tuple[Json, Any]]:
    """The flags that change the price, with the values that do."""
    factors = [row for row in sound_document()["x-legnext"]["price_factors"] if model in row["models"]]
    pairs = [(row, factor) for row in rows_of(model) for factor in factors if row["flag"] == factor["flag"]]
    return [(row, factor.get("value", values(row)[0])) for row, factor in pairs]


def rows_of(model: str) -> list[Json]:
    """What the document says of the flags that a model takes. Two of them go with no others, and are left out."""
    rows = [row for row in sound_document()["x-legnext"]["parameters"] if row["flag"] not in ("video", "style")]
    return [row for row in rows if model in row["models"] and row.get("use", "supported") == "supported"]


def values(row: Json) -> list[Any]:
    """Values of a flag, at the bounds of its range and between them. Those that have none are True."""
    if row["takes"] in ("integer", "number"):
        low, high = row.get("range", (1, 100))
        return [low, high, (low + high) // 2]
    return _VALUES.get(row["takes"]) or list(row["values"])


_VALUES: dict[str, list[Any]] = {
    "switch": [True],
    "ratio": ["16:9", "1:1", "2:3"],
    "urls": [ADDRESS],
    "words": ["people, Boats"],
    "code": ["abc123"],
}
