"""Resources and prompts: the guide to prompt flags, the history of paid calls, and instructions for usual tasks."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING

import mcp_types as types

from legnext_client._protocol.bounds import shown
from legnext_client.errors import InvalidRequest
from legnext_client.generated.rules import MODELS, Model, Parameter
from legnext_client.mcp.tools import BALANCE, CHECK, FOLLOW_UP, IMAGE, JOB, VIDEO
from legnext_client.prompts.flags import BY_NAME, ROWS, SPELLING, label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client.journal import Ledger

GUIDE, HISTORY = "legnext://prompt-guide", "legnext://history"
_MOST_ENTRIES = 50

RESOURCES = [
    types.Resource(
        uri=GUIDE, name="prompt-guide", mime_type="text/markdown", description="The flags of a prompt, for all models."
    ),
    types.Resource(
        uri=HISTORY,
        name="history",
        mime_type="application/json",
        description=f"The last {_MOST_ENTRIES} paid calls in the ledger.",
    ),
]
TEMPLATES = [
    types.ResourceTemplate(
        uri_template=f"{GUIDE}/{{model}}",
        name="prompt-guide-of-model",
        mime_type="text/markdown",
        description=f"The flags of one model: {', '.join(BY_NAME)}.",
    )
]


def guide(model: str | None = None) -> str:
    """Return the flags that models take, as Markdown."""
    if model is not None and model not in BY_NAME:
        raise InvalidRequest(f"model must be one of {', '.join(BY_NAME)}; got {shown(model)}.")
    listed = [each for each in MODELS if model in (None, each.model)]
    parts = ["# Prompt flags", "Flags stand at the end of a prompt: `a lighthouse at dusk --ar 16:9 --v 7`."]
    return "\n".join([*parts, *(line for each in listed for line in _section(each))])


def _section(model: Model) -> list[str]:
    notes = [
        "the default" if model.default else "",
        f"needs the {model.plan} plan" if model.plan else "",
        f"replaced by {model.sunset}" if model.sunset else "",
    ]
    more = ", ".join(filter(None, notes))
    rows = [(flag, row) for flag, several in ROWS.items() for row in several if model.model in row.models]
    return ["", f"## {label(model.model)}{f' ({more})' if more else ''}", *(_flag(flag, row) for flag, row in rows)]


def _flag(flag: str, row: Parameter) -> str:
    values = "|".join(map(str, row.values)) or (f"{row.range[0]:g} to {row.range[1]:g}" if row.range else "")
    default = "" if row.default is None else f", default {row.default}"
    use = "" if row.use == "supported" else f" {row.use}: {row.instead}" if row.instead else f" {row.use}"
    takes = values or (row.takes or "" if row.takes != "switch" else "")
    return f"- `{SPELLING[flag]}{f' {takes}' if takes else ''}`{default}{use}"


def history(ledger: Ledger) -> str:
    """Return the last paid calls as JSON."""
    listed = [entry.to_dict() for entry in deque(ledger.entries(), _MOST_ENTRIES)]
    return json.dumps(listed, ensure_ascii=False, indent=1)


_ONCE = f"Submit each call once; {JOB} waits for it. If an outcome is unknown, stop and tell me."
_TASKS: Mapping[str, tuple[str, Mapping[str, str], str]] = {
    "make-a-picture": (
        "Make a picture from an idea",
        {"idea": "what it shows", "shape": "such as 16:9 (default 1:1)"},
        f"Make a picture of: {{idea}}. Shape: {{shape}}. Write one prompt with flags, check it with {CHECK}, tell me "
        f"the price, then call {IMAGE} and {JOB}. {_ONCE} Show me the links.",
    ),
    "improve-a-picture": (
        "Choose the best image of a job and improve it",
        {"job_id": "the job", "wish": "what should change (default: only larger)"},
        f"Look at the images of job {{job_id}} with {JOB} and preview. Tell me which one fits best and why. Then use "
        f"the cheapest operation of {FOLLOW_UP} that does this: {{wish}}. {_ONCE}",
    ),
    "animate-a-picture": (
        "Make a video of an image",
        {"job_id": "the job of the image", "image_no": "which image, from 0", "movement": "what happens in it"},
        f"Make a video of image {{image_no}} of job {{job_id}}: {{movement}}. Say the price of {VIDEO} and what "
        f"is left of {BALANCE} first. {_ONCE} Ask me before you extend it.",
    ),
}
_DEFAULTS = {"shape": "1:1", "wish": "make it larger"}


def prompts() -> list[types.Prompt]:
    """Return the prompts for usual tasks."""
    return [
        types.Prompt(
            name=name,
            description=description,
            arguments=[
                types.PromptArgument(name=each, description=text, required=each not in _DEFAULTS)
                for each, text in arguments.items()
            ],
        )
        for name, (description, arguments, _) in _TASKS.items()
    ]


def prompt(name: str, given: Mapping[str, str]) -> types.GetPromptResult:
    """Return the message of a prompt."""
    if name not in _TASKS:
        raise InvalidRequest(f"prompt must be one of {', '.join(_TASKS)}; got {shown(name)}.")
    description, arguments, text = _TASKS[name]
    values = _DEFAULTS | dict(given)
    if missing := [each for each in arguments if not values.get(each)]:
        raise InvalidRequest(f"{name}: {missing[0]} is required: {arguments[missing[0]]}.")
    for each in arguments:
        text = text.replace(f"{{{each}}}", values[each])
    message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
    return types.GetPromptResult(description=description, messages=[message])
