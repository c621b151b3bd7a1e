"""Refusals before anything is sent: each has its exit code, and one line that says what to do."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.cli.exits import Exit
from tests.facts import LONGEST

from .asked import RUN

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Run

pytestmark = pytest.mark.usefixtures("rows", "chain")

FILES = {
    "odd.csv": "key,txet\na,b",
    "long.csv": "text\n" + "x" * (LONGEST + 1),
    "empty.csv": "key,text",
    "words.csv": "key,text,prompt,operation\nwords,,a long prompt,shorten\nfox,a fox,,",
    "text.txt": "a fox",
}
"""Files beside `rows.csv` and `chain.yaml`."""

CASES = """
2  upscale J → Error: --image-no is required (0 to 3). --type is required (one of subtle (0), creative
2  upscale J --image-no 9 --type x → --image-no must be 0 to 3; got 9. --type must be one of subtle (0), creative (1); g
2  upscale → Error: Missing argument 'JOB'. See legnext upscale --help.
2  diffusion '' → Error: TEXT must have 1 to {LONGEST} characters; got 0 characters. Nothing was sent.
2  diffusion a fox --v 7 → Quote the whole prompt, including flags
2  diffusion 'a fox --repeat 3' → the API does not support `--repeat`
2  diffusion 'a fox --tubro' → Correct it, or give --prompts warn. Nothing was sent.
2  diffusion '  ' → the prompt is empty
2  diffusion 'a fox' --prompts maybe → --prompts
2  diffusion @nowhere.txt → Error: nowhere.txt cannot be read: No such file or directory. Nothing was sent.
2  describe ftp://example.com/a.png → IMG_URL must begin with http:// or https://
2  video-diffusion --job-id J → Error: --image-no is required when --job-id is given. Nothing was sent.
2  video-diffusion → Error: PROMPT is required when --job-id is not given. Nothing was sent.
2  inpaint J --image-no 0 --mask { → --mask must be an object with areas, url; got invalid JSON: '{'
2  edit J 'a dog' --image-no 0 --canvas width=1 --img-pos {} → --canvas.height is required
2  wait → Error: Missing argument 'JOB...'.
2  wait '' → Error: JOB must be a job id
2  wait J --timeout -1 → --timeout must be 0 or more seconds; got -1
2  wait J --name {n}{ext} → Error: --name needs --download DIR. Nothing was sent.
2  download J '' → DIR must be the path of a directory; got ''
2  diffusion 'a fox' --name {n}{ext} → Error: --name needs --download DIR. Nothing was sent.
2  diffusion 'a fox' --download out --name {nothing} → name may contain {job_id}, {n}, {ext}, {task_type}; got {nothing
2  diffusion 'a fox' --download out --name ../{n}{ext} → is empty or leads elsewhere
2  diffusion 'a fox' --download out --name same{ext} → --name must differ for each file, so it needs {n}; got 'same.png'
2  diffusion 'a fox' --download out --timeout nan → --timeout must be 0 or more seconds; got nan
2  diffusion 'a fox' --download '' → --download must be the path of a directory; got ''
2  diffusion 'a fox' --download text.txt → --download must be a directory or a new path; got 'text.txt'
2  diffusion 'a fox' --download text.txt/shots → --download must be a directory or a new path; got 'text.txt/shots'
2  video-diffusion waves --download out --name clip{ext} → --name must differ for each file
2  price extend-video --source 1080p → Error: --source must be one of 480p, 720p
2  price upscale --type creativ → Error: --type must be one of subtle (0), creative (1); got
2  price upscale --type 9 --image-no 77 → --image-no must be 0 to 3; got 77. --type must be
2  price video-diffusion --video-type 1080p → --video-type must be one of
2  price enhance-upscale --target-resolution 99K → must be one of HD, FHD, 2K, 4K, 6K, 8K, 12K
2  price diffusion --source 480p → No such option: --source
2  check 'a fox' --model 99 → Error: --model must be one of 6, 6.1, 7
2  receive --host '' → Error: --host must be an address of this machine
2  receive --port 99999 → '--port': 99999 is not in the range
2  receive --address foo → Error: --address must be an http(s) URL without query or fragment; got
2  mock --time-scale 0 → The mock server cannot start: time_scale: 0.0 is less than or equal to the minimum of 0.
2  mock --fault nonsense → The mock server cannot start: 'nonsense' is not a fault
2  mock --spec nofile → The mock server cannot start: [Errno 2] No such file or directory: 'nofile'
2  diffusion '--v 7' → Put -- before a value that begins with -
2  upscal → No such command 'upscal'. Did you mean
2  balance --jsn → No such option: --jsn
2  balance --retries -1 → '--retries'
2  balance --api-key k → No such option: --api-key
3  balance --base-url http://example.com/api → Error: --base-url must start with https://
3  balance --base-url '' → Error: --base-url must start with https://
3  balance --env-file nowhere.env → Error: --env-file nowhere.env cannot be read: No such file
4  diffusion forbidden-content → Error: 403
4  get no-such-job → Error: 404

2  batch run → Missing argument 'FILE'
2  batch run nowhere.csv → nowhere.csv cannot be read: No such file
2  batch run text.txt → must end in .csv, .jsonl
2  batch run odd.csv → odd.csv, line 1: column 'txet' must be operation, key or
2  batch run long.csv → 1 of 1 rows cannot be sent. long.csv, line 2: diffusion: text must
2  batch run empty.csv → Error: empty.csv has no rows. Nothing was sent.
2  batch run empty.csv --price → Error: empty.csv has no rows. Nothing was sent.
2  batch run . → Error: FILE must be a regular file, because it is read twice; got '.'
2  batch run '' → Error: FILE must be a regular file, because it is read twice; got ''
2  batch run rows.csv --concurrency 0 → '--concurrency'
2  batch run rows.csv --timeout nan → --timeout must be seconds, 0 or more; got nan
2  batch run rows.csv --name {n}{ext} → Error: --name must contain {key} or {job_id}
2  batch run rows.csv --name a/{key}{ext} → --name needs --out DIR.
2  batch run words.csv --out shots --name {key}{ext} → Error: fox: --name must differ for each file, so it needs {n}
2  batch run rows.csv --out '' → Error: --out must be the path of a directory; got ''
2  batch run rows.csv --out rows.csv → Error: --out must be a directory or a new path
2  batch run rows.csv --callback nowhere → Error: --callback must begin with http
2  batch run rows.csv --ask-above 100 → points, more than --ask-above (100), and there is no terminal
9  batch run rows.csv --journal rows.csv → rows.csv is not a legnext journal
9  batch run rows.csv --journal no/x.db → no/x.db cannot be created: the directory no does not exist.
9  batch run rows.csv --journal . → Error: . is a directory. Pass the path of a file.
3  batch run rows.csv --env-file nowhere → --env-file nowhere cannot be read

2  chain → Missing argument 'FILE'
2  chain nowhere.yaml → nowhere.yaml cannot be read
2  chain chain.yaml --timeout -1 → Error: --timeout must be seconds, 0 or more; got -1.0
2  chain chain.yaml --callback ftp://x → Error: --callback must begin with http
2  chain chain.yaml --yes --download '' → --download must be the path of a directory; got
2  chain chain.yaml --yes --download chain.yaml → --download must be a directory or a
2  chain chain.yaml --yes --name a{n}{ext} → --name needs --download DIR
2  chain chain.yaml --download out --name ../{n}{ext} → is empty or leads elsewhere
2  chain chain.yaml --budget -1 → --budget
2  chain chain.yaml → , and there is no terminal to ask on. To accep
2  chain chain.yaml --yes --journal '' → Error: --journal must be the path of a file; got
9  chain chain.yaml --journal chain.yaml → chain.yaml is not a legnext journal
3  chain chain.yaml --env-file nowhere → --env-file nowhere cannot be read

9  batch status nowhere.db → there is no journal nowhere.db
9  batch unknown rows.csv → rows.csv is not a legnext journal
9  batch gallery rows.csv → rows.csv is not a legnext journal
2  batch stauts rows.db → No such command 'stauts'
2  batch resolve rows.db fox → give one of --adopt JOB, --resubmit and --give-up
2  batch resolve rows.db fox --give-up --resubmit → give one of --adopt JOB
2  batch resolve rows.db --give-up → no request given: give its KEY, or --all
2  batch resolve rows.db fox --all --give-up → give its KEY, or --all
2  batch resolve rows.db --all --adopt J → --adopt is for one request
"""
"""Exit code, command line, and a part of the message."""


@pytest.mark.parametrize("case", [line for line in CASES.replace("{LONGEST}", str(LONGEST)).splitlines() if line])
def test_a_refusal_has_its_code_and_says_what_to_do(
    legnext: Run, server: MockServer, tmp_path: Path, case: str
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    code, command, said = case[0], *case[1:].split(" → ")
    ended = legnext(*shlex.split(command))
    assert (ended.code, ended.out, server.ledger) == (int(code), "", [])
    assert said in ended.err
    if "there is no terminal" not in said:  # the price and the balance are shown before
        assert len(ended.err.splitlines()) <= 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("resolve rows.db cat --give-up", "rows.db has no request 'cat'"),
        ("resolve rows.db fox --adopt J", "'fox' must be unknown for this; it is done"),
        ("resolve rows.db fox --adopt ' '", "job_id must be the id of a job"),
    ],
)
def test_a_request_that_is_not_unknown_is_not_resolved(legnext: Run, words: str, said: str) -> None:
    assert legnext(*RUN).code == 0
    ended = legnext("batch", *shlex.split(words))
    assert (ended.code, ended.out, said in ended.err) == (Exit.BAD_INPUT, "", True)


@pytest.mark.parametrize(
    ("variables", "code", "said"),
    [
        ({"LEGNEXT_API_KEY": None}, 3, "LEGNEXT_API_KEY is not set: export your key, or write it to a"),
        ({"LEGNEXT_API_KEY": "two words"}, 3, "LEGNEXT_API_KEY contains a line break, a space"),
        ({"LEGNEXT_API_KEY": "a-wrong-key-of-someone"}, 4, "401"),
        ({"LEGNEXT_BASE_URL": "example"}, 3, "LEGNEXT_BASE_URL must start with https://"),
        ({"LEGNEXT_CALLBACK_TOKEN": "short"}, 3, "LEGNEXT_CALLBACK_TOKEN must have 16 to 200"),
    ],
)
def test_a_wrong_variable_is_named(legnext: Run, variables: dict[str, Any], code: int, said: str) -> None:
    ended = legnext("receive" if "LEGNEXT_CALLBACK_TOKEN" in variables else "balance", **variables)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith(f"Error: {said}")
    assert len(ended.err.splitlines()) == 1
