"""What one happening does to a conversation: the tracker decides, and all that it wants is put into one `Change`.

The words are rendered here, articles are looked up, tickets get their keys. Nothing is stored, and nothing is shown.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.chat.mails import letter
from bot.chat.news import News
from bot.chat.phrases import elsewhere, language_in_use, language_of, language_said, render, spoken
from bot.chat.workshop import ConversationStore, Workshop
from bot.clock import now_text
from bot.store.records import PARAGRAPH, Change, Delivery, Enqueued, Letter, OfFiles, Stay, Turn
from bot.telemetry import tracing
from dialogue import effects, events
from dialogue.states import Phase, State
from dialogue.tracker import Decision, step
from dialogue.understanding.follow_ups import follow_up
from dialogue.understanding.secrets import mask
from dialogue.vocabulary import Act
from kb_answers.answer import Answer

log = logging.getLogger("askonce.conversation")
#: Letters of the questions before that one which goes on from them is searched with; more name many matters.
_LONGEST_BEFORE = 300

#: Paragraphs of a phrase in the chat's language before those that it quotes; of others there is one, or none.
_BEFORE_QUOTED = {"answer_published": 2}


class ChangeMaker:
    """Makes the changes of one conversation. `locale` is the page's, a language tag; what is not spoken here gets
    English."""

    def __init__(self, shop: Workshop[ConversationStore], id: str, locale: str | None) -> None:
        self._shop, self._id, self.locale = shop, id, locale

    def make(
        self,
        told: events.Happening,
        *,
        state: State,
        seq: int,
        number: int,
        another: events.ReferenceTaken | None = None,
        heard: Turn | None = None,
        delivery: Delivery | None = None,
        news: News | None = None,
        started: float,
    ) -> Change | None:
        """What `told` does to a conversation that stands at `state`, `seq` and `number`; None where it does nothing.

        `another` is told first; `heard` is the turn of whoever wrote; `delivery` is what the courier learned, `news`
        where `told` is from; `started` is when it came, by `time.perf_counter`. Raises `IllegalEvent` if it cannot."""
        decisions, found_in = self._decisions(told, state, another, news)
        after = decisions[-1][1].state
        wanted = [pair for _, d in decisions for pair in zip(d.effects, d.causes, strict=True)]
        if not wanted and heard is None and delivery is None and after == state:
            return None
        at, turns = now_text(), [heard] if heard else []
        enqueued, gaps = list[Enqueued](), list[tuple[int, str]]()
        rated: tuple[int, str | None] | None = None
        for effect, cause in wanted:
            last = seq + len(turns)
            if isinstance(effect, effects.Say):
                turns.append(self._turn(effect, last + 1, at, cause, after, found_in))
            elif isinstance(effect, effects.Announce):
                turns.append(self._announced(effect, last + 1, at, cause, after))
            elif isinstance(effect, effects.FileTicket):
                enqueued.append(self._enqueued(effect, last, len(enqueued), after))
            elif isinstance(effect, effects.RecordGap):
                gaps.append((last, effect.question))
            elif isinstance(effect, effects.RecordRating):
                rated = (effect.score, mask(effect.comment) if effect.comment else None)
        return Change(
            conversation=self._id,
            number=number + 1,
            at=at,
            state=after,
            happenings=tuple(h for h, _ in decisions),
            rows=tuple(row for _, d in decisions for row in d.rows),
            turns=self._introduced(turns, state, after),
            seq=seq + len(turns),
            milliseconds=round((time.perf_counter() - started) * 1000, 2),
            enqueued=tuple(enqueued),
            gaps=tuple(gaps),
            rated=rated,
            delivery=delivery,
            news=news.gap if news else None,
            letter=self._letter((e for e, _ in wanted), after) if delivery and delivery.notify else None,
            helpdesk=self._shop.helpdesk,
            now=time.time(),
            stay=self._stay(told, after),
            trace=tracing.traceparent() if enqueued else None,
            files=self._of_files(told, after),
        )

    def _announced(self, effect: effects.Announce, seq: int, at: str, cause: str, state: State) -> Turn:
        words = self.words(effect.phrase, effect.values, state)
        return Turn(seq, "system", words, at, rule=cause, language=spoken(state, self.locale))

    def _introduced(self, turns: Sequence[Turn], before: State, after: State) -> tuple[Turn, ...]:
        """The turns, the bot's first one behind what can be done for somebody whose language nobody here speaks, where
        that was just found out (R13). What is said as the shop approved it (R14), and to somebody in danger (R21),
        stands alone: both name a way."""
        language = after.language if after.language != before.language else None
        sentence = elsewhere(language, self._shop.support_email) if language else None
        first = next((place for place, turn in enumerate(turns) if turn.who == "bot"), None)
        if sentence is None or first is None or after.danger or turns[first].act == Act.CONTACT:
            return tuple(turns)
        said = turns[first]
        parts = (language, *(said.parts or (said.language,)))
        told = dataclasses.replace(
            said, text=f"{sentence}{PARAGRAPH}{said.text}", parts=tuple(part for part in parts if part is not None)
        )
        return (*turns[:first], told, *turns[first + 1 :])

    def words(self, phrase: str, values: Mapping[str, Any], state: State) -> str:
        """A phrase of the catalogue in the language that this conversation is in at `state`."""
        language = spoken(state, self.locale)
        if phrase == "danger":
            # the page's own tag where it is of this language, for a shop may have words for de-AT
            tag = self.locale if language_of(self.locale) == language else language
            if own := self._shop.own_words.reply_to_danger(tag):
                return own
            if help := self._shop.own_words.help_in_danger(tag):
                values = {**values, "help": help}
        labels = {f.name: f.label for f in self._shop.required}
        return render(phrase, values, support_email=self._shop.support_email, labels=labels, language=language)

    def _decisions(
        self, told: events.Happening, state: State, another: events.ReferenceTaken | None, news: News | None
    ) -> tuple[Sequence[tuple[events.Happening, Decision]], str | None]:
        """What the tracker decides about `told`, and about whatever its searches find; and the language of the article
        that they found, None where that is the one spoken here."""
        decisions: list[tuple[events.Happening, Decision]] = []
        if another is not None:
            decisions.append((another, step(self._shop.policy, state, another)))
            state = decisions[0][1].state
        happening, found_in = told, news.found_in if news else None
        while True:
            decision = step(self._shop.policy, state, happening)
            decisions.append((happening, decision))
            search = next((e for e in decision.effects if isinstance(e, effects.Search)), None)
            if search is None:
                return decisions, found_in
            state = decision.state
            happening, found_in = self._look_up(search.text, state)

    def _look_up(self, text: str, state: State) -> tuple[events.ArticleFound | events.NothingFound, str | None]:
        """What is found, and its language where that is not the one spoken here. A search that fails has found nothing:
        the shopper hears so, and gets the offer (R13)."""
        try:
            answer, asked = self._answer(text, state)
        except Exception as error:
            log.error("a search failed: %s", type(error).__name__, extra={"conversation": self._id})
            return events.NothingFound(), None
        if answer.text is None:
            return events.NothingFound(), None
        words, sources, found_in = self._quoted(answer, state)
        return events.ArticleFound(words, sources, answer.choices, asked), found_in

    def _quoted(self, answer: Answer, state: State) -> tuple[str, tuple[events.Passage, ...], str | None]:
        """What is said of an answer from an article, its sources, and its language where that is not the one spoken
        here."""
        words, strange = answer.text or "", answer.language != spoken(state, self.locale)
        if strange:
            words = f"{self.words('untranslated', {}, state)}{PARAGRAPH}{words}"
        sources = tuple(events.Passage(s.article, s.title, s.passage) for s in answer.sources)
        return words, sources, answer.language if strange else None

    def _answer(self, text: str, state: State) -> tuple[Answer, str | None]:
        """What the articles answer; and the questions that it answers together, where this one goes on from those
        before it."""
        language, answers = language_in_use(state, self.locale), self._shop.answers
        if state.turn.lookup is not None and state.turn.lookup.for_issue:
            return answers.ask_of_issue(text) if language == "en" else answers.ask(text, language), None
        before, on = state.last_question or "", follow_up(text)
        if on is None or not (on.leans or on.likens) or not before or len(before) > _LONGEST_BEFORE:
            return answers.ask(text, language), None
        answer, both = answers.ask_on(before, text, language, about="" if on.leans else on.about)
        return answer, f"{before}\n{text}" if both else None

    def published(self, gap: int, question: str, language: str, article: str, state: State) -> News | None:
        """That `article` answers what was asked in `language`, to be told as the row `gap` of `news`; None where the
        search does not find it first. A search that fails has found nothing."""
        try:
            answer = self._shop.answers.ask(question, language)
        except Exception as error:
            log.error("a search failed: %s", type(error).__name__, extra={"conversation": self._id})
            return None
        if answer.text is None or answer.sources[0].article != article:
            return None
        words, sources, found_in = self._quoted(answer, state)
        return News(gap, events.AnswerPublished(question, words, sources), found_in, answer.language)

    def _of_files(self, told: events.Happening, state: State) -> OfFiles:
        """Files sent when nothing is open follow the last ticket; while one is prepared they wait for it."""
        status, follow = "due" if self._shop.files_follow else "kept", None
        prepared = state.agreed or state.phase is Phase.OFFERED or state.reason
        if isinstance(told, events.FilesSent) and state.tickets and not prepared:
            follow = state.tickets[-1].reference
        return OfFiles(state.has_files, follow, status)

    def _stay(self, told: events.Happening, state: State) -> Stay | None:
        """The lease of whoever of the shop is in the chat after this (R13)."""
        now = self._shop.clock()
        until = now + self._shop.presence
        if state.phase is Phase.ATTENDED:
            own = isinstance(told, events.AgentJoined | events.AgentSaid)
            return Stay(state.presence, now, until, renewed=own, waits=state.waits)
        return Stay(None, now, until) if isinstance(told, events.AgentLeft) else None

    def _turn(self, say: effects.Say, seq: int, at: str, cause: str, state: State, found_in: str | None) -> Turn:
        language = language_said(say.phrase, spoken(state, self.locale))
        ticket = None
        if say.reference and say.ticket_status:
            ticket = {"reference": say.reference, "status": say.ticket_status}
        return Turn(
            seq=seq,
            who="bot",
            text=self.words(say.phrase, say.values, state),
            at=at,
            act=say.act.value,
            asks=tuple(str(f) for f in say.asks),
            sources=say.sources,
            ticket=ticket,
            choices=(*(self.words(c, say.values, state) for c in say.choices), *say.questions),
            rule=cause,
            language=language,
            parts=(*_BEFORE_QUOTED.get(say.phrase, 1) * (language,), found_in) if found_in and say.sources else (),
        )

    def _letter(self, wanted: Iterable[effects.Effect], state: State) -> Letter | None:
        """The mail that says what the `ticket_filed` turn says; None where there is no such turn."""
        for effect in wanted:
            if isinstance(effect, effects.Say) and effect.act is Act.TICKET_FILED and effect.reference:
                ticket, language = state.ticket(effect.reference), spoken(state, self.locale)
                if ticket is not None:
                    return letter(effect, ticket, language=language, support_email=self._shop.support_email)
        return None

    def _enqueued(self, file: effects.FileTicket, seq: int, index: int, state: State) -> Enqueued:
        key, language = f"{self._id}:{seq}:{index}:{self._shop.mark()}", language_in_use(state, self.locale)
        payload = self._shop.ticket_form.payload(file, language)
        if state.has_files and (at := self._shop.evidence_at(file.reference)):
            payload["envelope"]["evidence"] = at
        return Enqueued(key, file.reference, payload)
