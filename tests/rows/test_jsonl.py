"""A JSONL file is a batch: a line is an object with the fields of a request, or a chain; errors name the line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._runs.rows import checked, read
from legnext_client.chains import VideoChain
from legnext_client.errors import InvalidRequest
from tests.facts import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from legnext_client._calls.items import Row


@pytest.fixture
def items(tmp_path: Path) -> Callable[[str], list[Row]]:
    """The items of a text; what is wrong is raised."""

    def found(text: str, name: str = "rows.jsonl") -> list[Row]:
        path = tmp_path / name
        path.write_bytes(text.encode())
        checked(path)
        return list(read(path))

    return found


def test_a_line_is_a_request(items: Callable[..., list[Row]]) -> None:
    text = (
        '{"text": "a\\nb", "callback": null}\n\n{"operation":"upscale","key":"u","jobId":"7","image_no":1,"type":0}\r\n'
    )
    for name in ("rows.jsonl", "rows.ndjson", "ROWS.JSONL"):
        assert [(item.key[:9], item.described()) for item in items("\ufeff" + text, name)] == [
            ("diffusion", {"operation": "diffusion", "text": "a\nb"}),
            ("u", {"operation": "upscale", "jobId": "7", "imageNo": 1, "type": 0}),
        ]


def test_a_line_is_a_chain(items: Callable[..., list[Row]]) -> None:
    chain = VideoChain.from_image("i", 2, "she turns", 1).extend().upscale(3)
    [given, made] = items(
        json.dumps({"key": "chain 1", "chain": chain.to_dict()}) + "\n" + json.dumps({"chain": chain.to_dict()})
    )
    assert (given.key, given.steps, given.digest) == ("chain 1", 3, chain.row("").digest)
    assert made.key == f"chain-{given.digest}"


@pytest.mark.parametrize(
    ("row", "wire", "value"),
    [
        ({"operation": "upscale", "job_id": "a", "image_no": 0, "type": "creative"}, "type", 1),
        ({"operation": "upscale", "job_id": "a", "image_no": 0, "type": 1}, "type", 1),
        ({"operation": "video-diffusion", "prompt": "waves", "videoType": "720p"}, "videoType", 1),
        ({"operation": "video_diffusion", "prompt": "waves", "video_type": "HD_720P"}, "videoType", 1),
        (
            {"operation": "enhance-upscale", "job_id": "a", "image_no": 0, "target_resolution": "4k"},
            "target_resolution",
            "4K",
        ),
    ],
)
def test_a_line_may_say_what_the_command_line_says(
    items: Callable[..., list[Row]], row: dict[str, Any], wire: str, value: Any
) -> None:
    [item] = items(json.dumps(row))
    assert item.described()[wire] == value


def test_a_chain_of_a_line_may_say_its_size_as_a_file_of_its_own_may(items: Callable[..., list[Row]]) -> None:
    chain = {"version": 1, "steps": [{"step": "start", "prompt": "waves", "video_type": "720p"}]}
    [item] = items(json.dumps({"chain": chain}))
    assert item.digest == VideoChain.start("waves", video_type=1).row("").digest


def test_separators_of_lines_within_a_text_are_kept(items: Callable[..., list[Row]]) -> None:
    [item] = items(json.dumps({"text": "a\u2028b\u0085c\x0b"}, ensure_ascii=False).replace("\\u000b", "\\u000b"))
    assert item.described()["text"] == "a\u2028b\u0085c\x0b"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", r"rows.jsonl, line 2: must be JSON; got '{' \(Expecting property name .* at 2\)"),
        ("{'text': 'x'}", "line 2: must be JSON; got "),
        ('{"text": "x"} {}', r"line 2: must be JSON; got .* \(Extra data at 15\)"),
        ('["imagine", {"text": "x"}]', "line 2: a line must be an object; got "),
        ("null", "line 2: a line must be an object; got None"),
        ('{"text": "x", "text": "y"}', "line 2: text must be given once; got it 2 times"),
        ('{"operation": "outpaint", "scale": NaN}', "line 2: must be JSON, which has no NaN"),
        ('{"operation": "outpaint", "scale": -Infinity}', "line 2: must be JSON, which has no -Infinity"),
        ('{"text": ' + "9" * 5000 + "}", "line 2: must be JSON; got a number with too many digits"),
        ('{"text": ' + "[" * 100_000, "line 2: must be JSON; got JSON that is nested too deeply"),
        ('{"text": 7}', f"line 2: diffusion: text must be a string, 1 to {LONGEST} characters; got 7"),
        (r'{"text": "\ud800"}', "line 2: diffusion: text must be valid Unicode"),
        (
            '{"text": "x", "key": "k"}\n{"text": "y", "key": "k"}',
            "line 3: key must be unique.*, as in rows.jsonl, line 2",
        ),
        ('{"chain": {"version": 9, "steps": []}}', "line 2: chain: version must be 1; got 9"),
        ('{"chain": [], "key": "a"}', r"line 2: chain must be an object; got \[\]"),
        ('{"chain": {"version": 1, "steps": []}, "text": "x"}', "line 2: besides chain, only key is allowed; got text"),
    ],
)
def test_what_is_wrong_is_told_by_line(items: Callable[..., list[Row]], line: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        items(f'{{"text": "fine"}}\n{line}\n{{"text": "fine as well"}}\n')


def test_a_line_that_is_wrong_does_not_hold_up_the_others(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a"}\n{\n{"text": "b"}\n', encoding="utf-8")
    found: list[Any] = [item.wrong is None for item in read(path)]
    assert found == [True, False, True]
