"""The command line of the mock server."""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import signal
import sys
from typing import TYPE_CHECKING, Any

from .faults import STAGES, parse_fault
from .settings import CALLBACKS, SETTINGS, CallbackSettings, Rule, Settings
from .state import Scenario
from .validation import MissingExtra, extra

if TYPE_CHECKING:
    from collections.abc import Sequence


def _keys(text: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in text.split(",") if key.strip())


_READERS: dict[str, dict[str, Any]] = {
    "integer": {"type": int},
    "number": {"type": float},
    "string": {},
    "array": {"type": _keys},
    "boolean": {"action": "store_true"},
}
"""How `argparse` reads a setting, by the type in its schema."""


def parser(program: str = "python -m legnext_client.mock") -> argparse.ArgumentParser:
    """Return the argument parser. An option of the settings is in the result only if it was given."""
    made = argparse.ArgumentParser(
        prog=program,
        description="A mock of the Legnext API: jobs progress, cost points, fail, call back and deliver files.",
    )
    defaults = "(default: %(default)s)"
    made.add_argument("--host", default="127.0.0.1", help=f"address to listen on {defaults}")
    made.add_argument("--port", type=int, default=8000, help=f"port to listen on; 0 picks a free port {defaults}")
    made.add_argument("--spec", metavar="FILE", help="another OpenAPI document, as JSON or YAML")
    made.add_argument("--reload", action="store_true", help="read the document again when it has changed")
    made.add_argument(
        "--scenario", metavar="FILE", help="start with the settings, jobs, faults and time of a YAML file"
    )
    made.add_argument(
        "--state", metavar="FILE", help="load the state from this file, and save it when the server stops"
    )
    made.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:OPTION=VALUE,…]",
        help=f"a fault to inject, as close_after:rate=0.1,method=POST; one of {', '.join(STAGES)}",
    )
    for name, rule in SETTINGS.items():
        _add_setting(made, name, rule, getattr(Settings, name))
    for name, rule in CALLBACKS.items():
        _add_setting(made, f"callback_{name}", rule, getattr(CallbackSettings, name))
    made.add_argument(
        "--standing-clock",
        dest="time_scale",
        action="store_const",
        const=None,
        default=argparse.SUPPRESS,
        help="only the control interface moves it",
    )
    return made


def _add_setting(made: argparse.ArgumentParser, name: str, rule: Rule, default: Any) -> None:
    shown = rule.help
    if default not in (None, False) and name != "seed":
        shown += f" (default: {','.join(default) if name == 'keys' else default})"
    kind: Any = rule.schema.get("type")
    how = {"choices": rule.schema["enum"]} if kind is None else _READERS[kind if isinstance(kind, str) else kind[0]]
    option = rule.option or f"--{name.replace('_', '-')}"
    made.add_argument(option, dest=name, default=argparse.SUPPRESS, help=shown, **how)


def settings_of(options: argparse.Namespace, scenario: Scenario | None = None) -> Settings:
    """Return the settings of the scenario and of the command line, which wins."""
    given = vars(options)
    settings = {**(scenario.settings if scenario else {}), **{each: given[each] for each in SETTINGS if each in given}}
    callbacks = {name.removeprefix("callback_"): given[name] for name in given if name.startswith("callback_")}
    settings.setdefault("seed", random.SystemRandom().randrange(1 << 32))
    return Settings(**settings, callbacks=CallbackSettings(**callbacks))


def main(arguments: Sequence[str] | None = None, program: str = "python -m legnext_client.mock") -> int:
    """Run the server until a signal stops it. Returns the exit status: 2 for bad options, 1 if it cannot start."""
    options = parser(program).parse_args(arguments)
    try:
        scenario = Scenario.read(options.scenario) if options.scenario else None
        settings = settings_of(options, scenario)
        with extra():
            from .server import Server

        server = Server(
            settings,
            host=options.host,
            port=options.port,
            spec=options.spec,
            faults=[parse_fault(text) for text in options.fault],
            scenario=scenario,
            reload=options.reload,
            state=options.state,
        )
    except (MissingExtra, OSError, OverflowError, ValueError) as error:
        print(f"The mock server cannot start: {error}", file=sys.stderr)
        names_a_file = isinstance(error, OSError) and error.filename is not None
        return 2 if names_a_file or isinstance(error, OverflowError | ValueError) else 1
    _allow_many_connections()
    # uvicorn shuts down and then raises the signal again; by default that would end the process before it has
    # removed its files.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(started=lambda: print(_greeting(server), flush=True))
    return 0


def _greeting(server: Any) -> str:
    key = server.service.settings.keys[0]
    spec = server.service.spec
    header = spec.key_header.decode() if spec.key_header else "x-api-key"
    first = spec.first_call()
    content = next(iter(spec.document["paths"][first.path]["post"]["requestBody"]["content"].values()))
    body = next(iter(content.get("examples", {"": {"value": {}}}).values()))["value"]
    shown = json.dumps({name: value for name, value in body.items() if name != first.callback_field})
    plain = ", ".join(each.operation_id for each in spec.operations.values() if each.is_plain)
    note = f"\nAnswered from the document alone, without a state: {plain}." if plain else ""
    return (
        f"The mock of {spec.title} serves {server.base_url} (seed {server.service.settings.seed}, key {key}).\n"
        f"Try: curl -s {server.base_url}{first.path} -H '{header}: {key}' -H 'content-type: application/json' "
        f"-d '{shown}'\nSee and control it at {server.root_url}/{note}"
    )


def _allow_many_connections() -> None:
    """Raise the limit of file descriptors, for thousands of idle connections."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(65536, hard) if hard != resource.RLIM_INFINITY else 65536
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
