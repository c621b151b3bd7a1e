"""The commands of the operations, each made from its row in the generated table."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import typer

from legnext_client._prompt_policy import POLICIES
from legnext_client.cli.command import (
    AllPages,
    AtMost,
    Directory,
    Key,
    OnlyPrice,
    Prompts,
    Run,
    Show,
    Template,
    Timeout,
    Wait,
)
from legnext_client.cli.exits import Exit
from legnext_client.cli.fields import app_with_fields, checked, fields, words
from legnext_client.cli.showing import images_for, show
from legnext_client.generated.operations import ROLES, Operation

if TYPE_CHECKING:
    from legnext_client.client import Client


def app_of(operation: Operation) -> typer.Typer:
    """Return the command of an operation."""
    listed = words(operation)

    def free(
        run: Run, *, everything: AllPages = False, at_most: AtMost = None, images: Show = False, **given: Any
    ) -> None:
        found = fields(listed, given)
        checked(operation, listed, found)
        draw = images_for(run) if images else None
        if everything or at_most is not None:
            items: Iterator[Any] = called(run.client(), operation, found, "_items")
            show(run, operation, list(islice(items, at_most)))
        else:
            answer = called(run.client(), operation, found)
            show(run, operation, answer)
            if draw is not None:
                draw(answer)

    def paid(
        run: Run,
        *,
        wait: Wait = False,
        timeout: Timeout = None,
        directory: Directory = None,
        name: Template = None,
        price: OnlyPrice = False,
        prompts: Prompts = POLICIES[0],
        key: Key = None,
        **given: Any,
    ) -> Exit | None:
        from legnext_client.cli.paid import pay
        from legnext_client.cli.wait import WaitOptions

        options = WaitOptions(timeout, directory, name, run.way)
        wait = wait or timeout is not None or directory is not None
        found = fields(listed, given)
        return pay(run, operation, listed, found, options, prompts=prompts, key=key, price=price, wait=wait)

    if operation.free:
        without = {"everything", "at_most"} if operation.paging is None else set[str]()
        without |= set() if operation is ROLES["job"] else {"images"}
        return app_with_fields(free, operation, listed, without=without)
    return app_with_fields(paid, operation, listed, without=() if operation.prompt else ("prompts",))


def called(client: "Client", operation: Operation, found: Mapping[str, Any], ending: str = "") -> Any:
    """Call the client's method of an operation, or the one with this `ending`."""
    return getattr(getattr(client, operation.namespace), operation.name + ending)(**found)
