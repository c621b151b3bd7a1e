"""What an agent may spend: asked first where possible, never beyond the budget, and never twice for the same."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._journal.submit import UNKNOWN
from legnext_client._transport.async_transports import AsyncHttpxTransport
from legnext_client.generated.rules import POINTS_PER_USD
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.journal import Journal, Ledger
from tests.facts import DIFFUSION, TURBO, VIDEO
from tests.mcp_server import sdk
from tests.mcp_server.agents import Person, World, error_of, value_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from mcp import Client
    from mcp_types import ElicitResult

    from legnext_client.testing import MockServer

CAT = {"text": "a cat"}


class Calendar:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


# ---- once ---------------------------------------------------------------------------------------------------------


def test_the_same_arguments_return_the_same_job(any_world: World) -> None:
    async def twice(agent: Client) -> Any:
        return [value_of(await agent.call_tool("make_image", CAT)) for _ in range(2)]

    first, second = any_world.run(twice)
    later = value_of(any_world.make())  # by another server
    assert first["job_id"] == second["job_id"] == later["job_id"]
    assert "note" not in first
    assert later["note"].startswith("These arguments made this job before; nothing was sent or charged now.")
    assert len(any_world.mock.ledger) == 1


def test_other_arguments_make_another_job(world: World) -> None:
    ids = {value_of(world.make(text=text))["job_id"] for text in ("a cat", "a dog", "a cat --v 7")}
    assert len(ids) == 3


def test_a_call_beyond_the_places_of_the_account_is_told_so_and_sends_nothing(world: World) -> None:
    world.options = {"max_jobs": 1, "max_wait": 0}

    async def full(agent: Client) -> Any:
        value_of(await agent.call_tool("make_image", CAT))
        return error_of(await agent.call_tool("make_image", {"text": "a dog"}))

    assert world.run(full).endswith("Nothing was sent; try again later.")
    assert len(world.mock.ledger) == 1
    assert "job_id" in value_of(world.make(text="a dog")), "it can be repeated"


def test_after_an_hour_the_same_arguments_make_a_new_job(world: World) -> None:
    calendar = Calendar()
    first = value_of(world.make(now=calendar))
    calendar.time += timedelta(minutes=59)
    assert value_of(world.make(now=calendar))["job_id"] == first["job_id"]
    calendar.time += timedelta(minutes=2)
    second = value_of(world.make(now=calendar))
    assert second["job_id"] != first["job_id"]
    assert value_of(world.make(now=calendar))["job_id"] == second["job_id"]


def test_again_makes_one_more_and_is_safe_to_repeat_too(any_world: World) -> None:
    first = value_of(any_world.make())["job_id"]
    second = value_of(any_world.make(again=first))["job_id"]
    assert second != first
    assert value_of(any_world.make(again=first))["job_id"] == second
    assert value_of(any_world.make())["job_id"] == second
    third = value_of(any_world.make(again=second))["job_id"]
    assert len(any_world.mock.ledger) == len({first, second, third}) == 3


def test_two_agents_at_once_pay_once_for_the_same(any_world: World) -> None:
    async def task() -> list[Any]:
        async with any_world.agent() as one, any_world.agent() as two:
            return await asyncio.gather(*(agent.call_tool("make_image", CAT) for agent in (one, two, one, two)))

    results = asyncio.run(task())
    ids = {value_of(result)["job_id"] for result in results if not result.is_error}
    assert len(ids) == len(any_world.mock.ledger) == 1
    for result in results:
        if result.is_error:  # the other process is sending it at this moment
            assert "another call is sending it" in error_of(result)


def test_what_was_refused_without_charge_may_be_sent_again(world: World) -> None:
    world.mock.faults.add("error_before", status=422)
    assert "422" in error_of(world.make())
    assert value_of(world.make())["job_id"]
    assert len(world.mock.ledger) == 1


def test_an_unknown_outcome_is_told_and_never_sent_again(any_world: World) -> None:
    any_world.mock.faults.add("close_after")
    result = any_world.make()
    assert "may have been charged" in error_of(result)
    assert result.structured_content["next"].startswith("Do not change the arguments to get around this.")
    assert str(any_world.path) in result.structured_content["next"]
    calendar = Calendar()
    calendar.time = datetime.now(UTC) + timedelta(days=1)
    for now in (None, calendar):
        assert "It is not sent again by itself" in error_of(any_world.make(Person("accept"), now))
    assert len(any_world.mock.ledger) == 1


@pytest.mark.parametrize("again", [False, True])
def test_a_call_that_a_person_gave_up_can_be_made_anew(any_world: World, again: bool) -> None:
    first: dict[str, Any] = {"again": value_of(any_world.make())["job_id"]} if again else {}
    any_world.mock.faults.add("close_after")
    error_of(any_world.make(**first))
    with Journal(any_world.path) as journal:
        journal.give_up(next(entry.key for entry in journal.entries(UNKNOWN)))
    person = Person("accept")
    anew = value_of(any_world.make(person, **first))
    assert "note" not in anew
    assert len(person.asked) == 1
    assert value_of(any_world.make(**first))["job_id"] == anew["job_id"]
    assert len(any_world.mock.ledger) == 2 + again


class Gate(AsyncHttpxTransport):
    """Holds the paid request until it is opened."""

    def __init__(self, mock: MockServer) -> None:
        super().__init__(mock.base_url, {API_KEY_HEADER: mock.api_key}, mock.async_transport())
        self.arrived, self.open = asyncio.Event(), asyncio.Event()

    async def send(self, send: Any) -> Any:
        if send.request.paid:
            self.arrived.set()
            await self.open.wait()
        return await super().send(send)


@asynccontextmanager
async def cancelled(world: World) -> AsyncGenerator[Client]:
    """An agent whose call was cancelled while its request was being sent; the response is on its way."""
    gate = Gate(world.mock)
    world.options = {"transport": gate}
    async with world.agent() as agent:
        call = asyncio.create_task(agent.call_tool("make_image", CAT))
        await gate.arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        gate.open.set()
        yield agent


def test_a_call_that_is_cancelled_does_not_lose_its_job(any_world: World) -> None:
    async def task() -> Any:
        async with cancelled(any_world) as agent:
            return value_of(await agent.call_tool("make_image", CAT))

    value = asyncio.run(task())
    assert value["job_id"] in any_world.mock.jobs
    assert len(any_world.mock.ledger) == 1


def test_a_server_that_ends_in_mid_call_records_the_job_first(any_world: World) -> None:
    async def task() -> None:
        async with cancelled(any_world):
            pass

    asyncio.run(task())
    any_world.options = {}
    assert value_of(any_world.make())["note"]
    assert len(any_world.mock.ledger) == 1


# ---- asked first --------------------------------------------------------------------------------------------------


def test_the_person_is_asked_with_the_price(any_world: World) -> None:
    person = Person("accept")
    assert value_of(any_world.make(person, text="a cat --turbo"))["job_id"]
    assert person.asked == [
        f"Spend up to {TURBO} points ({TURBO / POINTS_PER_USD} USD)? Make images from a text: text a cat --turbo"
    ]


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_what_the_person_does_not_accept_is_not_sent(any_world: World, action: str) -> None:
    person = Person(action, "accept")
    result = any_world.make(person)
    assert f"the person did not accept the price ({action})" in error_of(result)
    assert any_world.mock.ledger == []
    assert value_of(any_world.make(person))["job_id"]


class Late(Person):
    """Answers the first question only after something has happened."""

    def __init__(self, action: str, happened: Callable[[], object]) -> None:
        super().__init__(action)
        self.happened = happened

    async def __call__(self, context: Any, params: Any) -> ElicitResult:  # noqa: ARG002
        self.asked.append(params.message)
        while len(self.asked) == 1 and not self.happened():
            await asyncio.sleep(0.01)
        return sdk.ElicitResult(action=self.actions[0], content={})  # type: ignore[arg-type]


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_the_person_is_asked_once_for_equal_calls(
    any_world: World, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    checked, check = list[int](), Ledger.check_limits

    def counted(ledger: Ledger, points: int) -> None:
        check(ledger, points)
        checked.append(points)

    monkeypatch.setattr(Ledger, "check_limits", counted)
    person = Late(action, lambda: len(checked) == 6)

    async def six(agent: Client) -> Any:
        return await asyncio.gather(*(agent.call_tool("make_image", CAT) for _ in range(6)))

    results = any_world.run(six, person)
    assert len(person.asked) == 1
    assert len(any_world.mock.ledger) == (action == "accept")
    assert {bool(result.is_error) for result in results} == {action == "decline"}


def test_a_question_without_an_answer_is_asked_again(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("legnext_client.mcp.tools.LONGEST_WAIT", 0.1)
    person = Late("accept", lambda: False)

    async def task(agent: Client) -> str:
        first = asyncio.create_task(agent.call_tool("make_image", CAT))
        while not person.asked:
            await asyncio.sleep(0)
        assert "has not answered yet" in error_of(await agent.call_tool("make_image", CAT))
        job_id: str = value_of(await agent.call_tool("make_image", CAT))["job_id"]
        first.cancel()
        return job_id

    assert any_world.run(task, person) in any_world.mock.jobs
    assert len(any_world.mock.ledger) == 1


def test_the_person_is_not_asked_for_what_costs_nothing(any_world: World) -> None:
    any_world.make(Person("accept"))
    person = Person("decline")

    async def task(agent: Client) -> Any:
        await agent.call_tool("check_prompt", {"prompt": "a cat"})
        await agent.call_tool("get_balance", {})
        return await agent.call_tool("make_image", CAT)

    assert value_of(any_world.run(task, person))["note"]
    assert person.asked == []


def test_a_mistake_is_found_before_the_person_is_asked(any_world: World) -> None:
    person = Person("accept")
    error_of(any_world.make(person, text="a cat --aspct 1:1"))
    assert person.asked == []


def test_a_client_that_cannot_ask_is_held_by_the_budget(any_world: World) -> None:
    assert value_of(any_world.make())["job_id"]


def test_the_price_of_a_follow_up_is_that_of_its_source(any_world: World) -> None:
    async def task(agent: Client) -> Any:
        start = {"prompt": "https://example.com/a.png waves", "video_type": "sd-480p"}
        job_id = value_of(await agent.call_tool("make_video", start))["job_id"]
        any_world.mock.jobs.complete(job_id)
        longer = {"operation": "extend_video", "job_id": job_id, "video_no": 0}
        return value_of(await agent.call_tool("make_video", longer))

    person = Person("accept")
    longer = any_world.run(task, person)["job_id"]
    any_world.mock.jobs.complete(longer)

    async def after_a_restart(agent: Client) -> Any:
        fields = {"operation": "extend_video", "job_id": longer, "video_no": 0}
        return value_of(await agent.call_tool("make_video", fields))

    any_world.run(after_a_restart, person)
    assert [each.partition(" (")[0] for each in person.asked] == [f"Spend up to {VIDEO} points"] * 3


def test_the_answer_to_one_call_does_not_accept_another(world: World) -> None:
    accepted = sdk.ElicitResult(action="accept", content={})

    async def asked(agent: Client, text: str, responses: dict[str, Any] | None) -> Any:
        params = sdk.CallToolRequestParams(name="make_image", arguments={"text": text}, input_responses=responses)
        return await agent.session.call_tool(
            params.name, params.arguments, input_responses=params.input_responses, allow_input_required=True
        )

    async def task(agent: Client) -> None:
        first = await asked(agent, "a cat", None)
        assert isinstance(first, sdk.InputRequiredResult)
        answers = dict.fromkeys(first.input_requests or {}, accepted)
        for text in ("a dog", "a cat --turbo"):
            assert isinstance(await asked(agent, text, answers), sdk.InputRequiredResult)
        assert world.mock.ledger == []
        assert not isinstance(await asked(agent, "a cat", answers), sdk.InputRequiredResult)

    world.run(task, Person("accept"))
    assert [each.body["text"] for each in world.mock.ledger] == ["a cat"]


# ---- the budget ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "span"), [({"per_day": 2 * DIFFUSION + 40}, "per day"), ({"in_all": 2 * DIFFUSION + 40}, "in all")]
)
def test_a_budget_ends_and_stays_ended_after_a_restart(
    mock: MockServer, tmp_path: Path, limits: dict[str, Any], span: str
) -> None:
    world = World(mock, tmp_path / "l.db", **limits)
    for text in ("a cat", "a dog"):
        value_of(world.make(text=text))
    person = Person("accept")
    message = error_of(world.make(person, text="a hare"))
    assert message.startswith(f"{DIFFUSION} points would exceed the {2 * DIFFUSION + 40} {span} of ")
    assert f"{2 * DIFFUSION} are already counted" in message
    assert person.asked == []
    assert value_of(world.make())["note"]  # what exists costs nothing
    assert len(mock.ledger) == 2


def test_a_budget_of_a_day_is_there_again_tomorrow_and_one_in_all_is_not(mock: MockServer, tmp_path: Path) -> None:
    calendar = Calendar()
    world = World(mock, tmp_path / "l.db", per_day=DIFFUSION, in_all=2 * DIFFUSION)

    def ends(text: str) -> Callable[[], bool]:
        return lambda: bool(world.make(text=text, now=calendar).is_error)

    assert [ends("a")(), ends("b")()] == [False, True]
    calendar.time += timedelta(days=1)
    assert ends("b")() is False
    calendar.time += timedelta(days=1)
    assert ends("c")() is True


def test_agents_at_once_stay_within_one_budget(mock: MockServer, tmp_path: Path) -> None:
    world = World(mock, tmp_path / "l.db", in_all=3 * DIFFUSION)

    async def task() -> list[Any]:
        async with world.agent() as one, world.agent() as two:
            calls = [
                agent.call_tool("make_image", {"text": f"{place} {turn}"})
                for place, agent in enumerate((one, two))
                for turn in range(4)
            ]
            return await asyncio.gather(*calls)

    results = asyncio.run(task())
    assert sum(not result.is_error for result in results) == len(mock.ledger) == 3
