"""Checks: a body is accepted when it fits its schema, and refused with a reason when it does not."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from .cases import cases
from .description import SOURCE, Operation, paid
from .sources import IMAGES, follow_ups, grid, sound_bodies, source_for

if TYPE_CHECKING:
    from .server import Server, Start

TEXT = IMAGES.rules["prompt"]["field"]
DEEP = 100_000

NOT_JSON: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \n",
    "half of it": b'{"text": "a fox"',
    "single quotes": b"{'text': 'a fox'}",
    "a form": b"text=a+fox",
    "something after it": b'{"text": "a fox"} {}',
    "a letter after it": b'{"text": "a fox"}x',
    "a comma too many": b'{"text": "a fox",}',
    "a comment": b'{"text": "a fox" /* red */}',
    "a list": b'["a fox"]',
    "a string": b'"a fox"',
    "null": b"null",
    "a number": b"7",
    "the same key twice": b'{"text": "a fox", "text": "a cat"}',
    "the same key twice, once escaped": b'{"text": "a fox", "te\\u0078t": "a cat"}',
    "NUL": b'{"text": "a \\u0000 fox"}',
    "a raw NUL": b'{"text": "a \x00 fox"}',
    "a raw line break": b'{"text": "a \n fox"}',
    "half of a pair": b'{"text": "a \\ud83e fox"}',
    "the other half of a pair": b'{"text": "a \\udd8a fox"}',
    "no UTF-8": b'{"text": "a \xff fox"}',
    "UTF-16": '{"text": "a fox"}'.encode("utf-16"),
    "a key that is NUL": b'{"text": "a fox", "\\u0000": 1}',
    "lists in lists": b'{"text": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "objects in objects": b'{"text": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
}
NO_NUMBERS: dict[str, str] = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "minus Infinity": "-Infinity",
    "5,000 digits": "9" * 5000,
    "4,000 digits": "9" * 4000,
    "an exponent beyond all": "1e999",
    "a leading zero": "01",
    "hexadecimal": "0x1",
    "a plus": "+1",
    "a fraction of nothing": "1.",
}
WHITE = {"line breaks": b'\r\n{\n\t"text" :\r "a fox" }\n', "escapes": b'{"te\\u0078t": "a \\ud83e\\udd8a fox"}'}
CONTENT_TYPES = {
    "application/json": 200,
    "application/json; charset=utf-8": 200,
    "Application/JSON": 200,
    'application/json;charset="UTF-8"': 200,
    "text/plain": 400,
    "text/json": 400,
    "application/x-www-form-urlencoded": 400,
    "multipart/form-data; boundary=x": 400,
    "application/jsonp": 400,
    "application/octet-stream": 400,
    "application/xml": 400,
    "": 200,
}


def refused(server: Server, label: str, answer: Any, accepted_before: int, status: int = 400) -> None:
    assert answer.status == status, f"{label} answers {answer.status}: {answer.content[:200]!r}"
    assert len(server.ledger) == accepted_before, f"{label} was refused and is in the ledger"


def bounds_of(operation: Operation, start: Start) -> None:
    """Every bound of every field: what is on it is accepted, what is beyond it is refused by name."""
    with start() as server:
        source = source_for(server, operation) if SOURCE in operation.body["properties"] else ""
        for case in cases(operation, sound_bodies(operation, source)):
            before = len(server.ledger)
            answer = server.post(operation, case.written())
            label = f"{operation.name}, {case.label}"
            if case.place == SOURCE and case.is_text:  # of another job
                assert 400 <= answer.status < 500, f"{label} answers {answer.status}"
            elif case.fits:
                assert answer.status == operation.accepted, f"{label} answers {answer.status}: {answer.content[:200]!r}"
            else:
                refused(server, label, answer, before)
                assert case.is_unreadable or case.place in answer.message, f"{label}: {answer.message!r}"
        server.witness.check_ledger(server.ledger)


# One check for each operation, so that each can be run by itself.
BOUNDS = {f"bounds_of_{operation.name}": partial(bounds_of, operation) for operation in paid()}


def check_json(start: Start) -> None:
    """What is no JSON, or could be read in two ways, is refused and not paid; white space and escapes are not."""
    with start() as server:
        for label, body in NOT_JSON.items():
            refused(server, label, server.post(IMAGES, body), len(server.ledger))
        for operation in follow_ups("image"):
            sound = sound_bodies(operation, grid(server))[0]
            for label, number in NO_NUMBERS.items():
                body = json.dumps({**sound, "imageNo": "HERE"}).replace('"HERE"', number).encode()
                refused(server, f"{operation.name} with {label}", server.post(operation, body), len(server.ledger))
        for label, body in WHITE.items():
            assert server.post(IMAGES, body).status == 200, f"{label} are refused"


def check_content_types(start: Start) -> None:
    """What is said to be something other than JSON, or JSON in another coding than UTF-8, is not read."""
    with start() as server:
        for kind, status in CONTENT_TYPES.items():
            before = len(server.ledger)
            answer = server.post(IMAGES, {TEXT: "a fox"}, content_type=kind)
            assert answer.status == status, f"{kind!r} answers {answer.status}"
            assert len(server.ledger) - before == (status == 200)
