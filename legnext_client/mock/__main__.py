"""The command line of the mock server."""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import signal
import sys
from typing import TYPE_CHECKING, Any

from .answers import STYLES
from .extras import MissingExtra
from .faults import STAGES, parse_fault
from .refusals import SHAPES
from .settings import BODIES, CALLBACK_SHAPES, DRAWN, PLANS, CallbackSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence


def parser(program: str = "python -m legnext_client.mock") -> argparse.ArgumentParser:
    """Return the argument parser."""
    made = argparse.ArgumentParser(
        prog=program,
        description="A mock of the Legnext API: jobs progress, cost points, fail, call back and deliver files.",
    )

    def add(name: str, *, help: str, **how: Any) -> None:
        told = " (default: %(default)s)" if how.get("default") not in (None, []) else ""
        made.add_argument(name, help=help + told, **how)

    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=8000, help="port to listen on; 0 picks a free port")
    add("--spec", metavar="FILE", help="another OpenAPI document, as JSON")
    add("--time-scale", type=float, default=1.0, help="virtual seconds per real second; 60 makes a minute a second")
    add("--standing-clock", action="store_true", help="advance time only through the control interface")
    add("--seed", type=int, help="make ids, durations and faults repeatable; drawn and printed if omitted")
    add("--credits", type=int, default=Settings.credits, help="credits of the account, in points")
    add("--points", type=int, default=Settings.points, help="bonus points of the account")
    add("--plan", choices=PLANS, default="pro", help="the account's plan")
    add("--keys", default="mock-key", help="valid keys, separated by commas")
    add("--concurrency", type=int, help="jobs at once per key; 0 means no limit (default: from the document)")
    add("--queue", action="store_true", help="queue jobs beyond --concurrency instead of refusing them")
    add("--requests-per-second", type=int, help="requests per second and key (default: no limit)")
    add("--error-shape", choices=(*SHAPES, DRAWN), default="flat", help="shape of error responses")
    add("--answers", choices=(*STYLES, DRAWN), default="drawn", help="shape of job responses")
    add("--bodies", choices=BODIES, default="lenient", help="accept what the service does, or only documented bodies")
    add(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:OPTION=VALUE,…]",
        help=f"a fault to inject, as close_after:rate=0.1,method=POST; one of {', '.join(STAGES)}",
    )
    add("--callbacks", choices=CALLBACK_SHAPES, default="bare", help="shape of callbacks")
    add("--callback-secret", help="secret for signing callbacks")
    add(
        "--callback-retries",
        type=int,
        default=CallbackSettings.retries,
        help="retries of a callback that was not received",
    )
    add("--callback-copies", type=int, default=CallbackSettings.copies, help="copies sent of each callback")
    add("--callback-loss", type=float, default=CallbackSettings.loss, help="share of callbacks never sent")
    add(
        "--callback-delay",
        type=float,
        default=CallbackSettings.delay,
        help="virtual seconds between a job's end and its callback",
    )
    add("--callbacks-to-anywhere", action="store_true", help="also send callbacks to other hosts")
    return made


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings given on the command line."""
    return Settings(
        seed=random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed,
        credits=options.credits,
        points=options.points,
        plan=options.plan,
        keys=tuple(key.strip() for key in options.keys.split(",") if key.strip()),
        concurrency=options.concurrency,
        queues=options.queue,
        requests_per_second=options.requests_per_second,
        time_scale=None if options.standing_clock else options.time_scale,
        error_shape=options.error_shape,
        answers=options.answers,
        bodies=options.bodies,
        callbacks=CallbackSettings(
            shape=options.callbacks,
            secret=options.callback_secret,
            retries=options.callback_retries,
            copies=options.callback_copies,
            loss=options.callback_loss,
            delay=options.callback_delay,
            anywhere=options.callbacks_to_anywhere,
        ),
    )


def main(arguments: Sequence[str] | None = None, program: str = "python -m legnext_client.mock") -> int:
    """Run the server until a signal stops it. Returns the exit status: 2 for bad options, 1 if it cannot start."""
    options = parser(program).parse_args(arguments)
    try:
        settings = settings_of(options)
        from .server import Server

        server = Server(
            settings,
            host=options.host,
            port=options.port,
            spec=options.spec,
            faults=[parse_fault(text) for text in options.fault],
        )
    except (MissingExtra, OSError, OverflowError, ValueError) as error:
        print(f"The mock server cannot start: {error}", file=sys.stderr)
        names_a_file = isinstance(error, OSError) and error.filename is not None
        return 2 if names_a_file or isinstance(error, OverflowError | ValueError) else 1
    _allow_many_connections()
    # uvicorn shuts down and then raises the signal again; by default that would end the process before it has
    # removed its files.
    signal.signal(signal.SIGTERM, _ended_already)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(started=lambda: print(_greeting(server), flush=True))
    return 0


def _ended_already(_signal: int, _frame: object) -> None:
    """Ignore the signal that uvicorn raises again after its shutdown."""


def _greeting(server: Any) -> str:
    key = server.service.settings.keys[0]
    spec = server.service.spec
    header = spec.key_header.decode() if spec.key_header else "x-api-key"
    first = spec.first_call().operation_id
    paths = spec.document["paths"]
    path = next(path for path, item in paths.items() if item.get("post", {}).get("operationId") == first)
    content = paths[path]["post"]["requestBody"]["content"]["application/json"]
    body = next(iter(content.get("examples", {"": {"value": {}}}).values()))["value"]
    shown = json.dumps({name: value for name, value in body.items() if name != "callback"})
    plain = ", ".join(each.operation_id for each in spec.operations.values() if each.is_plain)
    note = f"\nAnswered from the document alone, without a state: {plain}." if plain else ""
    return (
        f"The mock of {spec.title} serves {server.base_url} (seed {server.service.settings.seed}, key {key}).\n"
        f"Try: curl -s {server.base_url}{path} -H '{header}: {key}' -H 'content-type: application/json' -d '{shown}'"
        f"{note}"
    )


def _allow_many_connections() -> None:
    """Raise the limit of file descriptors, for thousands of idle connections."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 65536
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, 65536), hard))


if __name__ == "__main__":
    sys.exit(main())
