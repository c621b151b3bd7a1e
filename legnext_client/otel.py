"""OpenTelemetry: a span for each paid call, and metrics of points and waiting. Needs `legnext-client[otel]`.

    instrument(client)

Spans go where the program's own go; without an SDK, they go nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from legnext_client._version import __version__
from legnext_client.errors import ConfigurationError
from legnext_client.generated.operations import OPERATIONS

try:
    from opentelemetry import metrics, trace
except ImportError:
    raise ConfigurationError("OpenTelemetry is not installed. Run: pip install 'legnext-client[otel]'.") from None

if TYPE_CHECKING:
    from opentelemetry.util.types import AttributeValue

    from legnext_client._protocol.hooks import Event
    from legnext_client.client import AsyncClient, Client

__all__ = ["instrument"]


def instrument(
    client: Client | AsyncClient,
    *,
    prompts: bool = False,
    tracer_provider: trace.TracerProvider | None = None,
    meter_provider: metrics.MeterProvider | None = None,
) -> None:
    """Record the paid calls of a client, also those of its batches and chains.

    Args:
        client: The client.
        prompts: Whether spans may hold prompts and the text of errors, which may quote them.
        tracer_provider: Default: the program's own.
        meter_provider: Default: the program's own.
    """
    tracer = trace.get_tracer("legnext_client", __version__, tracer_provider)
    meter = metrics.get_meter("legnext_client", __version__, meter_provider)
    client.add_hook(_Recorder(tracer, meter, prompts=prompts))


class _Recorder:
    def __init__(self, tracer: trace.Tracer, meter: metrics.Meter, *, prompts: bool) -> None:
        self._tracer, self._prompts = tracer, prompts
        self._spans: dict[int, trace.Span] = {}
        self._points = meter.create_counter("legnext.points", "{point}", "Points charged for jobs that ended")
        self._waiting = meter.create_histogram(
            "legnext.job.duration", "s", "Seconds from acceptance to the end of jobs"
        )

    def __call__(self, event: Event) -> None:
        if event.what == "job":
            attributes = {"legnext.operation": event.operation, "legnext.job.status": str(event.status)}
            self._points.add(event.points, attributes)
            if event.elapsed is not None:
                self._waiting.record(event.elapsed, attributes)
        elif event.what == "call" and not event.ended:
            self._spans[event.call] = self._tracer.start_span(
                f"legnext {event.operation}", kind=trace.SpanKind.CLIENT, attributes=self._before(event)
            )
        elif event.ended and (span := self._spans.get(event.call)) is not None:
            if event.what == "attempt":
                span.add_event("attempt", {**_after(event), "legnext.attempt": event.attempt})
                return
            del self._spans[event.call]
            span.set_attributes({**_after(event), "legnext.points": event.points})
            if event.error is not None:
                span.set_status(trace.StatusCode.ERROR, event.error if self._prompts else None)
            span.end()

    def _before(self, event: Event) -> dict[str, AttributeValue]:
        found: dict[str, AttributeValue] = {
            "legnext.operation": event.operation,
            "http.request.method": event.method,
            "url.path": event.path,
        }
        operation = OPERATIONS.get(event.operation)
        if self._prompts and operation is not None and operation.prompt is not None and event.sent is not None:
            found["legnext.prompt"] = str(event.sent.get(operation.prompt.field, ""))
        return found


def _after(event: Event) -> dict[str, AttributeValue]:
    found: dict[str, AttributeValue | None] = {
        "http.response.status_code": event.status,
        "error.type": None if event.error is None else event.error.partition(":")[0],
        "legnext.request_id": event.request_id,
        "legnext.job_id": event.job_id,
    }
    return {name: value for name, value in found.items() if value is not None}
