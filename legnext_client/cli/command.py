"""Common parts of all commands: options, the client, exit handling. `spec` is the smallest example of a command."""

import inspect
import logging
import traceback
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, cast

import typer

from legnext_client._calls.settings import KEY_VARIABLE, URL_VARIABLE
from legnext_client._prompt_policy import POLICIES, PromptPolicy
from legnext_client.cli.entries import Command
from legnext_client.cli.environment import LEDGER_VARIABLE, key_of, variables
from legnext_client.cli.exits import Exit, exit_code, explained, report_as
from legnext_client.cli.output import Output

if TYPE_CHECKING:
    from legnext_client.client import Client

PANEL = "Options of every command except mock"
_BEFORE = "legnext_client.cli"
"""Key of the common options in the context's `meta`; they may also be given before the command's name."""


class Common(NamedTuple):
    """The options of every command."""

    as_json: Annotated[
        bool, typer.Option("--json", rich_help_panel=PANEL, help="For machines: print only JSON on standard output.")
    ] = False
    env_file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=PANEL,
            help="Read LEGNEXT_API_KEY and other variables from this file of NAME=value lines.",
        ),
    ] = None
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", rich_help_panel=PANEL, help="The base URL of the service, if not the default."),
    ] = None
    ledger: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=PANEL,
            help="Record every paid call in this file before it is sent; created if missing.",
        ),
    ] = None
    retries: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            min=0,
            rich_help_panel=PANEL,
            help="Maximum retries of a request that can be retried without paying twice.",
        ),
    ] = None
    debug: Annotated[
        bool, typer.Option("--debug", rich_help_panel=PANEL, help="Show every request, and tracebacks of errors.")
    ] = False


class Run:
    """One run of a command."""

    def __init__(self, context: typer.Context, common: Common) -> None:
        self.context = context
        self.common = common
        self.output = Output(for_machines=common.as_json)
        self._open = ExitStack()

    @property
    def variables(self) -> Mapping[str, str]:
        """Variables from the environment and from --env-file."""
        return variables(self.common.env_file)

    @property
    def way(self) -> tuple[str, ...]:
        """Options for the service and the key, to repeat in a suggested command."""
        common = self.common
        given = (("--env-file", common.env_file), ("--base-url", common.base_url), ("--ledger", common.ledger))
        return tuple(word for option, value in given if value is not None for word in (option, value))

    @property
    def ledger(self) -> str | None:
        """The ledger that was given, or the environment's."""
        return self.common.ledger if self.common.ledger is not None else self.variables.get(LEDGER_VARIABLE) or None

    def client(self, **options: Any) -> "Client":
        """Return a client that is closed when the command ends; `options` as for `Client`."""
        from legnext_client.client import Client

        if self.common.retries is not None:
            options["retries"] = self.common.retries
        if self.ledger is not None:
            options["ledger"] = self.ledger
        name = URL_VARIABLE if self.common.base_url is None else "--base-url"
        with report_as({"api_key": KEY_VARIABLE, "base_url": name}):
            made = Client(key_of(self.variables), base_url=self.base_url, **options)
        return self._open.enter_context(made)

    @property
    def base_url(self) -> str | None:
        """The base URL from the option or the environment; None for the default."""
        return self.variables.get(URL_VARIABLE) if self.common.base_url is None else self.common.base_url

    @contextmanager
    def open(self) -> Generator[None]:
        """Print warnings, log records and, with --debug, every request while the command runs."""
        logger, last_resort = logging.getLogger("legnext_client"), logging.lastResort
        level, handler = logger.level, _Said(self.output, logging.DEBUG)
        with self._open, warnings.catch_warnings():
            warnings.simplefilter("always", UserWarning)  # prompt warnings
            warnings.showwarning = cast("Any", self._warn)
            logging.lastResort = _Said(self.output, logging.WARNING)
            if self.common.debug:
                logger.addHandler(handler)
                logger.setLevel(logging.DEBUG)
            try:
                yield
            finally:
                logging.lastResort = last_resort
                logger.removeHandler(handler)
                logger.setLevel(level)

    def _warn(self, message: Warning | str, *_: Any) -> None:
        self.output.say(f"Warning: {message}.", "yellow")

    def ended(self, error: BaseException) -> Exit:
        """Explain an error and return its exit code."""
        if isinstance(error, BrokenPipeError):
            return exit_code(error)
        if self.common.debug:
            self.output.say("".join(traceback.format_exception(error)).rstrip("\n"))
        for line in explained(error, self.way):
            self.output.say(line, "red" if line.startswith("Error") else None)
        return exit_code(error)


class _Said(logging.Handler):
    """Log handler that prints through `Output`, which removes control characters."""

    def __init__(self, output: Output, level: int) -> None:
        super().__init__(level)
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        self._output.say(self.format(record))


def command(function: Callable[..., Exit | None]) -> Callable[..., Exit]:
    """Add the common options and a `Run` to a command, and turn what it raises into an exit code.

    A parameter typed as a named tuple is replaced by that tuple's options.
    """
    _, *own = inspect.signature(function).parameters.values()
    groups = {each.name: each.annotation for each in own if _is_group(each.annotation)}

    def wrapped(context: typer.Context, **given: Any) -> Exit:
        usual, before = Common(), context.meta.get(_BEFORE, Common())
        mine = {name: given.pop(name) for name in Common._fields}
        given |= {name: group(**{field: given.pop(field) for field in group._fields}) for name, group in groups.items()}
        common = before._replace(**{name: value for name, value in mine.items() if value != getattr(usual, name)})
        context.meta[_BEFORE] = common
        run = Run(context, common)
        try:
            with run.open():
                return function(run, **given) or Exit.OK
        except (typer.Exit, typer.BadParameter):
            raise
        except (Exception, KeyboardInterrupt) as error:
            return run.ended(error)

    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    spread = [one for each in own for one in (_members(groups[each.name]) if each.name in groups else [each])]
    listed = [context, *(each.replace(kind=each.KEYWORD_ONLY) for each in (*spread, *_members(Common)))]
    wrapped.__name__, wrapped.__doc__ = function.__name__, inspect.getdoc(function)
    wrapped.__annotations__ = {}  # Typer reads the signature instead
    vars(wrapped)["__signature__"] = inspect.Signature(listed)
    return wrapped


def _is_group(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, tuple)


def _members(group: type) -> list[inspect.Parameter]:
    return list(inspect.signature(group).parameters.values())


def single(wrapped: Callable[..., Exit], **settings: Any) -> typer.Typer:
    """Return an app of one command."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(cls=Command, **settings)(wrapped)
    return app


# ---- options that several commands share --------------------------------------------------------------------------

WAIT_PANEL = "Options of the wait"
Prompts = Annotated[
    PromptPolicy,
    typer.Option(
        "--prompts",
        metavar="|".join(POLICIES),
        help="What to do about problems in a prompt: refuse errors and warn about the rest, warn about everything, "
        "or ignore them.",
    ),
]
"""Option of every command that sends prompts."""
OnlyPrice = Annotated[bool, typer.Option("--price", help="Check everything and show the price; nothing is sent.")]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="TEXT",
        help="Send it at most once: if the ledger has a call with this key, its job is returned. Needs --ledger.",
    ),
]
AllPages = Annotated[bool, typer.Option("--all", help="Print the items of all pages, not one page as it is.")]
AtMost = Annotated[
    int | None,
    typer.Option(metavar="NUMBER", min=1, help="Print at most this many items, from as many pages as needed."),
]
Wait = Annotated[bool, typer.Option("--wait", rich_help_panel=WAIT_PANEL, help="Wait until the job is done.")]
Timeout = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS", rich_help_panel=WAIT_PANEL, help="Maximum wait; 0 checks once. The job keeps running."
    ),
]
Directory = Annotated[
    str | None,
    typer.Option(
        "--download",
        metavar="DIR",
        rich_help_panel=WAIT_PANEL,
        help="Wait, then download the results to this directory.",
    ),
]
Show = Annotated[
    bool,
    typer.Option(
        "--show", help="Draw the images in a terminal that can, such as kitty or iTerm2. Needs the extra show."
    ),
]
Template = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="TEMPLATE",
        rich_help_panel=WAIT_PANEL,
        help="File name template: {job_id}, {n}, {ext} and {task_type}; / creates directories. "
        "Default: {job_id}_{n}{ext}.",
    ),
]
