"""The reference of the package: a page for each part of what users import, filled from the docstrings by mkdocstrings.

Tags, models and errors turn up by themselves. A test fails when another export has no place here.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from docs_pages.markdown import tidy
from legnext_client import errors, types
from legnext_client.generated import namespaces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

PAGES = {
    "client": ("Clients", "What every program begins with."),
    "namespaces": ("Calls", "The methods of a client, one for each operation. Those of `AsyncClient` are awaited."),
    "jobs": ("Jobs", "What a call returns."),
    "chains": ("Chains", "Described step by step, and run by `client.run`."),
    "results": ("Batches", "What `client.batch` reports of its rows."),
    "journal": ("Journals", "What chains and batches record, so that nothing is paid for twice."),
    "prompts": ("Prompts", "Built, parsed and checked. [The guide](../prompts.md) explains."),
    "prices": ("Prices", "Known before you pay. [The guide](../prices.md) explains."),
    "downloads": ("Downloads", "Files of jobs. [The guide](../downloads.md) explains."),
    "callbacks": ("Callbacks", "What arrives when a job has ended. [The guide](../callbacks.md) explains."),
    "errors": ("Errors", "Everything that can go wrong. [The guide](../errors.md) says when, and what to do."),
    "uploads": ("Uploads", "Uploaders of local files. [The guide](../local-files.md) explains."),
    "hooks": ("Hooks", "What hooks receive, and OpenTelemetry. [The guide](../logging.md) explains."),
    "progress": ("Progress", "Bars in one line. [The guide](../notebooks.md) explains."),
    "testing": ("Testing", "A mock service for tests. [The guide](../testing.md) explains."),
    "models": ("Values", "The objects and enums of requests and responses, imported from `legnext_client.types`."),
}
NAMES = {
    "client": ("client.Client", "client.AsyncClient", "_protocol.retries.Retries", "_protocol.responses.ResponseInfo"),
    "namespaces": ("generated.sync.caller.WaitingTasks",),
    "jobs": ("jobs.Job", "jobs.AsyncJob"),
    "chains": ("generated.sync.batches.ChainRun", "_runs.batches.AsyncChainRun", "_runs.chains.VideoChain"),
    "results": ("_runs.results.Update", "_runs.results.Result"),
    "journal": ("_journal.journal.Journal",),
    "prompts": (
        *("prompts.prompt.Prompt", "prompts.problems.Problem", "prompts.problems.PromptWarning"),
        "prompts.checks.check_prompt",
    ),
    "prices": (
        *("prices.budgets.Budget", "prices.estimates.Estimate", "prices.estimates.price"),
        *("prices.estimates.typical_seconds", "prices.factors.RequestModel"),
    ),
    "downloads": ("_downloads.transfer.Progress",),
    "callbacks": (
        *("_callbacks.receiver.CallbackReceiver", "_callbacks.receiver.Taken", "_callbacks.receiver.Served"),
        *("webhooks.parse", "webhooks.check_settings", "webhooks.as_bytes"),
    ),
    "uploads": ("uploads.S3Uploader", "uploads.PutUploader", "_downloads.local_files.LocalFile"),
    "hooks": ("_protocol.hooks.Event", "otel.instrument"),
    "progress": ("progress.rich", "progress.tqdm", "progress.notebook"),
    "testing": ("testing.MockServer", "mock.settings.CallbackSettings"),
}
"""What stands on a page, by the module where it is at home."""

OPTIONS = {
    # The fields of a value need no words of their own, and reading it from JSON is not the reader's business.
    "models": """
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
"""Settings of mkdocstrings for everything on a page."""


def reference_pages() -> dict[str, str]:
    """Each page by its name."""
    written = {part: [f"legnext_client.{name}" for name in names] for part, names in NAMES.items()}
    written["namespaces"][:0] = [each for each in defined_in(namespaces) if ".Async" not in each]
    written["errors"] = list(defined_in(errors))
    written["models"] = [f"{getattr(types, name).__module__}.{name}" for name in types.__all__ if is_model(name)]
    return {
        f"{part}.md": tidy(
            "\n\n".join((f"# {title}", first, *(f"::: {name}{OPTIONS.get(part, '')}" for name in written[part])))
        )
        for part, (title, first) in PAGES.items()
    }


def defined_in(module: ModuleType) -> Iterator[str]:
    """The public classes and functions of a module; not what a type checker wants."""
    for name, thing in vars(module).items():
        is_ours = getattr(thing, "__module__", "") == module.__name__ and callable(thing)
        if is_ours and not name.startswith("_") and not getattr(thing, "_is_protocol", False):
            yield f"{module.__name__}.{name}"


def is_model(name: str) -> bool:
    thing = getattr(types, name)
    return inspect.isclass(thing) and thing.__module__.startswith("legnext_client.generated.models.")
