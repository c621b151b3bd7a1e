"""The API, rendered from the spec: one page for each operation, one about the whole, one about what comes back."""

from __future__ import annotations

import json
import shlex
from mimetypes import guess_extension
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

import signatures
import table as rows_of_spec
from fields import resolve
from samples import sampled

from docs_pages.api_schemas import answers_page
from docs_pages.markdown import block, folded, page, pretty, table
from legnext_client.errors import ServerError, SubmissionUnknown, error_class
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        data = rows_of_spec.data_of(spec, row)
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
            (f"[`{row['name']}`]({row['name']}.md)", summary(row), f"`{row['method']} {row['path']}`", price(row))
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
        "**Deprecated.** It still works, and may be removed." if row["deprecated"] else "",
        "\n".join(f"- **{word}**: {said}" for word, said in facts),
        row["description"],
        *fields(row),
        *examples(spec, row, data),
        answers(spec, row, data),
        afterwards(spec, data),
    )


def summary(row: Json) -> str:
    return f"{row['summary']} (deprecated)" if row["deprecated"] else str(row["summary"])


def in_python(row: Json) -> str:
    said = f"`client.{row['namespace']}.{row['name']}(…)`"
    if row["alias"]:
        said += f", or `{row['alias']}(…)`"
    if field := rows_of_spec.job_field(row):
        said += f"; `{row['name']}(…)` of the job it {'builds on' if field in row['fields'] else 'is about'}"
    if row["paging"]:
        said += f"; `{row['name']}_items(…)` iterates over all pages"
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
    given = parameter_values(spec, row)
    parts = ["## Examples"]
    for title, body in bodies(spec, row, data):
        parts += [f"### {title}" if title else "", block("python", call(row, given, body))]
        parts.append(block("sh", curl(spec, row, given, body)))
    return parts


def parameter_values(spec: Json, row: Json) -> Json:
    """The values of the parameters that have an example, and of those that must be there."""
    nodes = rows_of_spec.parameters_of(spec, row)
    placed = [(field, nodes[field["place"], field["wire"]]) for field in row["parameters"]]
    return {
        field["wire"]: node.get("example", sampled(spec, node.get("schema", {})))
        for field, node in placed
        if field["required"] or "example" in node
    }


def bodies(spec: Json, row: Json, data: Json) -> list[tuple[str, Any]]:
    """Each example of a body with its title; where there is none, one that is made of what must be there."""
    content = rows_of_spec.content_of(spec, row) or {}
    elsewhere = rows_of_spec.called_back(data)  # an address at which somebody else would listen
    shown: list[Json] = [resolve(spec, one) for one in content.get("examples", {}).values()]
    shown += [{"value": content["example"]}] if "example" in content else []
    if not shown:
        schema: Json = resolve(spec, content.get("schema", {}))
        needed: Json = {
            field["wire"]: FILE if field["type"] == "file" else sampled(spec, schema["properties"][field["wire"]])
            for field in row["fields"]
            if field["required"] and not row.get("whole")
        }
        whole = FILE if any(field["type"] == "file" for field in row["fields"]) else sampled(spec, schema)
        shown = [{"value": whole if row.get("whole") else needed}]
    return [(one.get("summary", ""), without(elsewhere, one["value"])) for one in shown]


def without(names: set[str], body: Any) -> Any:
    return {name: value for name, value in body.items() if name not in names} if is_object(body) else body


def call(row: Json, given: Json, body: Any) -> str:
    """The call of the method with these values."""
    names = {field["wire"]: field["name"] for field in (*row["parameters"], *row["fields"])}
    values: Json = {**given, **({rows_of_spec.WHOLE: body} if row.get("whole") else body)}
    arguments = [f"{names[wire]}={literal(value)}" for wire, value in values.items()]
    inside = "\n" + "".join(f"    {one},\n" for one in arguments) if len(arguments) > 1 else "".join(arguments)
    asked = f"client.{row['namespace']}.{row['name']}({inside})"
    head = "from pathlib import Path\n\n" if any(isinstance(each, File) for each in values.values()) else ""
    if "" in row["accepts"] and row["answer_model"] is None:
        return head + asked
    return f"{head}{'job' if row['answer_model'] == 'TaskResponse' else row['name']} = {asked}"


def literal(value: Any) -> str:
    """A value as Python writes it, texts in double quotes."""
    if isinstance(value, File):
        return f'Path("{value.name}")'
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if is_object(value):
        return f"{{{', '.join(f'{literal(name)}: {literal(inner)}' for name, inner in value.items())}}}"
    if is_list(value):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


class File(NamedTuple):
    """A file that an example sends."""

    name: str


FILE = File("picture.png")


def curl(spec: Json, row: Json, given: Json, body: Any) -> str:
    places = {field["wire"]: field["place"] for field in row["parameters"]}
    path = row["path"]
    for wire, value in given.items():
        path = path.replace(f"{{{wire}}}", quote(spelt(value), safe=""))
    query = [
        (wire, spelt(each))
        for wire, value in given.items()
        if places[wire] == "query"
        for each in (value if is_list(value) else [value])
    ]
    url = f"{spec['servers'][0]['url']}{path}{'?' + urlencode(query) if query else ''}"
    parts = [f"curl {shlex.quote(url)}", '--header "x-api-key: $LEGNEXT_API_KEY"']
    headers = [(wire, value) for wire, value in given.items() if places[wire] == "header"]
    parts += [f"--header {shlex.quote(f'{wire}: {spelt(value)}')}" for wire, value in headers]
    media = next((each for each in row["accepts"] if each and not each.startswith("text/")), None)
    if media:
        parts.append(f"--output {row['name']}{guess_extension(media) or ''}")
    sent = [*in_body(row, body)] if row["fields"] else []
    if row["method"] != ("POST" if sent else "GET"):
        parts.insert(1, f"--request {row['method']}")
    return " \\\n  ".join((*parts, *sent))


def in_body(row: Json, body: Any) -> Iterator[str]:
    """A body as curl is told of it."""
    media = row.get("media", "application/json")
    if media == "application/json":
        if body or row.get("whole"):
            written = pretty(body).replace("'", "'\\''")
            yield f"--json '{written}'"
    elif is_object(body):
        option = "form" if media == "multipart/form-data" else "data-urlencode"
        for name, value in body.items():
            yield f"--{option} {shlex.quote(f'{name}={spelt(value)}')}"
    else:
        yield f"--header {shlex.quote(f'Content-Type: {media}')}"
        yield f"--data-binary {shlex.quote(spelt(body))}"


def spelt(value: Any) -> str:
    """A value outside of JSON."""
    if isinstance(value, File):
        return f"@{value.name}"
    return value if isinstance(value, str) else json.dumps(value)


def answers(spec: Json, row: Json, data: Json) -> str:
    """What each status means and which error it becomes, and the answers that the document shows."""
    statuses: dict[tuple[str, str], list[str]] = {}
    shown: list[str] = []
    for code, response in data["responses"].items():
        status, response = str(code), resolve(spec, response)
        statuses.setdefault((response["description"], error(row, status)), []).append(status)
        if status.startswith("2"):
            content = response.get("content", {}).get("application/json", {})
            for name, one in content.get("examples", {}).items():
                example = resolve(spec, one)
                shown.append(folded(example.get("summary", name), block("json", pretty(example["value"]))))
    rows = [(", ".join(same), meaning, became) for (meaning, became), same in statuses.items()]
    about = "The fields of an answer are explained under [answers](answers.md)."
    return page("## Answers", table(("status", "meaning", "error"), rows), about, *shown)


def error(row: Json, status: str) -> str:
    """The error that a status becomes, with a link to what it is."""
    if status.startswith("2"):
        return ""
    kind = error_class(int(status) if status.isdigit() else 0)
    unsure = row["method"] not in rows_of_spec.SAFE and issubclass(kind, ServerError)
    name = SubmissionUnknown.__name__ if unsure else kind.__name__
    return f"[`{name}`](../reference/errors.md#{kind.__module__}.{name})"


def afterwards(spec: Json, data: Json) -> str:
    """What the document says can be done with the answer."""
    good = [resolve(spec, one) for code, one in data["responses"].items() if str(code).startswith("2")]
    links: Json = good[0].get("links", {}) if good else {}
    rows = [resolve(spec, link) for link in links.values()]
    lines = [
        f"- [`{one['operationId']}`]({one['operationId']}.md): {one.get('description', '')}"
        for one in rows
        if "operationId" in one
    ]
    return page("## Afterwards", "\n".join(lines)) if lines else ""
