"""Finish what the converter to Postman has made: with our variables, scripts and examples.

Every id is made from what it stands for, so that one document always gives the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from fields import resolve
from postman_before import examples, operations, titles

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
const needed = {
    api_key: "set it under Variables, as the current value",
    job_id: "send a request that makes a job, or set it under Variables",
};
const used = JSON.stringify(pm.request.toJSON()) + "{{api_key}}";
for (const [name, what] of Object.entries(needed)) {
    if (used.includes(`{{${name}}}`) && !pm.variables.get(name)) {
        pm.test(`There is no ${name}: ${what}`, () => pm.expect.fail("nothing was sent"));
        pm.execution.skipRequest();
    }
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
    pm.collectionVariables.set("job_id", job.job_id);
}"""


def finished(made: Json, spec: Json) -> Json:
    """The converter's collection with our variables, scripts and examples, and ids that stay."""
    spec = {**spec, "paths": {path: resolve(spec, item) for path, item in spec["paths"].items()}}
    by_name = {operation["operationId"]: operation for operation in operations(spec)}
    by_title = {title: by_name[name] for name, title in titles(spec).items()}
    made = reworded(made)
    made["info"]["_postman_id"] = stable(made["info"]["name"])
    made["variable"] += [{"key": "api_key", "value": ""}, {"key": "job_id", "value": ""}]
    for folder in made["item"]:
        folder["id"] = stable(folder["name"])
        for item in folder["item"]:
            operation = by_title[item["name"]]
            item["id"] = stable(operation["operationId"])
            looks = after(operation, spec)
            item["event"] = [script("test", looks)] if looks else []
            item["response"] = list(saved(item["response"], operation, spec))
    made["event"] = [script("prerequest", BEFORE_EVERY_REQUEST), script("test", after_every(spec))]
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
    return text % {"shape": json.dumps(shape_name(operation["operationId"], schema)), "kind": json.dumps(kind)}


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
        if name not in ("description", "discriminator") and not name.startswith("x-")
    }
    if "properties" in kept:
        kept["properties"] = {name: whole(inner, spec) for name, inner in kept["properties"].items()}
    for keyword in kept.keys() & {"items", "additionalProperties"}:
        if isinstance(kept[keyword], dict):
            kept[keyword] = whole(kept[keyword], spec)
    for keyword in kept.keys() & {"anyOf", "oneOf", "allOf"}:
        kept[keyword] = [whole(inner, spec) for inner in kept[keyword]]
    return kept
