"""From a row of the table to the words of a command; also for rows that the table does not have today."""

from __future__ import annotations

import pytest

from legnext_client.cli import price
from legnext_client.cli.entries import OWN, command_of, entries
from legnext_client.cli.fields import OPTIONS, checked, fields, words
from legnext_client.cli.operations import app_of
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS, Condition, Field, Operation

TEXT = Field("text", "text", "string", required=True)


def operation(*listed: Field, rules: tuple[Condition, ...] = ()) -> Operation:
    return Operation("new_one", "midjourney", "POST", "/v1/new-one", fields=listed, rules=rules, summary="New")


def test_a_field_whose_option_is_taken_gets_another() -> None:
    listed = words(operation(Field("timeout", "timeout", "integer"), Field("json", "json", "boolean")))
    assert [word.name for word in listed] == ["--timeout-field", "--json-field"]
    given = {"field_timeout": "3", "field_json": True}
    assert fields(listed, given) == {"timeout": 3, "json": True}
    assert given == {}, "what is a field's is taken out"


def test_the_options_that_are_taken_are_those_that_commands_have() -> None:
    found = set[str]()
    for own in OPERATIONS.values():
        of_fields = {word.name for word in words(own)}
        for command in (app_of(own), price.app_of(own)):
            options = {option for each in command_of(command).params for option in each.opts if option[0] == "-"}
            found |= options - of_fields
    assert found <= OPTIONS
    assert OPTIONS - found <= {"--help", "--all", "--at-most"}, "no list has pages today"


def test_every_option_is_spelt_in_small_letters() -> None:
    for name, entry in entries().items():
        for each in command_of(entry.app()).params:
            assert all(option == option.lower() for option in each.opts if option.startswith("-")), (name, each.opts)


def test_no_two_commands_share_a_name_and_no_operation_is_out_of_reach() -> None:
    found = entries()
    assert set(OWN) < set(found)
    assert len(found) == len(OWN) + len(OPERATIONS) + sum(each.alias is not None for each in OPERATIONS.values())


def test_an_operation_with_the_name_of_a_command_is_reached_by_its_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    new = operation(TEXT)._replace(name="wait", alias="check_it")
    monkeypatch.setattr("legnext_client.generated.operations.OPERATIONS", {"wait": new})
    found = entries()
    assert {"midjourney-wait", "check-it", "wait"} <= set(found)
    assert found["check-it"].summary == "Another name for midjourney-wait."


def test_problems_are_told_in_the_words_of_the_command_line() -> None:
    rules = (Condition(present=("imgUrl",), require=("aB",)),)
    own = operation(Field("img_url", "imgUrl", "string"), Field("a_b", "aB", "integer", minimum=1), rules=rules)
    listed = words(own)
    with pytest.raises(InvalidRequest, match=r"^--a-b is required when --img-url is given\. Nothing was sent\.$"):
        checked(own, listed, {"img_url": "x"})
    with pytest.raises(InvalidRequest, match=r"^--a-b must be at least 1; got 0\."):
        checked(own, listed, {"a_b": 0})


def test_what_may_be_null_can_be_given_so_and_left_out() -> None:
    listed = words(
        operation(Field("note", "note", "string", nullable=True), Field("soft", "soft", "boolean", nullable=True))
    )
    assert fields(listed, {"field_note": "null", "field_soft": "null"}) == {"note": None, "soft": None}
    assert fields(listed, {"field_note": None, "field_soft": "false"}) == {"soft": False}


def test_help_tells_bounds_defaults_and_names() -> None:
    own = operation(
        Field("count", "count", "integer", required=True, description="How many.", minimum=1, maximum=4),
        Field("size", "size", "integer", description="How large [sic].", default=1, enum=(0, 1), enum_names=("S", "L")),
        Field("tags", "tags", "array", description="Words", max_items=3, deprecated=True),
        Field("place", "place", "object", fields=(Field("x", "x", "integer"), Field("y", "y", "integer"))),
        Field("soft", "soft", "boolean", description="How it is.", nullable=True),
    )
    shown = {each.opts[0]: (each.metavar, each.help) for each in command_of(app_of(own)).params}
    assert shown["--count"] == ("NUMBER", "How many. 1 to 4. [required]")
    assert shown["--size"] == ("s|l", "How large [sic]. Default: l.")
    assert shown["--tags"] == ("JSON", "Words. At most 3 items. Can be repeated. Deprecated.")
    assert shown["--place"] == ("JSON", "Fields: x, y.")
    assert shown["--soft"] == ("true|false|null", "How it is. Can be null.")
