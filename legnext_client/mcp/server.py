"""The server: its handlers of the protocol, over a client with a ledger."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import mcp_types as types
from mcp import MCPError
from mcp.server import Server
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from legnext_client._protocol.bounds import shown
from legnext_client._protocol.literals import fields_by_name
from legnext_client._protocol.numbers import is_number
from legnext_client._version import __version__
from legnext_client.errors import InvalidRequest, LegnextError, WaitTimeout
from legnext_client.generated.operations import ROLES
from legnext_client.generated.rules import POINTS_PER_USD
from legnext_client.jobs import AsyncJob
from legnext_client.mcp import guide, tools
from legnext_client.mcp.results import error_result, job_result, plain, previews_of, repeated_note, value_result
from legnext_client.mcp.submitting import Submitted, Submitter
from legnext_client.prices import price, typical_seconds
from legnext_client.prompts.policy import request_problems

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from mcp.server import ServerRequestContext

    Context = ServerRequestContext[Any, Any]
    Arguments = Mapping[str, Any]

INSTRUCTIONS = (
    "Makes images and videos with Legnext (Midjourney models). Calls that cost points return a job_id at once; "
    "get_job waits for the result. Nothing is paid twice: the same arguments return the same job. Never invent a way "
    "around an error about money; tell the person. Results stay online for days only: pass on the links."
)


class _Question(Exception):
    """The client must ask the person, and call again with the answer."""

    def __init__(self, asked: types.InputRequiredResult) -> None:
        self.asked = asked


class _Tools:
    """The tools by name; each returns the result of one call."""

    def __init__(self, submitter: Submitter) -> None:
        self.submitter = submitter
        self.client, self.ledger = submitter.client, submitter.ledger
        self._asked: dict[str, asyncio.Future[str]] = {}
        """The questions that the person has not answered yet."""

    async def call(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        known: dict[str, Callable[[Context, Any, Arguments], Awaitable[types.CallToolResult]]] = {
            **dict.fromkeys(tools.GROUPS, self.paid),
            tools.JOB: self.job,
            tools.BALANCE: self.balance,
            tools.CHECK: self.check,
        }
        if params.name not in known:
            raise MCPError(types.INVALID_PARAMS, f"tool must be one of {', '.join(known)}; got {shown(params.name)}.")
        given = {name: value for name, value in (params.arguments or {}).items() if value is not None}
        try:
            return await known[params.name](context, params, given)
        except _Question as question:
            return question.asked
        except LegnextError as error:
            return error_result(error, self.ledger.path)

    async def paid(
        self, context: Context, params: types.CallToolRequestParams, given: Arguments
    ) -> types.CallToolResult:
        name, listed = given.get(tools.OPERATION), tools.GROUPS[params.name]
        operation = tools.operation_of(params.name, name)
        if operation is None:
            raise InvalidRequest(f"operation must be one of {', '.join(listed)}; got {shown(name)}.")
        again = given.get(tools.AGAIN)
        fields = {name: value for name, value in given.items() if name not in (tools.OPERATION, tools.AGAIN)}
        allowed = fields_by_name(tools.fields_of(operation))
        if unknown := [name for name in fields if name not in allowed]:
            takes = ", ".join(field.name for field in tools.fields_of(operation))
            raise InvalidRequest(f"{unknown[0]} is not a field of {operation.name}. It takes {takes}.")

        async def ask(name: str, message: str) -> None:
            if _can_ask(context):
                action = await self._answer(context, params, name, message)
                if action != "accept":
                    raise InvalidRequest(f"the person did not accept the price ({action}): {message}")

        made = await self.submitter.submit(operation, fields, again, ask)
        if isinstance(made, Submitted):
            return job_result(made.job, repeated_note(made.job) if made.repeated else made.warning)
        return job_result(made) if isinstance(made, AsyncJob) else value_result({"answer": plain(made)})

    async def _answer(self, context: Context, params: types.CallToolRequestParams, name: str, message: str) -> str:
        """Return what the person answers. Equal calls at the same time ask once, and take the same answer."""
        asked = self._asked.get(name)
        if asked is not None and name not in (params.input_responses or {}):
            await asyncio.wait([asked])
            if asked.cancelled():
                raise InvalidRequest(
                    "the person has not answered yet whether to pay for the same call. Repeat this one."
                )
            return asked.result()
        if asked is None:
            loop = asyncio.get_running_loop()
            asked = self._asked[name] = loop.create_future()
            asked.add_done_callback(lambda _: self._asked.pop(name))
            loop.call_later(tools.LONGEST_WAIT, asked.cancel)
        try:
            action = await _ask(context, params, name, message)
        except _Question:  # answered by another call
            raise
        except BaseException:
            asked.cancel()
            raise
        if not asked.done():
            asked.set_result(action)
        return action

    async def job(self, context: Context, _: Any, given: Arguments) -> types.CallToolResult:
        seconds = _checked_wait(given.get("wait", tools.LONGEST_WAIT))
        job = await self.submitter.job(_job_id(given))
        if not job.done and seconds:
            reached = -1
            try:
                async for update in job.updates(seconds):
                    if update.progress > reached:
                        reached = update.progress
                        await context.session.report_progress(reached, 100, update.status)
            except WaitTimeout:
                pass
        previews, note = await previews_of(job) if given.get("preview") is True and job.image_urls else ([], "")
        return job_result(job, note, previews)

    async def balance(self, *_: Any) -> types.CallToolResult:
        role: Any = ROLES["balance"]
        account: Any = plain(await self.client._calls.answer(role, {}))  # pyright: ignore[reportPrivateUsage]
        limits = await asyncio.to_thread(self.ledger.limits)
        budget = {each.span: {"points": each.points, "counted": each.counted, "left": each.left} for each in limits}
        numbers = {name: value for name, value in account.items() if is_number(value) and not name.endswith("_id")}
        return value_result({"account": numbers, "budget": budget, "points_per_usd": POINTS_PER_USD})

    async def check(self, _: Context, __: Any, given: Arguments) -> types.CallToolResult:
        name, text = given.get(tools.OPERATION, next(iter(tools.PROMPTED))), given.get("prompt")
        operation = tools.PROMPTED.get(name) if isinstance(name, str) else None
        if operation is None:
            raise InvalidRequest(f"operation must be one of {', '.join(tools.PROMPTED)}; got {shown(name)}.")
        if not isinstance(text, str):
            raise InvalidRequest(f"prompt must be a string; got {shown(text)}.")
        body = {operation.prompt.field: text} if operation.prompt else {}
        problems = [f"{each.severity} {each}" for each in request_problems(operation, body)]
        estimate, seconds = price(operation, body), typical_seconds(operation, body)
        return value_result({"problems": problems or "none", "price": str(estimate), "seconds": round(seconds)})


def _can_ask(context: Context) -> bool:
    """Return whether the client can ask the person to accept a price. The budget holds either way."""
    capabilities: types.ClientCapabilities | None = context.session.client_capabilities
    can = capabilities.elicitation if capabilities is not None else None
    return can is not None and (can.form is not None or can.url is None)


async def _ask(context: Context, params: types.CallToolRequestParams, name: str, message: str) -> str:
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    answer: object
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        answer = (params.input_responses or {}).get(name)
        if answer is None:  # the name has the arguments and the price, so an answer cannot accept another call
            form = types.ElicitRequestFormParams(message=message, requested_schema=schema)
            raise _Question(types.InputRequiredResult(input_requests={name: types.ElicitRequest(params=form)}))
    else:
        answer = await context.session.elicit_form(message, schema, context.request_id)
    return answer.action if isinstance(answer, types.ElicitResult) else "cancel"


def _job_id(given: Arguments) -> str:
    job_id = given.get(tools.JOB_ID)
    if not isinstance(job_id, str) or not job_id.strip():
        raise InvalidRequest(f"job_id must be the id that a call returned; got {shown(job_id)}.")
    return job_id


def _checked_wait(seconds: Any) -> float:
    if not is_number(seconds) or not 0 <= seconds <= tools.LONGEST_WAIT:
        raise InvalidRequest(
            f"wait must be 0 to {tools.LONGEST_WAIT} seconds; got {shown(seconds)}. Call again to wait longer."
        )
    return float(seconds)


def make_server(submitter: Submitter) -> Server[Any]:
    """Return the server of a client and its ledger."""
    listed, calls = tools.tools(), _Tools(submitter)

    async def list_tools(*_: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=listed)

    async def list_resources(*_: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=guide.RESOURCES)

    async def list_templates(*_: Any) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=guide.TEMPLATES)

    async def read_resource(_: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        try:
            if params.uri == guide.HISTORY:
                text, mime = await asyncio.to_thread(guide.history, submitter.ledger), "application/json"
            elif (rest := params.uri.removeprefix(guide.GUIDE)) == "" or rest.startswith("/"):
                text, mime = guide.guide(unquote(rest[1:]) or None), "text/markdown"
            else:
                raise InvalidRequest(f"there is no resource {shown(params.uri)}.")
        except LegnextError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from None
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=params.uri, mime_type=mime, text=text)]
        )

    async def list_prompts(*_: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=guide.prompts())

    async def get_prompt(_: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        try:
            return guide.prompt(params.name, params.arguments or {})
        except LegnextError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from None

    return Server(
        "legnext",
        version=__version__,
        title="Legnext",
        instructions=INSTRUCTIONS,
        get_tool_input_schema={each.name: each.input_schema for each in listed}.get,
        on_list_tools=list_tools,
        on_call_tool=calls.call,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
    )
