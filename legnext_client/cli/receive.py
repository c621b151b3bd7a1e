"""`legnext receive`: print callbacks as they arrive."""

from contextlib import suppress
from itertools import repeat
from queue import SimpleQueue
from typing import TYPE_CHECKING, Annotated

import typer

from legnext_client._callbacks.receiver import CallbackReceiver
from legnext_client.cli.command import Run, command, single
from legnext_client.cli.environment import SECRET_VARIABLE, TOKEN_VARIABLE
from legnext_client.cli.exits import report_as
from legnext_client.cli.showing import counted
from legnext_client.errors import ConfigurationError, InvalidRequest, LegnextError

if TYPE_CHECKING:
    from legnext_client.jobs import Job


@command
def receive(
    run: Run,
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option("--port", metavar="PORT", min=0, max=65535, help="The port to listen on; 0 picks a free port."),
    ] = 0,
    address: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The public URL of this receiver, for example a tunnel's."),
    ] = None,
    count: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, help="Exit after this many callbacks.", show_default=False)
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Look up each job at the service; a callback alone proves nothing.")
    ] = False,
) -> None:
    """Receive callbacks and print them, until Ctrl-C.

    First prints the URL to pass as `--callback`. A repeated callback is printed once.
    """
    arrived: SimpleQueue[Job] = SimpleQueue()
    found = run.variables
    with report_as({"token": TOKEN_VARIABLE, "secret": SECRET_VARIABLE}):
        receiver = CallbackReceiver(
            token=found.get(TOKEN_VARIABLE) or None, secret=found.get(SECRET_VARIABLE) or None, on_job=arrived.put
        )
    if not host:
        raise InvalidRequest("--host must be an address of this machine; got ''.")
    outside = None if address is None else _outside(receiver, address)
    client = run.client() if confirm else None
    with receiver.serve(host, port) as served, suppress(KeyboardInterrupt):
        url = outside or served.url
        run.output.say(f"Listening on port {served.port} until Ctrl-C. Pass this URL as --callback:")
        run.output.result({"callback": url, "port": served.port}, [url])
        for _ in repeat(None) if count is None else repeat(None, count):
            reported = arrived.get()
            try:
                job = reported if client is None else client.confirm(reported)
            except LegnextError as error:  # probably a forged callback; the next may be genuine
                run.output.say(f"{reported.job_id}: {error}", "red")
                continue
            says = "says" if client is None else "is"
            made = f", {counted(job)}" if counted(job) else ""
            run.output.result(job.raw, [f"{job.job_id} {says} {job.status}{made}"])


def _outside(receiver: CallbackReceiver, address: str) -> str:
    try:
        with report_as({"base": "--address"}):
            return receiver.address(address)
    except ConfigurationError as error:  # here, the option is wrong
        raise InvalidRequest(error.message) from None


app = single(receive)
