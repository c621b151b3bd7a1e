"""What an editor shows at a method: what it does, and each argument's meaning and bounds, as the table has them."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from legnext_client._client.async_caller import AsyncWaitingTasks
from legnext_client.client import AsyncClient, Client
from legnext_client.generated import follow_ups, namespaces
from legnext_client.generated.operations import OPERATIONS, ROLES
from legnext_client.generated.sync.caller import WaitingTasks
from legnext_client.jobs import AsyncJob, Job
from legnext_client.testing import MockServer
from tests.tables import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.generated.operations import Field, Operation

ARGUMENT = re.compile(r"^ {4}(\w+): (.+)$", re.MULTILINE)
BOUNDS = ("minimum", "maximum", "min_length", "max_length", "min_items", "max_items")


def methods() -> Iterator[tuple[str, Any, Operation]]:
    for operation in OPERATIONS.values():
        for prefix in ("", "Async"):
            facade = getattr(namespaces, prefix + operation.namespace.capitalize())
            yield f"{facade.__name__}.{operation.name}", getattr(facade, operation.name), operation
            follower = getattr(follow_ups, f"{prefix}FollowUps")
            if hasattr(follower, operation.name):
                yield f"{follower.__name__}.{operation.name}", getattr(follower, operation.name), operation


METHODS = list(methods())


def what_must_be_said(field: Field) -> list[str]:
    """The numbers and names without which a field's bounds are not told."""
    numbers = [getattr(field, name) for name in BOUNDS if getattr(field, name) is not None]
    if field.max_length is None and field.min_length == 1:  # that something must be there goes without saying
        numbers.remove(1)
    default = [] if field.default is None else [f"Default: {field.default}"]
    inside = [inner.name for inner in field.fields]
    names = [f"{value} ({name})" for value, name in zip(field.enum, field.enum_names, strict=False)]
    means = [field.means] if field.means else []
    return [*map(str, numbers), *(names or map(str, field.enum)), *default, *inside, *means]


@for_each(("method", "operation"), [rest for _, *rest in METHODS])
def test_every_argument_is_explained_with_its_bounds(method: Any, operation: Operation) -> None:
    text = inspect.getdoc(method) or ""
    said = dict(ARGUMENT.findall(text.partition("\nArgs:\n")[2]))
    assert said.pop("options")
    parameters = [name for name in inspect.signature(method).parameters if name not in ("self", "options")]
    fields = {field.name: field for field in operation.parameters + operation.fields}
    assert list(said) == [name for name in parameters if fields[name].description or name in said]
    for name in said:
        for words in what_must_be_said(fields[name]):
            assert words.lower() in said[name].lower(), f"{name}: {said[name]}"


@for_each(("method", "operation"), [rest for _, *rest in METHODS])
def test_the_first_line_says_what_a_method_does_and_the_rest_what_it_costs(method: Any, operation: Operation) -> None:
    first, _, rest = (inspect.getdoc(method) or "").partition("\n\n")
    assert first == f"{operation.summary}."
    assert "\n" not in first
    assert operation.price is None or "points" in rest
    assert operation not in ROLES.values() or operation.price or "free" in rest.lower()


@for_each("kind", [Client, AsyncClient, Job, AsyncJob, WaitingTasks, AsyncWaitingTasks, MockServer])
def test_every_public_method_has_a_doc(kind: type) -> None:
    public = [name for name in dir(kind) if not name.startswith("_")]
    plain = [name for name in public if inspect.isfunction(inspect.getattr_static(kind, name))]
    assert len(plain) >= 2
    assert [name for name in plain if not inspect.getdoc(getattr(kind, name))] == []


def test_every_argument_of_making_a_client_is_explained() -> None:
    said = dict(ARGUMENT.findall(inspect.getdoc(Client) or ""))
    assert list(said) == list(inspect.signature(Client).parameters)
    assert list(inspect.signature(AsyncClient).parameters) == list(said)
