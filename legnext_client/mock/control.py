"""The control interface under `/__mock__/`: state, clock and faults. JSON only.

It needs no key, so it serves only programs on this machine. It refuses pages of other sites, host names pointed at this
machine (DNS rebinding), and callbacks of mock servers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from inspect import signature
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .arguments import an_object, shown, yes_or_no
from .callbacks import USER_AGENT, is_loopback
from .extras import needed
from .faults import Faults
from .json_reading import read_json
from .refusals import Refusal, as_json
from .seed_jobs import seed_job
from .wire import ClientGone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .jobs import Job
    from .service import Service

    Handler = Callable[[Service, dict[str, Any], dict[str, str]], Any]

_PREFIX = "/__mock__"
# The body's fields are these functions' parameters, except for the first.
_OF_A_JOB = [*signature(seed_job).parameters][1:]
_OF_A_FAULT = [*signature(Faults.add).parameters][1:]


def control_app(service: Service) -> Any:
    """Return the Starlette application of one service."""
    routing = needed("starlette.routing")
    routes = [
        routing.Route(_PREFIX + path, _endpoint(service, handlers), methods=[*handlers])
        for path, handlers in _ROUTES.items()
    ]
    app = needed("starlette.applications").Starlette(routes=routes, exception_handlers={404: _nothing})

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        try:
            _check_caller(scope["headers"], service)
        except Refusal as refusal:
            await _refuse(refusal.status, refusal.message)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return guarded


def state(service: Service) -> dict[str, Any]:
    """Return an overview of the service's state."""
    with service.lock:
        now = service.settle()
        account = service.account
        return {
            "time": now,
            "time_scale": service.clock.scale,
            "seed": service.settings.seed,
            "plan": service.settings.plan,
            "account": {
                "available_credits": account.available_credits,
                "available_points": account.available_points,
                "frozen": account.frozen,
                "consumed": account.consumed,
            },
            "jobs": dict(Counter(job.status(now) for job in service.jobs.values())),
            "submissions": len(service.accepted),
            "faults": [fault.told() for fault in service.faults],
        }


def _check_caller(headers: list[tuple[bytes, bytes]], service: Service) -> None:
    """Refuse callers from outside this machine."""
    host, origin = _header(headers, b"host") or "", _header(headers, b"origin")
    if not is_loopback(f"http://{host}") and host != urlsplit(service.answers.files_url).netloc:
        here = "The control interface is for this machine: Host must be localhost or a loopback address"
        raise Refusal(403, f"{here}; got {shown(host)}.")
    if origin is not None and origin.partition("://")[2] != host:
        raise Refusal(403, f"The control interface is not for pages of other sites; got Origin {shown(origin)}.")
    if _header(headers, b"user-agent") == USER_AGENT:
        raise Refusal(403, "The control interface is not for callbacks. Give jobs another callback URL.")


def _header(headers: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    given = [value.decode("latin-1") for other, value in headers if other == name]
    return ", ".join(given) if given else None


def _endpoint(service: Service, handlers: dict[str, Handler]) -> Any:
    gone = needed("starlette.requests").ClientDisconnect

    async def endpoint(request: Any) -> Any:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            body = _read(await request.body(), request.headers.get("content-type", ""))
            return _respond(handlers[method](service, body, request.path_params))
        except gone:
            raise ClientGone from None
        except Refusal as refusal:
            return _refuse(refusal.status, refusal.message)
        except ValueError as error:
            return _refuse(400, str(error))

    return endpoint


def _respond(told: Any, status: int = 200) -> Any:
    # As the API writes JSON: a seeded response may hold values that Starlette refuses to encode.
    return needed("starlette.responses").Response(as_json(told), status, media_type="application/json")


def _refuse(status: int, message: str) -> Any:
    return _respond({"code": status, "message": message}, status)


def _read(body: bytes, kind: str) -> dict[str, Any]:
    # A page of another site can send text or forms without a preflight request, but not JSON.
    if body and kind.partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, f"The content type must be application/json; got {shown(kind)}.")
    value: Any = read_json(body or b"{}")
    an_object("the body", value)
    return dict(value)


def _only(body: dict[str, Any], known: Sequence[str], required: str | None = None) -> None:
    """Refuse unknown fields, so that a misspelled field is noticed."""
    for name in body:
        if name not in known:
            raise ValueError(f"{shown(name)} is not a field here; it takes {', '.join(known)}.")
    if required is not None and required not in body:
        raise ValueError(f"{required} is required; got {shown(body)}.")


def _found(service: Service, path: dict[str, str]) -> Job:
    job = service.jobs.get(path["job_id"])
    if job is None:
        raise Refusal(404, f"There is no job {shown(path['job_id'])}.")
    return job


async def _nothing(_request: Any, _error: Any) -> Any:
    return _refuse(404, f"There are {', '.join(_PREFIX + path for path in _ROUTES)}.")


def _state(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    return state(service)


def _ledger(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    return [asdict(submission) for submission in service.ledger]


def _callbacks(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    return [asdict(delivery) for delivery in list(service.callback_sender.sent)]


def _clock(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    return {"time": service.clock.now, "time_scale": service.clock.scale}


def _move_clock(service: Service, body: dict[str, Any], path: dict[str, str]) -> Any:
    _only(body, ["advance"], required="advance")
    service.clock.advance(body["advance"])
    return _clock(service, body, path)


def _jobs(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    with service.lock:
        now = service.settle()
        return [service.answers.job(job, now) for job in service.jobs.values()]


def _job(service: Service, _body: dict[str, Any], path: dict[str, str]) -> Any:
    with service.lock:
        return service.answers.job(_found(service, path), service.settle())


def _place(service: Service, body: dict[str, Any], _path: dict[str, str]) -> Any:
    _only(body, _OF_A_JOB)
    job = seed_job(service, **body)
    return service.answers.job(job, service.clock.now)


def _end(service: Service, body: dict[str, Any], path: dict[str, str]) -> Any:
    _only(body, ["failed"])
    failed = body.get("failed", False)
    yes_or_no("failed", failed)
    service.finish(_found(service, path), failed=failed)
    return _job(service, body, path)


def _faults(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    return [fault.told() for fault in service.faults]


def _add_fault(service: Service, body: dict[str, Any], _path: dict[str, str]) -> Any:
    _only(body, _OF_A_FAULT, required="name")
    return service.faults.add(**body).told()


def _clear_faults(service: Service, body: dict[str, Any], path: dict[str, str]) -> Any:
    service.faults.clear()
    return _faults(service, body, path)


def _reset(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    service.reset()
    return state(service)


_ROUTES: dict[str, dict[str, Handler]] = {
    "/state": {"GET": _state},
    "/ledger": {"GET": _ledger},
    "/callbacks": {"GET": _callbacks},
    "/clock": {"GET": _clock, "POST": _move_clock},
    "/jobs": {"GET": _jobs, "POST": _place},
    "/jobs/{job_id:path}/end": {"POST": _end},
    "/jobs/{job_id:path}": {"GET": _job},
    "/faults": {"GET": _faults, "POST": _add_fault, "DELETE": _clear_faults},
    "/reset": {"POST": _reset},
}
