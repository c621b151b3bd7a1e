"""Prompt parsing: the model, the flags, and the words that trigger failures.

The client has its own parser of the same table; the package's docstring gives the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .jobs import Job
    from .spec import Operation, Spec

FORBIDDEN = "forbidden-content"
FAILS = "fail-this-job"
NEVER_ENDS = "never-end-this-job"
AT_ONCE = "complete-at-once"

_FLAG = re.compile(r"(?:^|(?<=\s))(?:--|—)(?=[A-Za-z])(\S+)")
_STUCK = re.compile(r"([A-Za-z]+)([0-9].*)")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A parsed prompt. `flags` maps the table's names to the written values."""

    text: str = ""
    flags: dict[str, str] = field(default_factory=dict[str, str])
    model: str | None = None
    aspect: str | None = None

    def number(self, flag: str) -> float | None:
        """Return a flag's value as a number, or None."""
        try:
            return float(self.flags[flag].split()[0])
        except (KeyError, IndexError, ValueError):
            return None

    def says(self, flag: str, value: str | float) -> bool:
        """Return whether a flag has this value, a word or a number."""
        word = next(iter(self.flags[flag].split()), "")
        return word.lower() == value if isinstance(value, str) else self.number(flag) == value


class PromptReader:
    """Parser of prompts by the tables of models and parameters."""

    def __init__(self, spec: Spec) -> None:
        rules = spec.rules
        models: list[dict[str, Any]] = rules.get("models", [])
        self._models = {each["model"] for each in models}
        self._default: str | None = next((each["model"] for each in models if each.get("default")), None)
        self._plans: dict[str, str] = {each["model"]: each["plan"] for each in models if "plan" in each}
        self._model_flags = {each["flag"] for each in models if "flag" in each}
        self._named: dict[tuple[str, str], str] = {
            (each["flag"], each["value"]): each["model"] for each in models if "flag" in each
        }
        self._names: dict[str, str] = {}
        self._first_value: dict[str, str] = {}
        self._rejected: dict[tuple[str, str], dict[str, Any]] = {}
        for row in rules.get("parameters", []):
            self._names.update({row[key]: row["flag"] for key in ("flag", "short", "long") if key in row})
            if "default" in row:
                self._first_value.setdefault(row["flag"], str(row["default"]))
            if row.get("use") == "rejected":
                self._rejected.update({(row["flag"], model): row for model in row["models"]})

    def read(self, operation: Operation, body: dict[str, Any], source: Job | None) -> Prompt:
        """Return a request's prompt; missing parts come from its source job."""
        own = body.get(operation.prompt_field or "") or ""
        inherited = source.prompt if source is not None and source.operation.makes != "texts" else None
        if operation.takes == "images" and inherited is not None:
            return inherited
        flags = self._flags(own) if "-" in own or "—" in own else {}
        if operation.prompt_kind in self._models:
            model = operation.prompt_kind
        else:
            model = self._named_model(flags) or (inherited.model if inherited else None)
            if model is None and operation.prompt_kind is not None:
                model = self._default
        aspect = flags["aspect"].split()[0] if flags.get("aspect") else None
        if inherited is None:
            return Prompt(own, flags, model, aspect)
        return replace(
            inherited, text=own or inherited.text, flags=flags, model=model, aspect=aspect or inherited.aspect
        )

    def rejected(self, prompt: Prompt) -> list[str]:
        """Return the flags that the model rejects, as the reasons for a 400."""
        return [
            f"--{row.get('short', flag)} is not accepted by version {prompt.model}: {row.get('instead', 'drop it')}"
            for flag in prompt.flags
            if (row := self._rejected.get((flag, prompt.model or "")))
        ]

    def plan(self, prompt: Prompt) -> str | None:
        """Return the plan that the prompt's model requires."""
        return self._plans.get(prompt.model or "")

    def _flags(self, text: str) -> dict[str, str]:
        found: dict[str, str] = {}
        marks = list(_FLAG.finditer(text))
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        for mark, end in zip(marks, ends, strict=False):
            written, value = mark[1].lower(), text[mark.end() : end].strip()
            if written not in self._names and (stuck := _STUCK.fullmatch(written)):
                written, value = stuck[1], stuck[2]  # `--v7` occurs in the documents
            found[self._names.get(written, written)] = value
        return found

    def _named_model(self, flags: dict[str, str]) -> str | None:
        for flag in reversed([each for each in flags if each in self._model_flags]):
            words = flags[flag].split()
            value = words[0] if words else self._first_value.get(flag, "")
            if (flag, value) in self._named:
                return self._named[flag, value]
        return None
