"""The whole state of a service as JSON: account, jobs, queue, faults, callbacks and time."""

from __future__ import annotations

import random
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from .account import Account, Hold
from .arguments import an_object, number
from .callbacks import Delivery
from .faults import Fault
from .jobs import NEVER, Job

if TYPE_CHECKING:
    from .service import Service

_VERSION = 1
_BUILT = ("operation", "prompt", "hold")
"""Parts of a job that are built from the others."""
_JOB = [each.name for each in fields(Job) if each.name not in _BUILT]


def save(service: Service) -> dict[str, Any]:
    """Return the state, ready for `load`, in this server or in another."""
    with service.lock:
        service.settle()
        sender = service.callback_sender
        return {
            "version": _VERSION,
            "time": service.clock.now,
            "account": vars(service.account).copy(),
            "numbers": service.numbers,
            "jobs": [_saved(service, job) for job in service.jobs.values()],
            "faults": [{**fault.told(), "random": fault.random.getstate()} for fault in service.faults],
            "faults_added": service.faults.added,
            "callbacks": [{"due": due, **asdict(delivery)} for due, delivery in sender.waiting()],
            "callbacks_sent": [asdict(delivery) for delivery in sender.sent],
        }


def load(service: Service, state: dict[str, Any]) -> None:
    """Replace the state by a saved one. Raises ValueError if it is not one, and then changes nothing."""
    with service.lock:
        an_object("state", state)
        if state.get("version") != _VERSION:
            raise ValueError(f"state must have version {_VERSION}; got {state.get('version')!r}. Save it again.")
        before = save(service)
        try:
            _load(service, state)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            _load(service, before)
            raise ValueError(f"This is not a saved state of this server: {type(error).__name__}: {error}.") from None


def _saved(service: Service, job: Job) -> dict[str, Any]:
    saved: dict[str, Any] = {name: getattr(job, name) for name in _JOB}
    never = {name: None for name in ("ends", "lasts", "staged", "started") if saved[name] == NEVER}
    queued = service.at_once.is_queued(job)
    return {**saved, **never, "operation": job.operation.operation_id, "hold": job.hold, "queued": queued}


def _load(service: Service, state: dict[str, Any]) -> None:
    service.begin()
    number("time", state["time"], 0)
    service.clock.set(state["time"])
    account = Account(credits=0)
    for name in vars(account):
        setattr(account, name, int(state["account"][name]))
    service.account = account
    service.numbers = list(map(int, state["numbers"]))
    for saved in state["jobs"]:
        operation = service.spec.operations[saved["operation"]]
        source = service.source_of(saved["body"])
        prompt = service.reader.read(operation, saved["body"], source)
        job = Job(saved["job_id"], operation, saved["key"], saved["body"], prompt)
        for name in _JOB:
            setattr(job, name, saved[name])
        for name in ("ends", "lasts", "staged", "started"):
            setattr(job, name, NEVER if saved[name] is None else float(saved[name]))
        job.hold = Hold(*saved["hold"]) if saved["hold"] is not None else None
        service.restore(job, queued=bool(saved["queued"]))
    for saved in state["faults"]:
        version, numbers, gauss = saved["random"]
        chance = random.Random()
        chance.setstate((version, tuple(numbers), gauss))
        fault = Fault(**{name: value for name, value in saved.items() if name != "random"})
        fault.random = chance
        service.faults.restore(fault)
    service.faults.added = int(state["faults_added"])
    for saved in state["callbacks"]:
        due, delivery = float(saved["due"]), Delivery(**{key: saved[key] for key in saved if key != "due"})
        service.restore_callback(due, delivery)
    service.callback_sender.sent.extend(Delivery(**saved) for saved in state["callbacks_sent"])
