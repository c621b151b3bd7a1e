"""`Prompt`: a prompt built from its parts, or parsed into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from legnext_client.generated.rules import ModelName, PromptKind
from legnext_client.prompts.checks import check_prompt
from legnext_client.prompts.flags import DEFAULT_MODEL, NAMES, ORDER, SPELLING, TAKES, nearest
from legnext_client.prompts.reading import Reading, model_of, read

if TYPE_CHECKING:
    from legnext_client.prompts.problems import Problem

Kind: TypeAlias = PromptKind
FlagValue: TypeAlias = str | float | Enum | Sequence[str | float] | None

_SEPARATOR = {"words": ", ", "ratio": ":"}


class Prompt(str):
    """A prompt. It is a `str`, so the API accepts it wherever it takes a string.

    Flags are given by their long or short names and written in the recommended order. `True` writes a flag without a
    value; `None` and `False` omit it.

        Prompt("a lighthouse", ar="16:9", stylize=200, no=["people", "boats"], version=7)

    Nothing is refused here; `check()` reports problems. `kind` is `"image"` or `"video"`. It is not part of the text,
    so prompts with the same text are equal.
    """

    __slots__ = ("_kind", "_reading")

    _kind: Kind
    _reading: Reading | None

    def __new__(
        cls, words: str = "", /, *, images: str | Sequence[str] = (), kind: Kind = "image", **flags: FlagValue
    ) -> Self:
        """Build a prompt from words, leading image URLs, and flags."""
        addresses = [images] if isinstance(images, str) else list(images)
        for part in (words, *addresses):
            _must_be_text(part)
        return cls.parse(" ".join(part for part in (*addresses, words.strip(), *_rendered(flags)) if part), kind)

    @classmethod
    def parse(cls, text: str, kind: Kind = "image") -> Self:
        """Wrap a string unchanged; `words`, `flags` and the other parts are read from it."""
        prompt = super().__new__(cls, _must_be_text(text))
        prompt._kind = kind
        prompt._reading = None
        return prompt

    @property
    def kind(self) -> Kind:
        return self._kind

    @property
    def reading(self) -> Reading:
        """The parts, with their positions in the text."""
        if self._reading is None:
            self._reading = read(self)
        return self._reading

    @property
    def images(self) -> tuple[str, ...]:
        """The image URLs at the beginning."""
        return self.reading.images

    @property
    def words(self) -> str:
        """The text between the image URLs and the first flag."""
        return self.reading.words

    @property
    def flags(self) -> Mapping[str, str | Literal[True]]:
        """The flags by full name; the value as a string, or True without one. The last of repeated flags counts."""
        return MappingProxyType({flag.name: flag.value or True for flag in self.reading.flags})

    @property
    def model(self) -> str | None:
        """The model named by the prompt (`"7"`, `"niji 6"`, `"video"` …); None if it is unknown."""
        return model_of(self.reading.flags, self._kind)

    def with_flags(self, **flags: FlagValue) -> Self:
        """Return a copy with new values for these flags, at the end; `None` and `False` remove a flag."""
        marks = [*(flag.position for flag in self.reading.flags), len(self)]
        kept = [
            str(self)[flag.position : end].strip()
            for flag, end in zip(self.reading.flags, marks[1:], strict=True)
            if not any(NAMES.get(keyword) == flag.name for keyword in flags)
        ]
        return self.parse(
            " ".join(part for part in (str(self)[: marks[0]].strip(), *kept, *_rendered(flags)) if part), self._kind
        )

    def check(self, kind: Kind | None = None, *, model: ModelName | None = DEFAULT_MODEL) -> list[Problem]:
        """Return the problems of the prompt; see `check_prompt`."""
        return check_prompt(self, kind or self._kind, model=model)

    def __repr__(self) -> str:
        return f"Prompt.parse({super().__repr__()})"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self).parse, (str(self), self._kind)


def _must_be_text(value: object) -> str:
    # `str(None)` or `str(5)` would hide a mistake.
    if not isinstance(value, str):
        raise TypeError(f"a prompt must be a string; got {value!r}")
    return value


def _rendered(flags: Mapping[str, FlagValue]) -> list[str]:
    given: dict[str, FlagValue] = {}
    for keyword, value in flags.items():
        if keyword not in NAMES:
            near = nearest(keyword)
            raise TypeError(f"{keyword!r} is not a prompt flag" + (f"; did you mean {near!r}?" if near else ""))
        if NAMES[keyword] in given:
            raise TypeError(f"{keyword!r} is given twice: {SPELLING[NAMES[keyword]]} has several names")
        given[NAMES[keyword]] = value
    return [
        SPELLING[flag] if value is True else f"{SPELLING[flag]} {_text(flag, value)}".rstrip()
        for flag, value in sorted(given.items(), key=lambda item: ORDER[item[0]])
        if value is not None and value is not False
    ]


def _text(flag: str, value: FlagValue) -> str:
    if isinstance(value, Enum):
        return _text(flag, value.value)
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Sequence):
        return _SEPARATOR.get(TAKES[flag] or "", " ").join(_text(flag, item) for item in value)
    if isinstance(value, float):
        # Never `1e-05` or `8.0`, which no flag accepts.
        return f"{value:.6f}".rstrip("0").rstrip(".") if value - value == 0 else str(value)
    return str(value)
