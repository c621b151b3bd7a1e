"""Checks: who may ask, where, and by which method; and that every no has the documented shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .description import METHODS, base_path, operations, paid, sound_document, with_role
from .sources import IMAGES, grid, sound_bodies

if TYPE_CHECKING:
    from .server import Start

STRANGERS = {"no key": None, "an empty key": "", "another key": "some-other-key", "a longer key": "a-good-key2"}
LARGEST = 1 << 20


def check_keys(start: Start) -> None:
    """Strangers get 401 everywhere, before anything else is looked at, and nothing is paid for them."""
    with start() as server:
        job_id = grid(server)
        before = len(server.ledger)
        for label, key in STRANGERS.items():
            for operation in paid():
                for body in (sound_bodies(operation, job_id)[0], b"no JSON"):
                    status = server.post(operation, body, key=key).status
                    assert status == 401, f"{operation.name} answers {status} to {label}"
            assert server.get(job_id, key=key).status == 401, f"a job is shown to {label}"
            assert server.get("no-such-job", key=key).status == 401, f"jobs can be guessed with {label}"
            balance = with_role("balance")
            assert server.call("GET", base_path() + balance.path, key=key).status == 401
        assert len(server.ledger) == before


def check_methods(start: Start) -> None:
    """A method that is not documented answers 405 and says which are."""
    with start() as server:
        job_id = grid(server)
        for path, item in sound_document()["paths"].items():
            allowed = {method.upper() for method in METHODS if method in item}
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "OPTIONS", "PROPFIND"):
                if method in allowed:
                    continue
                answer = server.call(method, base_path() + path.replace("{job_id}", job_id), b"{}")
                assert answer.status == 405, f"{method} {path} answers {answer.status}"
                told = {word.strip() for word in answer.headers.get("allow", "").split(",")}
                assert told == allowed, f"{method} {path} allows {told}"
                assert answer.message


def check_nowhere(start: Start) -> None:
    """What is not there answers 404 in JSON, and says so."""
    with start() as server:
        known = grid(server)
        for job_id in (known[:-1], known[:-8], known + "0", known.upper()):
            assert server.get(job_id).status == 404, f"{job_id} is taken for {known}"
        for job_id in ("no-such-job", "00000000-0000-0000-0000-000000000000", "%00", "%FF", "a%2Fb", "..%2f", "🦊"):
            answer = server.get(job_id if job_id.isascii() else "%F0%9F%A6%8A")
            assert answer.status == 404, f"the job {job_id} answers {answer.status}"
            assert answer.headers["content-type"] == "application/json"
            assert answer.message
        for path in (
            "/v1",
            base_path(),
            base_path() + "/v1",
            base_path() + IMAGES.path + "/",
            "/v1/no-such-thing",
        ):
            answer = server.call("POST", path, b"{}")
            assert answer.status == 404, f"{path} answers {answer.status}"
            assert answer.message


def check_size(start: Start) -> None:
    """A body that is too large is refused, whatever its sender says of its length."""
    with start() as server:
        for operation in (IMAGES, paid()[-1]):
            for options in ({}, {"content_length": "17"}):
                answer = server.post(operation, b'{"text": "' + b"a" * LARGEST + b'"}', **options)
                assert answer.status == 413, f"a large body of {operation.name} answers {answer.status}"
                assert answer.message
        assert not server.ledger


def check_every_no_says_why(start: Start) -> None:
    """Whatever shape a refusal has, its reason is in it, and its status is one that the document names."""
    for shape in ("flat", "job", "envelope"):
        with start(error_shape=shape) as server:
            answers = [
                server.post(IMAGES, {}),
                server.post(IMAGES, {}, key="some-other-key"),
                server.post(IMAGES, b"", content_type="text/plain"),
                server.get("no-such-job"),
                *(server.post(operation, {"unheard_of": 1}) for operation in paid()),
            ]
            for answer in answers:
                assert answer.status in (400, 401, 404)
                assert answer.message, f"{answer.content[:200]!r} has no reason"


def check_operations_are_all_there(start: Start) -> None:
    """Nothing that the document names is missing."""
    with start() as server:
        for operation in operations().values():
            path = base_path() + operation.path.replace("{job_id}", "some-job")
            answer = server.call(operation.method, path, b"{}" if operation.is_paid else None)
            assert answer.status in (operation.accepted, 400, 404), f"{operation.name} answers {answer.status}"
