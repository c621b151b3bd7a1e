"""`docs/cli-reference.md`, from the commands themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docs_pages.markdown import page

from legnext_client.cli import command
from legnext_client.cli.app import app
from legnext_client.cli.entries import LazyGroup, command_of, entries
from legnext_client.cli.environment import VARIABLES
from legnext_client.cli.exits import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

ELSEWHERE = (command.PANEL, command.WAIT_PANEL)
"""Options that many commands share are listed once."""


def text() -> str:
    """The page."""
    listed = {name: (entry.panel, command_of(entry.app())) for name, entry in entries().items()}
    panels: dict[str, list[Json]] = {}
    for name, (panel, each) in listed.items():
        panels.setdefault(panel, []).extend(_commands(f"legnext {name}", each))
    waits = (_options(each, command.WAIT_PANEL) for _, each in listed.values())
    return page(
        "cli-reference.md",
        root=command_of(app),
        shared=command.PANEL,
        options=_options,
        wait=next(filter(None, waits)),
        panels=panels,
        variables=[(f"`{name}`", meaning) for name, meaning in VARIABLES.items()],
        codes=[(str(int(code)), meaning) for code, meaning in MEANINGS.items()],
    )


def _commands(path: str, each: Any) -> Iterator[Json]:
    """What the page says of a command, and of its own commands."""
    alias = next((entry.summary for name, entry in entries().items() if f"legnext {name}" == path), "")
    if alias.startswith("Another name"):
        yield {"path": path, "alias": alias}
        return
    inside = list(each.entries()) if isinstance(each, LazyGroup) else []
    yield {"path": path, "usage": _usage(path, each), "help": each.help, "options": _options(each), "inside": inside}
    for name, inner in getattr(each, "commands", {}).items() if not inside else ():
        yield from _commands(f"{path} {name}", inner)


def _usage(path: str, each: Any) -> str:
    places = [
        param.metavar if param.required else f"[{param.metavar}]"
        for param in _own(each)
        if not param.opts[0].startswith("-")
    ]
    behind = "COMMAND …" if hasattr(each, "commands") else ""
    return " ".join([path, "[OPTIONS]", *places, behind]).strip()


def _own(each: Any) -> list[Any]:
    return [param for param in each.params if param.rich_help_panel not in ELSEWHERE and not param.is_eager]


def _options(each: Any, panel: str | None = None) -> list[tuple[str, str]]:
    """The options of a command: those of a panel, or its own."""
    params = _own(each) if panel is None else [param for param in each.params if param.rich_help_panel == panel]
    return [(_spelt(param), _told(param)) for param in params]


def _spelt(param: Any) -> str:
    if not param.opts[0].startswith("-"):
        return f"`{param.metavar}`"
    names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
    return names if param.is_flag else f"{names} `{param.metavar or param.type.name.upper()}`"


def _told(param: Any) -> str:
    default = f" Default: `{param.default}`." if param.show_default and param.default not in (None, False) else ""
    return (param.help or "") + default
