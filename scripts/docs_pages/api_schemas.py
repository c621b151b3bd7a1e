"""One page about what the service answers: every schema that an answer or a callback can be made of."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from fields import resolve
from table import HTTP_METHODS

from docs_pages.markdown import page

Json = dict[str, Any]

REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')


def answers_page(spec: Json) -> str:
    schemas = {name: resolve(spec, spec["components"]["schemas"][name]) for name in reached(spec)}
    return page("answers.md", schemas=schemas, kind=kind, resolve=partial(resolve, spec))


def kind(schema: Json | bool) -> str:
    """The type of a value, in words, with links to the schemas of this page."""
    if isinstance(schema, bool):
        return "anything" if schema else "nothing"
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    for word, between in (("anyOf", " or "), ("oneOf", " or "), ("allOf", " and ")):
        if word in schema:
            return between.join(dict.fromkeys(kind(one) for one in schema[word]))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    named: str | list[str] = schema.get("type", "anything")
    kinds = [named] if isinstance(named, str) else named
    return " or ".join(f"array of {kind(schema.get('items', {}))}" if one == "array" else one for one in kinds)


def reached(spec: Json) -> list[str]:
    """The schemas that answers and callbacks lead to, in the order of the document."""
    found: set[str] = set()
    waiting = [spec["components"].get("responses", {}), spec["components"].get("pathItems", {})]
    items = [resolve(spec, item) for item in spec["paths"].values()]
    waiting += [item[method]["responses"] for item in items for method in HTTP_METHODS if method in item]
    while waiting:
        for name in references(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(spec["components"]["schemas"][name])
    return [name for name in spec["components"]["schemas"] if name in found]


def references(node: Json) -> list[str]:
    """The names of the schemas that a part of the document refers to."""
    return REFERENCE.findall(json.dumps(node))
