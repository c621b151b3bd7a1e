"""Write the Postman collection that follows from `openapi.yaml`: `postman/legnext.postman_collection.json`.

    python scripts/postman.py             write it
    python scripts/postman.py --check     fail when the committed one is not what the spec gives

Without npm that fails. With `--optional` it is said, and left at that; in CI, nothing is optional.
`openapi-to-postmanv2` (npm) does the work. Before it, the document is laid out for people who click: folders by what
comes out, one example for each request, and job ids that are the variable `job_id`. After it, scripts and further
examples are added, and every id is made from what it stands for, so that one document always gives the same bytes.
"""

from __future__ import annotations

import argparse
import copy
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import npm_tools
import yaml
from table import HTTP_METHODS, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
COLLECTION = ROOT / "postman" / "legnext.postman_collection.json"
FEATURES = {
    "images": "Image Generation",
    "image": "Image Generation",
    "videos": "Video Generation",
    "video": "Video Generation",
    "texts": "Prompts and Descriptions",
    "tasks": "Task Management",
    "account": "Account Management",
}
"""The folder, by what an operation makes or, if it makes nothing, by its tag."""

OPTIONS = {
    "folderStrategy": "Tags",
    "parametersResolution": "Example",
    "alwaysInheritAuthentication": "true",
    "includeAuthInfoInExample": "false",
}
REWORDED = {
    "{{baseUrl}}": "{{base_url}}",
    "{{apiKey}}": "{{api_key}}",
    "baseUrl": "base_url",
    "text/plain": "text/markdown",
}
"""The converter's words, and ours: the variables are named as the service's documents name them."""

JOB_ID = "{{job_id}}"
HOW_TO = """\
Set `api_key` under Variables, as the current value, which stays on your machine. Then send a request. Every answer
with a job leaves its id in `job_id`, and whatever builds upon a job, or looks at one, takes it from there: make images,
look at the job until it is completed, enlarge one, look again.

Each request other than those that only look **costs points** from the moment it is accepted. If its answer is lost, do
not send it again blindly: the service may be working on it already.

"""
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
pm.test("Status 200", () => pm.expect(pm.response.code, pm.response.text()).to.equal(200));
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the committed one has drifted")
    parser.add_argument("--optional", action="store_true", help="do nothing where npm is missing, but not in CI")
    parser.add_argument("--spec", type=Path, default=ROOT / "openapi.yaml", help="the document to make it from")
    parser.add_argument("--output", type=Path, default=COLLECTION, help="where it is, or is to be")
    options = parser.parse_args()
    try:
        npm_tools.install()
    except npm_tools.ToolsMissing as reason:
        fine = options.optional and not npm_tools.in_ci()
        print(f"Postman collection skipped: {reason}", file=sys.stdout if fine else sys.stderr)
        return 0 if fine else 1
    text = collection(options.spec)
    if options.check:
        if options.output.is_file() and options.output.read_text(encoding="utf-8") == text:
            return 0
        print(f"{options.output.name} is not what {options.spec.name} gives; run `make postman`", file=sys.stderr)
        return 1
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text, encoding="utf-8")
    return 0


def collection(path: Path) -> str:
    """The collection of a document, as the file holds it."""
    spec: Json = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return json.dumps(finished(converted(laid_out(spec)), spec), ensure_ascii=False, indent=1) + "\n"


def converted(document: Json) -> Json:
    """What openapi-to-postmanv2 makes of a document."""
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch) / "openapi.json", Path(scratch) / "collection.json"
        source.write_text(json.dumps(document), encoding="utf-8")
        options = ",".join(f"{name}={value}" for name, value in OPTIONS.items())
        command = [npm_tools.command("openapi2postmanv2"), "-s", str(source), "-o", str(target), "-O", options]
        done = subprocess.run(command, env=npm_tools.environment(), capture_output=True, text=True, check=False)
        if not target.is_file():  # its status is 0 even then
            raise SystemExit(f"openapi-to-postmanv2 wrote nothing:\n{done.stdout}{done.stderr}")
        made: Json = json.loads(target.read_text(encoding="utf-8"))
    return made


# ---- before the converter ---------------------------------------------------------------------------------------


def laid_out(spec: Json) -> Json:
    """The document as the converter is to see it."""
    document = copy.deepcopy(spec)
    about = document["info"].get("description", "").partition("\n###")[0]  # the rest is for who writes the document
    document["info"] = {**document["info"], "description": HOW_TO + about}
    document["info"].pop("contact", None)
    an_id = id_of_jobs(document)
    for operation in operations(document):
        operation["tags"] = [feature(operation)]
        for parameter in operation.get("parameters", ()):
            if parameter["schema"] == an_id:
                parameter["example"] = JOB_ID
        for content in operation.get("requestBody", {}).get("content", {}).values():
            first = next(iter(examples(content, spec).values()))
            properties = resolve(spec, content["schema"])["properties"]
            sent = {
                name: JOB_ID if properties[name] == an_id else value
                for name, value in first.items()
                if name not in called_back(operation)  # an address at which somebody else would listen
            }
            content["examples"] = {"sent": {"value": sent}}
        for response in operation["responses"].values():
            for content in resolve(spec, response).get("content", {}).values():
                content.setdefault("examples", {"first": {"value": sampled(content["schema"], spec)}})
    return in_folders(document)


def operations(document: Json) -> Iterator[Json]:
    for item in document["paths"].values():
        yield from (item[method] for method in HTTP_METHODS if method in item)


def id_of_jobs(document: Json) -> Json:
    """How the document says that something is the id of a job: as the operation that looks at one says it."""
    job = next(one for one in operations(document) if one.get("x-legnext", {}).get("role") == "job")
    schema: Json = job["parameters"][0]["schema"]
    return dict(schema)


def called_back(operation: Json) -> set[str]:
    """The body fields that hold an address to call back."""
    callbacks = operation.get("callbacks", {}).values()
    return {expression.strip("{}").rpartition("#/")[2] for callback in callbacks for expression in callback}


def examples(content: Json, spec: Json) -> Json:
    """The documented examples by what they show; if there is none, one that is made up from the schema."""
    found = {name: resolve(spec, example) for name, example in content.get("examples", {}).items()}
    documented = {example.get("summary", name): example["value"] for name, example in found.items()}
    return documented or {"An example": sampled(content["schema"], spec)}


def sampled(schema: Json, spec: Json) -> Any:
    """A value that fits; the converter's own are drawn anew each time."""
    schema = resolve(spec, schema)
    if "properties" in schema:
        required: list[str] = schema.get("required", list(schema["properties"]))
        return {name: sampled(inner, spec) for name, inner in schema["properties"].items() if name in required}
    for choices in ("examples", "enum"):
        if schema.get(choices):
            return schema[choices][0]
    for keyword in ("default", "minimum"):
        if keyword in schema:
            return schema[keyword]
    if "anyOf" in schema:
        return sampled(schema["anyOf"][0], spec)
    if "items" in schema:
        return [sampled(schema["items"], spec)] * schema.get("minItems", 1)
    return {"string": "text", "integer": 1, "number": 1, "boolean": True}.get(str(schema.get("type")))


def feature(operation: Json) -> str:
    kind = operation["x-legnext"].get("makes", operation["tags"][0])
    return FEATURES.get(kind, str(kind).capitalize())


def in_folders(document: Json) -> Json:
    """The document in the order of the features, and after them what has none."""
    used = [operation["tags"][0] for operation in operations(document)]
    order = [name for name in dict.fromkeys([*FEATURES.values(), *used]) if name in used]

    def place(path: tuple[str, Json]) -> int:
        return min(order.index(operation["tags"][0]) for operation in operations({"paths": dict([path])}))

    document["tags"] = [{"name": name} for name in order]
    document["paths"] = dict(sorted(document["paths"].items(), key=place))
    return document


# ---- after it ---------------------------------------------------------------------------------------------------


def finished(made: Json, spec: Json) -> Json:
    """The converter's collection with our variables, scripts and examples, and ids that stay."""
    by_summary = {operation["summary"]: operation for operation in operations(spec)}
    made = reworded(made)
    made["info"]["_postman_id"] = stable(made["info"]["name"])
    made["variable"] += [{"key": "api_key", "value": ""}, {"key": "job_id", "value": ""}]
    for folder in made["item"]:
        folder["id"] = stable(folder["name"])
        for item in folder["item"]:
            operation = by_summary[item["name"]]
            item["id"] = stable(operation["operationId"])
            item["event"] = [script("test", after(operation))]
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
    shapes = {shape_name(operation): whole(answer(operation)["schema"], spec) for operation in operations(spec)}
    lines = [
        f"pm.variables.set({json.dumps(name)}, {json.dumps(json.dumps(shape))});" for name, shape in shapes.items()
    ]
    return "\n".join((AFTER_EVERY_REQUEST, *lines))


def after(operation: Json) -> str:
    """The script that looks at the answer and keeps the id of the job."""
    kind = operation["x-legnext"].get("task_type")
    text = f"{AFTER}\n{AFTER_A_SUBMISSION}" if kind else AFTER
    return text % {"shape": json.dumps(shape_name(operation)), "kind": json.dumps(kind)}


def answer(operation: Json) -> Json:
    content: Json = operation["responses"]["200"]["content"]["application/json"]
    return content


def shape_name(operation: Json) -> str:
    reference: str = answer(operation)["schema"].get("$ref", operation["operationId"])
    return reference.rpartition("/")[2]


def saved(responses: list[Json], operation: Json, spec: Json) -> Iterator[Json]:
    """Examples of answers: every one that the document has of a success, one of each kind of failure."""
    seen: set[str] = set()
    for response in responses:
        code = str(response.get("code", "default"))
        content = resolve(spec, operation["responses"][code]).get("content", {})
        told = examples(content["application/json"], spec) if "application/json" in content else {}
        for summary, value in list(told.items())[: None if code == "200" else 1]:
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
        if name != "description" and not name.startswith("x-")
    }
    if "properties" in kept:
        kept["properties"] = {name: whole(inner, spec) for name, inner in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = whole(kept["items"], spec)
    for keyword in kept.keys() & {"anyOf", "oneOf", "allOf"}:
        kept[keyword] = [whole(inner, spec) for inner in kept[keyword]]
    return kept


if __name__ == "__main__":
    sys.exit(main())
