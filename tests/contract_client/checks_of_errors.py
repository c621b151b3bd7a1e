"""Checks: a refusal is the error of its status, has the service's own words, and is sent as often as it may be."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from legnext_client import errors
from legnext_client.errors import LegnextError
from tests.contract.description import base_path, that

from .answering import ANY_JSON
from .checks_of_answers import Line, line
from .stage import same, shown

if TYPE_CHECKING:
    from .effort import Effort

Json = dict[str, Any]
CLASSES = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    402: errors.InsufficientCreditsError,
    403: errors.ForbiddenError,
    404: errors.NotFoundError,
    413: errors.PayloadTooLargeError,
    422: errors.UnprocessableError,
    429: errors.RateLimitError,
    500: errors.ServerError,
    502: errors.ServerError,
    503: errors.ServerError,
    520: errors.ServerError,
    530: errors.ServerError,
}
WORDS = st.sampled_from(["Insufficient credits", 'Ungültig: »ä« "x" {0} %s', "<b>no</b>", "a\nb"])
RAW = st.sampled_from(["", "upstream error", "E-42 ü"])
NUMBER = "request-7"
ALLOWED = 3
"""So often a request is sent at most that may be sent again: once, and two retries."""


@st.composite
def refusals(draw: st.DrawFn) -> tuple[int, str, Json, Json]:
    """A status, the shape of the answer, the answer, and the words in it."""
    status = draw(st.sampled_from(sorted(CLASSES)))
    words = {"code": status, "message": draw(WORDS), "raw_message": draw(RAW), "detail": draw(ANY_JSON)}
    shape = draw(st.sampled_from(["flat", "job", "envelope"]))
    if shape == "flat":
        return status, shape, words, words
    if shape == "envelope":
        return status, shape, {"error": words}, words
    job = {"job_id": "", "status": "failed", "output": None, "logs": None, "input": None, "error": words}
    return status, shape, job, words


def check_errors(effort: Effort) -> None:
    """A refusal with the status that says so."""
    with line(effort) as one:
        effort.each(refusals(), lambda drawn: _promise(one, drawn, hidden=False), times=4)


def check_hidden_errors(effort: Effort) -> None:
    """A refusal that comes with status 200."""
    with line(effort) as one:
        effort.each(refusals(), lambda drawn: _promise(one, drawn, hidden=True), times=4)


def _promise(one: Line, drawn: tuple[int, str, Json, Json], *, hidden: bool) -> None:
    status, shape, answer, words = drawn
    first = that(takes="nothing", makes="images")
    for colour, client in one.colours():
        calls = {
            "GET": partial(client.tasks.get, "a-job"),
            "POST": partial(getattr(client.midjourney, first.name), **{first.rules["prompt"]["field"]: "a fox"}),
        }
        for method, call in calls.items():
            label = f"{colour} {method}, {status} as {shape}{', hidden' if hidden else ''}: {shown(answer)}"
            one.replies.tell(answer, 200 if hidden else status, retry_after="0", x_request_id=NUMBER)
            error = _raised(one, label, call)
            assert isinstance(error, CLASSES[status]), f"{label} raises {error!r}"
            again = not hidden and (status == 429 or (status >= 500 and method == "GET"))
            times = ALLOWED if again else 1
            assert len(one.replies.asked) == times, f"{label} is sent {len(one.replies.asked)} times, not {times}"
            unsure = method == "POST" and status >= 500 and not (hidden and shape == "job")
            assert isinstance(error, errors.SubmissionUnknown) == unsure, f"{label} raises {error!r}"
            found = {name: getattr(error, name) for name in words}
            assert same(found, words), f"{label}: the words are {shown(found)}"
            assert same(error.body, answer), f"{label}: the body is {shown(error.body)}"
            about = (error.method, error.path, error.retry_after, error.request_id)
            path = one.replies.asked[0].url.raw_path.decode().removeprefix(base_path())
            assert about == (method, path, 0.0, NUMBER), f"{label}: it is about {about}"


def _raised(one: Line, label: str, call: Any) -> Any:
    try:
        made = one.do(call())
    except LegnextError as error:
        return error
    raise AssertionError(f"{label} is taken for {made!r}")
