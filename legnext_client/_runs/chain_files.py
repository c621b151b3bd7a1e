"""Write a chain as JSON, and read it back.

    {"version": 1, "steps": [{"step": "start", "prompt": "waves", "video_type": 1}, {"step": "extend", "video_no": 0}]}

A chain that extends an existing video has a `video`: {"job_id": …, "source": "480p", "extensions": 1}.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from legnext_client._protocol.bounds import shown
from legnext_client._protocol.literals import understood
from legnext_client._runs.chain_steps import CHOSEN
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import ROLES
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from legnext_client._runs.chains import VideoChain
    from legnext_client.generated.operations import Operation

VERSION = 1
"""Version of the format. Later versions are refused."""

_JOB_ID = "job_id"
_RENAMED = {_JOB_ID: "job_or_id"}
"""Parameters with another name in JSON."""


def word_of(operation: Operation) -> str:
    """Return the name of a step: the last word of its role."""
    return (operation.role or "").rpartition(".")[2]


_START = word_of(ROLES["chain.start"])
_FIELDS = {word_of(ROLES[role]): ROLES[role].fields for role in ("chain.start", "chain.extend", "chain.upscale")}
"""The fields of each kind of step."""


def written(chain: VideoChain) -> dict[str, Any]:
    """Return the chain as JSON."""
    for step in chain.steps:
        for name in step.choices:
            raise InvalidRequest(
                f"{name} of {step.title} is a function, which cannot be written: give it as a number, or build the "
                "chain in Python."
            )
    return described(chain)


def described(chain: VideoChain) -> dict[str, Any]:
    """Return the chain as JSON for display; a function is written as chosen."""
    video = {"video": chain.beginning._asdict()} if chain.beginning else {}
    steps = [
        {"step": word_of(step.operation), **step.fields, **dict.fromkeys(step.choices, CHOSEN)} for step in chain.steps
    ]
    return {"version": VERSION, **video, "steps": steps}


def built(kind: type[VideoChain], data: object) -> VideoChain:
    """Rebuild a chain from JSON, step by step."""
    fields = _object("chain", data, required=("version", "steps"), optional=("video",))
    _check_version(fields["version"])
    steps = fields["steps"]
    if not is_list(steps):
        raise InvalidRequest(f"chain: steps must be a list; got {shown(steps)}.")
    chain = _begun("chain: video", kind, fields["video"]) if "video" in fields else None
    for number, step in enumerate(steps, 1):
        chain = _stepped(f"chain: step {number}", kind, chain, step)
    if chain is None:
        raise InvalidRequest("chain: steps must have at least 1 step, unless there is a video to begin with; got [].")
    return chain


def _check_version(version: object) -> None:
    if version == VERSION and not isinstance(version, bool):
        return
    newer = isinstance(version, int) and version > VERSION
    do = "It was written by a newer version of this package: upgrade it" if newer else "Write it with to_dict"
    raise InvalidRequest(f"chain: version must be {VERSION}; got {shown(version)}. {do}.")


def _begun(where: str, kind: type[VideoChain], video: object) -> VideoChain:
    return _called(where, kind.from_video, _object(where, video, *_parameters(kind.from_video)))


def _stepped(where: str, kind: type[VideoChain], chain: VideoChain | None, step: object) -> VideoChain:
    fields = dict(_object(where, step, required=("step",), optional=None))
    word = fields.pop("step")
    begins = word == _START
    if not isinstance(word, str) or word not in _FIELDS:
        raise InvalidRequest(f"{where}: step must be one of {', '.join(_FIELDS)}; got {shown(word)}.")
    if begins != (chain is None):
        rule = "only the first step can be" if chain is not None else "the first step must be"
        raise InvalidRequest(f"{where}: {rule} {_START}, and only without a video to begin with; got {word}.")
    begin = kind.from_image if _JOB_ID in fields else kind.start
    build = begin if chain is None else getattr(chain, word)
    given = _object(where, fields, *_parameters(build))
    return _called(where, build, understood(_FIELDS[word], given))


def _called(where: str, build: Callable[..., VideoChain], fields: Mapping[str, Any]) -> VideoChain:
    """Build a step; an error names its place."""
    arguments = {_RENAMED.get(name, name): value for name, value in fields.items()}
    try:
        return build(**arguments)
    except InvalidRequest as error:
        error.message = f"{where}: {error.message}"
        raise


def _parameters(build: Callable[..., object]) -> tuple[list[str], list[str]]:
    """Return the required and the optional parameters of a method, by their names in JSON."""
    names = {new: name for name, new in _RENAMED.items()}
    defaults = {names.get(name, name): one.default for name, one in inspect.signature(build).parameters.items()}
    required = [name for name, default in defaults.items() if default is inspect.Parameter.empty]
    return required, [name for name in defaults if name not in required]


def _object(where: str, value: object, required: Sequence[str], optional: Sequence[str] | None) -> Mapping[str, Any]:
    """Return the value if it is an object with these names; without `optional`, any others are allowed."""
    if not is_object(value):
        raise InvalidRequest(f"{where} must be an object; got {shown(value)}.")
    missing = [name for name in required if name not in value]
    if missing:
        raise InvalidRequest(f"{where}: {', '.join(missing)} must be given; got {', '.join(value) or 'nothing'}.")
    allowed = None if optional is None else (*required, *optional)
    unknown = [name for name in value if allowed is not None and name not in allowed]
    if unknown:
        raise InvalidRequest(f"{where} may hold {', '.join(allowed or ())}; got {', '.join(map(shown, unknown))}.")
    return value
