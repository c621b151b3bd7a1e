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
from docs_pages.markdown import page, pretty, tidy
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
    rows = rows_of_spec.operations(spec)
    where = {"server": rows_of_spec.server(spec), "key_header": rows_of_spec.key_header(spec)}
    pages = {"index.md": page("api.md", spec=spec, about=about, rows=rows, price=price, **where)}
    pages |= {f"{row['name']}.md": operation_page(spec, row) for row in rows}
    pages["answers.md"] = answers_page(spec)
    if extension:
        pages["extension.md"] = tidy("# " + extension)
    return pages


def operation_page(spec: Json, row: Json) -> str:
    given = parameter_values(spec, row)
    data = rows_of_spec.data_of(spec, row)
    responses = [(str(code), resolve(spec, response)) for code, response in data["responses"].items()]
    statuses: dict[tuple[str, str], list[str]] = {}
    for status, response in responses:
        statuses.setdefault((response["description"], error(row, status)), []).append(status)
    good = [response for status, response in responses if status.startswith("2")]
    shown = [response.get("content", {}).get("application/json", {}).get("examples", {}) for response in good]
    named = [(name, resolve(spec, each)) for examples in shown for name, each in examples.items()]
    links = [resolve(spec, link) for link in good[0].get("links", {}).values()]
    return page(
        "operation.md",
        row=row,
        in_python=in_python(row),
        price=price,
        TAKES=TAKES,
        MAKES=MAKES,
        fields=(*row["parameters"], *row["fields"]),
        document=signatures.document,
        examples=[(title, call(row, given, body), curl(spec, row, given, body)) for title, body in bodies(spec, row)],
        statuses=statuses,
        answers=[(each.get("summary", name), each["value"]) for name, each in named],
        links=[link for link in links if "operationId" in link],
    )


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


def parameter_values(spec: Json, row: Json) -> Json:
    """The values of the parameters that have an example, and of those that must be there."""
    nodes = rows_of_spec.parameters_of(spec, row)
    placed = [(field, nodes[field["place"], field["wire"]]) for field in row["parameters"]]
    return {
        field["wire"]: node.get("example", sampled(spec, node.get("schema", {})))
        for field, node in placed
        if field["required"] or "example" in node
    }


def bodies(spec: Json, row: Json) -> list[tuple[str, Any]]:
    """Each example of a body with its title; where there is none, one that is made of what must be there."""
    content = rows_of_spec.content_of(spec, row) or {}
    # An address to call back is one at which somebody else would listen.
    elsewhere = rows_of_spec.called_back(rows_of_spec.data_of(spec, row))
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
    url = f"{rows_of_spec.server(spec)}{path}{'?' + urlencode(query) if query else ''}"
    parts = [f"curl {shlex.quote(url)}", f'--header "{rows_of_spec.key_header(spec)}: $LEGNEXT_API_KEY"']
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


def error(row: Json, status: str) -> str:
    """The error that a status becomes, with a link to what it is."""
    if status.startswith("2"):
        return ""
    kind = error_class(int(status) if status.isdigit() else 0)
    unsure = row["method"] not in rows_of_spec.SAFE and issubclass(kind, ServerError)
    name = SubmissionUnknown.__name__ if unsure else kind.__name__
    return f"[`{name}`](../reference/errors.md#{kind.__module__}.{name})"
