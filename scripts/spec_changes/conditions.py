"""Rules between the fields of one object: `dependentRequired`, and `if` … `then` … `else`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spec_changes.change import NARROWED, UNDECIDED, WIDENED, Finding, Json, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = ("if", "then", "else")


def conditions(old: Json, new: Json) -> Iterator[Finding]:
    before, after = (schema.get("dependentRequired", {}) for schema in (old, new))
    for field in sorted({*before, *after}):
        yield from _needs(f"with {shown(field)}", before.get(field, ()), after.get(field, ()))
    yield from _choices({word: old[word] for word in _WORDS if word in old}, {w: new[w] for w in _WORDS if w in new})


def _needs(when: str, old: Any, new: Any) -> Iterator[Finding]:
    if set(new) - set(old):
        yield Finding(NARROWED, (), f"{when}, {shown(set(new) - set(old))} required now")
    if set(old) - set(new):
        yield Finding(WIDENED, (), f"{when}, {shown(set(old) - set(new))} no longer required")


def _choices(old: Json, new: Json) -> Iterator[Finding]:
    if old == new:
        return
    if "if" not in old:
        yield Finding(NARROWED, (), f"a condition on {_asked(new)}, where there was none")
    elif "if" not in new:
        yield Finding(WIDENED, (), f"no condition on {_asked(old)} any more")
    elif old["if"] != new["if"]:
        yield Finding(UNDECIDED, (), f"the condition asks for {_asked(new)}, before for {_asked(old)}")
    else:
        for word, when in (("then", "with"), ("else", "without")):
            yield from _branch(f"{when} {_asked(new)}", old.get(word, {}), new.get(word, {}))


def _asked(choice: Json) -> str:
    return shown(choice["if"].get("required", ())) if choice["if"].get("required") else "other things"


def _branch(when: str, old: Any, new: Any) -> Iterator[Finding]:
    """A branch requires fields and forbids others (`false`); whatever else it says is compared as one thing."""
    if isinstance(old, bool) or isinstance(new, bool):
        if old != new:
            yield Finding(UNDECIDED, (), f"{when}, another rule")
        return
    yield from _needs(when, old.get("required", ()), new.get("required", ()))
    forbidden, free = (_forbidden(new) - _forbidden(old), _forbidden(old) - _forbidden(new))
    if forbidden:
        yield Finding(NARROWED, (), f"{when}, {shown(forbidden)} forbidden now")
    if free:
        yield Finding(WIDENED, (), f"{when}, {shown(free)} no longer forbidden")
    if _others(old) != _others(new):
        yield Finding(UNDECIDED, (), f"{when}, another rule")


def _forbidden(branch: Json) -> set[str]:
    return {name for name, verdict in branch.get("properties", {}).items() if verdict in (False, {"not": {}})}


def _others(branch: Json) -> Json:
    properties = {name: rule for name, rule in branch.get("properties", {}).items() if rule not in (True, False, {})}
    rest = {key: value for key, value in branch.items() if key not in ("required", "properties")}
    # A branch is open whether it says so or not.
    if rest.get("additionalProperties") in (True, {}):
        del rest["additionalProperties"]
    return {**rest, "properties": properties}
