"""Every way a prompt can be wrong is found, with its place, a reason and a proposal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from legnext_client.errors import InvalidRequest
from legnext_client.generated.rules import MODELS, ModelName, PromptKind
from legnext_client.prompts import Prompt, PromptWarning, check_prompt
from legnext_client.prompts.policy import enforce
from tests.facts import LONGEST, MOST_CHAOS
from tests.tables import for_each

# kind of problem, position, proposal
IMAGE_CASES: dict[str, list[tuple[str, int, str]]] = {
    "": [("empty", 0, "describe what to show")],
    " \n": [("empty", 0, "describe what to show")],
    "x --aspcet 1:1": [("unknown flag", 2, "`--aspect`")],
    "x --tubro": [("unknown flag", 2, "`--turbo`")],
    "x --stylise 3": [("unknown flag", 2, "`--stylize`")],
    "x --ar16:9": [("unknown flag", 2, "`--ar 16:9`")],
    "x --ar=16:9": [("unknown flag", 2, "`--ar 16:9`")],
    "x --raw,": [("unknown flag", 2, "`--raw`")],
    "x ---tile": [("unknown flag", 2, "`--tile`")],
    "x --aspectratio 1:1": [("unknown flag", 2, "`--aspect`")],
    "x --zebra": [("unknown flag", 2, "leave it out")],
    "x --5": [("unknown flag", 2, "leave it out")],
    "x —ar 1:1": [("spelling", 2, "`--ar`")],
    "x –v 7": [("spelling", 2, "`--v`")],
    "x --AR 1:1": [("spelling", 2, "`--ar`")],
    "x -- ar 1:1": [("spelling", 2, "`--ar`")],
    "x--ar 1:1": [("spelling", 1, "` --ar`")],
    "x,--v7 y": [("spelling", 2, "` --v7`")],
    "x --chaos": [("missing value", 9, "leave it out")],
    "x --no": [("missing value", 6, "leave it out")],
    "x --sref": [("missing value", 8, "leave it out")],
    "x --chaos high": [("bad value", 10, "leave it out")],
    "x --chaos 5.5": [("bad value", 10, "`--c 6`")],
    "x --chaos 101": [("out of range", 10, f"`--c {MOST_CHAOS}`")],
    "x --stop 9": [("out of range", 9, "`--stop 10`")],
    "x --iw -1": [("out of range", 7, "`--iw 0`")],
    "x --seed " + "9" * 30: [("bad value", 9, "leave it out")],
    "x --q 4 --v 6": [("bad value", 6, "or use `--v 7`, `--v 8`")],
    "x --v 5": [("unknown model", 6, "leave it out")],
    "x --v 7.0": [("unknown model", 6, "`--v 7`")],
    "x --niji 5": [("unknown model", 9, "leave it out")],
    "x --niji5": [("unknown model", 8, "leave it out")],
    "x --style expressive": [("bad value", 10, "leave it out")],
    "x --ar 1.39:1": [("bad value", 7, "`--ar 139:100`")],
    "x --ar 8.5:11": [("bad value", 7, "`--ar 85:110`")],
    "x --ar 1.78": [("bad value", 7, "`--ar 178:100`")],
    "x --ar 16x9": [("bad value", 7, "`--ar 16:9`")],
    "x --ar 16/9": [("bad value", 7, "`--ar 16:9`")],
    "x --ar 0:1": [("bad value", 7, "leave it out")],
    "x --ar wide": [("bad value", 7, "leave it out")],
    "x --ar 16": [("bad value", 7, "leave it out")],
    "x --oref cat.png": [("bad value", 9, "`--oref https://cat.png`")],
    "x --sref [address]": [("bad value", 9, "leave it out")],
    "x --raw a sunny day": [("stray words", 8, "put 'a sunny day' before the first flag")],
    "x --ar 1:1 a dog": [("stray words", 11, "put 'a dog' before the first flag")],
    "x --v7 a dog": [("stray words", 7, "put 'a dog' before the first flag")],
    "x --oref https://a.b/c.png and more": [("stray words", 27, "put 'and more' before the first flag")],
    "x --v 7 --niji 6": [("two models", 8, "keep one of them")],
    "x --ar 1:1 --aspect 2:1": [("repeated", 11, "give it once")],
    "x --raw --v 7 --raw": [("repeated", 14, "give it once")],
    "x --v 8": [("sunset", 2, "use `--v 8.1`")],
    "x --stop 50 --v 8.1": [("not supported", 2, "leave it out, or use `--v 6`, `--v 6.1`, `--v 7`, `--niji 6`")],
    "x --relax": [("never supported", 2, "use --fast or --turbo")],
    "x --repeat 3": [("never supported", 2, "send the request as often as you need it")],
    "x --no y --v 8.1": [("rejected", 2, "say in the prompt what you want to see")],
    "x --hd --v 8.1": [("ignored", 2, "leave it out; HD is the default")],
    "x --loop": [("video flag", 2, "leave it out")],
    "a {red, green} bird": [("permutation", 2, "send a request for each variant")],
    "{a} and {b}": [
        ("permutation", 0, "send a request for each variant"),
        ("permutation", 8, "send a request for each variant"),
    ],
    "hot::-1 dog": [("weight", 0, "raise the other weights")],
    "hot::2 dog::-2": [("weight", 7, "raise the other weights")],
    "hot::2dog": [("weight", 0, "`::2 dog`")],
    "[https://a.b/c.png] a cat": [("address", 0, "put the bare address before the words")],
    "a cat https://a.b/c.png": [("address", 6, "put the bare address before the words")],
}

GOOD = [
    "a cat",
    "a cat --v7 --draft",
    "a cat --niji",
    "a cat --niji6",
    "a cat --sref random",
    "a cat --sref 1234567 8901234",
    "a cat --sref https://a.b/c 1234567::2 https://a.b/d::0.5 --sw 3",
    "a cat --no dogs, birds and -- well -- anything --ar 3:2",
    "a cat — and a dog – together",
    "well--known state-of-the-art a--b",
    "https://a.b/x--v 7 a cat",
    "hot::2 dog::-0.5",
    "hot::-0.5 dog",
    "hot::dog",
    "hot dog::3,",
    "https://[::1]/a.png cat",
    "a lone { brace",
    "} { reversed",
    "read https://example.com on a sign",
    "a cat --q .5 --v 6.1",
    "a cat --iw 1.25",
    "a cat --p",
    "a cat --p m7385231 abcdefg1",
    "a cat --exp --raw",
    "a cat --raw --style raw",
    "\ta cat\n--ar 3:2\u00a0",
]


@for_each("text", IMAGE_CASES)
def test_a_problem_is_found_at_its_place(text: str) -> None:
    found = [(problem.kind, problem.position, problem.proposal) for problem in check_prompt(text)]
    assert [each[:2] for each in found] == [each[:2] for each in IMAGE_CASES[text]]
    for (*_, proposal), (*_, expected) in zip(found, IMAGE_CASES[text], strict=True):
        # A list of models may grow with the document.
        assert proposal == expected or ("or use `--" in expected and str(proposal).startswith(f"{expected}, "))


@for_each("text", GOOD)
def test_nothing_is_found_in_a_good_prompt(text: str) -> None:
    assert check_prompt(text) == []


def test_a_prompt_may_be_as_long_as_the_spec_says() -> None:
    assert check_prompt("x" * LONGEST) == []
    assert [(problem.kind, problem.position) for problem in check_prompt("x" * (LONGEST + 1))] == [
        ("too long", LONGEST)
    ]
    assert [problem.kind for problem in check_prompt("x" * (LONGEST + 1), "video")] == ["too long"]


@for_each(
    ("text", "kinds"),
    [
        ("x --chaos 3", ["image flag"]),
        ("x --v 7", ["image flag"]),
        ("x --motion wild", ["bad value"]),
        ("x --bs 3", ["bad value"]),
        ("x --relax", ["never supported"]),
        ("x --motion high --bs 1 --loop --raw --turbo", []),
        ("--motion high", []),
    ],
)
def test_video_prompts_take_video_flags(text: str, kinds: list[str]) -> None:
    assert [problem.kind for problem in check_prompt(text, "video")] == kinds


@for_each(
    ("text", "excluded"),
    [
        ("x --turbo --oref https://a.b/c.png", ["turbo"]),
        ("x --oref https://a.b/c.png --fast --q 4", ["fast", "quality"]),
        ("x --oref https://a.b/c.png --q 4.0 --quality 4", ["quality", "quality"]),
        ("x --oref https://a.b/c.png --q 2", []),
        ("x --turbo --fast --q 4", []),
        ("x --oref https://a.b/c.png --turbo --v 8", []),
    ],
)
def test_flags_that_do_not_go_together_are_told_where_the_excluded_one_stands(text: str, excluded: list[str]) -> None:
    found = [problem for problem in check_prompt(text) if problem.kind == "excluded"]
    assert [problem.flag for problem in found] == excluded
    assert all(text[problem.position :].startswith("--") for problem in found)
    assert {problem.severity for problem in found} <= {"warning"}, "the documents say so of today"


def test_what_is_told_of_flags_that_do_not_go_together_names_both() -> None:
    (problem,) = check_prompt("x --oref https://a.b/c.png --q 4")
    assert str(problem) == "at 27: `--oref` does not go together with `--q 4` (leave one of them out)"


def test_a_flag_that_takes_one_address_is_given_no_more() -> None:
    (problem,) = check_prompt("x --oref https://a.b/c.png https://a.b/d.png")
    assert (problem.kind, problem.position) == ("too many", 27)
    assert str(problem).endswith("`--oref` takes no more than 1; got 2 (`--oref https://a.b/c.png`)")
    assert check_prompt("x --sref https://a.b/c.png https://a.b/d.png") == []


def test_all_problems_come_at_once_and_in_order() -> None:
    problems = check_prompt("a {b} cat --raw dog --chaos 101 --zebra --chaos 2 --loop")
    assert [problem.kind for problem in problems] == [
        "permutation", "stray words", "out of range", "unknown flag", "repeated", "video flag"
    ]  # fmt: skip
    assert [problem.position for problem in problems] == sorted(problem.position for problem in problems)


def test_a_problem_says_what_and_what_instead() -> None:
    assert [str(problem) for problem in check_prompt("x --chaos 101 --repeat 3")] == [
        f"at 10: `--chaos` must be a whole number from 0 to {MOST_CHAOS}; got 101 (`--c {MOST_CHAOS}`)",
        "at 14: the API does not support `--repeat` (send the request as often as you need it)",
    ]
    assert all(len(str(problem)) < 300 for problem in check_prompt("x --ar " + "9" * 10_000 + " --" + "z" * 10_000))


def test_a_follow_up_is_checked_for_the_model_of_its_source() -> None:
    assert check_prompt("add clouds --hd", model="8") == []
    assert [problem.kind for problem in check_prompt("add clouds --no people", model="8.1")] == ["rejected"]
    assert [problem.kind for problem in check_prompt("add clouds --hd --v 7", model="8")] == ["not supported"]


def test_for_a_model_that_is_not_known_what_some_model_takes_passes() -> None:
    for flags in ("--hd", "--q 0.5", "--q 4", "--no people", "--exp 500", "--sv 6"):
        assert check_prompt(f"add clouds {flags}", model=None) == []
    kinds = [problem.kind for problem in check_prompt("x --loop --relax --q 3 --chaos 101 --zebra", model=None)]
    assert kinds == ["video flag", "never supported", "bad value", "out of range", "unknown flag"]


def test_every_kind_and_model_of_the_document_is_known() -> None:
    for kind in get_args(PromptKind):
        assert check_prompt("x", kind) == []
    assert get_args(ModelName) == tuple(model.model for model in MODELS)
    for model in get_args(ModelName):
        assert check_prompt("x", model=model) == []


@for_each("check", [check_prompt, lambda text, **more: Prompt(text).check(**more)])
@for_each(
    ("given", "said"),
    [
        ({"kind": "movie"}, "kind must be one of image, video; got 'movie'."),
        ({"kind": ["image"]}, "kind must be one of image, video; got ['image']."),
        ({"model": "none"}, f"model must be one of {', '.join(get_args(ModelName))}; got 'none'."),
        ({"model": 7}, f"model must be one of {', '.join(get_args(ModelName))}; got 7."),
    ],
)
def test_a_kind_or_a_model_that_there_is_not_is_refused_whatever_the_text(check: Any, given: Any, said: str) -> None:
    for text in ("a fox", "", "--tubro"):
        with pytest.raises(InvalidRequest) as caught:
            check(text, **given)
        assert caught.value.message == said


@pytest.mark.parametrize(
    "text", ["a fox --v 98.3", "a fox --v 99", "a fox --v 99.9 --raw", "a fox --v 99.1", "a fox --niji 98"]
)
def test_a_version_that_may_be_newer_than_the_table_is_a_note(text: str) -> None:
    [problem] = check_prompt(text)
    assert (problem.kind, problem.severity) == ("newer model", "note")
    assert "newer than the versions that this package knows" in problem.reason


@pytest.mark.parametrize("text", ["a fox --v 81", "a fox --v 999", "a fox --v 6.5", "a fox --v 8.10"])
def test_a_version_that_cannot_be_is_an_error(text: str) -> None:
    assert [(problem.kind, problem.severity) for problem in check_prompt(text)] == [("unknown model", "error")]


@pytest.mark.parametrize("text", ["a fox --v 8.2 --hd", "a fox --niji 7"])
def test_a_model_known_second_hand_is_a_note_with_its_source_and_date(text: str) -> None:
    [problem] = check_prompt(text)
    assert (problem.kind, problem.severity) == ("second-hand model", "note")
    assert "public application" in problem.reason
    assert "2026" in problem.reason


def test_a_ratio_on_a_video_is_a_warning() -> None:
    [problem] = check_prompt("waves --ar 16:9", "video")
    assert (problem.kind, problem.flag, problem.severity) == ("ignored", "aspect", "warning")


# ---- what is done about problems --------------------------------------------------------------------------------

BAD, ODD, NEWER = "x --chaos 101 --v 8", "x --v 8", "x --v 99"


def test_errors_are_refused_with_all_problems_and_what_to_do() -> None:
    with pytest.raises(InvalidRequest, match=r'Correct it, or pass prompts="warn"\. Nothing was sent') as caught:
        enforce(check_prompt(BAD), "refuse")
    assert [problem.kind for problem in caught.value.problems] == ["out of range", "sunset"]


@pytest.mark.parametrize("policy", ["refuse", "warn"])
def test_what_works_for_now_is_a_warning(policy: Any) -> None:
    warning = enforce(check_prompt(ODD), policy, "row 3")
    assert isinstance(warning, PromptWarning)
    assert str(warning).startswith("row 3: the prompt has problems: at 2: `--v 8` is going to be retired")
    assert [problem.kind for problem in warning.problems] == ["sunset"]


def test_errors_are_warned_of_where_that_was_asked_for() -> None:
    warning = enforce(check_prompt(BAD), "warn")
    assert warning is not None
    assert [problem.kind for problem in warning.problems] == ["out of range", "sunset"]


@pytest.mark.parametrize(("text", "policy"), [(BAD, "ignore"), (NEWER, "refuse"), (NEWER, "warn"), ("x", "refuse")])
def test_nothing_is_said_of_notes_and_where_problems_are_ignored(text: str, policy: Any) -> None:
    assert enforce(check_prompt(text), policy) is None


# ---- the service's own prompts -------------------------------------------------------------------------------------

DOCUMENTED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "prompts.json").read_text(encoding="utf-8")
)


@for_each("case", DOCUMENTED)
def test_a_documented_prompt_round_trips_and_checks_as_its_page_says(case: dict[str, Any]) -> None:
    prompt = Prompt.parse(case["prompt"], case["kind"])
    assert str(prompt) == case["prompt"]
    assert [problem.kind for problem in prompt.check()] == case["problems"]
