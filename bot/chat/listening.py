"""What a shopper's words mean: secrets masked before anything sees them, and no fault or slowness of whoever
understands them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, replace

from bot.chat.phrases import base_language, languages, plain_answer, spoken
from bot.chat.phrases import language_of as language_of_page
from bot.chat.ticket_form import value_of
from bot.chat.workshop import ConversationStore, Workshop, asked
from bot.telemetry import tracing
from bot.telemetry.metrics import UNDERSTOOD
from dialogue import events
from dialogue.slips import settle
from dialogue.states import Phase, State
from dialogue.understanding.distress import look
from dialogue.understanding.secrets import Masked
from dialogue.understanding.tongues import language_of
from dialogue.understanding.unspoken import as_it_stands
from dialogue.vocabulary import IntentName, Signal

log = logging.getLogger("askonce.conversation")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message says, and the language that its words are in, None where they do not tell."""

    understood: events.Understanding
    language: str | None = None


async def understand(
    text: str, state: State, *, shop: Workshop[ConversationStore], locale: str | None, conversation: str
) -> Heard:
    """What `text` says to whoever has heard what `state` has open. Never raises, and takes no longer than the shop's
    limit once what it needs is loaded.

    R17 first: nothing but this sees a secret. A fault in understanding, or one that does not end, costs this message
    its meaning and nothing else; the rules hold under any understanding."""
    told = Masked.of(text)
    masked = str(told)
    answer = None
    if state.phase is Phase.OFFERED or state.proposes:  # tapped, or plainly said as the page's language has it
        spoken_here = dict.fromkeys((spoken(state, locale), language_of_page(locale)))
        answer = next((found for each in spoken_here if (found := plain_answer(masked, each)) is not None), None)
    if answer is not None:
        intent = events.Intent(IntentName(answer.value), 1.0)
        UNDERSTOOD.labels("catalogue").inc()
        understood = events.Understanding(masked, intents=(intent,), answer=answer, by="catalogue")
        # A yes of the page's beside a chat in another language does not change the chat's, so it tells none.
        own = spoken(state, locale)
        return Heard(settle(understood, state), own if plain_answer(masked, own) is answer else None)
    await shop.loaded()
    try:
        async with asyncio.timeout(shop.understand_within):
            with tracing.span("understand") as span:
                understood = await shop.understander.understand(masked, asked(state))
                if span is not None:
                    span.set_attribute("askonce.by", understood.by)
    except Exception as error:
        log.error("understanding failed: %s", type(error).__name__, extra={"conversation": conversation})
        heard = {Signal.IN_DANGER} if look(masked).danger else set()  # R21 rests on nobody's good day
        understood = events.Understanding(masked, signals=frozenset(heard), by="nobody")
    secret = {Signal.SECRET} if told.held else set()
    extra = tuple((f.name, value) for f in shop.required if (value := value_of(f, masked)))
    UNDERSTOOD.labels(understood.by).inc()
    understood = replace(understood, kept=masked)
    language = None
    try:
        understood, language = await _in_its_language(understood, state, locale, shop)
    except Exception as error:  # then it is answered in the language that was spoken before
        log.error("its language was not told: %s", type(error).__name__, extra={"conversation": conversation})
    settled = replace(
        settle(understood, state),
        signals=understood.signals | secret,
        extra=extra or understood.extra,
    )
    return Heard(settled, language)


async def _in_its_language(
    understood: events.Understanding, state: State, locale: str | None, shop: Workshop[ConversationStore]
) -> tuple[events.Understanding, str | None]:
    """With the language that the words are in, where they tell it; taken as it stands where nobody here speaks it. And
    that language once more, also where it is nothing new."""
    page = base_language(locale)
    before = state.language or page or "en"
    told = language = language_of(understood, state.language, page)
    if language == "en" and state.language is None and page in (None, "en"):
        language = None  # nothing that was not known
    now = language or before
    if now not in ("en", *languages()):
        understood = as_it_stands(understood, now)
    if now != "en" and (sought := understood.question or understood.reason):
        # Found beside the chats, and remembered: what finds articles by meaning is made when it is first asked. A
        # search that fails fails again where its answer is wanted, and is told of there.
        with contextlib.suppress(Exception):
            await asyncio.to_thread(shop.answers.ask, sought, now)
    return replace(understood, language=language), told
