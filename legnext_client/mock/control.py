"""The control interface: a page at `/`, and state, clock and faults as JSON under `/__mock__/`.

It needs no key, so it serves only programs on this machine. It refuses pages of other sites, host names pointed at this
machine (DNS rebinding), and callbacks of mock servers.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from .callbacks import USER_AGENT, is_loopback
from .faults import STAGES
from .jobs import COMPLETED
from .refusals import ClientGone, Refusal, respond
from .requests import read_json
from .state import Jobs, load, save
from .validation import YES_OR_NO, an_object, call, check, shown
from .wire import SLASH

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .jobs import Job
    from .service import Service

    Handler = Callable[..., Any]

PREFIX = "/__mock__"
_PAGE = Path(__file__).with_name("page.html")
_LATEST = 100
"""Jobs on the page."""


def control_routes(service: Service) -> list[Route]:
    """Return the routes of one service."""
    anything = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return [
        *(Route(path, _endpoint(service, handlers), methods=[*handlers]) for path, handlers in _ROUTES.items()),
        Route(PREFIX + "/{path:path}", _endpoint(service, {}), methods=anything),
    ]


def _endpoint(service: Service, handlers: dict[str, Handler]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            _check_caller(request.headers, service)
            if not handlers:
                paths = ", ".join(path.replace(":path", "") for path in _ROUTES if path != "/")
                raise Refusal(404, f"There is no such path here; there are {paths}.")
            handler = handlers["GET" if request.method == "HEAD" else request.method]
            body = _read(await request.body(), request.headers.get("content-type", ""))
            path = [value.replace(SLASH, "/") for value in request.path_params.values()]
            answer = call(handler, service, *path, **body)
            return answer if isinstance(answer, Response) else respond(answer)
        except ClientDisconnect:
            raise ClientGone from None
        except Refusal as refusal:
            return respond({"code": refusal.status, "message": refusal.message}, refusal.status)
        except ValueError as error:
            return respond({"code": 400, "message": str(error)}, 400)

    return endpoint


def _page(_service: Service) -> Response:
    page = _PAGE.read_text(encoding="utf-8")
    own = ""
    for name in ("script", "style"):
        part = page.partition(f"<{name}>")[2].partition(f"</{name}>")[0]
        own += f" {name}-src 'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}';"
    policy = f"default-src 'none'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none';{own}"
    return HTMLResponse(page, headers={"content-security-policy": policy, "cache-control": "no-store"})


def _check_caller(headers: Any, service: Service) -> None:
    """Refuse callers from outside this machine."""
    host, origin = ", ".join(headers.getlist("host")), headers.get("origin")
    if not is_loopback(f"http://{host}") and host != urlsplit(service.answers.files_url).netloc:
        here = "The control interface is for this machine: Host must be localhost or a loopback address"
        raise Refusal(403, f"{here}; got {shown(host)}.")
    if origin is not None and origin.partition("://")[2] != host:
        raise Refusal(403, f"The control interface is not for pages of other sites; got Origin {shown(origin)}.")
    if headers.get("user-agent") == USER_AGENT:
        raise Refusal(403, "The control interface is not for callbacks. Give jobs another callback URL.")


def _read(body: bytes, kind: str) -> dict[str, Any]:
    # A page of another site can send text or forms without a preflight request, but not JSON.
    if body and kind.partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, f"The content type must be application/json; got {shown(kind)}.")
    value: Any = read_json(body or b"{}")
    an_object("the body", value)
    return dict(value)


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
            "faults": _faults(service),
        }


def _overview(service: Service) -> dict[str, Any]:
    """Return the page's view: the state and the latest jobs."""
    with service.lock:
        shown = state(service)
        latest = list(islice(reversed(service.jobs.values()), _LATEST))
        jobs = [_row(service, job, shown["time"]) for job in latest]
    return shown | {
        "base": service.answers.files_url.removesuffix("/files") + service.spec.base_path,
        "key": service.settings.keys[0],
        "latest": jobs,
        "fault_names": [*STAGES],
        "operations": [each.operation_id for each in service.spec.operations.values() if each.is_paid],
    }


def _row(service: Service, job: Job, now: float) -> dict[str, Any]:
    status, ended = job.status(now), job.has_ended(now)
    files: list[str] = []
    if status == COMPLETED and job.answer is None:
        output: dict[str, Any] = service.answers.job(job, now)["output"]
        files = output.get("image_urls") or output.get("video_urls") or []
    return {
        "job_id": job.job_id,
        "operation": job.operation.operation_id,
        "prompt": job.prompt.text,
        "status": status,
        "ended": ended,
        "progress": 0 if ended or job.word else job.progress(now),
        "points": (job.charged if status == COMPLETED else 0 if ended else job.held) if job.number else 0,
        "files": [urlsplit(url).path for url in files],
    }


def _ledger(service: Service) -> Any:
    return [asdict(submission) for submission in service.ledger]


def _callbacks(service: Service) -> Any:
    return [asdict(delivery) for delivery in service.callbacks.sent]


def _clock(service: Service) -> Any:
    return {"time": service.clock.now, "time_scale": service.clock.scale}


def _move_clock(service: Service, *, advance: Any) -> Any:
    service.clock.advance(advance)
    return _clock(service)


def _jobs(service: Service) -> Any:
    with service.lock:
        return list(Jobs(service).values())


def _job(service: Service, job: str) -> Any:
    if job not in service.jobs:
        raise Refusal(404, f"There is no job {shown(job)}.")
    return Jobs(service)[job]


def _add_job(service: Service, /, **fields: Any) -> Any:
    return call(Jobs(service).add, **fields)


def _end(service: Service, job: str, *, failed: Any = False) -> Any:
    check("failed", failed, YES_OR_NO)
    _job(service, job)
    (Jobs(service).fail if failed else Jobs(service).complete)(job)
    return _job(service, job)


def _faults(service: Service) -> Any:
    return service.faults.told()


def _add_fault(service: Service, /, **fields: Any) -> Any:
    return asdict(call(service.faults.add, **fields))


def _clear_faults(service: Service) -> Any:
    service.faults.clear()
    return []


def _load(service: Service, /, **saved: Any) -> Any:
    load(service, saved)
    service.wake()
    return state(service)


def _reset(service: Service) -> Any:
    service.reset()
    return state(service)


_ROUTES: dict[str, dict[str, Handler]] = {
    "/": {"GET": _page},
    f"{PREFIX}/state": {"GET": state},
    f"{PREFIX}/overview": {"GET": _overview},
    f"{PREFIX}/ledger": {"GET": _ledger},
    f"{PREFIX}/callbacks": {"GET": _callbacks},
    f"{PREFIX}/clock": {"GET": _clock, "POST": _move_clock},
    f"{PREFIX}/jobs": {"GET": _jobs, "POST": _add_job},
    PREFIX + "/jobs/{job_id:path}/end": {"POST": _end},
    PREFIX + "/jobs/{job_id:path}": {"GET": _job},
    f"{PREFIX}/faults": {"GET": _faults, "POST": _add_fault, "DELETE": _clear_faults},
    f"{PREFIX}/saved": {"GET": save, "POST": _load},
    f"{PREFIX}/reset": {"POST": _reset},
}
