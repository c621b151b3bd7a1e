"""Lay the document out for the converter to Postman, so that nothing is left for it to draw.

There are folders by what comes out, one example for each request, and job ids that are the variable `job_id`.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from fields import resolve
from table import HTTP_METHODS, called_back

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

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

JOB_ID = "{{job_id}}"
HOW_TO = """\
Set `api_key` under Variables, as the current value, which stays on your machine. Then send a request. Every answer
with a job leaves its id in `job_id`, and whatever builds upon a job, or looks at one, takes it from there: make images,
look at the job until it is completed, enlarge one, look again.

Each request other than those that only look **costs points** from the moment it is accepted. If its answer is lost, do
not send it again blindly: the service may be working on it already.

"""


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
