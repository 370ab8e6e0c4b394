"""OpenTelemetry traces, from a shopper's frame to the helpdesk's answer. Off, and not even loaded, unless an address is
set.

A ticket is delivered by some courier, later, perhaps on another replica: the trace travels in the outbox row as a W3C
`traceparent`. Spans carry ids, counts and names of rules, never a shopper's words, name or address.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

_tracer: Any = None
_provider: Any = None


def set_up_tracing(url: str, *, replica: str) -> None:
    """Send spans to the OTLP/HTTP collector at `url` (its `/v1/traces` is added), in batches, from a thread of its
    own."""
    global _tracer, _provider
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "askonce", "service.instance.id": replica})
    _provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=url.rstrip("/") + "/v1/traces", timeout=5)
    _provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    _tracer = _provider.get_tracer("askonce")


def shut_down_tracing() -> None:
    """Send what is left."""
    global _tracer, _provider
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = None


@contextlib.contextmanager
def span(name: str, *, parent: str | None = None, **attributes: str | int) -> Iterator[Any]:
    """A span around some work; `parent`, a `traceparent`, continues a trace that began elsewhere. Gives the span, or
    None while traces are off."""
    if _tracer is None:
        yield None
        return
    context = None
    if parent:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        context = TraceContextTextMapPropagator().extract({"traceparent": parent})
    named = {f"askonce.{key}": value for key, value in attributes.items()}
    with _tracer.start_as_current_span(name, context=context, attributes=named) as current:
        yield current


def traceparent() -> str | None:
    """The running span in the form that travels."""
    if _tracer is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")


def trace_id() -> str | None:
    """The running trace's id, for log lines."""
    parent = traceparent()
    return parent.split("-")[1] if parent else None
