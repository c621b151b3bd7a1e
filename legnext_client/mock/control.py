"""The control interface under `/__mock__/`: what happened, what time it is, what shall go wrong. JSON only."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from .extras import needed
from .placing import place_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from .service import Service

    Handler = Callable[[Service, dict[str, Any], dict[str, str]], Any]

_PREFIX = "/__mock__"


def control_app(service: Service) -> Any:
    """A Starlette application for one service."""
    routing = needed("starlette.routing")
    routes = [
        routing.Route(_PREFIX + path, _endpoint(service, handlers), methods=[*handlers])
        for path, handlers in _ROUTES.items()
    ]
    return needed("starlette.applications").Starlette(routes=routes, exception_handlers={404: _nothing})


def state(service: Service) -> dict[str, Any]:
    """Everything at a glance."""
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


def _endpoint(service: Service, handlers: dict[str, Handler]) -> Any:
    respond = needed("starlette.responses").JSONResponse

    async def endpoint(request: Any) -> Any:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            body = await request.body()
            return respond(handlers[method](service, _read(body), request.path_params))
        except KeyError as error:
            return respond({"code": 404, "message": f"there is no {error}"}, 404)
        except (TypeError, ValueError) as error:
            return respond({"code": 400, "message": str(error)}, 400)

    return endpoint


def _read(body: bytes) -> dict[str, Any]:
    value: Any = json.loads(body or b"{}")
    if not isinstance(value, dict):
        raise ValueError("the body must be a JSON object")
    return cast("dict[str, Any]", value)


async def _nothing(_request: Any, _error: Any) -> Any:
    ways = ", ".join(_PREFIX + path for path in _ROUTES)
    return needed("starlette.responses").JSONResponse({"code": 404, "message": f"There are {ways}."}, 404)


def _state(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    return state(service)


def _ledger(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    return [asdict(submission) for submission in service.ledger]


def _callbacks(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    return [asdict(delivery) for delivery in list(service.postman.sent)]


def _clock(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    return {"time": service.clock.now, "time_scale": service.clock.scale}


def _move_clock(service: Service, body: dict[str, Any], path: dict[str, str]) -> Any:
    seconds = body.get("advance")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise ValueError(f'send {{"advance": seconds}}; got {json.dumps(body)[:80]}')
    service.clock.advance(seconds)
    return _clock(service, body, path)


def _jobs(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    with service.lock:
        now = service.settle()
        return [service.answers.job(job, now) for job in service.jobs.values()]


def _job(service: Service, _body: dict[str, Any], path: dict[str, str]) -> Any:
    with service.lock:
        return service.answers.job(service.jobs[path["job_id"]], service.settle())


def _place(service: Service, body: dict[str, Any], _path: dict[str, str]) -> Any:
    job = place_job(service, **body)
    return service.answers.job(job, service.clock.now)


def _end(service: Service, body: dict[str, Any], path: dict[str, str]) -> Any:
    service.finish(service.jobs[path["job_id"]], failed=bool(body.get("failed")))
    return _job(service, body, path)


def _faults(service: Service, _body: dict[str, Any], _path: dict[str, str]) -> Any:
    return [fault.told() for fault in service.faults]


def _add_fault(service: Service, body: dict[str, Any], _path: dict[str, str]) -> Any:
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
