"""Turns what the tracker decided into a transcript for the referee, in the words that the shopper would read."""

from __future__ import annotations

import dataclasses

import orjson

from bot.chat.phrases import render
from bot.store.records import to_json
from dialogue import effects
from dialogue import events as e
from dialogue.referee.transcript import NOT_SAID, Passed, Seen, Transcript
from dialogue.tracker import Decision
from tests.dialogue.referee.said_in import ANSWERS, NAMED, WISHES

SUPPORT = "help@shop.example"


def spoken(understood: e.Understanding, language: str = "en") -> str:
    """The words of a shopper of whom just this is understood, a line for each part: the referee's second pair of
    eyes sees words. `language`: that they speak where the words are not their own name, address or matter."""
    full, passing = NAMED[language]
    answer = ANSWERS[language].get(understood.answer) if understood.answer else None
    signals = [WISHES[language][s] for s in sorted(understood.signals) if s in WISHES[language]]
    name = f"{full} {'-'.join(understood.name.splitlines())}" if understood.name else None
    called = f"{passing} {understood.greeting_name}" if understood.greeting_name else None
    slips = [rejected.text for rejected in understood.rejected if rejected.likely]
    fields = [name, called, understood.email, *slips]
    parts = [answer, understood.kept, understood.reason, understood.question, *fields, *signals]
    return "\n".join(p for p in parts if p)


class Recording:
    """Grows with every happening and the decision it led to."""

    def __init__(self, required: tuple[str, ...] = ()) -> None:
        self.required = required
        self.turns: list[Seen] = []
        self.tickets: list[Passed] = []
        self.in_danger = False

    def add(self, told: e.Happening, decision: Decision) -> None:
        self.in_danger = decision.state.danger
        if isinstance(told, e.ShopperSaid):
            understood = orjson.loads(to_json(told.understood))
            self.turns.append(
                Seen(
                    self._next(),
                    "shopper",
                    spoken(told.understood, told.understood.language or "en"),
                    understood=understood,
                )
            )
        elif isinstance(told, e.CustomerIdentified):
            page = {"name": told.name, "email": told.email}
            self.turns.append(Seen(self._next() - 1, "page", understood=page))
        elif isinstance(told, e.FilesSent):
            self.turns.append(Seen(self._next(), "files"))
        elif isinstance(told, e.AnswerPublished) and decision.effects:  # what brings nothing is not stored
            news = {"question": told.question, "articles": [source.article for source in told.sources]}
            self.turns.append(Seen(self._next() - 1, "published", understood=news))
        elif isinstance(told, e.AgentSaid):
            self.turns.append(Seen(self._next(), "agent", "Let me see what I can do."))
        language = decision.state.language or "en"
        for effect in decision.effects:
            if isinstance(effect, effects.Say):
                ticket = {"reference": effect.reference, "status": effect.ticket_status} if effect.reference else None
                labels = {name: f"your {name}" for name in self.required}
                text = render(effect.phrase, effect.values, support_email=SUPPORT, labels=labels, language=language)
                sources = [dataclasses.asdict(s) for s in effect.sources]
                asks = tuple(str(a) for a in effect.asks)
                self.turns.append(Seen(self._next(), "bot", text, effect.act.value, asks, ticket, sources))
            elif isinstance(effect, effects.Announce):
                text = render(effect.phrase, effect.values, support_email=SUPPORT)
                self.turns.append(Seen(self._next(), "system", text))
            elif isinstance(effect, effects.FileTicket):
                fields = {"name": effect.name, "email": effect.email, "reason": effect.reason, **dict(effect.extra)}
                self.tickets.append(Passed(effect.reference, fields, fields, self._next() - 1))

    def _next(self) -> int:
        return sum(t.who not in NOT_SAID for t in self.turns) + 1

    def transcript(self, *, settled: bool = False) -> Transcript:
        return Transcript(
            tuple(self.turns), SUPPORT, tuple(self.tickets), self.required, settled=settled, in_danger=self.in_danger
        )
