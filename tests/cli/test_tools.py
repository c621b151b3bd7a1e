"""What is beside the jobs: prices, prompts, the document, the mock, callbacks."""

from __future__ import annotations

import json
import re
from math import ceil
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.rules import POINTS_PER_USD
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.webhooks import SIGNATURE
from tests.facts import (
    CREATIVE,
    DIFFUSION,
    DRAFT,
    EXTENSION,
    LARGE_EXTENSION,
    LARGE_VIDEO,
    TURBO,
    UPSCALE,
    factor,
    points,
)

from .commands import DOCUMENT, Begun

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

    from .commands import Run

NO_KEY: dict[str, Any] = {"LEGNEXT_API_KEY": None}


def test_a_price_is_found_by_the_alias_of_an_operation_too(legnext: Run) -> None:
    named = {one.alias: one.name for one in OPERATIONS.values() if one.alias and one.price}
    assert named
    for alias, name in named.items():
        assert legnext("price", alias).out == legnext("price", name).out != ""


def test_prices_need_no_key(legnext: Run) -> None:
    ended = legnext("price", **NO_KEY)
    assert ended.code == 0
    rows = dict(line.split(maxsplit=1) for line in ended.lines[1:])
    assert rows["diffusion"] == f"{DIFFUSION}"
    assert rows["upscale"] == f"{UPSCALE:<9}{CREATIVE} with --type creative"
    assert f"{LARGE_EXTENSION} if the source is 720p" in rows["extend-video"]
    (values,) = legnext("price", "--json", **NO_KEY).values
    priced = {name: each.price.points for name, each in OPERATIONS.items() if each.price}
    assert {value["operation"]: value["points"] for value in values} == priced


LARGEST = points("enhance_upscale", target_resolution="12K")
ONE_VIDEO = ceil(LARGE_VIDEO * factor("bs", "video", 1))


@pytest.mark.parametrize(
    ("words", "costs", "reserve"),
    [
        (("diffusion", "a fox --turbo"), TURBO, TURBO),
        (("diffusion", "a fox --draft"), DRAFT, DIFFUSION),
        (("diffusion",), DIFFUSION, DIFFUSION),
        (("upscale", "--type", "creative"), CREATIVE, CREATIVE),
        (("upscale",), CREATIVE, CREATIVE),
        (("upscale", "J", "--type", "0"), UPSCALE, UPSCALE),
        (("enhance-upscale", "--target-resolution", "12k"), LARGEST, LARGEST),
        (("video-diffusion", "waves --bs 1", "--video-type", "720p"), ONE_VIDEO, ONE_VIDEO),
        (("extend-video",), LARGE_EXTENSION, LARGE_EXTENSION),
        (("extend-video", "--source", "480p"), EXTENSION, EXTENSION),
    ],
)
def test_a_price_follows_the_fields(legnext: Run, words: tuple[str, ...], costs: int, reserve: int) -> None:
    (value,) = legnext("price", *words, "--json").values
    assert (value["points"], value["reserve"], value["usd"]) == (costs, reserve, costs / POINTS_PER_USD)


def test_only_what_has_a_source_asks_for_its_size(legnext: Run) -> None:
    assert "--source" in legnext("price", "extend-video", "--help").out
    assert legnext("price", "diffusion", "--source", "480p").code == 2


def test_a_prompt_is_checked_line_by_line(legnext: Run) -> None:
    ended = legnext("check", "-", given="a fox --v 99 --repeat 3\n", **NO_KEY)
    assert ended.code == 2
    assert [line.partition(":")[0] for line in ended.lines] == ["note at 10", "error at 13"]
    (problems,) = legnext("check", "a fox --v 99 --repeat 3", "--json", **NO_KEY).values
    assert [problem["flag"] for problem in problems] == ["version", "repeat"]


def test_a_good_prompt_is_told_to_be_one_and_a_warning_is_no_error(legnext: Run) -> None:
    assert legnext("check", "a fox --v 7")[:2] == (0, "No problems.\n")
    assert legnext("check", "a fox --v 7", "--json").values == [[]]
    warned = legnext("check", "a fox --v 8")
    assert (warned.code, warned.out.startswith("warning at 6: ")) == (0, True)


def test_what_reads_a_prompt_and_works_on_it_counts(legnext: Run) -> None:
    assert legnext("check", "waves --motion high", "--kind", "video").code == 0
    assert legnext("check", "waves --motion high").code == 2
    assert legnext("check", "a fox --tile --stop 50", "--model", "8.1").code == 2


def test_a_paid_command_refuses_a_wrong_prompt_and_sends_it_where_it_shall_only_warn(
    legnext: Run, server: MockServer
) -> None:
    said = "Error: the prompt has problems: at 6: the API does not support `--repeat`"
    for more in ((), ("--price",)):
        refused = legnext("diffusion", "a fox --repeat 3", *more)
        assert (refused.code, refused.err.startswith(said), server.ledger) == (2, True, [])
    ended = legnext("diffusion", "a fox --repeat 3", "--prompts", "warn")
    assert ended.code == 0
    assert ended.err.startswith("Warning: the prompt has problems: at 6: the API does not support `--repeat`")
    assert len(server.ledger) == 1
    again = legnext("diffusion", "a fox --repeat 3", "--price", "--prompts", "warn")
    assert (again.code, "Warning: the prompt has problems" in again.err, len(server.ledger)) == (0, True, 1)


def test_the_document_is_printed(legnext: Run) -> None:
    ended = legnext("spec", **NO_KEY)
    assert json.loads(ended.out) == DOCUMENT
    assert legnext("spec", "--json", **NO_KEY).values == [DOCUMENT]


def test_the_version_is_printed(legnext: Run) -> None:
    from legnext_client import __version__

    assert legnext("--version", **NO_KEY).out == f"{__version__}\n"
    assert legnext("--version", "--json", **NO_KEY).values == [{"version": __version__}]


def test_the_mock_is_started_with_its_own_options(environment: dict[str, str], tmp_path: Path) -> None:
    begun = Begun(environment, tmp_path, "mock", "--port", "0", "--seed", "5", "--time-scale", "100")
    found = re.search(r"http://\S+/api \(seed 5, key mock-key\)", begun.line())
    assert found is not None
    address = found[0].partition(" ")[0]
    assert httpx.get(f"{address}/account/balance", headers={API_KEY_HEADER: "mock-key"}).status_code == 200
    assert begun.interrupt().code == 0


def test_the_mock_explains_its_own_options(legnext: Run) -> None:
    ended = legnext("mock", "--help")
    assert (ended.code, "--time-scale" in ended.out) == (0, True)
    refused = legnext("mock", "--prot", "1")
    assert (refused.code, "unrecognized arguments: --prot 1" in refused.err) == (2, True)


def test_callbacks_are_printed_as_they_arrive(
    environment: dict[str, str], legnext: Run, server: MockServer, tmp_path: Path
) -> None:
    begun = Begun(environment, tmp_path, "receive")
    address = begun.line()
    assert address.startswith("http://127.0.0.1:")
    job = legnext("diffusion", "a fox --v 7", "--callback", address).out.strip()
    assert begun.line() == f"{job} says completed, 4 images"
    ended = begun.interrupt()
    assert (ended.code, ended.out) == (0, "")
    assert [(each.job_id, each.outcome) for each in server.callbacks.wait()] == [(job, "204")]


def test_callbacks_can_be_confirmed_counted_and_printed_for_machines(
    environment: dict[str, str], server: MockServer, tmp_path: Path
) -> None:
    token = {"LEGNEXT_CALLBACK_TOKEN": "a-token-of-my-own"}
    words = ("receive", "--confirm", "--json", "--count", "3", "--address", "https://app.example.com/legnext")
    begun = Begun(environment | token, tmp_path, *words)
    told: dict[str, Any] = json.loads(begun.line())
    assert told["callback"] == "https://app.example.com/legnext/a-token-of-my-own"
    jobs = [server.jobs.add(name) for name in ("a", "b")]
    for job_id in ("a-lie", "a", "a", "b"):  # one comes twice
        callback = {"job_id": job_id, "status": "completed"}
        assert httpx.post(f"http://127.0.0.1:{told['port']}/a-token-of-my-own", json=callback).status_code == 204
    ended = begun.ended()
    assert (ended.code, ended.values) == (0, jobs)
    assert "a-lie: 404" in ended.err


def test_callbacks_that_are_not_signed_are_refused_if_there_is_a_secret(
    environment: dict[str, str], tmp_path: Path
) -> None:
    begun = Begun(environment | {"LEGNEXT_CALLBACK_SECRET": "secret"}, tmp_path, "receive")
    address = begun.line()
    assert httpx.post(address, json={"job_id": "a"}).status_code == 400
    assert httpx.post(address, json={"job_id": "a"}, headers={SIGNATURE: "0" * 64}).status_code == 400
    assert begun.interrupt()[:2] == (0, "")


def test_a_port_that_is_taken_is_told(legnext: Run, server: MockServer) -> None:
    port = server.root_url.rpartition(":")[2]
    ended = legnext("receive", "--port", port)
    assert (ended.code, "cannot be served at 127.0.0.1" in ended.err) == (3, True)
