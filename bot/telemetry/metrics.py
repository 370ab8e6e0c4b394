"""Prometheus metrics. Labels are acts, codes and outcomes; never a shopper's words, name or address."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
_FAST = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
OPEN_CHATS = Gauge("askonce_open_chats", "WebSockets open now", registry=REGISTRY)
HEARD = Histogram(
    "askonce_message_seconds", "From a message received to its turns stored", registry=REGISTRY, buckets=_FAST
)
TURNS = Counter("askonce_turns", "Turns stored, by who spoke and the bot's act", ["who", "act"], registry=REGISTRY)
UNDERSTOOD = Counter("askonce_understood", "Messages by what understood them", ["by"], registry=REGISTRY)
DANGER = Counter("askonce_danger", "Messages with words of danger to life, for a person at once", registry=REGISTRY)
REFUSED = Counter(
    "askonce_writes_refused", "Writes that broke a constraint other than by a clash", ["constraint"], registry=REGISTRY
)
LATE = Counter(
    "askonce_late_reports", "Outcomes of attempts that held their ticket no more", ["said"], registry=REGISTRY
)
FAULTS = Counter("askonce_faults", "Unexpected errors in work that nobody waits for", ["work"], registry=REGISTRY)
WORKING = Gauge(
    "askonce_work", "1 while this work is done, 0 while it waits to be started again", ["work"], registry=REGISTRY
)
CLASHES = Counter("askonce_clashes", "Decisions taken again because another replica was first", registry=REGISTRY)
GONE = Counter(
    "askonce_agents_gone",
    "People of the shop whose presence in a chat ended of itself: away, or silent for too long",
    ["why"],
    registry=REGISTRY,
)
STORED = Histogram(
    "askonce_commit_seconds", "One transaction, which concurrent changes share", registry=REGISTRY, buckets=_FAST
)
SHARED = Histogram(
    "askonce_commit_changes",
    "Changes that shared a transaction",
    registry=REGISTRY,
    buckets=(1, 2, 5, 10, 20, 50, 100, 200),
)
ERRORS = Counter("askonce_frame_errors", "Error frames sent", ["code"], registry=REGISTRY)
WAITING = Gauge("askonce_messages_at_work", "Messages taken and not yet stored", registry=REGISTRY)
LAG = Gauge("askonce_event_loop_lag_seconds", "How late the event loop is", registry=REGISTRY)
LISTENING = Gauge("askonce_pokes_listening", "1 while pokes of other replicas are heard", registry=REGISTRY)
RASA = Gauge(
    "askonce_rasa_outcomes", "Messages by what came of asking Rasa, since the start", ["outcome"], registry=REGISTRY
)
FILES = Counter("askonce_files", "Files that shoppers sent, by what became of them", ["outcome"], registry=REGISTRY)
SCANNER_AWAY = Gauge(
    "askonce_scanner_away", "1 while the virus scanner gives no verdict, so that no file is taken", registry=REGISTRY
)
FILE_BYTES = Gauge("askonce_file_bytes", "Bytes of all files that are kept", registry=REGISTRY)
NOTES = Gauge("askonce_file_notes", "Notes with shoppers' files for the helpdesk", ["status"], registry=REGISTRY)
DATABASE = Gauge("askonce_database_up", "Whether the database answered when this was read", registry=REGISTRY)
OUTBOX = Gauge("askonce_outbox", "Tickets in the outbox", ["status"], registry=REGISTRY)
OLDEST = Gauge("askonce_outbox_oldest_seconds", "Age of the oldest ticket that is not filed", registry=REGISTRY)
DRAFTS = Gauge("askonce_article_drafts", "Drafts of articles that wait", registry=REGISTRY)
OVERDUE = Gauge("askonce_articles_due", "Articles that are to be looked at again by today", registry=REGISTRY)
KEYS = Counter(
    "askonce_helpdesk_keys",
    "Tickets just created whose key could be read back from the helpdesk (seen), or not (unseen)",
    ["said"],
    registry=REGISTRY,
)
HELPDESK = Histogram(
    "askonce_helpdesk_seconds",
    "Calls to the helpdesk",
    ["outcome"],
    registry=REGISTRY,
    buckets=(0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0),
)
