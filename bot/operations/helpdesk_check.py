"""`askonce helpdesk check`: whether the configured helpdesk keeps what is promised of it, step by step, in plain words.

The steps leave nothing behind. The trial that follows files one ticket of nobody's, looks it up by its key and takes it
away; what is left of it is said.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.chat.ticket_form import TicketForm
from bot.factories import make_helpdesk
from bot.settings import Settings
from bot.store.database import Store
from dialogue.effects import FileTicket
from ticket_bridge.helpdesks import trial
from ticket_bridge.helpdesks.contract import Helpdesk, HelpdeskError, Rejected

_TRIAL = "a ticket can be filed, read back, and looked up by its key"
#: What no call can tell of these helpdesks, said beside what was tried.
_UNPROVEN = {
    "email": "No mail was sent: whether the mailbox makes tickets of mail shows at the first one.",
    "webhook": "No ticket was sent: whether the receiver keeps it shows at the first one, by the id in its reply.",
}


@dataclass(frozen=True)
class Tried:
    """One thing tried: `what`, and where it is not so `why` and what to do (`mend`); `remark` is for the operator."""

    what: str
    why: str = ""
    mend: str = ""
    remark: str = ""

    @property
    def well(self) -> bool:
        return not self.why


def helpdesk_notes(settings: Settings) -> list[tuple[str, str]]:
    """What works and would surprise: (what, what to do)."""
    found = []
    if settings.email_from and settings.email_from.casefold() == settings.email_to.casefold():
        found.append(
            (
                f"tickets by mail come from {settings.email_from} and go to it: many helpdesks drop mail from their "
                "own address, or answer themselves for ever",
                "set ASKONCE_EMAIL_FROM to another address of the shop, such as chat@ your domain",
            )
        )
    if settings.helpdesk == "webhook" and not settings.webhook_secret.get_secret_value():
        found.append(
            (
                "tickets go to the webhook unsigned: whoever knows its address can file there",
                "set ASKONCE_WEBHOOK_SECRET, and have the receiver check X-Askonce-Signature",
            )
        )
    return found


async def check_helpdesk(settings: Settings, store: Store, *, trying: bool = True) -> AsyncIterator[Tried]:
    """Every step in order, up to the first that fails, then the trial where the helpdesk takes one and `trying` is
    set."""
    helpdesk = make_helpdesk(settings, store)
    try:
        steps = helpdesk.steps()
        for step in steps:
            try:
                await step.run()
            except HelpdeskError as error:
                yield _failed(step.what, error, step.mend)
                return
            yield Tried(step.what, remark=_UNPROVEN.get(helpdesk.name, "") if step is steps[-1] else "")
        if trying and helpdesk.name not in trial.UNTRIED:
            yield await _trial(settings, helpdesk)
    finally:
        await helpdesk.close()


async def _trial(settings: Settings, helpdesk: Helpdesk) -> Tried:
    """With the shop's own subject, tags and language: what is wrong with them shows too."""
    form = TicketForm(settings.ticket_subject, settings.ticket_tags, settings.ticket_language)
    payload = form.payload(FileTicket(trial.REFERENCE, trial.NAME, trial.ADDRESS, trial.REASON))
    key, follows = f"askonce-check:{uuid.uuid4().hex}", settings.files_follow
    try:
        return Tried(_TRIAL, remark=await trial.there_and_back(helpdesk, payload, key=key, files=follows))
    except HelpdeskError as error:
        return _failed(_TRIAL, error, helpdesk.steps()[-1].mend)


def _failed(what: str, error: HelpdeskError, mend: str) -> Tried:
    if error.mend:
        return Tried(what, str(error), f"{error.mend}. Otherwise {mend}")
    return Tried(what, str(error), mend if isinstance(error, Rejected) else f"it did not answer as it should; {mend}")
