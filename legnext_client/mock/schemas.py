"""A document's schemas with what they refer to."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Schemas:
    """Follows references within one document."""

    def __init__(self, document: Json) -> None:
        self.document = document

    def resolve(self, node: Json) -> Json:
        """What a reference leads to; what stands beside it wins."""
        if "$ref" not in node:
            return node
        target: Any = self.document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        return {**self.resolve(target), **{key: value for key, value in node.items() if key != "$ref"}}

    def flat(self, schema: Any) -> Json:
        """A schema with its reference followed and the parts of an `allOf` laid over one another."""
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
