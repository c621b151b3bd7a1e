"""Finish what the converter to Postman has made: with our variables, scripts and examples.

Every id is made from what it stands for, so that one document always gives the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from fields import resolve
from postman_before import KEPT, examples, flags_needed, operations, titles

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

REWORDED = {
    "{{baseUrl}}": "{{base_url}}",
    "{{apiKey}}": "{{api_key}}",
    "baseUrl": "base_url",
    "text/plain": "text/markdown",
}
"""The converter's words, and ours: the variables are named as the service's documents name them."""

BEFORE_EVERY_REQUEST = """\
const kept = %(kept)s;
const sent = JSON.stringify(pm.request.toJSON()) + "{{api_key}}";
const used = ["api_key", ...kept].filter((name) => sent.includes(`{{${name}}}`));
const absent = used.find((name) => !pm.variables.get(name));
function waitFor(id, tries) {
    const url = pm.variables.replaceIn(%(job)s).replace("{job_id}", encodeURIComponent(id));
    pm.sendRequest({ url, header: { "x-api-key": pm.variables.get("api_key") } }, (error, response) => {
        const over = !error && (response.code >= 400 || ["completed", "failed"].includes(response.json().status));
        if (!over && tries > 1) {
            setTimeout(() => waitFor(id, tries - 1), 1000 * pm.variables.get("poll_seconds"));
        }
    });
}
if (absent) {
    const what = absent === "api_key" ? "set it under Variables, as the current value"
        : "send a request that makes such a job, or set it under Variables";
    pm.test(`There is no ${absent}: ${what}`, () => pm.expect.fail("nothing was sent"));
    pm.execution.skipRequest();
} else if (pm.request.method !== "GET" && pm.variables.get("wait") !== "false") {
    const names = ["job_id", ...used.filter((name) => name !== "api_key")];
    new Set(names.map((name) => pm.variables.get(name)).filter(Boolean)).forEach((id) => waitFor(id, 200));
}"""
AFTER_EVERY_REQUEST = """\
pm.test("Status %(named)s", () => pm.expect(%(codes)s, pm.response.text()).to.include(pm.response.code));
// What an answer must look like, for the scripts of the requests."""
AFTER = """\
const shape = JSON.parse(pm.variables.get(%(shape)s));
pm.test("The documented shape", () => pm.response.to.have.jsonSchema(shape));"""
AFTER_A_SUBMISSION = """\
const job = pm.response.json();
pm.test("A job of its kind", () => pm.expect(job.task_type || %(kind)s).to.equal(%(kind)s));
pm.test("An id to go on with", () => pm.expect(job.job_id).to.be.a("string").and.not.empty);
if (job.job_id) {
    %(kept)s.forEach((name) => pm.collectionVariables.set(name, job.job_id));
}"""


def finished(made: Json, spec: Json) -> Json:
    """The converter's collection with our variables, scripts and examples, and ids that stay."""
    spec = {**spec, "paths": {path: resolve(spec, item) for path, item in spec["paths"].items()}}
    by_name = {operation["operationId"]: operation for operation in operations(spec)}
    by_title = {title: by_name[name] for name, title in titles(spec).items()}
    made = reworded(made)
    made["info"]["_postman_id"] = stable(made["info"]["name"])
    ids = ["job_id", *KEPT.values(), *(f"{flag}_job_id" for flag in flags_needed(spec))]
    made["variable"] += [{"key": name, "value": ""} for name in ("api_key", *ids)]
    made["variable"] += [{"key": "poll_seconds", "value": "5"}, {"key": "wait", "value": "true"}]
    for folder in made["item"]:
        folder["id"] = stable(folder["name"])
        for item in folder["item"]:
            operation = by_title[item["name"]]
            item["id"] = stable(operation["operationId"])
            looks = after(operation, spec)
            item["event"] = [script("test", looks)] if looks else []
            item["response"] = list(saved(item["response"], operation, spec))
    path = next(
        path for path, item in spec["paths"].items() for each in operations({"paths": {"": item}}) if looks_at(each)
    )
    before = BEFORE_EVERY_REQUEST % {"kept": json.dumps(ids), "job": json.dumps("{{base_url}}" + path)}
    made["event"] = [script("prerequest", before), script("test", after_every(spec))]
    return made


def reworded(made: Json) -> Json:
    """The same in our words, wherever a text is one of the converter's."""
    text = json.dumps(made)
    for theirs, ours in REWORDED.items():
        text = text.replace(json.dumps(theirs), json.dumps(ours))
    again: Json = json.loads(text)
    return again


def stable(*names: str) -> str:
    """An id made from names: Postman then knows a request again when a newer collection is imported."""
    return str(uuid5(NAMESPACE_URL, "/".join(("legnext", *names))))


def script(listen: str, text: str) -> Json:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": text.split("\n")}}


def after_every(spec: Json) -> str:
    """The script that tells the requests' own scripts what an answer must look like."""
    told = {operation["operationId"]: answer(operation, spec) for operation in operations(spec)}
    shapes = {shape_name(name, schema): whole(schema, spec) for name, schema in told.items() if schema is not None}
    lines = [
        f"pm.variables.set({json.dumps(name)}, {json.dumps(json.dumps(shape))});" for name, shape in shapes.items()
    ]
    codes = sorted({int(code) for operation in operations(spec) for code in good(operation) if code.isdigit()})
    first = AFTER_EVERY_REQUEST % {"named": " or ".join(map(str, codes)), "codes": codes}
    return "\n".join((first, *lines))


def after(operation: Json, spec: Json) -> str:
    """The script that looks at the answer and keeps the id of the job; nothing where there is nothing to look at."""
    schema = answer(operation, spec)
    if schema is None:
        return ""
    kind = operation.get("x-legnext", {}).get("task_type")
    text = f"{AFTER}\n{AFTER_A_SUBMISSION}" if kind else AFTER
    shape = json.dumps(shape_name(operation["operationId"], schema))
    return text % {"shape": shape, "kind": json.dumps(kind), "kept": kept(operation, spec)}


def kept(operation: Json, spec: Json) -> str:
    """The variables that keep the id of a job, as a list in JavaScript."""
    own = operation.get("x-legnext", {})
    names = ['"job_id"', *([json.dumps(KEPT[own["makes"]])] if own.get("makes") in KEPT else [])]
    if own.get("takes") == "nothing" and "prompt" in own:
        names += [
            f'...(pm.request.body.raw.includes("--{flag}") ? ["{flag}_job_id"] : [])' for flag in flags_needed(spec)
        ]
    return f"[{', '.join(names)}]"


def looks_at(operation: Json) -> bool:
    return bool(operation.get("x-legnext", {}).get("role") == "job")


def good(operation: Json) -> list[str]:
    """The statuses of a success."""
    return [code for code in map(str, operation["responses"]) if code.startswith("2")]


def answer(operation: Json, spec: Json) -> Json | None:
    """The schema of the first success that is JSON."""
    for code in good(operation):
        content = resolve(spec, operation["responses"][code]).get("content", {}).get("application/json", {})
        if "schema" in content:
            schema: Json = content["schema"]
            return schema
    return None


def shape_name(name: str, schema: Json) -> str:
    reference: str = schema.get("$ref", name)
    return reference.rpartition("/")[2]


def saved(responses: list[Json], operation: Json, spec: Json) -> Iterator[Json]:
    """Examples of answers: every one that the document has of a success, one of each kind of failure."""
    seen: set[str] = set()
    for response in responses:
        code = str(response.get("code", "default"))
        content = resolve(spec, operation["responses"].get(code, {})).get("content", {})
        told = examples(content["application/json"], spec) if "application/json" in content else {}
        for summary, value in list(told.items())[: None if code.startswith("2") else 1]:
            body = json.dumps(value, ensure_ascii=False, indent=2)
            if body not in seen:
                seen.add(body)
                name = f"{code}: {summary}"
                yield {**response, "id": stable(operation["operationId"], name), "name": name, "body": body}


def whole(schema: Json, spec: Json) -> Json:
    """A schema without references, and without what only people read."""
    kept = {
        name: value
        for name, value in resolve(spec, schema).items()
        if name not in ("description", "discriminator", "format") and not name.startswith("x-")
    }
    if "properties" in kept:
        kept["properties"] = {name: whole(inner, spec) for name, inner in kept["properties"].items()}
    for keyword in kept.keys() & {"items", "additionalProperties"}:
        if isinstance(kept[keyword], dict):
            kept[keyword] = whole(kept[keyword], spec)
    for keyword in kept.keys() & {"anyOf", "oneOf", "allOf"}:
        kept[keyword] = [whole(inner, spec) for inner in kept[keyword]]
    return kept
