"""Lay the document out for the converter to Postman, so that nothing is left for it to draw.

There are folders by what comes out, one example for each request, and job ids that are the variable `job_id`.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from fields import SpecError, resolve
from table import HTTP_METHODS, called_back

from legnext_client.generated.types import is_object
from legnext_client.mock.schemas import Schemas, sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]

FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
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
KEPT = {"images": "image_job_id", "videos": "video_job_id"}
"""The variable that keeps the latest job of what can be built upon, by what an operation makes."""
TAKEN = {"image": KEPT["images"], "images": KEPT["images"], "video": KEPT["videos"]}
HOW_TO = """\
Set `api_key` under Variables, as the current value, which stays on your machine. Then send a request, or run the whole
collection in its order. Every response with a job leaves its id in `job_id`, where the request that looks at a job
finds it. Follow-ups take the latest grid of images from `image_job_id`, the latest draft from `draft_job_id` and the
latest videos from `video_job_id`.

A request that makes a job first waits until the job that it builds upon, and the latest one, have ended. It polls every
`poll_seconds`; `wait` set to `false` sends at once.

Each request other than those that only look **costs points** once it is accepted. If its response is lost, do not send
it again blindly: the job may already be running.

"""


def flags_needed(spec: Json) -> list[str]:
    """The flags that some operation wants the prompt of its source to have."""
    found = [each.get("x-legnext", {}).get("source", {}).get("flag") for each in operations(spec)]
    return list(dict.fromkeys(filter(None, found)))


def source_variable(operation: Json) -> str:
    """The variable that an operation takes the id of its source job from."""
    own = operation.get("x-legnext", {})
    flag = own.get("source", {}).get("flag")
    return f"{flag}_job_id" if flag else TAKEN.get(own.get("takes"), "job_id")


def laid_out(spec: Json) -> Json:
    """The document as the converter is to see it."""
    document = copy.deepcopy(spec)
    about = document["info"].get("description", "").partition("\n###")[0]  # the rest is for who writes the document
    document["info"] = {**document["info"], "description": HOW_TO + about}
    document["info"].pop("contact", None)
    an_id = id_of_jobs(document)
    document["paths"] = {path: whole(item, spec) for path, item in document["paths"].items()}
    names = titles(spec)
    for operation in operations(document):
        operation["summary"] = names[operation["operationId"]]
        operation["tags"] = [feature(operation)]
        for parameter in operation["parameters"]:
            is_id = parameter.get("schema") == an_id
            parameter.setdefault("example", sampled(parameter.get("schema", {}), spec))
            if is_id:
                parameter["example"] = JOB_ID
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            body = sent(operation, content, spec, an_id)
            content["examples"] = {"sent": {"value": body}}
            if media in FORMS and is_object(body):
                content["schema"] = field_by_field(resolve(spec, content["schema"]), body, spec)
        for response in operation["responses"].values():
            for content in response.get("content", {}).values():
                if "example" not in content:
                    content.setdefault("examples", {"first": {"value": sampled(content.get("schema", {}), spec)}})
            for header in response.get("headers", {}).values():
                header.setdefault("example", sampled(header.get("schema", {}), spec))
    return in_folders(document)


def whole(item: Json, spec: Json) -> Json:
    """What stands at a path with its references followed, and its parameters with each of its operations."""
    item = dict(resolve(spec, item))
    shared = item.pop("parameters", [])
    for method in (each for each in HTTP_METHODS if each in item):
        operation = item[method]
        own = [dict(resolve(spec, each)) for each in (*shared, *operation.get("parameters", ()))]
        operation["parameters"] = list({(each["in"], each["name"]): each for each in own}.values())
        if "requestBody" in operation:
            operation["requestBody"] = resolve(spec, operation["requestBody"])
        operation["responses"] = {
            code: copy.deepcopy(resolve(spec, response)) for code, response in operation["responses"].items()
        }
        for response in operation["responses"].values():
            if "headers" in response:
                response["headers"] = {name: dict(resolve(spec, each)) for name, each in response["headers"].items()}
    return item


def field_by_field(schema: Json, body: Mapping[str, Any], spec: Json) -> Json:
    """A form with an example at each field: there the converter looks for one."""
    fields = {
        name: {**resolve(spec, inner), "example": body.get(name, sampled(inner, spec))}
        for name, inner in schema.get("properties", {}).items()
    }
    return {**schema, "properties": fields}


def sent(operation: Json, content: Json, spec: Json, an_id: Json) -> Any:
    """The first example of a body, with the id of the latest job."""
    first = next(iter(examples(content, spec).values()))
    if not is_object(first):
        return first
    properties: Json = resolve(spec, content.get("schema", {})).get("properties", {})
    return {
        name: f"{{{{{source_variable(operation)}}}}}" if properties.get(name) == an_id else value
        for name, value in first.items()
        if name not in called_back(operation)  # an address at which somebody else would listen
    }


def operations(document: Json) -> Iterator[Json]:
    for item in document["paths"].values():
        yield from (item[method] for method in HTTP_METHODS if method in item)


def titles(spec: Json) -> dict[str, str]:
    """What each operation is called, by its name; where two have one summary, with the name."""
    found = [one for item in spec["paths"].values() for one in operations({"paths": {"": resolve(spec, item)}})]
    summaries = [one["summary"] for one in found]
    return {
        one["operationId"]: one["summary"] + f" ({one['operationId']})" * (summaries.count(one["summary"]) > 1)
        for one in found
    }


def id_of_jobs(document: Json) -> Json:
    """How the document says that something is the id of a job: as the operation that looks at one says it."""
    for item in document["paths"].values():
        for operation in operations({"paths": {"": resolve(document, item)}}):
            if operation.get("x-legnext", {}).get("role") == "job":
                nodes = [resolve(document, each) for each in (*item.get("parameters", ()), *operation["parameters"])]
                return next(dict(each["schema"]) for each in nodes if each["in"] == "path")
    raise SpecError("no operation has the role job; the collection keeps the ids of jobs by it")


def examples(content: Json, spec: Json) -> Json:
    """The documented examples by what they show; if there is none, one that is made up from the schema."""
    found = {name: resolve(spec, example) for name, example in content.get("examples", {}).items()}
    documented = {example.get("summary", name): example["value"] for name, example in found.items()}
    if "example" in content:
        documented["An example"] = content["example"]
    return documented or {"An example": sampled(content.get("schema", {}), spec)}


def sampled(schema: Json, spec: Json) -> Any:
    """A value that fits; the converter's own are drawn anew each time."""
    return sample(Schemas(spec), schema)


def feature(operation: Json) -> str:
    kind = operation.get("x-legnext", {}).get("makes", operation["tags"][0])
    return FEATURES.get(kind, str(kind).capitalize())


def in_folders(document: Json) -> Json:
    """The document in the order of the features, and after them what has none."""
    used = [operation["tags"][0] for operation in operations(document)]
    order = [name for name in dict.fromkeys([*FEATURES.values(), *used]) if name in used]

    def place(path: tuple[str, Json]) -> int:
        places = [order.index(operation["tags"][0]) for operation in operations({"paths": dict([path])})]
        return min(places, default=len(order))

    document["tags"] = [{"name": name} for name in order]
    document["paths"] = dict(sorted(document["paths"].items(), key=place))
    return document
