"""Prompts: made of their parts, taken apart, and checked against what each model takes.

    prompt = Prompt("a lighthouse at dusk", ar="16:9", stylize=200, version="8.1")
    prompt.check()

What a flag means to each model stands in the spec; this package reads the table that is made of it.
"""

from legnext_client._prompt_policy import PromptPolicy
from legnext_client.prompts.checks import check_prompt
from legnext_client.prompts.problems import Problem, PromptWarning, Severity
from legnext_client.prompts.prompt import FlagValue, Kind, Prompt

__all__ = [
    "FlagValue",
    "Kind",
    "Problem",
    "Prompt",
    "PromptPolicy",
    "PromptWarning",
    "Severity",
    "check_prompt",
]
