"""Schemas of one document, with their references resolved."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


class Schemas:
    """Resolver of the references in one document."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._targets: dict[str, Json] = {}

    def resolve(self, node: Json) -> Json:
        """Return the target of a reference; keys next to `$ref` win."""
        if "$ref" not in node:
            return node
        reference = node["$ref"]
        if reference not in self._targets:
            target: Any = self.document
            for step in reference.removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            self._targets[reference] = self.resolve(target)
        target = self._targets[reference]
        return target if len(node) == 1 else {**target, **{key: node[key] for key in node if key != "$ref"}}

    def flat(self, schema: Any) -> Json:
        """Return a schema with its reference resolved and the parts of its `allOf` merged."""
        if isinstance(schema, bool):
            return {}
        whole = self.resolve(schema)
        if "allOf" not in whole:
            return whole
        merged: Json = {}
        for part in (*whole["allOf"], {key: value for key, value in whole.items() if key != "allOf"}):
            flat = self.flat(part)
            properties = {**merged.get("properties", {}), **flat.get("properties", {})}
            required = [*merged.get("required", ()), *flat.get("required", ())]
            merged = {**merged, **flat, "properties": properties, "required": required}
        return {key: value for key, value in merged.items() if value or key not in ("properties", "required")}

    def types(self, schema: Any) -> set[str]:
        """Return the JSON types that a schema allows; the empty set if it does not say."""
        flat = self.flat(schema)
        found: set[str] = set()
        for choice in (*flat.get("anyOf", ()), *flat.get("oneOf", ())):
            found |= self.types(choice)
        named: Any = flat.get("type", ())
        found |= {named} if isinstance(named, str) else set(named)
        values = [*flat.get("enum", ()), *([flat["const"]] if "const" in flat else [])]
        return found or {_NAMES[type(value)] for value in values if type(value) in _NAMES}
