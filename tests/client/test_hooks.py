"""A hook sees each attempt, each paid call and each end of a job; it breaks nothing, and the key is nowhere in it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import ConfigurationError, Event, InvalidRequest, RateLimitError, SubmissionUnknown
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION

from .worlds import KEY, Colour, Service, done, job, told

if TYPE_CHECKING:
    from pathlib import Path


def short(event: Event) -> tuple[Any, ...]:
    return event.what, "after" if event.ended else "before", event.operation, event.attempt, event.status


def run(colour: Colour, batch: Any) -> None:
    assert all(result.ok for result in (colour.do(batch) if colour.is_async else list(batch)))


def test_a_hook_sees_the_attempts_of_a_paid_call(colour: Colour) -> None:
    busy = told({"code": 429, "message": "too many"}, 429, retry_after="1", x_request_id="r-1")
    accepted = told(job(meta={"usage": {"frozen": 80}}), x_request_id="r-2")
    client, events = colour.client(Service(busy, accepted)), list[Event]()
    client.add_hook(events.append)
    colour.do(client.midjourney.diffusion(text="a cat"))
    assert [short(event) for event in events] == [
        ("call", "before", "diffusion", 0, None),
        ("attempt", "before", "diffusion", 1, None),
        ("attempt", "after", "diffusion", 1, 429),
        ("attempt", "before", "diffusion", 2, None),
        ("attempt", "after", "diffusion", 2, 200),
        ("call", "after", "diffusion", 0, 200),
    ]
    assert len({event.call for event in events}) == 1
    *_, refused, _, last, call = events
    assert (refused.method, refused.request_id) == ("POST", "r-1")
    assert (last.job_id, last.request_id, last.elapsed) == ("j1", "r-2", 0)
    assert (call.job_id, call.points, call.elapsed) == ("j1", 80, 1)
    assert call.sent is not None
    assert call.sent["text"] == "a cat"
    assert KEY not in repr(events)


def test_a_hook_sees_polls_and_the_end_of_a_job(colour: Colour) -> None:
    ended = done(meta={"usage": {"consume": 80}})
    client, events = colour.client(Service(job(), job("processing"), ended)), list[Event]()
    made = colour.do(client.midjourney.diffusion(text="a cat"))
    client.with_options(timeout=5).add_hook(events.append)  # clients that share connections share hooks
    colour.do(made.wait())
    *polls, end = events
    assert {(event.what, event.method, event.paid) for event in polls} == {("attempt", "GET", False)}
    assert (end.what, end.operation, end.job_id, end.status, end.points) == ("job", "diffusion", "j1", "completed", 80)
    assert end.elapsed == sum(colour.clock.slept)


def test_a_hook_sees_what_failed(colour: Colour) -> None:
    for reply, kind in (
        (told(b"", 502), SubmissionUnknown),
        (told({"code": 429}, 429, retry_after="9999"), RateLimitError),
        (ConfigurationError("it cannot be sent"), ConfigurationError),
    ):
        client, events = colour.client(Service(reply)), list[Event]()
        client.add_hook(events.append)
        with pytest.raises(kind):
            colour.do(client.midjourney.diffusion(text="a cat"))
        assert [event.ended for event in events] == [False, False, True, True]
        assert events[-1].what == "call"
        assert kind.__name__ in str(events[-1].error)
    failed = job("failed", error={"code": 500, "message": "no luck"})
    client, events = colour.client(Service(job(), failed)), list[Event]()
    client.add_hook(events.append)
    made = colour.do(client.midjourney.diffusion(text="a cat"))
    with pytest.raises(Exception, match="no luck"):
        colour.do(made.wait())
    assert "no luck" in str(events[-1].error)


def test_a_batch_is_seen_too(colour: Colour, tmp_path: Path) -> None:
    events = list[Event]()
    with MockServer(credits=1000) as mock:
        client: Any = mock.async_client() if colour.is_async else mock.client()
        client.add_hook(events.append)
        rows = [("diffusion", {"text": "a cat"}), ("diffusion", {"text": "a dog"})]
        run(colour, client.batch(rows, tmp_path / "run.db"))
        colour.do(client.close())
    assert [event.what for event in events if event.what != "attempt"].count("job") == 2
    calls = [event for event in events if event.what == "call" and event.ended]
    assert {event.job_id for event in calls} == {event.job_id for event in events if event.what == "job"}
    assert [event.points for event in calls] == [DIFFUSION, DIFFUSION]


def test_a_hook_that_raises_breaks_nothing_and_is_logged_once(colour: Colour, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(dict[str, str]):  # cannot be hashed
        def __call__(self, _: Event) -> None:
            raise RuntimeError("my mistake")

    client, events = colour.client(Service(job(), done())), list[Event]()
    client.add_hook(Broken())
    client.add_hook(events.append)
    colour.do(colour.do(client.midjourney.diffusion(text="a cat")).wait())
    assert events[-1].what == "job"
    [record] = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert "a hook failed" in record.getMessage()
    assert "my mistake" in str(record.exc_info)


@pytest.mark.parametrize(("after", "note"), [(True, "accepted as job j1"), (False, "Nothing was sent or charged.")])
def test_ctrl_c_in_a_hook_says_and_records_what_became_of_the_request(
    colour: Colour, after: bool, note: str, tmp_path: Path
) -> None:
    def interrupted(event: Event) -> None:
        if event.what == "attempt" and event.ended is after:
            raise KeyboardInterrupt

    client, events = colour.client(Service(job()), ledger=tmp_path / "calls.db"), list[Event]()
    client.add_hook(events.append)
    client.add_hook(interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        colour.do(client.midjourney.diffusion(text="a cat"))
    assert note in "".join(caught.value.__notes__)
    assert events[-1].what == "call"
    assert client.queue.running == int(after)
    (entry,) = client.history()
    assert entry.job_id == ("j1" if after else None)


def test_a_hook_is_a_plain_function(colour: Colour) -> None:
    async def hook(_: Event) -> None: ...

    client = colour.client(Service(job()))
    for given in (None, hook):
        with pytest.raises(InvalidRequest, match="hook must be a function that takes an Event, and not async; got"):
            client.add_hook(given)


# ---- LEGNEXT_LOG --------------------------------------------------------------------------------------------------

PROGRAM = """
import json
from legnext_client import Client
from legnext_client._protocol.flow import Response
{before}

class Wire:
    def send(self, send):
        status, usage = ("pending", "frozen") if send.request.paid else ("completed", "consume")
        job = {{"job_id": "j1", "status": status, "meta": {{"usage": {{usage: 80}}}}}}
        return Response(200, {{}}, json.dumps(job).encode())

    def close(self):
        pass

with Client("key", transport=Wire()) as client:
    client.midjourney.diffusion(text="a cat").wait(poll_interval=0.01)
"""


def logged(level: str, before: str = "") -> list[str]:
    """What a program writes to standard error that knows nothing of logging, but for what is done before."""
    import os

    environment = {**os.environ, "LEGNEXT_LOG": level}
    program = [sys.executable, "-c", PROGRAM.format(before=before)]
    ended = subprocess.run(program, env=environment, capture_output=True, text=True, check=True)
    return ended.stderr.splitlines()


def test_a_variable_turns_on_logging() -> None:
    accepted, ended = logged("info")
    assert "legnext_client INFO diffusion: accepted as" in accepted
    assert accepted.endswith(", 80 points held")
    assert ended.endswith(", 80 points")
    debug = logged("DEBUG")
    assert any("DEBUG POST /v1/diffusion: 200 in" in line for line in debug)
    assert len(debug) > 3


def test_what_the_program_has_set_up_stays() -> None:
    lines = logged("info", "import logging; logging.basicConfig(format='mine %(message)s')")
    assert len(lines) == 2
    assert all(line.startswith("mine ") for line in lines)
    assert logged("") == []


def test_another_level_is_refused(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGNEXT_LOG", "loud")
    with pytest.raises(ConfigurationError, match="LEGNEXT_LOG must be debug or info; got 'loud'"):
        colour.client(Service(job()))


# ---- OpenTelemetry ------------------------------------------------------------------------------------------------


@pytest.fixture
def telemetry() -> Any:
    """Providers of an SDK that keeps everything in memory."""
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    spans, reader, tracers = InMemorySpanExporter(), InMemoryMetricReader(), TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    return spans, reader, {"tracer_provider": tracers, "meter_provider": MeterProvider([reader])}


def test_a_paid_call_is_one_span_with_its_attempts(colour: Colour, telemetry: Any) -> None:
    from legnext_client.otel import instrument

    spans, reader, providers = telemetry
    busy = told({"code": 429, "message": "too many"}, 429, retry_after="1")
    accepted, end = job(meta={"usage": {"frozen": 80}}), done(meta={"usage": {"consume": 80}})
    client = colour.client(Service(busy, accepted, end))
    instrument(client, **providers)
    with providers["tracer_provider"].get_tracer("mine").start_as_current_span("request") as mine:
        colour.do(colour.do(client.midjourney.diffusion(text="a secret cat")).wait())
    span, request = spans.get_finished_spans()
    assert (span.name, span.parent, request.name) == ("legnext diffusion", mine.get_span_context(), "request")
    assert span.attributes["legnext.job_id"] == "j1"
    assert span.attributes["legnext.points"] == 80
    assert [event.attributes["http.response.status_code"] for event in span.events] == [429, 200]
    metrics = {
        metric.name: metric.data.data_points[0]
        for metric in reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
    }
    assert metrics["legnext.points"].value == 80
    assert metrics["legnext.points"].attributes == {"legnext.operation": "diffusion", "legnext.job.status": "completed"}
    assert metrics["legnext.job.duration"].count == 1
    assert "secret" not in span.to_json() + KEY
    assert KEY not in span.to_json()


def test_a_failed_call_is_an_error_and_prompts_are_there_if_asked_for(colour: Colour, telemetry: Any) -> None:
    from legnext_client.otel import instrument

    spans, _, providers = telemetry
    refused = told({"code": 400, "message": "a secret cat is banned"}, 400)
    for prompts in (False, True):
        client = colour.client(Service(refused))
        instrument(client, prompts=prompts, **providers)
        with pytest.raises(Exception, match="banned"):
            colour.do(client.midjourney.diffusion(text="a secret cat"))
        *_, span = spans.get_finished_spans()
        assert span.status.status_code.name == "ERROR"
        assert span.attributes["error.type"] == "BadRequestError"
        assert ("secret" in span.to_json()) is prompts
        assert (json.loads(span.to_json())["attributes"].get("legnext.prompt") == "a secret cat") is prompts


def test_a_batch_is_traced_below_the_callers_span(colour: Colour, telemetry: Any, tmp_path: Path) -> None:
    from legnext_client.otel import instrument

    spans, _, providers = telemetry
    with MockServer(credits=1000) as mock:
        client: Any = mock.async_client() if colour.is_async else mock.client()
        instrument(client, **providers)
        with providers["tracer_provider"].get_tracer("mine").start_as_current_span("nightly") as mine:
            run(colour, client.batch([("diffusion", {"text": "a cat"})] * 2, tmp_path / "run.db"))
        colour.do(client.close())
    *calls, _ = spans.get_finished_spans()
    assert [(span.name, span.parent.span_id) for span in calls] == [
        ("legnext diffusion", mine.get_span_context().span_id)
    ] * 2
