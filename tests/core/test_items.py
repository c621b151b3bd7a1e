"""What a run is asked to do: what counts as the same, and what a call is called."""

from __future__ import annotations

from legnext_client._calls.items import Call, digest_of
from legnext_client.generated.operations import OPERATIONS


def test_equal_numbers_are_the_same_and_others_are_not() -> None:
    def digest(scale: float) -> str:
        return digest_of([("pan", {"scale": scale, "list": [scale]})])

    assert digest(2) == digest(2.0)
    assert digest(2) != digest(2.5)


def test_a_call_has_no_title_of_its_own() -> None:
    operation = next(iter(OPERATIONS.values()))
    assert Call(operation, {}).title == ""
