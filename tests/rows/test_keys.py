"""Each row has a key of its own: a given one, or one that comes from what it asks for and not from where it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from legnext_client._calls import planning
from legnext_client._runs.rows import read
from legnext_client.chains import VideoChain
from legnext_client.generated.models import VideoDiffusionRequest
from legnext_client.generated.operations import OPERATIONS, Field
from tests.tables import for_each

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def keys(*rows: Any) -> list[str]:
    return [item.key for item in read(rows)]


def test_the_key_of_a_row_stays_what_it_is() -> None:
    # Journals hold keys and digests: others for the same rows would have them paid for again.
    assert keys({"text": "a lighthouse"}) == ["diffusion-439a06e710d0d7ad"]
    assert keys(("upscale", {"job_id": "a", "image_no": 1, "type": 0})) == ["upscale-6e53c45c736e6bbf"]
    assert keys(VideoChain.start("x").extend()) == ["chain-780add8f55b92616"]


def test_rows_that_ask_for_the_same_have_keys_that_tell_them_apart() -> None:
    [first, second, third] = keys({"text": "a"}, ("imagine", {"text": "a"}), ("diffusion", {"text": "a"}))
    assert (second, third) == (f"{first}~2", f"{first}~3")
    assert len({item.digest for item in read([{"text": "a"}, {"text": "a"}])}) == 1


ROWS = st.lists(st.sampled_from(["a", "b", "c"]).map(lambda text: {"text": text}), max_size=8)


@given(ROWS, st.randoms(use_true_random=False))
def test_keys_do_not_depend_on_where_rows_stand(rows: list[dict[str, str]], random: Any) -> None:
    before = keys(*rows)
    random.shuffle(rows)
    assert sorted(keys(*rows)) == sorted(before)
    assert set(before) < set(keys({"text": "another"}, *rows))


def test_how_a_row_is_spelled_does_not_matter_to_its_key() -> None:
    spelled: list[Any] = [
        ("video_diffusion", {"prompt": "x"}),
        ("video_diffusion", {"prompt": "x", "video_type": 0}),
        ("video_diffusion", {"videoType": 0.0, "prompt": "x", "job_id": None}),
        VideoDiffusionRequest(prompt="x"),
        {"operation": "video_diffusion", "prompt": "x"},
    ]
    assert len({item.digest for item in read(spelled)}) == 1
    assert len({key.partition("~")[0] for key in keys(*spelled)}) == 1


def test_where_to_call_back_does_not_matter_to_its_key() -> None:
    one, other = (next(read([{"text": "x", "callback": f"https://{host}.test/"}])) for host in ("yesterday", "today"))
    assert (one.key, one.digest) == (other.key, other.digest)
    assert other.call(0, []).fields["callback"] == "https://today.test/"


def test_whatever_else_is_asked_for_matters() -> None:
    rows: list[Any] = [
        {"text": "x"},
        {"text": "x "},
        {"text": "1"},
        ("shorten", {"prompt": "x"}),
        ("video_diffusion", {"prompt": "x"}),
        ("video_diffusion", {"prompt": "x", "video_type": 1}),
        ("extend_video", {"job_id": "a", "video_no": 0}),
        ("extend_video", {"job_id": "a", "video_no": 1}),
        ("extend_video", {"job_id": "b", "video_no": 0}),
        ("video_upscale", {"job_id": "a", "video_no": 0}),
        VideoChain.start("x"),
        VideoChain.start("x").extend(),
    ]
    assert len({item.digest for item in read(rows)}) == len(set(keys(*rows))) == len(rows)


def test_a_null_that_the_service_is_told_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = OPERATIONS["blend"]
    note = Field("note", "note", "string", nullable=True)
    monkeypatch.setitem(planning.BY_NAME, "blend", operation._replace(fields=(*operation.fields, note)))
    fields = {"operation": "blend", "img_urls": ["https://a.test/1", "https://a.test/2"], "aspect_ratio": "1:1"}
    [none, null] = read([fields, {**fields, "note": None}])
    assert none.digest != null.digest


def test_a_given_key_is_kept_whatever_the_row_asks_for() -> None:
    rows = [{"text": "a", "key": "poster 1"}, {"text": "a", "key": "ü~2"}, {"chain": VideoChain.start("x"), "key": "f"}]
    assert keys(*rows) == ["poster 1", "ü~2", "f"]
    assert keys({"text": "a", "key": 17}) == ["17"]
    assert keys({"text": "a", "key": "k" * 200}) == ["k" * 200]


def test_a_key_that_is_made_keeps_clear_of_those_that_are_given() -> None:
    [made] = keys({"text": "a"})
    assert keys({"text": "b", "key": made}, {"text": "a"}) == [made, f"{made}~2"]


@for_each(
    ("key", "shown"),
    [
        ("", "''"),
        ("a/1", "'a/1'"),
        ("a\nb", r"'a\\nb'"),
        ("\u200b", r"'\\u200b'"),
        ("\ud800", r"'\\ud800'"),
        ("k" * 201, "'kkk"),
        (True, "True"),
        (1.5, "1.5"),
        (["a"], r"\['a'\]"),
    ],
)
def test_a_key_that_no_journal_can_hold_is_refused(key: Any, shown: str) -> None:
    [item] = read([{"text": "a", "key": key}])
    said = rf"row 1: key must be 1 to 200 printable characters without /; got {shown}"
    assert re.search(said, str(item.wrong))


def test_a_key_that_is_given_twice_is_refused_with_both_places() -> None:
    items = list(read([{"text": "a", "key": "k"}, {"text": "b"}, {"text": "c", "key": "k"}, {"text": "d", "key": "l"}]))
    assert [item.wrong is None for item in items] == [True, True, False, True]
    assert "row 3: key must be unique; got 'k' again, as in row 1" in str(items[2].wrong)
    assert len({item.key for item in items}) == 4


def test_a_key_of_a_wrong_row_is_told_with_it() -> None:
    [item] = read([{"text": "", "key": "poster"}])
    assert item.key == "poster"
    assert item.wrong is not None


def test_the_key_is_a_column_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("key,text\na,x\n,x\nb,x\n", encoding="utf-8")
    assert [item.key for item in read(path)] == ["a", *keys({"text": "x"}), "b"]
