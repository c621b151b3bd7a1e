"""The reference of the package: a page for each part of what users import, filled from the docstrings by mkdocstrings.

What is public follows from the package: whatever `legnext_client` exports, and all that the modules in `WHOLE` name.
A new export turns up by itself, on the page of its module.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import NamedTuple

from docs_pages.markdown import page

PACKAGE = "legnext_client"
WHOLE = (
    "errors",
    "generated.namespaces",
    "prompts",
    "prices",
    "webhooks",
    "_callbacks.receiver",
    "testing",
    "types",
)
"""Modules all of whose public names are documented, not only those that the package exports."""

ALSO = ("generated.sync.caller.WaitingTasks",)
"""What users reach by an attribute and never import."""

VALUES = "generated.models"
OPTIONS = {
    # The fields of a value need no words of their own, and reading it from JSON is not the reader's business.
    VALUES: """
    options:
      show_if_no_docstring: true
      filters: ["!^_", "!^to_dict$", "!^from_dict$", "!^additional_"]
""",
    # What an error carries is in its signature, and what it also is, in its bases.
    "errors": """
    options:
      show_bases: true
      merge_init_into_class: true
      filters: ["!^_", "!^advice$"]
""",
}
"""What mkdocstrings is told about the names of some modules."""

PARTS = {
    "client": ("Clients", "What every program begins with."),
    "namespaces": ("Calls", "The methods of a client, one for each operation. Those of `AsyncClient` are awaited."),
    "jobs": ("Jobs", "What a call returns."),
    "chains": ("Chains", "Described step by step, and made by `client.run`."),
    "results": ("Batches", "What `client.batch` tells of its rows."),
    "journal": ("Journals", "What chains and batches write down, so that nothing is paid twice."),
    "prompts": ("Prompts", "Made, taken apart, and checked. [The guide](../prompts.md) explains."),
    "prices": ("Prices", "Known before you pay. [The guide](../prices.md) explains."),
    "downloads": ("Downloads", "Files of jobs. [The guide](../downloads.md) explains."),
    "callbacks": ("Callbacks", "What arrives when a job has ended. [The guide](../callbacks.md) explains."),
    "errors": ("Errors", "Everything that can go wrong. [The guide](../errors.md) says when, and what to do."),
    "testing": ("Testing", "A service of your own for tests. [The guide](../testing.md) explains."),
    "models": ("Values", "The objects and enums of requests and answers, imported from `legnext_client.types`."),
}
"""Title and first line of the pages. A module that is not here gets a page with the first line of its docstring."""

TOGETHER = {
    "_protocol.retries": "client",
    "_downloads.transfer": "downloads",
    "_downloads.downloads": "downloads",
    "_journal.journal": "journal",
    "_runs.batches": "results",
    "_runs.chains": "chains",
    "_runs.chain_runs": "chains",
    "_runs.results": "results",
    "_runs.rows": "results",
    "generated.namespaces": "namespaces",
    "generated.sync.caller": "namespaces",
    VALUES: "models",
    "mock.settings": "testing",
    "_callbacks.receiver": "callbacks",
    "webhooks": "callbacks",
}
"""Modules whose names stand on the page of another part."""


class Name(NamedTuple):
    """Something public: the module where it is at home, and what it is called there."""

    module: str
    name: str

    @property
    def part(self) -> str:
        inside = self.module.removeprefix(PACKAGE + ".")
        longest = max((one for one in TOGETHER if inside == one or inside.startswith(one + ".")), key=len, default="")
        return TOGETHER.get(longest, inside.partition(".")[0])


def reference_pages() -> dict[str, str]:
    """Each page by its name, those of `PARTS` first."""
    parts: dict[str, list[Name]] = {part: [] for part in PARTS}
    for name in public():
        parts.setdefault(name.part, []).append(name)
    return {f"{part}.md": reference_page(part, names) for part, names in parts.items() if names}


def public() -> list[Name]:
    """What users import, each once, in the order in which it is written."""
    modules = (PACKAGE, *(f"{PACKAGE}.{inside}" for inside in WHOLE))
    also = [Name(f"{PACKAGE}.{module}", name) for module, _, name in (one.rpartition(".") for one in ALSO)]
    found = list(dict.fromkeys([*(name for module in modules for name in exported(module)), *also]))
    homes = list(dict.fromkeys(name.module for name in found))
    return sorted(found, key=lambda name: (homes.index(name.module), written_at(name)))


def exported(module: str) -> list[Name]:
    """The classes and functions that a module offers: those in its `__all__`, or those that are written there."""
    loaded = import_module(module)
    if hasattr(loaded, "__all__"):
        things = {name: getattr(loaded, name) for name in loaded.__all__}
    else:
        things = {name: thing for name, thing in vars(loaded).items() if is_offered(name, thing, module)}
    return [
        Name(thing.__module__, name)
        for name, thing in things.items()
        if inspect.isclass(thing) or inspect.isfunction(thing)
    ]


def is_offered(name: str, thing: object, module: str) -> bool:
    """Not what is imported or private, not what a type checker wants, and not the twins whose calls are awaited."""
    here = getattr(thing, "__module__", "") == module
    return here and not name.startswith(("_", "Async")) and not getattr(thing, "_is_protocol", False)


def written_at(name: Name) -> int:
    return list(vars(import_module(name.module))).index(name.name)


def reference_page(part: str, names: list[Name]) -> str:
    title, first = PARTS.get(part) or (part.capitalize(), first_line(names[0].module))
    return page(f"# {title}", first, *map(directive, names))


def directive(name: Name) -> str:
    """What mkdocstrings replaces by the documentation."""
    told = [options for inside, options in OPTIONS.items() if name.module.startswith(f"{PACKAGE}.{inside}")]
    return f"::: {name.module}.{name.name}" + "".join(told)


def first_line(module: str) -> str:
    return (inspect.getdoc(import_module(module)) or "").partition("\n")[0]
