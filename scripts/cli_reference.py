"""`docs/cli-reference.md`, from the commands themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client.cli import command
from legnext_client.cli.app import app
from legnext_client.cli.entries import LazyGroup, command_of, entries
from legnext_client.cli.environment import VARIABLES
from legnext_client.cli.exits import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ELSEWHERE = (command.PANEL, command.WAIT_PANEL)
"""Options that many commands share are listed once."""

HEAD = """\
# The command line, in full

<!-- Written by scripts/cli_reference.py from the commands themselves; change them instead. -->

What each command takes. [The command line](command-line.md) shows how they go together."""


def text() -> str:
    """The page."""
    root = command_of(app)
    listed = {name: (entry.panel, command_of(entry.app())) for name, entry in entries().items()}
    some_wait = next(each for _, each in listed.values() if _of_panel(each, command.WAIT_PANEL))
    parts = [
        HEAD,
        f"## {command.PANEL}",
        "Before or after the command.",
        _options(_of_panel(root, command.PANEL)),
        "## Options of the wait",
        "Every paid command has them; `wait` and `download` have some of them.",
        _options(_of_panel(some_wait, command.WAIT_PANEL)),
        "## Options of `legnext` itself",
        _options(_own(root)),
    ]
    for panel in dict.fromkeys(panel for panel, _ in listed.values()):
        parts.append(f"## {panel}")
        for name, (its_panel, each) in listed.items():
            if its_panel == panel:
                parts.extend(_command(f"legnext {name}", each))
    parts.append("## Variables of the environment")
    parts.append(_table(((f"`{name}`", meaning) for name, meaning in VARIABLES.items()), ("variable", "meaning")))
    parts.append("`NO_COLOR` turns colours off.")
    parts.append("## Exit codes")
    parts.append(_table(((str(int(code)), meaning) for code, meaning in MEANINGS.items()), ("code", "meaning")))
    return "\n\n".join(part for part in parts if part) + "\n"


def _command(path: str, each: Any) -> Iterator[str]:
    """The section of a command, and those of its own commands."""
    alias = next((entry.summary for name, entry in entries().items() if f"legnext {name}" == path), "")
    yield f"### `{path}`"
    if alias.startswith("Another name"):
        yield alias
        return
    yield f"```\n{_usage(path, each)}\n```"
    yield each.help or ""
    yield _options(_own(each))
    if isinstance(each, LazyGroup):
        yield "\n".join(f"- `{path} {name}`" for name in each.entries())
    else:
        for name, inner in getattr(each, "commands", {}).items():
            yield from _command(f"{path} {name}", inner)


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


def _of_panel(each: Any, panel: str) -> list[Any]:
    return [param for param in each.params if param.rich_help_panel == panel]


def _options(params: Iterable[Any]) -> str:
    return _table(((_spelt(param), _told(param)) for param in params), ("", ""))


def _spelt(param: Any) -> str:
    if not param.opts[0].startswith("-"):
        return f"`{param.metavar}`"
    names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
    return names if param.is_flag else f"{names} `{param.metavar or param.type.name.upper()}`"


def _told(param: Any) -> str:
    default = f" Default: `{param.default}`." if param.show_default and param.default not in (None, False) else ""
    return (param.help or "").replace("\n", " ") + default


def _table(rows: Iterable[tuple[str, ...]], head: tuple[str, ...]) -> str:
    listed = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    lines = [" | ".join(head), " | ".join("---" for _ in head), *listed]
    return "\n".join(f"| {line} |" for line in lines) if listed else ""
