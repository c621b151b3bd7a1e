"""Pages from the templates in `templates/pages/`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader

if TYPE_CHECKING:
    from collections.abc import Iterable

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "pages"


def page(template: str, **facts: Any) -> str:
    return tidy(_templates.get_template(f"{template}.jinja").render(facts))


def tidy(text: str) -> str:
    """A text without more than one empty line between its parts."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def cell(text: str) -> str:
    """Text that may stand in a table: on one line, without a bar that would end the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def both(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


_templates = Environment(loader=FileSystemLoader(TEMPLATES), trim_blocks=True, lstrip_blocks=True, autoescape=False)
_templates.filters |= {"cell": cell, "both": both, "json": pretty}
