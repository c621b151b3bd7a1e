"""The Postman collection: a request for each operation, with scripts that test answers and keep the ids of jobs.

Every id is made from what it stands for, so that one document always gives the same bytes.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import table
from fields import resolve
from samples import KEPT, body, by_feature, examples, flag_needed, parameter, sampled

from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

PLACE = "postman/legnext.postman_collection.json"
TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "postman"


def collection(spec: Json) -> str:
    """The collection of a document, as the file holds it."""
    rows = table.operations(spec)
    flags = list(dict.fromkeys(flag for row in rows if (flag := flag_needed(row))))
    ids = ["job_id", *KEPT.values(), *(f"{flag}_job_id" for flag in flags)]
    values = {"base_url": table.server(spec), **dict.fromkeys(("api_key", *ids), "")}
    header = table.key_header(spec)
    auth = {"key": header, "value": "{{api_key}}", "in": "header"}
    about = spec["info"].get("description", "").partition("\n###")[0]  # the rest is for who writes the document
    path = next(re.sub("{.*?}", "{job_id}", row["path"]) for row in rows if row["role"] == table.JOB_ROLE)
    ends = ["completed", "failed", *(row["ends"] for row in rows if row["ends"])]
    look = {"kept": ids, "look": "{{base_url}}" + path, "keyHeader": header, "ends": ends}
    made = {
        "info": {
            "_postman_id": stable(spec["info"]["title"]),
            "name": spec["info"]["title"],
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
            "description": markdown(template("about.md") + about),
        },
        "item": [
            {"name": name, "id": stable(name), "item": [item(spec, row, titles(rows), flags) for row in inside]}
            for name, inside in by_feature(rows).items()
        ],
        "auth": {
            "type": "apikey",
            "apikey": [{"key": name, "value": value, "type": "any"} for name, value in auth.items()],
        },
        "variable": [
            {"key": name, "value": value} for name, value in {**values, "poll_seconds": "5", "wait": "true"}.items()
        ],
        "event": [
            script("prerequest", with_constants("before.js", **look)),
            script("test", with_constants("after.js", **after_every(spec, rows))),
        ],
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def titles(rows: list[Json]) -> dict[str, str]:
    """What each operation is called, by its name; where two have one summary, with the name."""
    summaries = [row["summary"] for row in rows]
    return {row["name"]: row["summary"] + f" ({row['name']})" * (summaries.count(row["summary"]) > 1) for row in rows}


def item(spec: Json, row: Json, named: dict[str, str], flags: list[str]) -> Json:
    sent, looks = request(spec, row), after(spec, row, flags)
    return {
        "name": named[row["name"]],
        "id": stable(row["name"]),
        "request": {**sent, "description": markdown(row["description"] + "\n")},
        "response": list(saved(spec, row, sent)),
        "event": [script("test", looks)] if looks else [],
    }


def request(spec: Json, row: Json) -> Json:
    placed: dict[str, list[Json]] = {"path": [], "query": [], "header": [], "cookie": []}
    values: dict[str, str] = {}
    for field in row["parameters"]:
        value = "{{job_id}}" if field["name"] == table.JOB_NAME else parameter(spec, row, field)
        about = f"{'(Required) ' * field['required']}{field['description']}"
        for each in value if is_list(value) else [value]:
            values[field["wire"]] = text(each)
            given: Json = {"key": field["wire"], "value": text(each), "description": markdown(about)}
            placed[field["place"]].append(given)
    parts = [re.sub(r"^{([^}]*)}$", r":\1", part) for part in row["path"].strip("/").split("/")]
    parts = [re.sub(r"{([^}]*)}", lambda found: values[found[1]], part) for part in parts]
    sent = body(spec, row)
    media = row.get("media", "application/json")
    headers = [{"key": "Content-Type", "value": media}] if sent is not None else []
    headers += [{"key": "Accept", "value": next((each for each in row["accepts"] if each), "application/json")}]
    headers += [{"key": "Cookie", "value": f"{each['key']}={each['value']}"} for each in placed["cookie"]]
    variables = [each for each in placed["path"] if f":{each['key']}" in parts]
    return {
        "method": row["method"],
        "header": [*headers, *placed["header"]],
        "url": {"host": ["{{base_url}}"], "path": parts, "query": placed["query"], "variable": variables},
        **({} if sent is None else {"body": written(row, media, sent)}),
    }


def written(row: Json, media: str, sent: Any) -> Json:
    """A body as Postman holds it."""
    if media == "application/json":
        return {"mode": "raw", "raw": pretty(sent), "options": {"raw": {"language": "json"}}}
    if is_object(sent):
        files = [field["wire"] for field in row["fields"] if field["type"] == "file"]
        mode = "formdata" if media == "multipart/form-data" else "urlencoded"
        fields: list[Json] = [
            {"key": name, "type": "file", "src": []} if name in files else {"key": name, "value": text(value)}
            for name, value in sent.items()
        ]
        return {"mode": mode, mode: fields}
    if row["fields"][0]["type"] == "file":
        return {"mode": "file", "file": {}}
    return {"mode": "raw", "raw": text(sent)}


def saved(spec: Json, row: Json, sent: Json) -> Iterator[Json]:
    """Examples of answers: every one that the document has of a success, one of each kind of failure."""
    seen: set[str] = set()
    for status, node in table.data_of(spec, row)["responses"].items():
        response, code = resolve(spec, node), str(status)
        content = response.get("content", {}).get("application/json")
        if content is None or not code.isdigit():
            continue
        headers = {"Content-Type": "application/json"}
        for name, each in response.get("headers", {}).items():
            header = resolve(spec, each)
            headers[name] = text(header.get("example", sampled(spec, header.get("schema", {}))))
        for summary, value in list(examples(spec, content).items())[: None if code.startswith("2") else 1]:
            answered, name = pretty(value), f"{code}: {summary}"
            if answered not in seen:
                seen.add(answered)
                yield {
                    "id": stable(row["name"], name),
                    "name": name,
                    "originalRequest": sent,
                    "status": HTTPStatus(int(code)).phrase,
                    "code": int(code),
                    "_postman_previewlanguage": "json",
                    "header": [{"key": key, "value": value} for key, value in headers.items()],
                    "cookie": [],
                    "body": answered,
                }


# ---- scripts --------------------------------------------------------------------------------------------------------


def script(listen: str, code: str) -> Json:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": code.split("\n")}}


def with_constants(name: str, **constants: Any) -> str:
    """A script below its constants."""
    lines = [f"const {key} = {json.dumps(value)};" for key, value in constants.items()]
    return "\n".join((*lines, template(name).rstrip("\n")))


def template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def after_every(spec: Json, rows: list[Json]) -> Json:
    """What answers must be: their statuses, and their shapes, by name."""
    told = {row["name"]: answer(spec, row) for row in rows}
    shapes = {shape_name(name, schema): whole(spec, schema) for name, schema in told.items() if schema is not None}
    return {
        "codes": sorted({int(code) for row in rows for code in good(spec, row) if code.isdigit()}),
        "shapes": shapes,
    }


def after(spec: Json, row: Json, flags: list[str]) -> str:
    """The script that looks at the answer and keeps the id of the job; nothing where there is nothing to look at."""
    if (schema := answer(spec, row)) is None:
        return ""
    looks = f"""const shape = JSON.parse(pm.variables.get({json.dumps(shape_name(row["name"], schema))}));
pm.test("The documented shape", () => pm.response.to.have.jsonSchema(shape));"""
    if not row["task_type"]:
        return looks
    kept = ["job_id", *([KEPT[row["makes"]]] if row["makes"] in KEPT else [])]
    lines = [looks, with_constants("after_a_submission.js", kind=row["task_type"], kept=kept)]
    if row["takes"] == "nothing" and row["prompt"]:
        for flag in flags:
            keep = f'pm.collectionVariables.set("{flag}_job_id", job.job_id)'
            lines.append(f'if (pm.request.body.raw.includes("--{flag}")) {keep};')
    return "\n".join(lines)


def good(spec: Json, row: Json) -> list[str]:
    """The statuses of a success."""
    return [code for code in map(str, table.data_of(spec, row)["responses"]) if code.startswith("2")]


def answer(spec: Json, row: Json) -> Json | None:
    """The schema of the first success that is JSON."""
    responses = {str(code): response for code, response in table.data_of(spec, row)["responses"].items()}
    contents = [resolve(spec, responses[code]).get("content", {}) for code in good(spec, row)]
    found = (each["application/json"] for each in contents if "application/json" in each)
    return next((each["schema"] for each in found if "schema" in each), None)


def shape_name(name: str, schema: Json) -> str:
    reference: str = schema.get("$ref", name)
    return reference.rpartition("/")[2]


def whole(spec: Json, schema: Any, seen: frozenset[str] = frozenset()) -> Json:
    """A schema without references, and without what only people read. Within itself it may be anything."""
    if is_object(schema) and "$ref" in schema:
        if schema["$ref"] in seen:
            return {}
        seen |= {schema["$ref"]}
    kept = {
        name: value
        for name, value in resolve(spec, schema).items()
        if name not in ("description", "discriminator", "format") and not name.startswith("x-")
    }
    if "properties" in kept:
        kept["properties"] = {name: whole(spec, inner, seen) for name, inner in kept["properties"].items()}
    for keyword in kept.keys() & {"items", "additionalProperties"}:
        if isinstance(kept[keyword], dict):
            kept[keyword] = whole(spec, kept[keyword], seen)
    for keyword in kept.keys() & {"anyOf", "oneOf", "allOf"}:
        kept[keyword] = [whole(spec, inner, seen) for inner in kept[keyword]]
    return kept


# ---- small parts ----------------------------------------------------------------------------------------------------


def stable(*names: str) -> str:
    """An id made from names: Postman then knows a request again when a newer collection is imported."""
    return str(uuid5(NAMESPACE_URL, "/".join(("legnext", *names))))


def markdown(content: str) -> Json:
    return {"content": content, "type": "text/markdown"}


def pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
