"""Problems of prompts are warned of in a batch as in a single call: row by row, once, and before anything is paid."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import InvalidRequest, PromptWarning, VideoChain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import World

ROWS: list[dict[str, Any]] = [
    {"key": "plain", "text": "a fox"},
    {"key": "odd", "text": "a fox --tubro"},
    {"key": "old", "text": "a fox --v 8"},
]


def once() -> Iterator[dict[str, Any]]:
    yield from ROWS


def heard(world: World, rows: Any, **options: Any) -> tuple[list[Any], list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        batch = world.client(prompts="warn").batch(rows, world.path, **options)
        results = world.drained(batch)
    return results, caught


@pytest.mark.parametrize("rows", [ROWS, once])
def test_each_odd_row_is_warned_of_once_and_by_its_place(world: World, rows: Any) -> None:
    results, caught = heard(world, rows() if callable(rows) else rows)
    assert [result.state for result in results] == ["done"] * 3
    assert [type(each.message) for each in caught] == [PromptWarning] * 2
    odd, old = (str(each.message) for each in caught)
    assert odd.startswith("row 2: the prompt has problems: at 6: `--tubro` is not a flag of this API (`--turbo`)")
    assert old.startswith("row 3: the prompt has problems: at 6: `--v 8` is going to be retired")
    assert isinstance(caught[0].message, PromptWarning)
    assert [problem.flag for problem in caught[0].message.problems] == ["tubro"]


def test_asking_for_the_survey_warns_and_running_the_batch_does_not_warn_again(world: World) -> None:
    batch = world.client(prompts="warn").batch(ROWS, world.path)
    with pytest.warns(PromptWarning) as caught:
        batch.survey()
    assert {each.filename for each in caught} == {__file__}
    batch.survey()
    assert len(world.drained(batch)) == 3


@pytest.mark.parametrize("colour", ["async"], indirect=True)
def test_a_warning_points_to_the_async_loop(world: World) -> None:
    async def loop(rows: Any) -> None:
        async for _ in world.client(prompts="warn").batch(rows, world.path):
            pass

    for rows in (ROWS, once()):
        with pytest.warns(PromptWarning) as caught:
            world.colour.do(loop(rows))
        assert {each.filename for each in caught} == {__file__}


@pytest.mark.filterwarnings("error")
def test_where_warnings_are_errors_nothing_is_sent(world: World) -> None:
    batch = world.client(prompts="warn").batch(ROWS, world.path)
    for _ in range(2):  # asked for twice, it is refused twice
        with pytest.raises(PromptWarning, match="row 2"):
            batch.survey()
    with pytest.raises(PromptWarning, match="row 2"):
        world.drained(batch)
    assert world.server.ledger == []
    assert not world.path.exists()


@pytest.mark.filterwarnings("error")
def test_of_rows_that_can_be_read_only_once_such_an_error_is_the_rows_own(world: World) -> None:
    results, _ = world.batch(once(), client=world.client(prompts="warn"))
    found = {result.key: (result.state, type(result.error)) for result in results}  # pyright: ignore[reportUnknownVariableType]
    assert found == {
        "plain": ("done", type(None)),
        "odd": ("new", InvalidRequest),
        "old": ("new", InvalidRequest),
    }
    assert [body["text"] for body in world.bodies()] == ["a fox"]


def test_by_default_such_a_row_that_can_be_read_only_once_is_refused(world: World) -> None:
    client = world.client()
    with pytest.warns(PromptWarning, match="row 3"):
        results = world.drained(client.batch(once(), world.path))
    assert {result.key: result.state for result in results} == {"plain": "done", "odd": "new", "old": "done"}
    assert [str(result.error)[:34] for result in results if result.error] == ["row 2: the prompt has problems: at"]


def test_by_default_a_row_with_an_error_refuses_the_batch_before_anything_is_sent(world: World) -> None:
    with pytest.raises(
        InvalidRequest, match=r"^1 of 3 rows cannot be sent\. row 2: .*`--turbo`.*prompts=\"warn\""
    ) as caught:
        world.batch(ROWS)
    assert [problem.flag for problem in caught.value.problems] == ["tubro"]
    assert world.server.ledger == []
    assert not world.path.exists()


# ---- chains ------------------------------------------------------------------------------------------------------

PROMPTS = [
    ("waves --v 7", "is for image prompts, not for video prompts"),
    ("waves --motion fast", "--motion"),
    ("waves --bs 3", "--bs"),
    ("   ", "the prompt is empty"),
    ("{red, blue} waves", "does not expand"),
]


@pytest.mark.parametrize(("prompt", "said"), PROMPTS)
def test_a_chain_with_a_wrong_prompt_is_refused_before_anything_is_sent(world: World, prompt: str, said: str) -> None:
    chains = [
        (VideoChain.start(prompt), "start"),
        (VideoChain.from_image("i1", 0, prompt), "start"),
        (VideoChain.start("waves").extend(prompt), "extension 1"),
    ]
    for chain, title in chains:
        with pytest.raises(InvalidRequest, match=f"^{title}: the prompt has problems") as caught:
            world.chain(chain)
        assert said in str(caught.value)
        with pytest.raises(InvalidRequest, match=f"row 1, {title}: the prompt has problems"):
            world.batch([chain])
    assert world.server.ledger == []
    assert not world.path.exists()


@pytest.mark.parametrize("policy", ["refuse", "warn"])
def test_a_chain_with_an_odd_prompt_is_warned_of_at_the_line_that_runs_it(world: World, policy: str) -> None:
    odd = "waves https://a.test/b.png" if policy == "refuse" else "waves --motoin high"
    client = world.client(prompts=policy)

    async def awaited() -> None:
        await client.run(VideoChain.start(odd), world.path)

    def run() -> None:
        client.run(VideoChain.start(odd), world.path)

    with pytest.warns(PromptWarning, match="the prompt has problems") as caught:
        world.colour.do(awaited()) if world.colour.is_async else run()
    assert [warning.filename for warning in caught] == [__file__]
    assert len(world.server.ledger) == 1
