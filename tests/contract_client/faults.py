"""What a seeded fault of the client is: a small, named way for it to be wrong.

A fault changes the client where one of its parts hands over to the next: the body that was found right, the request
that is sent, the answer that was read. Where there is no such place, it changes a few words of a function. The checks
never see which one it is: they call the client like any program does, and listen on its line.
"""

from __future__ import annotations

import copy
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._calls import service
from legnext_client._protocol import send as sending

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client._protocol.checks import CheckedFields
    from legnext_client.generated.operations import Operation

Json = dict[str, Any]
Seed = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Fault:
    """`what` completes the sentence: the client …"""

    name: str
    what: str
    seed: Seed


def on_body(name: str, what: str, change: Callable[[str, Json], Any]) -> Fault:
    """A fault in the body that goes out, after the checks: `change` gets the operation's name and the body."""

    def wrapper(sound: Callable[..., CheckedFields]) -> Any:
        def prepare(operation: Operation, given: Mapping[str, Any]) -> CheckedFields:
            prepared = sound(operation, given)
            body = copy.deepcopy(prepared.body)
            if operation.fields:
                change(operation.name, body)
            return prepared._replace(body=body)

        return prepare

    return around(name, what, service, "prepare", wrapper)


def on_texts(name: str, what: str, change: Callable[[str], str], *, fields: tuple[str, ...]) -> Fault:
    """A fault in texts that go out, wherever they stand under one of these names."""

    def walk(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {each: walk(inner, each) for each, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, key) for inner in value]
        return change(value) if isinstance(value, str) and key in fields else value

    return on_body(name, what, lambda _, body: body.update(walk(body)))


def on_answer(name: str, what: str, change: Callable[[Json], Json | None]) -> Fault:
    """A fault in the answer as it was read; `change` may change it, or give another."""

    def wrapper(sound: Callable[[bytes], Json | None]) -> Any:
        def as_object(body: bytes) -> Json | None:
            data = sound(body)
            return data if data is None else change(data) or data

        return as_object

    return around(name, what, sending, "as_object", wrapper)


def replaced(name: str, what: str, holder: Any, attribute: str, other: Any) -> Fault:
    """A fault that puts something else in the place of an attribute."""
    return Fault(name, what, lambda patch: patch.setattr(holder, attribute, other))


def around(name: str, what: str, holder: Any, attribute: str, wrapper: Callable[[Any], Any]) -> Fault:
    """The same, made of what stands there."""

    def seed(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(holder, attribute, wrapper(inspect.getattr_static(holder, attribute)))

    return Fault(name, what, seed)


def rewritten(name: str, what: str, function: Any, old: str, new: str) -> Fault:
    """A fault of a few words: `old`, which stands in the function once, becomes `new`."""
    assert isinstance(function, FunctionType)

    def seed(patch: pytest.MonkeyPatch) -> None:
        source = textwrap.dedent(inspect.getsource(function))
        assert source.count(old) == 1, f"{function.__qualname__} has {old!r} {source.count(old)} times; mend the fault"
        names = dict(function.__globals__)
        code = compile(source.replace(old, new), inspect.getfile(function), "exec", flags=_LATE, dont_inherit=True)
        exec(code, names)
        patch.setattr(function, "__code__", names[function.__name__].__code__)

    return Fault(name, what, seed)


_LATE = annotations.compiler_flag
"""The flag of `from __future__ import annotations`, which every module of the client has."""
