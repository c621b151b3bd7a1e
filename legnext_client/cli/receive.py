"""`legnext receive`: print callbacks as they arrive."""

from contextlib import suppress
from itertools import repeat
from queue import SimpleQueue
from typing import TYPE_CHECKING, Annotated

import typer

from legnext_client._callbacks.receiver import CallbackReceiver
from legnext_client.cli.command import Run, command, single
from legnext_client.cli.environment import SECRET_VARIABLE, TOKEN_VARIABLE
from legnext_client.cli.naming import told_as
from legnext_client.cli.showing import counted
from legnext_client.errors import ConfigurationError, InvalidRequest, LegnextError

if TYPE_CHECKING:
    from legnext_client.jobs import Job


@command
def receive(
    run: Run,
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="Where to listen; 0 takes a free port.")
    ] = 0,
    address: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where this is reached from outside, such as the address of a tunnel."),
    ] = None,
    count: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, help="End after so many callbacks.", show_default=False)
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Ask the service for each job: what a callback says proves nothing.")
    ] = False,
) -> None:
    """Receive callbacks, and print what they say of jobs, until Ctrl-C.

    First the address is printed that belongs behind `--callback`. A callback that comes twice is printed once.
    """
    arrived: SimpleQueue[Job] = SimpleQueue()
    found = run.variables
    with told_as({"token": TOKEN_VARIABLE, "secret": SECRET_VARIABLE}):
        receiver = CallbackReceiver(
            token=found.get(TOKEN_VARIABLE) or None, secret=found.get(SECRET_VARIABLE) or None, on_job=arrived.put
        )
    if not host:
        raise InvalidRequest("--host must be the address of an interface of this machine; got ''.")
    outside = None if address is None else _outside(receiver, address)
    client = run.client() if confirm else None
    with receiver.serve(host, port) as served, suppress(KeyboardInterrupt):
        url = outside or served.url
        run.output.say(f"Listening at port {served.port}, until Ctrl-C. What to pass on is --callback with this:")
        run.output.result({"callback": url, "port": served.port}, [url])
        for _ in repeat(None) if count is None else repeat(None, count):
            told = arrived.get()
            try:
                job = told if client is None else client.confirm(told)
            except LegnextError as error:  # a lie, most likely; the next callback may be none
                run.output.say(f"{told.job_id}: {error}", "red")
                continue
            says = "says" if client is None else "is"
            made = f", {counted(job)}" if counted(job) else ""
            run.output.result(job.raw, [f"{job.job_id} {says} {job.status}{made}"])


def _outside(receiver: CallbackReceiver, address: str) -> str:
    try:
        with told_as({"base": "--address"}):
            return receiver.address(address)
    except ConfigurationError as error:  # which it is to a program
        raise InvalidRequest(error.message) from None


app = single(receive)
