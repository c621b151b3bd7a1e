"""The methods users call: each hands over its operation and its fields, as the table has them; sync and async alike."""

from __future__ import annotations

import asyncio
import enum
import inspect
import typing
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._protocol.literals import words_of
from legnext_client.generated import facade as facades
from legnext_client.generated import follow_ups, models, namespaces
from legnext_client.generated.operations import ALIASES, OPERATIONS, ROLES, Field, Operation
from legnext_client.generated.types import UNSET, CallOptions, PaidOptions, Pending, Unset

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Call = tuple[Operation, dict[str, Any]]


class Recording:
    """Carries no call out, but remembers it."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def job(self, operation: Operation, fields: dict[str, Any], options: Any) -> str:
        assert options == {}
        self.calls.append((operation, fields))
        return f"job of {operation.name}"

    def answer(self, operation: Operation, fields: dict[str, Any], options: Any) -> Any:
        assert options == {}
        self.calls.append((operation, fields))
        return f"answer of {operation.name}"

    def make(self, name: str, given: Any) -> str:
        raise AssertionError(f"{name} is not made here, with {given}")

    def items(self, operation: Operation, fields: dict[str, Any], options: Any) -> Any:
        raise AssertionError(f"{operation.name} comes in pages, asked for with {fields} and {options}")


class AsyncRecording:
    def __init__(self) -> None:
        self.inner = Recording()

    @property
    def calls(self) -> list[Call]:
        return self.inner.calls

    def job(self, operation: Operation, fields: dict[str, Any], options: Any) -> Pending[str]:
        return Pending(self._job(operation, fields, options), self._finish)

    async def _job(self, operation: Operation, fields: dict[str, Any], options: Any) -> str:
        return self.inner.job(operation, fields, options)

    async def _finish(self, sent: Any, options: Any) -> Any:
        raise AssertionError(f"nothing waits for {sent}, with {options}")

    async def make(self, name: str, given: Any) -> str:
        return self.inner.make(name, given)

    async def answer(self, operation: Operation, fields: dict[str, Any], options: Any) -> Any:
        return self.inner.answer(operation, fields, options)

    def items(self, operation: Operation, fields: dict[str, Any], options: Any) -> Any:
        return self.inner.items(operation, fields, options)


class Facade(facades.Namespaces[str]):
    def __init__(self, calls: Recording) -> None:
        self._recording = calls

    @property
    def _calls(self) -> Recording:
        return self._recording


class AsyncFacade(facades.AsyncNamespaces[str]):
    def __init__(self, calls: AsyncRecording) -> None:
        self._recording = calls

    @property
    def _calls(self) -> AsyncRecording:
        return self._recording


class Follower(follow_ups.FollowUps[str]):
    def __init__(self, calls: Recording) -> None:
        self._recording = calls

    def _follow_up(self, operation: Operation, fields: dict[str, Any], options: Any) -> str:
        return self._recording.job(operation, fields, options)

    def _act(self, operation: Operation, fields: dict[str, Any], options: Any) -> Any:
        return self._recording.answer(operation, fields, options)


class AsyncFollower(follow_ups.AsyncFollowUps[str]):
    def __init__(self, calls: AsyncRecording) -> None:
        self._recording = calls

    def _follow_up(self, operation: Operation, fields: dict[str, Any], options: Any) -> Pending[str]:
        return self._recording.job(operation, fields, options)

    async def _act(self, operation: Operation, fields: dict[str, Any], options: Any) -> Any:
        return await self._recording.answer(operation, fields, options)


BUILDS_ON_A_JOB = [
    operation
    for operation in OPERATIONS.values()
    if operation is not ROLES["job"]
    and "job_id" in {field.name for field in (*operation.parameters, *operation.fields)}
]
LEFT_OUT = {"enhance_upscale": {"image_url"}}
"""Where the spec forbids a field together with `jobId`, the follow-up does not have it."""
NEEDED = {"enhance_upscale": {"image_no"}, "video_diffusion": {"image_no"}}
"""Where `jobId` alone is not enough, the follow-up demands the rest."""


def methods(calls: Any, facade: Any, follower: Any) -> list[tuple[Callable[..., Any], Operation, tuple[Field, ...]]]:
    """Every method of the facade and of a job, with the fields that it should have."""
    found: list[tuple[Callable[..., Any], Operation, tuple[Field, ...]]] = []
    for operation in OPERATIONS.values():
        method = getattr(getattr(facade(calls), operation.namespace), operation.name)
        found.append((method, operation, (*in_path(operation), *operation.fields, *beside(operation))))
    for operation in BUILDS_ON_A_JOB:
        fields = tuple(
            field._replace(required=field.required or field.name in NEEDED.get(operation.name, set()))
            for field in (*operation.fields, *beside(operation))
            if field.name not in {"job_id", *LEFT_OUT.get(operation.name, set())}
        )
        found.append((getattr(follower(calls), operation.name), operation, fields))
    return found


def in_path(operation: Operation) -> tuple[Field, ...]:
    return tuple(field for field in operation.parameters if field.place == "path")


def beside(operation: Operation) -> tuple[Field, ...]:
    """Parameters that are neither in the path nor in the body."""
    return tuple(field for field in operation.parameters if field.place != "path")


def default(field: Field) -> Any:
    if field.required:
        return inspect.Parameter.empty
    return field.default if field.default is not None else UNSET if field.nullable else None


COLOURS = pytest.mark.parametrize(
    ("recording", "facade", "follower"),
    [(Recording, Facade, Follower), (AsyncRecording, AsyncFacade, AsyncFollower)],
    ids=["sync", "async"],
)


def outcome(value: Any) -> Any:
    async def awaited() -> Any:
        return await value

    return asyncio.run(awaited()) if inspect.isawaitable(value) else value


@COLOURS
def test_every_method_hands_over_its_operation_and_everything_it_was_given(
    recording: Any, facade: Any, follower: Any
) -> None:
    calls = recording()
    for method, operation, fields in methods(calls, facade, follower):
        first = {field.name: object() for field in fields if field in in_path(operation)}
        given = {field.name: object() for field in fields if field not in in_path(operation)}
        answer = outcome(method(*first.values(), **given))
        assert calls.calls.pop() == (operation, first | given)
        kind = "job" if operation.answer_model == ROLES["job"].answer_model else "answer"
        assert answer == f"{kind} of {operation.name}" or (answer is None and set(operation.accepts) == {""})


@COLOURS
def test_every_method_fills_in_the_defaults_of_the_table(recording: Any, facade: Any, follower: Any) -> None:
    calls = recording()
    for method, operation, fields in methods(calls, facade, follower):
        given = {field.name: "given" for field in fields if field.required}
        outcome(method(**given))
        rest = {field.name: default(field) for field in fields if not field.required}
        assert calls.calls.pop() == (operation, given | rest)


@COLOURS
def test_every_signature_is_that_of_the_table(recording: Any, facade: Any, follower: Any) -> None:
    for method, operation, fields in methods(recording(), facade, follower):
        parameters = inspect.signature(method).parameters
        assert list(parameters) == [*(field.name for field in fields), "options"], operation.name
        for field in fields:
            parameter = parameters[field.name]
            keyword_only = field not in in_path(operation)
            assert (parameter.kind is inspect.Parameter.KEYWORD_ONLY) == keyword_only, (operation.name, field.name)
            assert parameter.default == default(field), (operation.name, field.name)


@COLOURS
def test_every_annotation_resolves_and_offers_enums_and_plain_values(
    recording: Any, facade: Any, follower: Any
) -> None:
    plain = {"string": str, "integer": int, "number": float, "boolean": bool}
    names = {name: getattr(models, name) for name in models.__all__} | {
        "Unset": Unset,
        "CallOptions": CallOptions,
        "FileContent": bytes,
        "PaidOptions": PaidOptions,
        "Pending": Pending,
    }
    for method, operation, fields in methods(recording(), facade, follower):
        hints = typing.get_type_hints(method, localns=names)
        assert "return" in hints
        for field in fields:
            choices = set(typing.get_args(hints[field.name])) or {hints[field.name]}
            if not field.required and field.default is None:
                assert choices & {type(None), typing.Any}, (operation.name, field.name)
            if field.enum:
                literal = next(
                    choice for choice in (*choices, hints[field.name]) if typing.get_origin(choice) is typing.Literal
                )
                words = () if field.type == "string" else words_of(field.enum, field.enum_names)
                assert typing.get_args(literal) == (*field.enum, *words)
                classes: list[Any] = [choice for choice in choices if isinstance(choice, enum.EnumType)]
                assert classes or len(field.enum) == 1, "a const has no class"
                for chosen in classes:
                    members: Mapping[str, enum.Enum] = chosen.__members__
                    assert {member.value for member in members.values()} == set(field.enum)
                    assert not field.enum_names or set(members) == set(field.enum_names)
            elif field.type in plain:
                assert plain[field.type] in choices, (operation.name, field.name)


@COLOURS
def test_every_method_has_a_doc_that_names_each_argument(recording: Any, facade: Any, follower: Any) -> None:
    for method, operation, fields in methods(recording(), facade, follower):
        text = inspect.getdoc(method) or ""
        assert text.startswith(f"{operation.summary}.")
        said = text.partition("\nArgs:\n")[2]
        assert [line.split(":")[0].strip() for line in said.splitlines()] == [
            *(field.name for field in fields),
            "options",
        ]


def test_the_two_colours_have_the_same_methods_and_signatures() -> None:
    for name in ("Midjourney", "Tasks", "Account"):
        same_methods(getattr(namespaces, name), getattr(namespaces, f"Async{name}"))
    same_methods(facades.Namespaces, facades.AsyncNamespaces)
    same_methods(follow_ups.FollowUps, follow_ups.AsyncFollowUps)


def same_methods(sync: type, asynchronous: type) -> None:
    public = [name for name in vars(sync) if not name.startswith("__")]
    assert public == [name for name in vars(asynchronous) if not name.startswith("__")]
    for name in public:
        mine, twin = vars(sync)[name], vars(asynchronous)[name]
        if inspect.isfunction(mine):
            if name.endswith("_items"):  # an iterator over pages, of its colour
                continue
            here, there = inspect.signature(mine), inspect.signature(twin)
            assert here.parameters == there.parameters
            assert inspect.getdoc(mine) == inspect.getdoc(twin)
            if here.return_annotation == "Job" and name != "make":  # sent when it is awaited
                assert there.return_annotation == "Pending[AsyncJob]"
            else:
                assert here.return_annotation in (there.return_annotation, "Job")
                assert inspect.iscoroutinefunction(twin)
            assert not inspect.iscoroutinefunction(mine)


def test_imagine_is_another_name_of_diffusion() -> None:
    assert ALIASES["imagine"] is OPERATIONS["diffusion"]
    assert vars(namespaces.Midjourney)["imagine"] is vars(namespaces.Midjourney)["diffusion"]
    assert vars(namespaces.AsyncMidjourney)["imagine"] is vars(namespaces.AsyncMidjourney)["diffusion"]


def test_a_job_has_a_follow_up_for_each_operation_that_takes_a_job() -> None:
    names = [name for name in vars(follow_ups.FollowUps) if not name.startswith("_")]
    assert names == [operation.name for operation in BUILDS_ON_A_JOB]
    assert {"variation", "upscale", "extend_video", "video_upscale"} <= set(names)
    assert not {"diffusion", "blend", "describe", "upload_paint", "get", "balance"} & set(names)


def test_a_job_without_a_way_to_send_cannot_be_made() -> None:
    for unfinished in (follow_ups.FollowUps, follow_ups.AsyncFollowUps):
        with pytest.raises(TypeError, match="_follow_up"):
            unfinished()  # type: ignore[abstract]  # pyright: ignore[reportAbstractUsage]
