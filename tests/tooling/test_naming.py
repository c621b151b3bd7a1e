"""Operations, aliases and tags are reached by their names, in Python and in a shell, or nothing is generated."""

from __future__ import annotations

from typing import Any

import naming
import pytest

from legnext_client import AsyncClient, AsyncJob, Client, Job
from legnext_client.cli.entries import OWN, entries
from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.service import API_KEY_HEADER

from .edits import SPEC, edited, path_of, told

# Takes a job, so it is a follow-up; and one that is none.
FOLLOWS, BEGINS = path_of(takes="images"), path_of(takes="url")
KEY = API_KEY_HEADER.upper()
FOLLOW_UP = SPEC["paths"][FOLLOWS]["post"]["operationId"]
NO_NAME = "must be a name in snake_case, such as paint_over, and no keyword of Python; got "


def named(name: str, path: str = FOLLOWS) -> dict[str, Any]:
    return {f"paths {path} post operationId": name}


def alias(name: str) -> dict[str, Any]:
    return {f"paths {FOLLOWS} post x-legnext alias": name}


def tagged(tag: str, **more: str) -> dict[str, Any]:
    return {f"paths {FOLLOWS} post tags": [tag], "tags +": {"name": tag, **more}}


@pytest.mark.parametrize(
    "name", ["colourSketch", "Colour", "colour-sketch", "colour sketch", "_colour", "2x", "import"]
)
def test_a_name_that_is_none_in_python_is_refused(name: str) -> None:
    assert told(edited(named(name))) == (f"POST {FOLLOWS}: operationId {NO_NAME}{name!r}",)
    assert told(edited(alias(name))) == (f"POST {FOLLOWS}: alias {NO_NAME}{name!r}",)
    assert told(edited(tagged(name, description="New."))) == (f"tag {NO_NAME}{name!r}",)


@pytest.mark.parametrize("name", ["colour", "colour_sketch", "upscale_2x", "v8_hd", "match"])
def test_other_names_are_taken(name: str) -> None:
    for changes in (named(name), alias(name), tagged(name, description="New.")):
        assert told(edited(changes)) == ()


@pytest.mark.parametrize("name", ["Mapping", "File", "Any", "UUID"])
def test_a_schema_that_has_the_name_of_a_class_in_generated_code_is_refused(name: str) -> None:
    said = f"components/schemas/{name}: generated code has a class of that name; call the schema otherwise"
    assert told(edited({f"components schemas {name}": {"type": "string"}})) == (said,)


@pytest.mark.parametrize(
    ("choices", "name"),
    [
        ({"enum": ["a b", "a-b"]}, "A_B"),
        ({"enum": ["PNG", "png"]}, "PNG"),
        ({"type": "integer", "enum": [1, 2], "x-enum-varnames": ["BIG", "big"]}, "BIG"),
    ],
)
def test_two_values_of_an_enum_with_one_name_are_refused(choices: dict[str, Any], name: str) -> None:
    schema = {"type": "string", **choices}
    [said] = told(edited({"components schemas Probe": {"type": "object", "properties": {"kind": schema}}}))
    assert said == (
        f"components schemas Probe properties kind: the values {choices['enum']} of the enum would all be named "
        f"{name}; give each a name of its own under x-enum-varnames"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"servers": []}, "servers: the first must be where the service is, such as https://example.com/api; got ''"),
        ({"servers 0 url": "/api"}, "servers: the first must be where the service is"),
        ({"security": [{"Other": []}]}, "security: must ask for one key, an apiKey in a header"),
        ({"components securitySchemes ApiKey in": "query"}, "security: must ask for one key, an apiKey in a header"),
        ({f"paths {FOLLOWS} post security": [{"Other": []}]}, "reroll: security must be left out or be []"),
        (
            {f"paths {FOLLOWS} post parameters": [{"name": KEY, "in": "header", "schema": {"type": "string"}}]},
            f"reroll: the parameter {KEY} must be left out: this header is written for every request",
        ),
    ],
)
def test_a_service_that_this_client_cannot_call_is_refused(changes: dict[str, Any], said: str) -> None:
    [found] = told(edited(changes))
    assert found.startswith(said.replace("reroll", FOLLOW_UP))


def test_a_tag_must_stand_at_the_top_with_a_description() -> None:
    for changes in ({f"paths {FOLLOWS} post tags": ["art"]}, tagged("art")):
        assert told(edited(changes)) == (
            f"POST {FOLLOWS}: tag must be one that stands with a description under tags at the top of the document "
            f"({', '.join(tag['name'] for tag in SPEC['tags'])}); got 'art'",
        )


@pytest.mark.parametrize("name", ["wait", "download", "refresh", "updates", "insist", "raw", "image_urls", "output"])
def test_a_follow_up_that_jobs_would_hide_is_refused(name: str) -> None:
    [said] = told(edited(named(name)))
    assert said.startswith(f"POST {FOLLOWS}: operationId must not be {name!r}: jobs have an attribute of that name")
    assert said.endswith(", ".join(sorted(naming.of_jobs())))
    assert told(edited(named(name, BEGINS))) == ()


@pytest.mark.parametrize("name", sorted(OWN.keys() - OPERATIONS.keys()))
def test_an_alias_that_a_command_would_hide_is_refused(name: str) -> None:
    [said] = told(edited(alias(name)))
    assert said.startswith(f"POST {FOLLOWS}: alias must not be {name!r}: a command of that name hides it")


@pytest.mark.parametrize("name", ["batch", "chain", "mock"])
def test_an_operation_called_like_a_command_has_a_longer_command(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(edited(named(name))) == ()
    new = OPERATIONS[FOLLOW_UP]._replace(name=name)
    monkeypatch.setattr("legnext_client.generated.operations.OPERATIONS", {name: new})
    assert {name, f"midjourney-{name}"} <= set(entries())


@pytest.mark.parametrize("name", ["batch", "run", "wait_all", "price", "budget", "close"])
def test_a_tag_that_clients_would_hide_is_refused(name: str) -> None:
    [said] = told(edited(tagged(name, description="New.")))
    assert said.startswith(f"tag must not be {name!r}: clients have a method of that name")


def own(*classes: type) -> dict[str, object]:
    """The public attributes that classes have from hand-written code."""
    return {
        name: value
        for each in classes
        for above in each.__mro__
        if ".generated." not in above.__module__
        for name, value in vars(above).items()
        if not name.startswith("_")
    }


def test_the_names_that_are_read_out_of_code_are_those_that_are_taken() -> None:
    assert naming.of_jobs() == set(own(Job, AsyncJob))
    methods = {name for name, value in own(Client, AsyncClient).items() if not isinstance(value, property)}
    assert naming.of_clients() == methods | {"make"}
    assert naming.commands() == {name.replace("-", "_") for name in OWN}


def test_a_property_that_clients_have_for_a_tag_does_not_hide_it() -> None:
    namespaces = {operation.namespace for operation in OPERATIONS.values()}
    hidden = {name: value for name, value in own(Client, AsyncClient).items() if name in namespaces}
    for kind in (Client("k"), AsyncClient("k")):
        for name in hidden:
            generated = {each.__module__ for each in type(getattr(kind, name)).__mro__}
            assert "legnext_client.generated.namespaces" in generated
