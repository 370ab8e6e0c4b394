"""Files that shoppers sent, as a person of the shop sees them: beside the turn and on the ticket, small, and whole by a
click. What is in a picture cannot be masked, so a viewer, who sees no personal data, sees none of them."""

from __future__ import annotations

import asyncio
import logging
import re

from starlette.responses import Response

from bot.console.site import Ask, Refused
from bot.console.speech import gettext
from bot.evidence.serving import headers_of
from bot.store.files import rows

log = logging.getLogger("askonce.files")
_ID = re.compile(r"[a-z]{28}")


async def whole(ask: Ask) -> Response:
    """One file, which goes into the log of access."""
    await ask.note("read file", ask.part("id"))
    return await _given(ask, small=False)


async def small(ask: Ask) -> Response:
    """The small picture of one; the page on which it stands is in the log of access."""
    await ask.note_once("read files", ask.part("id"))
    return await _given(ask, small=True)


async def _given(ask: Ask, *, small: bool) -> Response:
    id = ask.part("file")
    kept = await rows.by_id(ask.bot.store, id) if _ID.fullmatch(id) else None
    if kept is None or kept.conversation != ask.part("id"):
        raise Refused(404, gettext("There is no such file (any more)."))
    try:
        body = await asyncio.to_thread(ask.bot.intake.folder.read, (kept.thumbnail if small else kept.content) or "")
    except (FileNotFoundError, ValueError):
        raise Refused(404, gettext("There is no such file (any more).")) from None
    except OSError as error:
        log.error("a file cannot be read: %s", error.strerror)
        raise Refused(503, gettext("Files cannot be reached right now; try again in a moment.")) from None
    own = {"Cross-Origin-Resource-Policy": "same-origin"}
    return Response(body, headers=headers_of(kept.name, kept.type, small=small) | own)
