"""How files are to be named: what cannot be is refused before anything is paid for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from legnext_client._calls.items import Call
from legnext_client._downloads.file_names import names
from legnext_client._runs.chain_steps import many_made
from legnext_client.cli.naming import told_as

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from legnext_client.generated.operations import Operation

SEVERAL = 2
"""Stands for any number of files that is not one."""
_MANY = ("images", "videos")


def files_made(operation: Operation, fields: Mapping[str, object]) -> int:
    """How many files a call makes: one, or some other number."""
    if operation.makes not in _MANY:
        return 1
    with suppress(ValueError):  # the prompt asks for a number that is none
        if many_made(Call(operation, fields)) == 1:
            return 1
    return SEVERAL


def check_names(option: str, template: str, allowed: Sequence[str], files: int) -> None:
    """Refuse names that are unsound, or the same for several files of one job."""
    like = dict.fromkeys(allowed, "a") | {"ext": ".png"}
    with told_as({"name": option}):
        names(template, allowed, [{**like, "n": number} for number in range(files)])
