"""Prometheus metrics. Labels are acts, codes and outcomes; never a shopper's words, name or address."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
OPEN_CHATS = Gauge("askonce_open_chats", "WebSockets open now", registry=REGISTRY)
HEARD = Histogram(
    "askonce_message_seconds", "From a message received to its turns stored", registry=REGISTRY,
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0),
)  # fmt: skip
ERRORS = Counter("askonce_frame_errors", "Error frames sent", ["code"], registry=REGISTRY)
RASA = Gauge(
    "askonce_rasa_outcomes", "Messages by what came of asking Rasa, since the start", ["outcome"], registry=REGISTRY
)
OUTBOX = Gauge("askonce_outbox", "Tickets in the outbox", ["status"], registry=REGISTRY)
