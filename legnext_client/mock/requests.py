"""Requests: their parameters, and their bodies, within limits and by media type. Ambiguous JSON is refused."""

from __future__ import annotations

import json
import re
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from .refusals import ClientGone, Refusal
from .validation import check_body, problems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Receive, Scope

    from .schemas import Json, Schemas
    from .spec import Operation

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
Value = dict[str, Any] | list[Any] | str | float | None
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_LARGEST = 1 << 20
_LARGEST_UPLOAD = 1 << 26
_WHERE = {"path": "path", "query": "query", "header": "headers", "cookie": "cookies"}
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}


class Media(NamedTuple):
    """One media type that an operation accepts."""

    schema: Json
    validator: Any


def is_json(name: str) -> bool:
    plain = name.partition(";")[0].strip()  # such as `application/json; charset=utf-8`
    return plain == JSON or plain.endswith("+json")


async def read_body(
    schemas: Schemas,
    operation: Operation,
    headers: list[tuple[bytes, bytes]],
    receive: Receive,
    *,
    strict: bool,
) -> Any:
    """Return the body as a value that fits its schema; None if it is absent and optional.

    A body that is too large (413) or of an unsupported type (400) is not read. Unless `strict`, JSON is read under any
    content type, and fields that the service ignores are dropped.
    """
    named = dict(headers)
    kind, length = named.get(b"content-type", b""), named.get(b"content-length", b"")
    most = _LARGEST if all(map(is_json, operation.bodies)) else _LARGEST_UPLOAD
    if length.isdigit() and int(length[:20]) > most:
        raise _too_large(most)
    name = JSON if kind == b"application/json" and JSON in operation.bodies else _chosen(operation.bodies, kind, strict)
    body = await _whole(receive, most)
    if not body and not operation.needs_body:
        return None
    media = operation.bodies[name]
    value = _parsed(schemas, name, media, kind, body)
    if is_json(name) and not strict:
        value = _used(schemas, media.schema, value)
    check_body(media.validator, value)
    return value


async def _whole(receive: Receive, most: int) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise _too_large(most)
        more = message.get("more_body", False)
    return b"".join(parts)


def _too_large(most: int) -> Refusal:
    return Refusal(413, f"The body is larger than {most} bytes. Send addresses of files, not files.")


def _chosen(offered: dict[str, Media], kind: bytes, strict: bool) -> str:
    """Return the documented media type of a request; the first one if it names none.

    Another type is refused (400): the documents do not require the header and do not list 415.
    """
    media, *parameters = (part.strip() for part in kind.decode("latin-1").lower().split(";"))
    found = next(iter(offered)) if not kind else ""
    for name in (media, f"{media.partition('/')[0]}/*", "*/*"):
        found = found or (name if name in offered else "")
    if not strict and JSON in offered and found in ("", JSON):
        return JSON
    charsets = {each.removeprefix("charset=").strip('"') for each in parameters if each.startswith("charset=")}
    if not found or (is_json(found) and not charsets <= {"", "utf-8", "utf8"}):
        text = ", in UTF-8" * any(map(is_json, offered))
        said = kind.decode("latin-1")[:80]
        raise Refusal(400, f"The content type must be {' or '.join(offered)}{text}, if any is given; got {said!r}.")
    return found


def _parsed(schemas: Schemas, name: str, media: Media, kind: bytes, body: bytes) -> Any:
    """Return the value of a body. Binary content becomes text, of which only the length counts."""
    if is_json(name):
        return read_json(body)
    if name == FORM:
        return _fields(schemas, media.schema, parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if name.startswith("multipart/"):
        return _fields(schemas, media.schema, _parts(kind, body))
    return body.decode("utf-8" if name.startswith("text/") else "latin-1", "replace")


def _used(schemas: Schemas, schema: Any, value: Value) -> Value:
    """Return a body as the service reads it: without unknown fields, and without `null` and `""` in optional ones.

    Where the document allows them, they stay.
    """
    if isinstance(value, list):
        items = schemas.flat(schema).get("items", {})
        return [_used(schemas, items, each) for each in value]
    if not isinstance(value, dict):
        return value
    flat = schemas.flat(schema)
    properties, required = flat.get("properties", {}), flat.get("required", ())
    return {
        name: _used(schemas, properties.get(name, {}), part)
        for name, part in value.items()
        if (name in properties or flat.get("additionalProperties") is not False)
        and (name in required or part not in (None, "") or _allows(schemas, properties.get(name, {}), part))
    }


def _allows(schemas: Schemas, schema: Any, empty: str | None) -> bool:
    flat, types = schemas.flat(schema), schemas.types(schema)
    if empty is None:
        return not types or "null" in types
    return (
        (not types or "string" in types)
        and not {"pattern", "format"} & flat.keys()
        and not flat.get("minLength")
        and empty in flat.get("enum", (flat.get("const", empty),))
    )


def _fields(schemas: Schemas, schema: Json, pairs: list[tuple[str, str]]) -> Json:
    properties: Json = schemas.flat(schema).get("properties", {})
    made: Json = {}
    for name, text in pairs:
        inner = properties.get(name, {})
        if "array" in schemas.types(inner) and not text.startswith("["):
            made.setdefault(name, []).append(coerced(schemas, schemas.flat(inner).get("items", {}), text))
        else:
            made[name] = coerced(schemas, inner, text)
    return made


def _parts(kind: bytes, body: bytes) -> list[tuple[str, str]]:
    if not re.search(rb"boundary=", kind, re.IGNORECASE):
        raise Refusal(400, "The content type multipart/form-data needs a boundary.")
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind + b"\r\n\r\n" + body)
    parts: list[tuple[str, str]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            raise Refusal(400, "A part of the body has no name.")
        content: Any = part.get_payload(decode=True)
        parts.append((name, content.decode("utf-8", "replace")))
    return parts


def read_json(body: bytes) -> Any:
    """Parse a body. Raises `Refusal` (400) for NUL and half of a surrogate pair: they break later readers."""
    if not body:
        raise Refusal(400, "The body is empty. Send a JSON object.")
    if _NUL.search(body):
        raise Refusal(400, "The body has a NUL character in a string. Leave it out.")
    try:
        value: Any = _decoder.decode(body.decode("utf-8"))
        _encode(value).encode()
    except UnicodeDecodeError as error:
        raise Refusal(400, f"The body is not UTF-8: {error.reason} at byte {error.start}.") from None
    except UnicodeEncodeError:
        raise Refusal(400, "The body has half of a surrogate pair in a string. Send whole characters.") from None
    except RecursionError:
        raise Refusal(400, "The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise Refusal(400, f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    except ValueError as error:  # NaN, 1e999, or thousands of digits
        raise Refusal(400, f"The body has a number that JSON cannot have: {error}.") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for at, name in enumerate(names) if name in names[:at])
        raise Refusal(400, f"The body names {json.dumps(twice)[:80]} twice. Send each field once.")
    return made


_decoder = json.JSONDecoder(object_pairs_hook=_object)
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False).encode


class Parameter(NamedTuple):
    """One parameter of an operation."""

    name: str
    place: str
    required: bool
    schema: Json
    validator: Any
    style: str
    explode: bool
    is_json: bool
    """Whether its value is JSON text."""


def read_parameters(schemas: Schemas, parameters: Iterable[Parameter], scope: Scope, path: dict[str, str]) -> Json:
    """Return the values by name. Refuses (400) missing and invalid parameters."""
    from starlette.requests import HTTPConnection

    request = HTTPConnection(scope)
    values: Json = {}
    for parameter in parameters:
        name, where = parameter.name, _WHERE[parameter.place]
        texts = _texts(parameter, request, path)
        if not texts:
            if parameter.required:
                raise Refusal(400, f"{name} is required in the {where}.")
            continue
        values[name] = _value(schemas, parameter, texts)
        if found := problems(parameter.validator, values[name], name):
            raise Refusal(400, f"{found[0]['message']}, in the {where}.", found)
    return values


def _texts(parameter: Parameter, request: Any, path: dict[str, str]) -> list[tuple[str, str]]:
    """Return the texts given for a parameter, each with the name used, as in `filter[size]`."""
    name = parameter.name
    match parameter.place:
        case "path":
            return [(name, path[name])] if name in path else []
        case "query":
            pairs = request.query_params.multi_items()
            return [(each, text) for each, text in pairs if each == name or each.startswith(f"{name}[")]
        case "header":
            return [(name, text) for text in request.headers.getlist(name)]
        case _:
            return [(name, request.cookies[name])] if name in request.cookies else []


def _value(schemas: Schemas, parameter: Parameter, texts: list[tuple[str, str]]) -> Any:
    first = texts[0][1]
    if parameter.is_json:
        try:
            return json.loads(first)
        except ValueError:
            raise Refusal(400, f"{parameter.name} must be JSON; got {first[:60]!r}.") from None
    schema, types = schemas.flat(parameter.schema), schemas.types(parameter.schema)
    if "array" in types and "string" not in types:
        parts = [text for _, text in texts]
        if not (parameter.explode and parameter.place == "query"):
            parts = first.split(_SEPARATORS.get(parameter.style, ",")) if first else []
        return [coerced(schemas, schema.get("items", {}), part) for part in parts]
    if "object" in types and parameter.style == "deepObject":
        named = [(name.partition("[")[2].removesuffix("]"), text) for name, text in texts]
        inner: Json = schema.get("properties", {})
        return {name: coerced(schemas, inner.get(name, {}), text) for name, text in named}
    return coerced(schemas, schema, first)


def coerced(schemas: Schemas, schema: Any, text: str) -> Any:
    """Return a text as a value of a type that its schema allows; otherwise the text itself."""
    types = schemas.types(schema)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if types & {"integer", "number"} and re.fullmatch(r"-?\d+", text):
        return int(text)
    if types & {"integer", "number"} and re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text):
        return float(text)
    if "null" in types and text in ("", "null"):
        return None
    if types & {"object", "array"} and text[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
