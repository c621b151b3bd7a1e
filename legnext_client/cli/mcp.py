"""`legnext mcp`: the MCP server, for agents."""

from contextlib import ExitStack, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from legnext_client._calls.settings import KEY_VARIABLE
from legnext_client.cli.command import Run, command, single
from legnext_client.cli.environment import MCP_TOKEN_VARIABLE, key_of
from legnext_client.cli.exits import report_as
from legnext_client.errors import ConfigurationError
from legnext_client.journal import Ledger

_MOCK_SPEED = 10.0
PER_DAY, IN_ALL = 2_000, 20_000


@command
def mcp(
    run: Run,
    per_day: Annotated[
        int, typer.Option(metavar="POINTS", min=0, help="Maximum points a day; days begin at midnight UTC.")
    ] = PER_DAY,
    in_all: Annotated[
        int, typer.Option(metavar="POINTS", min=0, help="Maximum points that this ledger may ever count.")
    ] = IN_ALL,
    http: Annotated[
        int | None,
        typer.Option(
            metavar="PORT",
            min=0,
            max=65535,
            help="Serve over HTTP on this port of 127.0.0.1 instead of standard input and output; 0 picks a free one.",
        ),
    ] = None,
    mock: Annotated[
        bool, typer.Option("--mock", help="Try it without a key: use a mock server with a ledger of its own.")
    ] = False,
) -> None:
    """Serve agents over the Model Context Protocol: paid generation within a budget.

    The agent's client starts this command. Every paid call is recorded in the ledger before it is sent, and counts
    in the budget across restarts; the default ledger is ~/.legnext/mcp.db.
    """
    if find_spec("mcp") is None:
        raise ConfigurationError("legnext mcp needs the mcp extra: pip install 'legnext-client[mcp]'.")
    with ExitStack() as opened:
        options: dict[str, Any] = {} if run.common.retries is None else {"retries": run.common.retries}
        if mock:
            from legnext_client.testing import MockServer

            try:
                server = opened.enter_context(MockServer(time_scale=_MOCK_SPEED))
            except ImportError as error:
                raise ConfigurationError(f"{error}.") from None
            path = Path(opened.enter_context(TemporaryDirectory(prefix="legnext-"))) / "mock.db"
            options |= {"api_key": server.api_key, "base_url": server.base_url}
        else:
            path = Path(run.ledger or Path.home() / ".legnext" / "mcp.db")
            if run.ledger is None:
                path.parent.mkdir(mode=0o700, exist_ok=True)
            options |= {"api_key": key_of(run.variables), "base_url": run.base_url}
        ledger = Ledger(path, per_day=per_day, in_all=in_all)
        # The SDK is in an extra, and takes a second to import.
        serving: Any = import_module("legnext_client.mcp.serving")
        with report_as({"api_key": KEY_VARIABLE}), suppress(KeyboardInterrupt):
            serving.serve(ledger, options, http, run.variables.get(MCP_TOKEN_VARIABLE) or None, run.output.say)


app = single(mcp)
