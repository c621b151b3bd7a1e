"""One paid call from the command line: its checks, its price, the request, and the wait."""

import shlex
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, Self

from legnext_client._calls.service import request_of
from legnext_client._prompt_policy import PromptPolicy
from legnext_client._protocol.checks import CheckedFields
from legnext_client.cli.command import Run
from legnext_client.cli.exits import Exit, cut_a_paid_request, unknown_lines
from legnext_client.cli.fields import Word, named
from legnext_client.cli.operations import called, show
from legnext_client.cli.price import show_price
from legnext_client.cli.showing import points
from legnext_client.cli.uploads import uploader_of, uploads_of
from legnext_client.cli.wait import WaitOptions, see_through, waiting_for
from legnext_client.errors import SubmissionUnknown
from legnext_client.generated.operations import Operation
from legnext_client.jobs import Job
from legnext_client.prompts.policy import heed


def read_files(run: Run, operation: Operation, listed: list[Word], found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields with each local file read and checked, if it can be uploaded later."""
    uploads = uploads_of(run)
    if uploads is None:
        return found
    with named(listed):
        return uploads.read(operation, found)


class PaidCall(NamedTuple):
    """A paid call with checked fields."""

    operation: Operation
    fields: Mapping[str, Any]
    checked: CheckedFields
    prompts: PromptPolicy
    key: str | None
    options: WaitOptions

    @classmethod
    def of(
        cls,
        operation: Operation,
        fields: Mapping[str, Any],
        checked: CheckedFields,
        prompts: PromptPolicy,
        key: str | None,
        *waits: Any,
    ) -> Self:
        """Return the call; `waits` are its wait options, which are checked, too."""
        options = WaitOptions(*waits)
        options.check(operation, fields)
        return cls(operation, fields, checked, prompts, key, options)

    def show_price(self, run: Run) -> None:
        """Make the other checks that precede a request, and print the price."""
        heed(self.operation, self.checked.body, self.prompts)
        request_of(self.operation, self.checked)
        show_price(run, self.operation, self.fields)

    def carry_out(self, run: Run, *, wait: bool) -> Exit | None:
        """Send the call; print its job, or wait for it."""
        options = self.options
        client = run.client(prompts=self.prompts, uploader=uploader_of(run))
        with self._reported(run):
            answer = called(client, self.operation, {**self.fields, **({} if self.key is None else {"key": self.key})})
        if not isinstance(answer, Job):
            show(run, self.operation, answer)
            return None
        cost = f": {points(answer)}" if answer.points else ""
        then = "" if wait else f". Wait for it: {options.again([answer.job_id])}"
        with waiting_for([answer.job_id], options) as left:
            run.output.say(f"Accepted {answer.job_id}{cost}{then}")
            run.output.result(answer.raw, () if wait else [answer.job_id])
            return see_through(run, client, [answer], options, left) if wait else None

    @contextmanager
    def _reported(self, run: Run) -> Generator[None]:
        """Add the request to a Ctrl-C that interrupts it, as for a lost response, and the way to resolve it."""
        try:
            yield
        except SubmissionUnknown as error:
            if run.ledger is not None:
                error.add_note(f"Resolve it: {shlex.join(['legnext', 'batch', 'unknown', run.ledger])} shows how.")
            raise
        except KeyboardInterrupt as error:
            if cut_a_paid_request(error):
                for line in unknown_lines(self.checked.body, run.way):
                    error.add_note(line)
            raise
