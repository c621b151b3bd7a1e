"""The documents' comparison of models and parameters, written out by hand, against what the checks say."""

from __future__ import annotations

import itertools
from typing import Any

from legnext_client.prompts import Kind, check_prompt
from tests.facts import MOST_CHAOS
from tests.tables import for_each

COLUMNS = ("--v 6", "--v 6.1", "--v 7", "--v 8", "--v 8.1", "--niji 6", "video")

YES, NO, REJECTED, NO_EFFECT = "yes", "no", "rejected", "no effect"
URL = "https://example.com/a.png"


def _range(low: int, high: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is accepted and what is refused, at and beyond the bounds."""
    return (str(low), str((low + high) // 2), str(high)), (str(low - 1), str(high + 1), "x", "")


def _of(*accepted: str, all_of: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return accepted, tuple(value for value in all_of if value not in accepted)


QUALITIES = ("0.25", "0.5", "1", "2", "4", "3")
STYLES = ("1", "2", "3", "4", "6", "5")
_q = {"all_of": QUALITIES}
_sv = {"all_of": STYLES}
CHAOS, THOUSAND = _range(0, MOST_CHAOS), _range(0, 1000)
SEED, STOP, WEIRD, WEIGHT = _range(0, 4294967295), _range(10, 100), _range(0, 3000), _range(0, 3)
SV = _of("1", "2", "3", "4", **_sv)

# A cell is a word for a flag without value, or the values that are accepted and refused.
TABLE: dict[str, tuple[Any, ...]] = {
    #                   v6       v6.1     v7       v8       v8.1       niji 6   video
    "--raw":           (YES,     YES,     YES,     YES,     YES,       YES,     YES),
    "--style raw":     (YES,     YES,     YES,     YES,     YES,       YES,     YES),
    "--tile":          (YES,     YES,     YES,     YES,     YES,       YES,     NO),
    "--chaos":         (CHAOS,   CHAOS,   CHAOS,   CHAOS,   CHAOS,     CHAOS,   NO),
    "--seed":          (SEED,    SEED,    SEED,    SEED,    SEED,      SEED,    NO),
    "--stop":          (STOP,    STOP,    STOP,    NO,      NO,        STOP,    NO),
    "--weird":         (WEIRD,   WEIRD,   WEIRD,   WEIRD,   WEIRD,     WEIRD,   NO),
    "--stylize":       (THOUSAND, THOUSAND, THOUSAND, THOUSAND, THOUSAND, THOUSAND, NO),
    "--quality":       (_of("1", "2", **_q), _of("0.5", "1", "2", **_q), _of("1", "2", "4", **_q), _of("1", "4", **_q),
                        REJECTED, _of("0.5", "1", "2", **_q), NO),
    "--hd":            (NO,      NO,      NO,      YES,     NO_EFFECT, NO,      NO),
    "--fast":          (YES,     YES,     YES,     YES,     YES,       YES,     YES),
    "--turbo":         (YES,     YES,     YES,     NO,      REJECTED,  YES,     YES),
    "--relax":         (NO,      NO,      NO,      NO,      NO,        NO,      NO),
    "--iw":            (WEIGHT,  WEIGHT,  WEIGHT,  WEIGHT,  WEIGHT,    WEIGHT,  NO),
    "--no people":     (NO,      YES,     YES,     YES,     REJECTED,  NO,      NO),
    f"--sref {URL}":   (YES,     YES,     YES,     YES,     YES,       YES,     NO),
    f"--oref {URL}":   (NO,      NO,      YES,     YES,     REJECTED,  NO,      NO),
    "--ow 50":         (NO,      NO,      YES,     YES,     REJECTED,  NO,      NO),
    f"--cref {URL}":   (YES,     YES,     YES,     NO,      REJECTED,  YES,     NO),
    "--cw 50":         (YES,     YES,     YES,     NO,      REJECTED,  YES,     NO),
    "--sv":            (SV,      SV,      SV,      _of("6", **_sv), SV, SV,     NO),
    "--sw":            (THOUSAND, THOUSAND, THOUSAND, THOUSAND, THOUSAND, THOUSAND, NO),
    "--draft":         (NO,      NO,      YES,     NO,      NO,        NO,      NO),
    "--exp 50":        (NO,      NO,      YES,     YES,     YES,       NO,      NO),
    "--exp":           (NO,      NO,      YES,     YES,     YES,       NO,      NO),
    "--exp 101":       (NO,      NO,      NO,      YES,     YES,       NO,      NO),
    "--p abc123":      (NO,      NO,      YES,     YES,     YES,       NO,      NO),
    "--p":             (NO,      NO,      YES,     YES,     YES,       NO,      NO),
    "--sd":            (NO,      NO,      NO,      NO,      REJECTED,  NO,      NO),
    "--motion low":    (NO,      NO,      NO,      NO,      NO,        NO,      YES),
    "--motion high":   (NO,      NO,      NO,      NO,      NO,        NO,      YES),
    "--motion 4":      (NO,      NO,      NO,      NO,      NO,        NO,      NO),
    f"--end {URL}":    (NO,      NO,      NO,      NO,      NO,        NO,      YES),
    "--loop":          (NO,      NO,      NO,      NO,      NO,        NO,      YES),
    "--bs":            (NO,      NO,      NO,      NO,      NO,        NO,      (("1", "2", "4"), ("0", "3", "8", ""))),
    "--video":         (NO,      NO,      NO,      NO,      NO,        NO,      YES),
    "--ar 16:9":       (YES,     YES,     YES,     YES,     YES,       YES,     NO_EFFECT),
    "--repeat 2":      (NO,      NO,      NO,      NO,      NO,        NO,      NO),
    "--personalize":   (NO,      NO,      NO,      NO,      NO,        NO,      NO),
    "--stealth":       (NO,      NO,      NO,      NO,      NO,        NO,      NO),
    "--public":        (NO,      NO,      NO,      NO,      NO,        NO,      NO),
}  # fmt: skip


def _cases() -> list[Any]:
    cases: list[Any] = []
    for flag, row in TABLE.items():
        for column, cell in zip(COLUMNS, row, strict=True):
            if isinstance(cell, str):
                cases.append((flag, column, cell))
            else:
                accepted, refused = cell
                cases += [(f"{flag} {value}", column, YES) for value in accepted]
                cases += [(f"{flag} {value}".strip(), column, NO) for value in refused]
    return cases


@for_each(("flag", "column", "verdict"), _cases())
def test_each_model_takes_what_the_table_says(flag: str, column: str, verdict: str) -> None:
    kind: Kind = "video" if column == "video" else "image"
    model = "" if column == "video" else f" {column}"
    problems = [problem for problem in check_prompt(f"a lighthouse {flag}{model}", kind) if problem.kind != "sunset"]
    if verdict == YES:
        assert problems == []
        return
    (problem,) = problems
    assert problem.position >= len("a lighthouse ")
    assert problem.severity == ("warning" if verdict == NO_EFFECT else "error")
    assert (problem.kind == "rejected") == (verdict == REJECTED)
    assert (problem.kind == "ignored") == (verdict == NO_EFFECT)


def test_the_default_model_is_7() -> None:
    for flag, row in TABLE.items():
        cell = row[COLUMNS.index("--v 7")]
        for value in [""] if isinstance(cell, str) else [f" {value}" for value in itertools.chain(*cell)]:
            prompt = f"a lighthouse {flag}{value}"
            assert check_prompt(prompt) == check_prompt(f"{prompt} --v 7")
