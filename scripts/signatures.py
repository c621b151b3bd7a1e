"""What a caller's editor shows of an operation: annotations, defaults and docs of its keyword arguments.

The types come from the generator's own reading of the spec, so that the names are those of the models it writes; the
bounds come from the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_python_client.parser.properties import AnyProperty, EnumProperty, ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

from legnext_client._protocol.literals import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi_python_client.parser.openapi import Endpoint
    from openapi_python_client.parser.properties.protocol import PropertyProtocol

Json = dict[str, Any]


def annotation(prop: PropertyProtocol, row: Json | None = None) -> str:
    """The type of an argument: enums and objects are accepted as the generated class or as plain values.

    With a field's row of the table, the words for the values of an enum are accepted, too.
    """
    row = row or {}
    match prop:
        case EnumProperty():
            words = () if prop.value_type is str else words_of(row.get("enum", ()), row.get("enum_names", ()))
            values = ", ".join(repr(value) for value in dict.fromkeys((*prop.values.values(), *words)))
            return f"{prop.class_info.name} | Literal[{values}]"
        case ModelProperty():
            return f"{prop.class_info.name} | Mapping[str, Any]"
        case ListProperty():
            return f"Sequence[{annotation(prop.inner_property, row.get('items'))}]"
        case UnionProperty():
            return " | ".join(dict.fromkeys(annotation(inner, row) for inner in prop.inner_properties))
        case NoneProperty():
            return "None"
        case DateTimeProperty():
            return "datetime.datetime | str"
        case DateProperty():
            return "datetime.date | str"
        case UuidProperty():
            return "UUID | str"
        case FileProperty():
            return "FileContent"
        case ConstProperty():
            return f"Literal[{prop.value.raw_value!r}]"
        case _:
            base = prop.get_base_type_string().as_unembedded_code()
            return f"{base} | FileContent" if row.get("file") else base


def models(prop: PropertyProtocol) -> Iterator[tuple[str, str]]:
    """Module and name of each model that an annotation mentions."""
    match prop:
        case EnumProperty() | ModelProperty():
            yield prop.class_info.module_name, prop.class_info.name
        case ListProperty():
            yield from models(prop.inner_property)
        case UnionProperty():
            for inner in prop.inner_properties:
                yield from models(inner)
        case _:
            return


def properties(endpoint: Endpoint) -> dict[tuple[str, str], PropertyProtocol]:
    """Every argument of an endpoint, by its place and its wire name."""
    found: dict[tuple[str, str], PropertyProtocol] = {
        (place.value, prop.name.get_untrusted_value()): prop for place, prop in endpoint.iter_all_parameters()
    }
    for body in endpoint.bodies:
        inside = fields(body.prop)
        found |= {("body", prop.name.get_untrusted_value()): prop for prop in inside}
        if not inside:  # then it is one argument
            found["body", "body"] = body.prop
    return found


def body(endpoint: Endpoint) -> str | None:
    """The annotation of an endpoint's whole body."""
    return annotation(endpoint.bodies[0].prop) if endpoint.bodies else None


def answer(endpoint: Endpoint, unwrap: str | None, job: str) -> tuple[str, set[tuple[str, str]]]:
    """The type of a good answer, `JobT` where it is a job, and the models that it mentions."""
    found: list[PropertyProtocol] = []
    for response in endpoint.responses.patterns:
        first = response.status_code.range[0] if response.status_code.range else 0
        if 200 <= first <= 299:
            found.append(response.prop)
    if any(isinstance(prop, ModelProperty) and prop.class_info.name == job for prop in found):
        return "JobT", set()
    if unwrap is not None:
        found = [_inside(prop, unwrap) for prop in found]
    return " | ".join(dict.fromkeys(_answered(prop) for prop in found)), {
        model for prop in found for model in models(prop)
    }


def return_type(endpoint: Endpoint) -> str:
    """The type of what an endpoint parses, whatever its status."""
    kinds = [kind for response in endpoint.responses for kind in _answered(response.prop).split(" | ")]
    return " | ".join(sorted(set(kinds) - {"None"})) or "Any"


def _answered(prop: PropertyProtocol) -> str:
    """The type of one answer; a file is answered as bytes."""
    if isinstance(prop, FileProperty):
        return "bytes"
    return "None" if isinstance(prop, AnyProperty) else prop.get_type_string(no_optional=True).as_unembedded_code()


def listed(endpoint: Endpoint, wire: str | None) -> tuple[str, str | None, set[tuple[str, str]]] | None:
    """What a page holds: the type of its items, the attribute they stand in, and the models; None if it is no list."""
    for response in endpoint.responses.patterns:
        if response.status_code.range is None or response.status_code.range[0] // 100 != 2:
            continue
        prop = response.prop if wire is None else _inside(response.prop, wire)
        if isinstance(prop, ListProperty):
            kind = prop.inner_property.get_type_string().as_unembedded_code()
            return kind, None if wire is None else str(prop.python_name), set(models(prop))
    return None


def _inside(prop: PropertyProtocol, wire: str) -> PropertyProtocol:
    return next((inner for inner in fields(prop) if inner.name.get_untrusted_value() == wire), prop)


def fields(prop: PropertyProtocol) -> list[PropertyProtocol]:
    """The properties of an object; none of anything else."""
    if not isinstance(prop, ModelProperty):
        return []
    return [*(prop.required_properties or ()), *(prop.optional_properties or ())]


def argument(row: Json, prop: PropertyProtocol) -> Json:
    """How one field stands in a signature and in a docstring."""
    kind = annotation(prop, row)
    default = None
    if not row["required"]:
        if "default" in row and not isinstance(row["default"], list | dict) and row["default"] is not None:
            default = repr(row["default"])
        elif row.get("nullable"):
            kind, default = f"{kind} | Unset", "UNSET"
        else:
            kind, default = f"{kind} | None", "None"
    return {
        "name": row["name"],
        "wire": row["wire"],
        "place": row.get("place", "body"),
        "annotation": kind,
        "default": default,
        "doc": document(row),
    }


def document(row: Json) -> str:
    """A field's description with what the spec demands of it."""
    parts = [row["description"]] if row["description"] else []
    bounds = bound(row)
    if bounds:
        parts.append(f"{bounds[0].upper()}{bounds[1:]}.")
    if "default" in row:
        parts.append(f"Default: {row['default']}.")
    items: Json = row.get("items", {})
    if row.get("file") or items.get("file"):
        parts.append("A path or bytes need a client with an `uploader`.")
    if row.get("deprecated"):
        parts.append("Deprecated.")
    return " ".join(parts)


def bound(row: Json) -> str:
    unit = {"string": "characters", "array": "items"}.get(row["type"], "")
    low = row.get("minimum", row.get("min_length", row.get("min_items")))
    high = row.get("maximum", row.get("max_length", row.get("max_items")))
    said = ""
    if "enum" in row:
        named = zip(row["enum"], row["enum_names"] or [""] * len(row["enum"]), strict=True)
        said = "one of " + ", ".join(f"{value} ({name})" if name else str(value) for value, name in named)
    elif low is not None and high is not None:
        said = f"{low} to {high} {unit}"
    elif low is not None and (low, unit) != (1, "characters"):
        said = f"at least {low} {unit.removesuffix('s') if low == 1 else unit}"
    elif high is not None:
        said = f"at most {high} {unit}"
    elif row.get("fields"):
        said = "with " + ", ".join(inside(field) for field in row["fields"])
    open_ended = [f"{word} {row[word]}" for word in ("above", "below") if word in row]
    if "multiple_of" in row:
        open_ended.append(f"a multiple of {row['multiple_of']}")
    said = ", ".join(each for each in (said.strip(), *open_ended) if each)
    if row.get("even_length"):
        said += ", an even number of them"
    if "means" in row:
        said += f"{', ' if said else ''}must {row['means']}"
    return said.strip()


def inside(row: Json) -> str:
    """A field of an object that is an argument, in short."""
    bounds = bound(row)
    return f"{row['name']} ({bounds})" if bounds else row["name"]
