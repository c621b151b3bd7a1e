"""Whatever the text: it is read, checked and priced without an exception, and not a character is lost."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from legnext_client.generated.operations import OPERATIONS, Operation
from legnext_client.generated.rules import PARAMETERS, ModelName
from legnext_client.prices import price, typical_seconds
from legnext_client.prompts import Kind, Prompt, check_prompt

NAMES = sorted({name for row in PARAMETERS for name in (row.flag, row.short, row.long) if name})

PIECES = st.one_of(
    st.sampled_from([*" \n\u00a0—–-:{},=İ", "  ", "--", "::", "random", "https://a.b/c.png"]),
    st.sampled_from(NAMES),
    st.sampled_from(
        ["7", "8.1", "6", "niji6", "v7", "0", "-1", "16:9", "1.39:1", "::2", "::-0.5", "9" * 5000, "²", "٣"]
    ),
    st.text(max_size=5),
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join), st.lists(PIECES, max_size=30).map(" ".join))
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["image", "video"])
MODELS: st.SearchStrategy[ModelName | None] = st.sampled_from(["7", "8.1", "video", None])
PROMPT_OPERATIONS = [operation for operation in OPERATIONS.values() if operation.prompt]


@settings(deadline=None)
@given(TEXTS, KINDS)
@example("--v7İ", "image")
@example("::" * 50, "image")
def test_any_text_comes_back_character_for_character(text: str, kind: Kind) -> None:
    prompt = Prompt.parse(text, kind)
    assert str(prompt) == text
    for flag in prompt.reading.flags:
        assert text[flag.position :].startswith(flag.marker + flag.written)
        assert text[flag.value_position :].startswith(flag.value)
    assert text[prompt.reading.words_position :].startswith(prompt.words)
    assert pickle.loads(pickle.dumps(prompt)) == prompt


@settings(deadline=None)
@given(TEXTS, KINDS, MODELS)
def test_any_text_is_checked_without_an_exception(text: str, kind: Kind, model: ModelName | None) -> None:
    problems = check_prompt(text, kind, model=model)
    assert [problem.position for problem in problems] == sorted(problem.position for problem in problems)
    assert all(0 <= problem.position <= len(text) and problem.reason and problem.proposal for problem in problems)


@settings(deadline=None)
@given(TEXTS, st.sampled_from(PROMPT_OPERATIONS))
def test_any_text_is_priced_without_an_exception(text: str, operation: Operation) -> None:
    assert operation.prompt
    fields = {operation.prompt.field: text}
    estimate = price(operation, fields)
    assert 0 < estimate.points <= estimate.reserve
    assert typical_seconds(operation, fields) > 0


VALUES = st.one_of(
    st.booleans(), st.none(), st.integers(), st.floats(), st.text(max_size=8), st.lists(st.text(max_size=5), max_size=3)
)


@settings(deadline=None)
@given(
    TEXTS,
    st.lists(TEXTS, max_size=2),
    st.dictionaries(st.sampled_from([row.flag for row in PARAMETERS]), VALUES),
    KINDS,
)
def test_any_prompt_round_trips(words: str, images: list[str], flags: dict[str, Any], kind: Kind) -> None:
    prompt = Prompt(words, images=images, kind=kind, **flags)
    assert Prompt.parse(str(prompt)) == prompt
    assert str(Prompt.parse(str(prompt))) == str(prompt)


PLAIN = st.text("abcdefg hij.,", min_size=1, max_size=20).map(str.strip).filter(bool)
ADDRESSES = st.lists(st.sampled_from(["https://a.b/1.png", "http://c.d/2"]), max_size=3)
TIDY_VALUES = st.one_of(st.just(True), st.integers(0, 5000).map(str), PLAIN)


@settings(deadline=None)
@given(PLAIN, ADDRESSES, st.dictionaries(st.sampled_from([row.flag for row in PARAMETERS]), TIDY_VALUES))
def test_the_parts_of_a_tidy_prompt_come_back(words: str, images: list[str], flags: dict[str, Any]) -> None:
    prompt = Prompt(words, images=images, **flags)
    assert (prompt.words, prompt.images, prompt.flags) == (words, tuple(images), flags)
    again: dict[str, Any] = dict(prompt.flags)
    assert Prompt(prompt.words, images=prompt.images, **again) == prompt


@pytest.mark.parametrize(
    "piece", ["--ar 1:1 ", "--x", "--zebra ", "{", "{}", "::-1 ", "::", "-", "— ", "a--ar ", "-- "]
)
def test_a_long_text_of_anything_is_checked(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    assert "too long" in {problem.kind for problem in check_prompt(text)}
