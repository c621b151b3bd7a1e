"""Ask the real service what costs nothing, and tell where it differs from the document: `make contract LIVE=1`.

The key comes from LEGNEXT_API_KEY; LEGNEXT_BASE_URL names another service. Under the client lies a transport that lets
through GETs, and POSTs whose body is an empty object for an operation that cannot be without some fields. Everything
else is refused before it is sent, whatever the client or this program does. That the service refuses the empty object
is taken on trust; the balance is compared afterwards.
"""

from __future__ import annotations

import json
import sys
import uuid
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import httpx
import jsonschema_rs
import vendor_pages
from fields import resolve

from legnext_client import APIError, Client, LegnextError
from legnext_client._calls.settings import find_base_url, find_key
from legnext_client._protocol.redact import key_end
from legnext_client._transport.environment import made, proxy_for
from legnext_client._transport.transports import HttpxTransport
from legnext_client.errors import ConfigurationError
from legnext_client.generated.operations import OPERATIONS, ROLES, Operation
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]

DOCUMENT: Json = json.loads(
    Path(__file__).resolve().parent.parent.joinpath("legnext_client/openapi.json").read_text(encoding="utf-8")
)
NEEDY = next(
    operation
    for operation in OPERATIONS.values()
    if operation.price is not None
    and operation.takes == "nothing"
    and any(field.required for field in operation.fields)
)
"""A paid operation that cannot be done without a field, so that an empty body must be refused."""
NO_KEY = "no-key-of-any-account"


class WouldCost(Exception):
    """Something was about to be sent that could be paid. It was not sent."""


class OnlyFree(httpx.BaseTransport):
    """Sends what cannot cost anything, and keeps what came back last."""

    def __init__(self, base_url: str, inner: httpx.BaseTransport) -> None:
        self._base_url = str(httpx.URL(base_url))
        self._inner = inner
        self.came: httpx.Response | None = None
        self.has_answered = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.came = None
        url, body = str(request.url), request.read()
        if not is_free(request.method, url, body, self._base_url):
            raise WouldCost(f"{request.method} {url} with {len(body)} bytes was not sent: it could cost something.")
        response = self._inner.handle_request(request)
        response.read()
        self.came, self.has_answered = response, True
        return httpx.Response(response.status_code, headers=response.headers, content=response.content)

    def close(self) -> None:
        self._inner.close()


def is_free(method: str, url: str, body: bytes, base_url: str) -> bool:
    """Whether a request cannot cost anything: it only reads, or it lacks every field that it must have."""
    if not url.startswith(f"{base_url}/"):
        return False
    if method == "GET":
        return not body
    return method == "POST" and body == b"{}" and url == base_url + NEEDY.path


class Differs(Exception):
    """What the service did is not what the document says; in words."""


class Unreachable(Exception):
    """Nothing can be said of the service: not even its first answer came."""


class Question(NamedTuple):
    """Something to ask: in words, of which operation, by whom, and with which status it should be answered."""

    name: str
    operation: Operation
    status: int
    ask: Callable[[], object]


class Finding(NamedTuple):
    """A difference from the document; what is merely new is none, since answers are open."""

    words: str
    differs: bool = True


def main() -> int:
    try:
        key, base_url = find_key(None), find_base_url(None)
    except ConfigurationError as error:
        print(f"The real service was not asked: {error}", file=sys.stderr)
        return 2
    transport = OnlyFree(base_url, made(lambda: httpx.HTTPTransport(proxy=proxy_for(base_url))))
    try:
        found = sum(told(question, transport) for question in questions(key, base_url, transport))
    except Unreachable as reason:
        print(f"The real service could not be asked: {reason}", file=sys.stderr)
        return 2
    finally:
        transport.close()
    if base_url == DOCUMENT["servers"][0]["url"]:
        print("\n".join(pages_today(httpx.HTTPTransport(proxy=proxy_for(vendor_pages.PAGES)))))
    print(f"\n{found or 'No'} difference{'' if found == 1 else 's'} from openapi.yaml.")
    return 1 if found else 0


def pages_today(transport: httpx.BaseTransport) -> Iterator[str]:
    """What the service's documentation names today and did not before, or no longer names; never an error."""
    yield f"\n{vendor_pages.PAGES}, models, prices and endpoints:\n"
    try:
        with httpx.Client(transport=transport, timeout=60) as client:
            came = client.get(vendor_pages.PAGES).raise_for_status()
    except httpx.HTTPError as error:
        yield f"  could not be read: {error}"
        return
    yield from (f"  {change}" for change in vendor_pages.changes(came.text))


def questions(key: str, base_url: str, transport: httpx.BaseTransport) -> Iterator[Question]:
    """What is asked, in this order. The balance comes first and last: nothing may have been spent between."""
    print(f"{base_url}, asked with the key …{key_end(key)} what costs nothing:\n")
    client, stranger = (client_with(each, base_url, transport) for each in (key, NO_KEY))
    job, balance = ROLES["job"], ROLES["balance"]
    before: list[object] = []
    yield Question("the balance", balance, 200, lambda: before.append(called(client, balance)))
    yield Question("a job that is not there", job, 404, lambda: called(client, job, str(uuid.uuid4())))
    yield Question("a job, with a key that is none", job, 401, lambda: called(stranger, job, str(uuid.uuid4())))
    yield Question("the balance, with a key that is none", balance, 401, lambda: called(stranger, balance))
    yield Question("a paid request without a body's fields", NEEDY, 400, lambda: empty(client))
    yield Question("the balance, once more", balance, 200, lambda: compare(before, called(client, balance)))


def client_with(key: str, base_url: str, transport: httpx.BaseTransport) -> Client:
    headers = {API_KEY_HEADER: key, "accept": "application/json"}
    return Client(key, base_url=base_url, retries=0, transport=HttpxTransport(base_url, headers, transport))


def called(client: Client, operation: Operation, *arguments: str) -> object:
    return getattr(getattr(client, operation.namespace), operation.name)(*arguments)


def empty(client: Client) -> None:
    answer = client.request(NEEDY.method, NEEDY.path, json={})
    raise Differs(f"it was accepted, and may be paid: {shown(answer)}")


def compare(before: list[object], after: Any) -> None:
    spendable = ("available_credits", "available_points")
    if before and any(getattr(before[0], name) != getattr(after, name) for name in spendable):
        raise Differs(
            "it is another one than before: somebody else spends or is paid, or the request without fields was charged"
        )


def told(question: Question, transport: OnlyFree) -> int:
    """Ask, print what came, and count the differences."""
    findings = list(asked(question, transport))
    status = transport.came.status_code if transport.came is not None else "---"
    said = "" if findings else "as the document says"
    print(f"  {question.name:<40} {status}  {said}".rstrip())
    for finding in findings:
        print(f"      {'differs' if finding.differs else 'new'}: {finding.words}")
    return sum(finding.differs for finding in findings)


def asked(question: Question, transport: OnlyFree) -> Iterator[Finding]:
    """Ask by the client, and hold what came against the document."""
    error: LegnextError | None = None
    try:
        question.ask()
    except Differs as difference:
        yield Finding(str(difference))
    except LegnextError as raised:
        error = raised
    came = transport.came
    if came is None and not transport.has_answered:
        raise Unreachable(str(error))
    if came is None:
        yield Finding(f"there was no answer: {error}")
        return
    documented = DOCUMENT["paths"][question.operation.path][question.operation.method.lower()]["responses"]
    yield from differences(question.status, documented, came)
    if came.status_code < 300 and error is not None:
        yield Finding(f"the client makes an error of it: {error}")
    if came.status_code >= 400 and isinstance(error, APIError) and not error.message:
        yield Finding("the client finds no words in it")


def differences(status: int, documented: Json, came: httpx.Response) -> Iterator[Finding]:
    """Where an answer differs from what is documented of it."""
    if came.status_code != status:
        known = (
            "which is documented for something else"
            if str(came.status_code) in documented
            else "which is not documented"
        )
        yield Finding(f"it is answered with {came.status_code}, {known}; {status} is due")
    kind = came.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        yield Finding(f"it is said to be {kind or 'nothing'}, not application/json")
    try:
        value = json.loads(came.content)
    except ValueError:
        yield Finding(f"it is no JSON: {came.content[:80]!r}")
        return
    response = resolve(DOCUMENT, documented.get(str(came.status_code)) or documented["default"])
    schema: Json = response["content"]["application/json"]["schema"]
    checked = jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]}).evaluate(value)
    for error in checked.errors():
        place = error["instanceLocation"].replace("/", ".").lstrip(".")
        yield Finding(f"{place or 'the answer'}: {error['error']}")
    for place in sorted(unknown(checked, value)):
        yield Finding(f"{place} is not in the document", differs=False)
    data = value.get("data") if is_object(value) else None
    if came.status_code < 300 and is_object(data) and not adds_up(data):
        yield Finding(f"the balance does not add up: {shown(data)}")


def adds_up(balance: Json) -> bool:
    """Whether the dollars are the credits and points together."""
    per_usd = DOCUMENT["x-legnext"]["points_per_usd"]
    try:
        together = balance["available_credits"] + balance["available_points"]
        return bool(abs(balance["balance_usd"] * per_usd - together) < 1)
    except (KeyError, TypeError):
        return True  # the schema tells what is missing


def unknown(checked: jsonschema_rs.Evaluation, value: Any) -> set[str]:
    """The fields of an answer that no fitting part of its schema has."""
    known: dict[str, set[str]] = {}
    for part in checked.annotations():
        if part["schemaLocation"].endswith("/properties"):
            known.setdefault(part["instanceLocation"], set()).update(cast("list[str]", part["annotations"]))
    found: set[str] = set()
    for place, names in known.items():
        steps = place.split("/")[1:]
        inside = reduce(lambda at, step: at[int(step)] if is_list(at) else at[step], steps, value)
        named = ".".join(step for step in steps if not step.isdigit())
        found |= {f"{named}.{name}".lstrip(".") for name in inside.keys() - names}
    return found


def shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]}…"


if __name__ == "__main__":
    sys.exit(main())
