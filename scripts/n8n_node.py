"""The community node for n8n, as TypeScript: declarative, so it says where each field goes, and has no code.

Fields that are empty are left out of a request, since the service may refuse them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from samples import by_feature

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]

WRITTEN = "// Written by `make generate` from openapi.yaml; do not edit it.\n"
ACRONYMS = {"id": "ID", "url": "URL", "urls": "URLs"}
SINGLE = {"string", "integer", "number", "boolean"}
CODE = re.compile(r"[A-Z]{1,2}|[A-Z0-9]*\d[A-Z0-9]*|\d\w*")
"""The part of a name that is written as it is: HD, 720P."""
UNLESS_EMPTY = '={{ $value === "" || $value === null ? undefined : $value }}'
UNLESS_BLANK = '={{ $value.filter((each) => each !== "") }}'
AS_JSON = '={{ typeof $value !== "string" ? $value : $value.trim() ? JSON.parse($value) : undefined }}'
"""What is sent for the value of a field; undefined is left out."""


def node(rows: list[Json], server: str) -> str:
    resources = by_feature(row for row in rows if "media" not in row)  # a form or a file cannot be declared
    values = {name: name.lower().replace(" ", "_") for name in resources}
    options = [{"name": name, "value": value} for name, value in values.items()]
    properties = [choice("resource", options)]
    for name, inside in resources.items():
        shown: Json = {"resource": [values[name]]}
        properties.append({**choice("operation", [option(row) for row in inside]), "displayOptions": {"show": shown}})
        for row in inside:
            on = {"displayOptions": {"show": {**shown, "operation": [row["name"]]}}}
            properties += [{**each, **on} for each in inputs(row)]
    description = {
        "displayName": "Legnext",
        "name": "legnext",
        "icon": "file:legnext.svg",
        "group": ["transform"],
        "version": 1,
        "subtitle": '={{ $parameter["operation"] }}',
        "description": "Images and videos by Midjourney models, with the Legnext API",
        "defaults": {"name": "Legnext"},
        "usableAsTool": True,
        "inputs": ["main"],
        "outputs": ["main"],
        "credentials": [{"name": "legnextClientApi", "required": True}],
        "requestDefaults": {"baseURL": f"={{{{ $credentials.baseUrl || {json.dumps(server)} }}}}"},
        "properties": properties,
    }
    return f"""{WRITTEN}import type {{ INodeType, INodeTypeDescription }} from 'n8n-workflow';

export class Legnext implements INodeType {{
\tdescription: INodeTypeDescription = {typescript(description)};
}}
"""


def credential(rows: list[Json], server: str, header: str) -> str:
    key = {"displayName": "API Key", "name": "apiKey", "type": "string", "required": True, "default": ""}
    base = {"displayName": "Base URL", "name": "baseUrl", "type": "string", "required": True, "default": server}
    authenticate = {"type": "generic", "properties": {"headers": {header: "={{ $credentials.apiKey }}"}}}
    path = next(row["path"] for row in rows if row["role"] == "balance")
    return f"""{WRITTEN}import type {{
\tIAuthenticateGeneric,
\tICredentialTestRequest,
\tICredentialType,
\tINodeProperties,
}} from 'n8n-workflow';

export class LegnextClientApi implements ICredentialType {{
\tname = 'legnextClientApi';
\tdisplayName = 'Legnext API';
\tdocumentationUrl = 'https://docs.legnext.ai';
\tproperties: INodeProperties[] = {typescript([{**key, "typeOptions": {"password": True}}, base])};
\tauthenticate: IAuthenticateGeneric = {typescript(authenticate)};
\ttest: ICredentialTestRequest = {typescript({"request": {"baseURL": "={{ $credentials.baseUrl }}", "url": path}})};
}}
"""


def typescript(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent="\t").replace("\n", "\n\t")


def choice(name: str, options: list[Json]) -> Json:
    shown = {"displayName": words(name), "name": name, "type": "options", "noDataExpression": True}
    return {**shown, "options": options, "default": options[0]["value"]}


def option(row: Json) -> Json:
    """One operation among those of a resource, with its request."""
    url = re.sub(r"\{([^}]+)\}", r'{{ encodeURIComponent($parameter["\1"]) }}', row["path"])
    routing: Json = {"request": {"method": row["method"], "url": url if url == row["path"] else f"={url}"}}
    if row["unwrap"]:
        unwrapped = {"type": "rootProperty", "properties": {"property": row["unwrap"]}}
        routing["output"] = {"postReceive": [unwrapped]}
    shown = {"name": row["summary"], "value": row["name"], "action": row["summary"]}
    return {**shown, "description": f"{row['summary']}. {price([row])}", "routing": routing}


def price(rows: Iterable[Json]) -> str:
    """The price of these operations together, in words."""
    paid = [row["price"] for row in rows if row["price"]]
    prices = [[each["points"], *(when["points"] for when in each["when"])] for each in paid]
    least, most = sum(map(min, prices)), sum(map(max, prices))
    return f"Costs {least if least == most else f'{least} to {most}'} points." if most else "Free of charge."


def inputs(row: Json) -> list[Json]:
    """The fields of an operation: parameters and required ones on their own, the others to be added."""
    placed = [(each, each["place"]) for each in row["parameters"] if each["place"] != "cookie"]
    placed += [(each, "body") for each in row["fields"]]
    found = [part for each, place in placed if each["required"] for part in needed(each, place, row)]
    more = [single(each, place, row) for each, place in placed if not each["required"]]
    if more:
        added = {"displayName": "Additional Fields", "name": "additionalFields", "type": "collection"}
        found.append({**added, "placeholder": "Add Field", "default": {}, "options": more})
    return found


def needed(field: Json, place: str, row: Json) -> list[Json]:
    """A required field; an object of single values is a field for each of them."""
    inside = field.get("fields", ())
    if place != "body" or not inside or {each["type"] for each in inside} - SINGLE:
        return [single(field, place, row)]
    return [single(each, place, row, within=field) for each in inside]


def single(field: Json, place: str, row: Json, within: Json | None = None) -> Json:
    """What a person fills in for a field, and its place in the request."""
    own, value = input_of(field)
    if row["prompt"] and row["prompt"]["field"] == field["wire"]:
        own["typeOptions"] = {"rows": 4}
    wire, name = field["wire"], words(field["name"])
    if within is not None:
        wire, name = f"{within['wire']}.{wire}", f"{words(within['name'])} {name}"
    if place == "header":
        own["routing"] = {"request": {"headers": {wire: value}}}
    elif row.get("whole") and place == "body":
        own["routing"] = {"request": {"body": value}}
    elif place != "path":
        own["routing"] = {"send": {"type": place, "property": wire, "value": value}}
    told = {"description": field["description"]} if field["description"] else {}
    wanted = {"required": True} if field["required"] else {}
    return {"displayName": name, "name": wire.replace(".", "_"), **wanted, **own, **told}


def input_of(field: Json) -> tuple[Json, str]:
    """The kind of input for a field, and the expression for the value that is sent."""
    kind = field["type"]
    if "enum" in field:
        named = [words(each) for each in field["enum_names"]] if kind == "integer" else []
        names = named or [str(each) for each in field["enum"]]
        options = [{"name": name, "value": each} for name, each in zip(names, field["enum"], strict=True)]
        return {"type": "options", "options": options, "default": field.get("default", field["enum"][0])}, UNLESS_EMPTY
    if kind in ("integer", "number"):
        bounds = {"minValue": field.get("minimum"), "maxValue": field.get("maximum")}
        known = {key: bound for key, bound in bounds.items() if bound is not None}
        own: Json = {"type": "number", "typeOptions": {**known, "numberPrecision": 0 if kind == "integer" else 3}}
        return {**own, "default": field.get("default", field.get("minimum", 0))}, UNLESS_EMPTY
    if kind == "boolean":
        return {"type": "boolean", "default": field.get("default", False)}, UNLESS_EMPTY
    if kind == "string":
        return {"type": "string", "default": field.get("default", "")}, UNLESS_EMPTY
    if kind == "array" and field["items"]["type"] == "string":
        return {"type": "string", "typeOptions": {"multipleValues": True}, "default": []}, UNLESS_BLANK
    return {"type": "json", "default": ""}, AS_JSON


def words(name: str) -> str:
    """A name of the document as a title: `img_url` is Img URL, `HD_720P` is HD 720P."""
    parts = [part for part in name.split("_") if part]
    return " ".join(ACRONYMS.get(part) or (part if CODE.fullmatch(part) else part.capitalize()) for part in parts)
