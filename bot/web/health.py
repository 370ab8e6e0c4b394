"""Whether the bot is well, for whoever watches over it: `/healthz`, `/readyz`, `/metrics`."""

from __future__ import annotations

import asyncio
import time

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.bootstrap import Bot
from bot.history import views
from bot.operations.editing import Editing
from bot.store.database import Unavailable
from bot.store.edited_articles import drafts_of
from bot.store.files import additions, rows
from bot.telemetry.metrics import DATABASE, DRAFTS, FILE_BYTES, NOTES, OLDEST, OUTBOX, OVERDUE, RASA, REGISTRY
from bot.web.running import Running
from dialogue.understanding.rasa import Rasa

routes = APIRouter()
#: Seconds that the database has to answer whoever watches: less than Prometheus and balancers wait.
_PATIENCE = 4.0


@routes.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@routes.get("/readyz")
async def readyz(running: Running) -> JSONResponse:
    found = await readiness(running)
    return JSONResponse(found, 503 if found["database"] != "ok" or running.loading.trouble else 200)


@routes.get("/metrics", response_class=PlainTextResponse)
async def metrics(running: Running) -> Response:
    if isinstance(running.understander, Rasa):
        for outcome, count in running.understander.outcomes.items():
            RASA.labels(outcome).set(count)
    try:
        async with asyncio.timeout(_PATIENCE):
            await _count_stored(running)
        DATABASE.set(1)
    except (Unavailable, TimeoutError):
        DATABASE.set(0)  # what was counted last stands, and everything that this process knows by itself
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


async def _count_stored(running: Bot) -> None:
    counts = await views.outbox_counts(running.store)
    for status in ("queued", "sending", "filed", "refused"):
        OUTBOX.labels(status).set(counts.get(status, 0))
    oldest = await views.oldest_unfiled(running.store)
    OLDEST.set(max(0.0, time.time() - oldest) if oldest is not None else 0)
    FILE_BYTES.set((await rows.totals(running.store))[1])
    notes = await running.store.look(additions.counts)
    for status in ("queued", "sending", "filed", "refused"):
        NOTES.labels(status).set(notes.get(status, 0))
    DRAFTS.set(len(await drafts_of(running.store)))
    OVERDUE.set(len(Editing(running.store, running.answers, months=running.settings.review_months).overdue()))


async def readiness(running: Bot) -> dict[str, str]:
    """The state of the database, the understander, the helpdesk and the work in the background: `ok`, or what is wrong
    with each."""
    found = {"status": "ok", "database": "ok", "understander": "ok", "helpdesk": "ok", "work": "ok"}
    try:
        async with asyncio.timeout(_PATIENCE):
            await running.store.ping()
    except (Unavailable, TimeoutError) as error:
        found["database"] = f"down ({running.store.trouble or type(error).__name__})"
    if running.loading.trouble:
        found["understander"] = running.loading.trouble
    elif not await running.understander.ready():
        found["understander"] = "degraded (Rasa does not answer; the bot understands without it meanwhile)"
    if (trouble := await running.helpdesk_trouble()) is not None:
        found["helpdesk"] = f"degraded ({trouble}; tickets are saved and filed later)"
    if troubles := running.work.troubles:
        found["work"] = f"degraded ({'; '.join(f'{name}: {what}' for name, what in sorted(troubles.items()))})"
    if any(not value.startswith("ok") for value in found.values()):
        found["status"] = "degraded"
    return found
