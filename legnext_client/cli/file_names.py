"""Checks of file name templates before anything is paid for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from legnext_client._calls.items import Call
from legnext_client._downloads.file_names import names
from legnext_client._runs.chain_steps import many_made
from legnext_client.cli.exits import report_as

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from legnext_client.generated.operations import Operation

SEVERAL = 2
"""Stands for any number of files above one."""
_MANY = ("images", "videos")


def files_made(operation: Operation, fields: Mapping[str, object]) -> int:
    """Return 1 if a call makes one file, otherwise `SEVERAL`."""
    if operation.makes not in _MANY:
        return 1
    with suppress(ValueError):  # the prompt asks for an invalid number
        if many_made(Call(operation, fields)) == 1:
            return 1
    return SEVERAL


def check_names(option: str, template: str, allowed: Sequence[str], files: int) -> None:
    """Refuse invalid names, and equal names for several files of one job."""
    like = dict.fromkeys(allowed, "a") | {"ext": ".png"}
    with report_as({"name": option}):
        names(template, allowed, [{**like, "n": number} for number in range(files)])
