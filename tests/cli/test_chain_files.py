"""A chain as a file: what people write, what programs write, and what is wrong with it, by its place."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from legnext_client import InvalidRequest, VideoChain
from legnext_client.cli.chain_files import chain_of
from legnext_client.errors import ConfigurationError
from tests.facts import LONGEST

if TYPE_CHECKING:
    from pathlib import Path

WAVES = VideoChain.start("waves roll in")


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("prompt: waves roll in", WAVES),
        ("prompt: waves roll in\nextensions:\nupscale: false", WAVES),
        ("prompt: waves roll in\nvideo_type: 720p", VideoChain.start("waves roll in", video_type=1)),
        ("prompt: waves roll in\nvideo_type: 1", VideoChain.start("waves roll in", video_type=1)),
        ("prompt: waves roll in\nvideo_type: HD_720P", VideoChain.start("waves roll in", video_type=1)),
        (
            "prompt: waves roll in\nextensions:\n- night falls\n- {prompt: day breaks, video_no: 2}\n- video_no: 1\n-",
            WAVES.extend("night falls").extend("day breaks", video_no=2).extend(video_no=1).extend(),
        ),
        ("prompt: waves roll in\nupscale: true", WAVES.upscale()),
        ("prompt: waves roll in\nupscale: {video_no: 3}", WAVES.upscale(video_no=3)),
        ("from_image: {job_id: a-job, image_no: 2}", VideoChain.from_image("a-job", 2)),
        (
            "from_image: {job_id: a-job, image_no: 2}\nprompt: it moves\nvideo_type: 720p\nextensions: [on]",
            None,  # `on` is a truth to YAML, and no text
        ),
        (
            "from_image: {job_id: a-job, image_no: 2}\nprompt: it moves\nvideo_type: 720p",
            VideoChain.from_image("a-job", 2, "it moves", 1),
        ),
        ("from_video: a-job\nupscale: true", VideoChain.from_video("a-job").upscale()),
        (
            "from_video: {job_id: a-job, source: 480p, extensions: 3}\nextensions: [night falls]",
            VideoChain.from_video("a-job", source="480p", extensions=3).extend("night falls"),
        ),
        ("prompt: |\n  waves\n  roll in\n", VideoChain.start("waves\nroll in\n")),
    ],
)
def test_what_people_write_is_a_chain(tmp_path: Path, text: str, chain: VideoChain | None) -> None:
    file = tmp_path / "chain.yaml"
    file.write_text(text, encoding="utf-8")
    if chain is None:
        with pytest.raises(InvalidRequest, match="extension 1 must be a string"):
            chain_of(file)
    else:
        assert chain_of(file) == chain


def test_what_a_program_writes_is_a_chain_too(tmp_path: Path) -> None:
    chain = VideoChain.from_video("a-job", source="720p").extend("night falls", video_no=1).upscale()
    for name in ("chain.json", "chain.yaml", "chain.yml"):
        (tmp_path / name).write_text(json.dumps(chain.to_dict()), encoding="utf-8")
        assert chain_of(tmp_path / name) == chain
    (tmp_path / "chain.json").write_text('{"steps": [{"step": "start", "prompt": "a", "video_type": "720p"}]}')
    assert chain_of(tmp_path / "chain.json") == VideoChain.start("a", video_type=1)


WRONG_YAML = [
    ("", "a chain must have names and values, such as `prompt: …`; got None"),
    ("- a\n- b", "a chain must have names and values"),
    ("promt: waves", "got 'promt'. Did you mean prompt?"),
    ("text: waves", "got 'text'. Did you mean prompt?"),
    ("prompt: waves\nextensions: [{text: night}]", "got {'text': 'night'}. Did you mean prompt?"),
    ("prompt: waves\nprompt: more waves", "prompt must be given once; got it twice in the mapping at"),
    ("prompt: waves: they roll", "this is not valid YAML: mapping values are not allowed here at line 1"),
    ("prompt: 'waves", "this is not valid YAML: found unexpected end of stream"),
    ("prompt: 2024-13-45", "this is not valid YAML: month must be in 1..12"),
    ("prompt: 7", f"step 1: video_diffusion: prompt must be a string, 1 to {LONGEST} characters; got 7"),
    ("prompt: !!python/object:os.system x", "this is not valid YAML: could not determine a constructor"),
    ("prompt: a\x00b", "this is not valid YAML: unacceptable character"),
    ("prompt: waves\nvideo_type: 1080p", "step 1: "),
    ("prompt: waves\nextensions: night falls", "extensions must be a list; got 'night falls'"),
    (
        "prompt: waves\nextensions:\n- night: it falls",
        "extension 1 may have prompt and video_no; got {'night': 'it falls'}. In YAML, quote a string",
    ),
    ("prompt: waves\nextensions: [a, b, c, d, e]", "step 6: extend_video: a video can be extended at"),
    ("prompt: waves\nextensions: [{video_no: 7}]", "step 2: extend_video: video_no must be below 4; got 7"),
    ("prompt: waves\nupscale: 2", "upscale must be true, false, or have video_no; got 2"),
    ("prompt: waves\nupscale: {image_no: 2}", "step 2 may hold video_no; got 'image_no'"),
    ("extensions: [a]", "step 1: "),
    ("from_image: a-job", "from_image must have job_id and image_no; got 'a-job'"),
    ("from_video: a-job", "a chain without a step cannot be run"),
    ("from_video: a-job\nprompt: waves", "a chain with from_video cannot have prompt"),
    ("version: 2\nsteps: []", "version must be 1; got 2"),
    ("[" * 900, "is nested too deeply"),
    ("&a [*a]", "a chain must have names and values"),
]
WRONG = [
    ("chain.txt", "", "the chain's file name must end in .yaml, .yml, .json"),
    ("chain.json", "prompt: waves", "must be JSON"),
    ("chain.json", "{}", "step 1: "),
    *(("chain.yaml", text, said) for text, said in WRONG_YAML),
]


@pytest.mark.parametrize(("name", "text", "said"), WRONG)
def test_what_is_wrong_is_told_by_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidRequest) as caught:
        chain_of(file).row("chain")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"nowhere\.yaml cannot be read: No such file"):
        chain_of(tmp_path / "nowhere.yaml")
    (tmp_path / "latin.yaml").write_bytes("prompt: é".encode("latin-1"))
    with pytest.raises(InvalidRequest, match=r"latin\.yaml cannot be read: it is not UTF-8 text"):
        chain_of(tmp_path / "latin.yaml")


def test_without_a_reader_of_yaml_json_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    (tmp_path / "chain.yaml").write_text("prompt: waves")
    (tmp_path / "chain.json").write_text('{"prompt": "waves"}')
    with pytest.raises(ConfigurationError, match=r"pip install 'legnext-client\[cli\]', or write it as \.json"):
        chain_of(tmp_path / "chain.yaml")
    assert chain_of(tmp_path / "chain.json") == VideoChain.start("waves")
