"""Chain files: YAML or JSON, in the form below or as written by `VideoChain.to_dict`.

    prompt: waves roll in, a lighthouse in the distance --motion high
    video_type: 720p
    extensions:
      - the camera pulls back
      - {prompt: night falls, video_no: 2}
    upscale: true

A chain can also start with `from_image: {job_id: …, image_no: 2}` or `from_video: JOB`.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from legnext_client._protocol.bounds import shown
from legnext_client._protocol.checks import nearest_field
from legnext_client._protocol.literals import from_json
from legnext_client._runs.chain_files import VERSION, word_of
from legnext_client._runs.chain_steps import size_field
from legnext_client._runs.chains import VideoChain
from legnext_client.errors import ConfigurationError, InvalidRequest
from legnext_client.generated.operations import ROLES
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

_START, _EXTEND, _UPSCALE = (ROLES[role] for role in ("chain.start", "chain.extend", "chain.upscale"))
_BEGINS = ("prompt", *size_field(0))
_FROM_IMAGE, _FROM_VIDEO, _EXTENSIONS, _LAST = "from_image", "from_video", "extensions", word_of(_UPSCALE)
_EXTENDS = ("prompt", "video_no")
_KNOWN = (*_BEGINS, _FROM_IMAGE, _FROM_VIDEO, _EXTENSIONS, _LAST)
_AS_WRITTEN = frozenset(("version", "video", "steps"))
"""Names found only in the form of `VideoChain.to_dict`."""
_QUOTES = "In YAML, quote a string that contains `: ` or ` #`."


def chain_of(path: Path) -> VideoChain:
    """Read a chain from a file. Raises `InvalidRequest` if the file is not a valid chain."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InvalidRequest(f"the chain's file name must end in {', '.join(_READERS)}; got {shown(path.name)}.")
    try:
        return VideoChain.from_dict(_described(reader(path.read_text(encoding="utf-8-sig"))))
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise InvalidRequest(f"{path} cannot be read: it is not UTF-8 text.") from None
    except RecursionError:
        raise InvalidRequest(f"{path} is nested too deeply.") from None
    except InvalidRequest as error:
        error.message = f"{path}: {error.message}"
        raise


def _described(found: object) -> dict[str, Any]:
    """Convert to the form of `VideoChain.from_dict`."""
    given = _having("a chain", found, "names and values, such as `prompt: …`")
    if _AS_WRITTEN & set(given):
        return {"version": VERSION, **given}
    for name in given:
        if name not in _KNOWN:
            raise InvalidRequest(f"a chain may have {', '.join(_KNOWN)}; got {shown(name)}.{_hint(str(name), _KNOWN)}")
    begins = [name for name in (*_BEGINS, _FROM_IMAGE) if name in given]
    steps: list[dict[str, Any]] = []
    video: dict[str, Any] = {}
    if _FROM_VIDEO not in given:
        image = _having(_FROM_IMAGE, given.get(_FROM_IMAGE, {}), "job_id and image_no")
        steps.append({"step": word_of(_START), **{name: given[name] for name in _BEGINS if name in given}, **image})
    elif begins:
        raise InvalidRequest(f"a chain with {_FROM_VIDEO} cannot have {' or '.join(begins)}.")
    else:
        job = given[_FROM_VIDEO]
        video = {"video": job if is_object(job) else {"job_id": job}}
    listed: Any = given.get(_EXTENSIONS) or []
    if not is_list(listed):
        raise InvalidRequest(f"{_EXTENSIONS} must be a list; got {shown(listed)}.")
    steps += [{"step": word_of(_EXTEND), **_extension(f"extension {n}", each)} for n, each in enumerate(listed, 1)]
    if (last := given.get(_LAST)) not in (None, False):
        steps.append({"step": _LAST, **_having(_LAST, {} if last is True else last, "video_no", "true, false, or ")})
    return {"version": VERSION, **video, "steps": steps}


def _extension(where: str, given: object) -> Mapping[str, Any]:
    given = {"prompt": given} if isinstance(given, str) else {} if given is None else given
    inside = _having(where, given, " and ".join(_EXTENDS), "a string, or ")
    for name in inside:
        if name not in _EXTENDS:
            hint = _hint(str(name), _EXTENDS) or f" {_QUOTES}"
            raise InvalidRequest(f"{where} may have {' and '.join(_EXTENDS)}; got {shown(inside)}.{hint}")
    return inside


def _having(where: str, value: object, names: str, instead: str = "") -> Mapping[str, Any]:
    if not is_object(value):
        must = f"be {instead}have" if instead else "have"
        raise InvalidRequest(f"{where} must {must} {names}; got {shown(value)}.")
    return value


def _hint(name: str, known: Iterable[str]) -> str:
    field = nearest_field(name, _START.fields, _START.prompt.field if _START.prompt else None)
    near = [field.name] if field and field.name in known else get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


# ---- YAML ---------------------------------------------------------------------------------------------------------


def _from_yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise ConfigurationError(
            "a chain in YAML needs the cli extra: pip install 'legnext-client[cli]', or write it as .json."
        ) from None

    class Loader(yaml.SafeLoader):
        """Loader that refuses duplicate keys; PyYAML would drop the first."""

    def mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
        names = [loader.construct_object(name) for name, _ in node.value]
        for name in names:
            if isinstance(name, str) and names.count(name) > 1:
                line = node.start_mark.line + 1
                raise InvalidRequest(f"{name} must be given once; got it twice in the mapping at line {line}.")
        loader.flatten_mapping(node)
        found: dict[Any, Any] = loader.construct_mapping(node, deep=True)
        return found

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    try:
        return yaml.load(text, Loader)
    except InvalidRequest:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InvalidRequest(f"this is not valid YAML: {error.problem or error.context}{where}. {_QUOTES}") from None
    except (yaml.YAMLError, ValueError) as error:  # an impossible date is a ValueError
        raise InvalidRequest(f"this is not valid YAML: {' '.join(str(error).split())}.") from None


_READERS: Mapping[str, Callable[[str], Any]] = {".yaml": _from_yaml, ".yml": _from_yaml, ".json": from_json}
"""By file extension."""
