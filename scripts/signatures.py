"""What a caller's editor shows of an operation: annotations, defaults and docs of its keyword arguments.

The types come from the generator's own reading of the spec, so that the names are those of the models it writes; the
bounds come from the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.union import UnionProperty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi_python_client.parser.openapi import Endpoint
    from openapi_python_client.parser.properties.protocol import PropertyProtocol

Json = dict[str, Any]


def annotation(prop: PropertyProtocol) -> str:
    """The type of an argument: enums and objects are accepted as the generated class or as plain values."""
    match prop:
        case EnumProperty():
            values = ", ".join(repr(value) for value in prop.values.values())
            return f"{prop.class_info.name} | Literal[{values}]"
        case ModelProperty():
            return f"{prop.class_info.name} | Mapping[str, Any]"
        case ListProperty():
            return f"Sequence[{annotation(prop.inner_property)}]"
        case UnionProperty():
            return " | ".join(dict.fromkeys(annotation(inner) for inner in prop.inner_properties))
        case NoneProperty():
            return "None"
        case _:
            return prop.get_base_type_string().as_unembedded_code()


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


def properties(endpoint: Endpoint) -> dict[str, PropertyProtocol]:
    """Every argument of an endpoint, by its wire name."""
    found: list[PropertyProtocol] = list(endpoint.path_parameters)
    for body in endpoint.bodies:
        if isinstance(body.prop, ModelProperty):
            found += [*(body.prop.required_properties or ()), *(body.prop.optional_properties or ())]
    return {prop.name.get_untrusted_value(): prop for prop in found}


def argument(row: Json, prop: PropertyProtocol) -> Json:
    """How one field stands in a signature and in a docstring."""
    kind = annotation(prop)
    default = None
    if not row["required"]:
        if "default" in row:
            default = repr(row["default"])
        elif row.get("nullable"):
            kind, default = f"{kind} | Unset", "UNSET"
        else:
            kind, default = f"{kind} | None", "None"
    return {"name": row["name"], "annotation": kind, "default": default, "doc": document(row)}


def document(row: Json) -> str:
    """A field's description with what the spec demands of it."""
    parts = [row["description"]] if row["description"] else []
    bounds = bound(row)
    if bounds:
        parts.append(f"{bounds[0].upper()}{bounds[1:]}.")
    if "default" in row:
        parts.append(f"Default: {row['default']}.")
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
    if row.get("even_length"):
        said += ", an even number of them"
    if "means" in row:
        said += f"{', ' if said else ''}must {row['means']}"
    return said.strip()


def inside(row: Json) -> str:
    """A field of an object that is an argument, in short."""
    bounds = bound(row)
    return f"{row['name']} ({bounds})" if bounds else row["name"]
