"""Faults applied to responses: replaced, delayed, cut off or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .refusals import HTML_TYPE, Answer, Refusal, send_answer, written
from .wire import KEY, Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .faults import Fault

    Scope = dict[str, Any]
    Send = Callable[[dict[str, Any]], Awaitable[None]]

_PAGE = b"<html><body><h1>Web server is returning an unknown error</h1></body></html>"
_DRIPS = 10


def struck_on_arrival(fault: Fault, scope: Scope) -> Answer | None:
    """Return the response to a request that never reaches the service; None closes the connection."""
    if fault.name == "close_before":
        _wire(scope).drop(unsent=True)
        return None
    if fault.name == "rate_limit":
        after = f"{fault.seconds:f}".rstrip("0").rstrip(".")  # `g` would write a million with an exponent
        return written(Refusal(429, "Rate limit exceeded", retry_after=after), "flat", "")
    return _broken(fault)


async def apply_faults(faults: list[Fault], answer: Answer, scope: Scope, send: Send) -> bool:
    """Send a response with the faults applied; return whether the connection was dropped."""
    by_name = {fault.name: fault for fault in faults}
    if fault := by_name.get("error_after"):
        answer = _broken(fault)
    elif fault := by_name.get("html"):
        answer = Answer(fault.status, _PAGE, (HTML_TYPE,))
    wire = _wire(scope)
    if "delay" in by_name:
        await wire.sleep(by_name["delay"].seconds)
    if "close_after" in by_name:
        wire.drop(unsent=True)
        return True
    if not {"truncate", "drip"} & by_name.keys():
        await send_answer(send, answer)
        return False
    headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = answer.body
    if "truncate" in by_name:
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        wire.drop(unsent=False)
        return True
    step = max(1, len(body) // _DRIPS)
    for start in range(0, len(body), step):
        await wire.sleep(by_name["drip"].seconds / _DRIPS)
        await send({"type": "http.response.body", "body": body[start : start + step], "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    return False


def _broken(fault: Fault) -> Answer:
    if fault.as_html:
        return Answer(fault.status, _PAGE, (HTML_TYPE,))
    return written(Refusal(fault.status, "Internal server error"), "flat", "")


def _wire(scope: Scope) -> Wire:
    wire: Wire = scope["extensions"][KEY]
    return wire
