"""Bodies of requests in any media type: read, and held against the schema of the one that they say they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from .json_reading import read_json
from .parameters import coerced, kinds_of
from .refusals import Refusal

if TYPE_CHECKING:
    from .schemas import Schemas

Json = dict[str, Any]
JSON, FORM, PARTS = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
_NAME = re.compile(r'\bname="((?:[^"\\]|\\.)*)"')


class Media(NamedTuple):
    """One media type in which a body may come."""

    schema: Json
    validator: Any


def chosen(offered: dict[str, Media], kind: bytes) -> str:
    """The media type that a request says it has, as the document names it. What says nothing is the first one."""
    if not kind:
        return next(iter(offered))
    said = kind.decode("latin-1")
    media = said.lower().partition(";")[0].strip()
    for name in (media, f"{media.partition('/')[0]}/*", "*/*"):
        if name in offered:
            return name
    wanted = " or ".join(offered)
    text = ", in UTF-8" * any(map(is_json, offered))
    raise Refusal(400, f"The content type must be {wanted}{text}, if any is given; got {said[:80]!r}.")


def is_json(name: str) -> bool:
    return name == JSON or name.endswith("+json")


def read_value(spec: Schemas, name: str, media: Media, kind: bytes, body: bytes) -> Any:
    """What a body holds. Bytes become a text, of which only the length counts."""
    if is_json(name):
        return read_json(body)
    if name == FORM:
        return _fields(spec, media.schema, parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if name.startswith("multipart/"):
        return _fields(spec, media.schema, _parts(kind, body))
    return body.decode("utf-8" if name.startswith("text/") else "latin-1", "replace")


def _fields(spec: Schemas, schema: Json, pairs: list[tuple[str, str]]) -> Json:
    properties: Json = spec.flat(schema).get("properties", {})
    made: Json = {}
    for name, text in pairs:
        inner = properties.get(name, {})
        if "array" in kinds_of(spec, inner) and not text.startswith("["):
            made.setdefault(name, []).append(coerced(spec, spec.flat(inner).get("items", {}), text))
        else:
            made[name] = coerced(spec, inner, text)
    return made


def _parts(kind: bytes, body: bytes) -> list[tuple[str, str]]:
    found = re.search(rb'boundary="?([^";,]+)"?', kind)
    if found is None:
        raise Refusal(400, "The content type multipart/form-data needs a boundary.")
    parts: list[tuple[str, str]] = []
    for part in (b"\r\n" + body).split(b"\r\n--" + found[1])[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        named = _NAME.search(head.decode("utf-8", "replace"))
        if named is None:
            raise Refusal(400, "A part of the body has no name.")
        parts.append((named[1], content.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode("utf-8")))
    return parts
