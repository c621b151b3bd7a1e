"""`help()` tells what a caller needs: every field of every public class, `Job` for a job, and Python's names."""

from __future__ import annotations

import inspect
import pydoc
import re
from typing import Any

import pytest

import legnext_client
from legnext_client import prices, prompts, types
from legnext_client._client.free_form import RequestOptions
from legnext_client._runs.options import BatchOptions, RunOptions
from legnext_client._runs.results import BatchSummary, Counts, Unsettled
from legnext_client.generated import follow_ups, namespaces
from legnext_client.generated.operations import OPERATIONS
from tests.tables import for_each

OTHERS = (RequestOptions, RunOptions, BatchOptions, BatchSummary, Counts, Unsettled)
MODULES = (legnext_client, prices, prompts, types)
PUBLIC: list[Any] = [*OTHERS, *(getattr(module, name) for module in MODULES for name in module.__all__)]
CLASSES: dict[str, Any] = {thing.__name__: thing for thing in PUBLIC if inspect.isclass(thing)}
WIRES = {
    field.wire
    for operation in OPERATIONS.values()
    for field in (*operation.fields, *operation.parameters)
    if field.wire != field.name
}
GROUPS = (namespaces, follow_ups)


METHOD, ASYNC_METHOD = (vars(kind)["diffusion"] for kind in (namespaces.Midjourney, namespaces.AsyncMidjourney))


def text_of(thing: Any) -> str:
    return pydoc.plain(pydoc.render_doc(thing))


def fields_of(kind: Any) -> set[str]:
    named: list[str] = [*getattr(kind, "_fields", ()), *getattr(kind, "__annotations__", ())]
    is_other = issubclass(kind, Exception) or hasattr(kind, "__members__")
    return {name for name in named if name[0] != "_" and name != "additional_properties" and not is_other}


@for_each("name", CLASSES)
def test_every_field_of_a_class_is_explained(name: str) -> None:
    said = inspect.getdoc(CLASSES[name]) or ""
    assert [field for field in sorted(fields_of(CLASSES[name])) if not re.search(rf"\b{field}\b", said)] == []


@for_each("name", CLASSES)
def test_the_help_of_a_class_speaks_of_jobs_and_of_python_s_names(name: str) -> None:
    text = text_of(CLASSES[name])
    assert "JobT" not in text
    said = inspect.getdoc(CLASSES[name]) or ""
    assert [wire for wire in sorted(WIRES) if re.search(rf"\b{wire}\b", said)] == []


@pytest.mark.parametrize("module", GROUPS)
def test_the_help_of_a_method_speaks_of_jobs_and_of_python_s_names(module: Any) -> None:
    for _, kind in inspect.getmembers(module, inspect.isclass):
        text = text_of(kind)
        assert "JobT" not in text.replace("JobT_co", ""), kind
        assert [wire for wire in sorted(WIRES) if re.search(rf"\b{wire}\b", text)] == [], kind


def test_a_method_tells_its_options_and_its_job() -> None:
    text = text_of(METHOD)
    assert "-> 'Job'" in text
    for option in ("key", "timeout", "extra_headers", "extra_query", "extra_body"):
        assert f"`{option}`" in text
    assert "-> 'Pending[AsyncJob]'" in text_of(ASYNC_METHOD)


def test_the_help_of_a_client_tells_how_to_make_something() -> None:
    text = text_of(legnext_client.Client)
    for word in ("make(self, operation", "default_headers:", "http_client:", "`download`", "job.files"):
        assert word in text
