"""Build, parse and check prompts for each model.

    prompt = Prompt("a lighthouse at dusk", ar="16:9", stylize=200, version="8.1")
    prompt.check()

The flags of each model are defined in the spec, from which the tables here are generated.
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
