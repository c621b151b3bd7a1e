"""Example requests from the document, in the groups that the service's pages have: for those who click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import table
from fields import resolve

from legnext_client.generated.types import is_object
from legnext_client.mock.schemas import Schemas, sample

if TYPE_CHECKING:
    from collections.abc import Iterable

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
"""The group, by what an operation makes or, if it makes nothing, by its tag."""
KEPT = {"images": "image_job_id", "videos": "video_job_id"}
"""The variable for the latest job of what can be built upon, by what an operation makes."""
TAKEN = {"image": KEPT["images"], "images": KEPT["images"], "video": KEPT["videos"]}


def by_feature(rows: Iterable[Json]) -> dict[str, list[Json]]:
    """The operations in their groups; after those of FEATURES, one for each other tag or thing that is made."""
    groups: dict[str, list[Json]] = {name: [] for name in FEATURES.values()}
    for row in rows:
        kind = str(row["makes"] or row["namespace"])
        groups.setdefault(FEATURES.get(kind, kind.capitalize()), []).append(row)
    return {name: inside for name, inside in groups.items() if inside}


def flag_needed(row: Json) -> str | None:
    """The flag that an operation wants the prompt of its source to have."""
    source: Json = row["source"] or {}
    return source.get("flag")


def body(spec: Json, row: Json) -> Any:
    """The first example of a body, with a variable for the job that it builds on; None without a body."""
    content = table.content_of(spec, row)
    if content is None:
        return None
    first = next(iter(examples(spec, content).values()))
    if not is_object(first):
        return first
    builds_on = table.job_field(row)
    flag = flag_needed(row)
    variable = f"{flag}_job_id" if flag else TAKEN.get(row["takes"], table.JOB_NAME)
    return {
        name: f"{{{{{variable}}}}}" if builds_on and name == builds_on["wire"] else value
        for name, value in first.items()
        if name not in table.called_back(table.data_of(spec, row))  # an address at which somebody else would listen
    }


def parameter(spec: Json, row: Json, field: Json) -> Any:
    """An example of a parameter."""
    node = table.parameters_of(spec, row)[field["place"], field["wire"]]
    return node.get("example", sampled(spec, node["schema"]))


def examples(spec: Json, content: Json) -> Json:
    """The documented examples by what they show; if there is none, one that is made up from the schema."""
    found = {name: resolve(spec, example) for name, example in content.get("examples", {}).items()}
    documented = {example.get("summary", name): example["value"] for name, example in found.items()}
    if "example" in content:
        documented["An example"] = content["example"]
    return documented or {"An example": sampled(spec, content.get("schema", {}))}


def sampled(spec: Json, schema: Json) -> Any:
    return sample(Schemas(spec), schema)
