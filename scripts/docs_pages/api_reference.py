"""The API, rendered from the spec: one page for each operation, one about the whole, one about what comes back."""

from __future__ import annotations

import json
from typing import Any

import signatures
import table as rows_of_spec
from fields import resolve

from docs_pages.api_schemas import answers_page
from docs_pages.markdown import block, folded, page, pretty, table
from legnext_client.errors import ServerError, SubmissionUnknown, error_class
from legnext_client.generated.operations import SAFE
from legnext_client.generated.types import is_list, is_object

Json = dict[str, Any]

TAKES = {
    "nothing": "nothing but its fields",
    "url": "an address",
    "image": "an image of a job",
    "images": "a job that made images",
    "video": "a video of a job",
}
MAKES = {
    "images": "images",
    "image": "one image",
    "videos": "videos",
    "video": "one video",
    "texts": "texts",
}


def api_pages(spec: Json) -> dict[str, str]:
    """Each page by its name, in the order in which a reader wants them."""
    about, _, extension = spec["info"]["description"].partition("### ")
    operations = rows_of_spec.operations(spec)
    pages = {"index.md": overview(spec, about, operations)}
    for row in operations:
        data = spec["paths"][row["path"]][row["method"].lower()]
        pages[f"{row['name']}.md"] = operation_page(spec, row, data)
    pages["answers.md"] = answers_page(spec)
    if extension:
        pages["extension.md"] = page("# " + extension)
    return pages


def overview(spec: Json, about: str, operations: list[Json]) -> str:
    base = spec["servers"][0]["url"]
    sections: list[str] = []
    for tag in spec["tags"]:
        rows = [
            (f"[`{row['name']}`]({row['name']}.md)", row["summary"], f"`{row['method']} {row['path']}`", price(row))
            for row in operations
            if row["namespace"] == tag["name"]
        ]
        head = ("in Python", "", "request", "points")
        sections.append(page(f"## {tag['name']}", tag["description"], table(head, rows)))
    where = f"All of it is under `{base}`, and every request carries the header `x-api-key`. This part is made from "
    where += "[`openapi.yaml`](../openapi.yaml), from which the client is made too."
    return page("# The API", where, about, *sections)


def operation_page(spec: Json, row: Json, data: Json) -> str:
    wanted = {"takes": TAKES.get(row["takes"]), "makes": MAKES.get(row["makes"])}
    facts = [
        ("request", f"`{row['method']} {row['path']}`"),
        ("in Python", in_python(row)),
        *((word, said) for word, said in wanted.items() if said),
        ("points", price(row)),
        *([("lasts", f"about {row['seconds']['median']:g} seconds")] if row["seconds"] else ()),
    ]
    return page(
        f"# {row['summary']}",
        "\n".join(f"- **{word}**: {said}" for word, said in facts),
        row["description"],
        *fields(row),
        *examples(spec, row, data),
        answers(spec, row, data),
        afterwards(spec, data),
    )


def in_python(row: Json) -> str:
    said = f"`client.{row['namespace']}.{row['name']}(…)`"
    if row["alias"]:
        said += f", or `{row['alias']}(…)`"
    if any(field["wire"] == rows_of_spec.JOB_FIELD for field in row["fields"]):
        said += f"; `{row['name']}(…)` of the job it builds on"
    return said


def price(row: Json) -> str:
    """What it costs, with each row that changes it."""
    if not row["price"]:
        return "free of charge"
    said = [f"{row['price']['points']}"]
    for change in row["price"]["when"]:
        when = f"`{change['field']}` is {change['value']}" if change["field"] else f"the source is {change['source']}"
        said.append(f"{change['points']} when {when}")
    return "; ".join(said)


def fields(row: Json) -> list[str]:
    """The table of the fields, and below it what holds between them."""
    every = (*row["parameters"], *row["fields"])
    rows = [
        (
            f"`{field['wire']}`" + (", required" if field["required"] else ""),
            f"`{field['name']}`",
            field["type"],
            signatures.document(field),
        )
        for field in every
    ]
    head = ("field", "in Python", "type", "meaning")
    return [page("## Fields", table(head, rows), *map(condition, row["rules"]))] if rows else []


def condition(rule: Json) -> str:
    def listed(names: tuple[str, ...]) -> str:
        return " and ".join(f"`{name}`" for name in names)

    given = [f"With {listed(rule['present'])}"] if rule.get("present") else []
    given += [f"without {listed(rule['absent'])}"] if rule.get("absent") else []
    said = [f"{listed(rule['require'])} is required"] if rule.get("require") else []
    said += [f"{listed(rule['forbid'])} must not be given"] if rule.get("forbid") else []
    when = " and ".join(given)
    return f"- {when[0].upper()}{when[1:]}, {' and '.join(said)}."


def examples(spec: Json, row: Json, data: Json) -> list[str]:
    """Each example of the document, as a call of this client and as a request by hand."""
    path_values = {one["name"]: one["example"] for one in data.get("parameters", ()) if "example" in one}
    bodies = data.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
    elsewhere = rows_of_spec.called_back(data)  # an address at which somebody else would listen
    told = [
        (one["summary"], {name: value for name, value in one["value"].items() if name not in elsewhere})
        for one in bodies.values()
    ] or [("", {})]
    parts = ["## Examples"]
    for title, body in told:
        parts += [f"### {title}" if title else "", block("python", call(row, path_values | body))]
        parts.append(block("sh", curl(spec, row, path_values, body)))
    return parts


def call(row: Json, values: Json) -> str:
    """The call of the method with these values."""
    names = {field["wire"]: field["name"] for field in (*row["parameters"], *row["fields"])}
    arguments = [f"{names[wire]}={literal(value)}" for wire, value in values.items()]
    inside = "\n" + "".join(f"    {one},\n" for one in arguments) if len(arguments) > 1 else "".join(arguments)
    result = "job" if row["answer_model"] == "TaskResponse" else row["name"]
    return f"{result} = client.{row['namespace']}.{row['name']}({inside})"


def literal(value: Any) -> str:
    """A value as Python writes it, texts in double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if is_object(value):
        return f"{{{', '.join(f'{literal(name)}: {literal(inner)}' for name, inner in value.items())}}}"
    if is_list(value):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def curl(spec: Json, row: Json, path_values: Json, body: Json) -> str:
    path = row["path"].format(**path_values)
    parts = [f"curl {spec['servers'][0]['url']}{path}", '--header "x-api-key: $LEGNEXT_API_KEY"']
    if body:
        written = pretty(body).replace("'", "'\\''")
        parts.append(f"--json '{written}'")
    return " \\\n  ".join(parts)


def answers(spec: Json, row: Json, data: Json) -> str:
    """What each status means and which error it becomes, and the answers that the document shows."""
    statuses: dict[tuple[str, str], list[str]] = {}
    shown: list[str] = []
    for status, response in data["responses"].items():
        response = resolve(spec, response)
        statuses.setdefault((response["description"], error(row, status)), []).append(status)
        if status == "200":
            for one in response["content"]["application/json"].get("examples", {}).values():
                example = resolve(spec, one)
                shown.append(folded(example["summary"], block("json", pretty(example["value"]))))
    rows = [(", ".join(same), meaning, became) for (meaning, became), same in statuses.items()]
    about = "The fields of an answer are explained under [answers](answers.md)."
    return page("## Answers", table(("status", "meaning", "error"), rows), about, *shown)


def error(row: Json, status: str) -> str:
    """The error that a status becomes, with a link to what it is."""
    if status == "200":
        return ""
    kind = error_class(int(status) if status.isdigit() else 0)
    unsure = row["method"] not in SAFE and issubclass(kind, ServerError)
    name = SubmissionUnknown.__name__ if unsure else kind.__name__
    return f"[`{name}`](../reference/errors.md#{kind.__module__}.{name})"


def afterwards(spec: Json, data: Json) -> str:
    """What the document says can be done with the answer."""
    links = resolve(spec, data["responses"]["200"]).get("links", {})
    rows = [resolve(spec, link) for link in links.values()]
    lines = [f"- [`{one['operationId']}`]({one['operationId']}.md): {one['description']}" for one in rows]
    return page("## Afterwards", "\n".join(lines)) if lines else ""
