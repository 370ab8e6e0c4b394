"""The strict rules, checked from outside on any transcript: who said what, with which act, asking for what.

Shares no code and no words with the transition table or the phrases; it knows the rules and the protocol's names,
nothing else, so that a fault in the table cannot hide in the judge. What was understood may be missing (a transcript
from elsewhere); then the checks that need it are left out, and none is guessed.

It is one-sided: where the rules leave the bot a choice, or a judgement of sameness or wording would be needed, it
says nothing. Here is the walk through a transcript; what is believed on the way is in `beliefs`, each rule in
`rules`. R16 compares conversations (`equal_treatment`), and what words alone tell is in `sight`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dialogue.referee.beliefs import Belief
from dialogue.referee.exchange import TICKET, Exchange
from dialogue.referee.rules import danger as of_danger
from dialogue.referee.rules import exchanges as of_exchanges
from dialogue.referee.rules import files as of_files
from dialogue.referee.rules import published as of_published
from dialogue.referee.rules import tickets as of_tickets
from dialogue.referee.rules import turns as of_turns
from dialogue.referee.sight import look
from dialogue.referee.transcript import Seen, Transcript, Violation, exchanges


class _Walk:
    """Once through a transcript: what is believed so far, and what was found wrong."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.belief = Belief(required=tuple(transcript.required_fields))
        self.found: list[Violation] = []

    def _find(self, violations: Iterable[Violation]) -> None:
        self.found.extend(violations)

    def run(self) -> list[Violation]:
        """Every violation, by turn and rule."""
        self._find(of_tickets.turns_follow_one_another(self.transcript))
        for head, replies in exchanges(self.transcript.turns):
            for reply in replies:
                if reply.who == "bot":
                    for rule in of_turns.OF_WORDS:
                        self._find(rule(reply, self.transcript))
            if head is None:
                self._unprompted(replies)
            elif head.who == "page":
                self.belief.page(head)
                self._unprompted(replies)
            elif head.who == "files":
                for file_rule in of_files.OF_FILES:
                    self._find(file_rule(head, replies, self.belief))
                self._unprompted(replies)
            elif head.who == "published":
                self._published(of_published.News.of(head, replies))
            else:
                self._exchange(Exchange(head, replies, self.transcript.required_fields))
            if any(reply.who in ("agent", "system") for reply in replies):
                self.belief.person_took_part()
        self._tickets()
        return sorted(self.found, key=lambda violation: (violation.seq, violation.rule))

    # ------------------------------------------------------------ one message and what was said to it

    def _exchange(self, exchange: Exchange) -> None:
        self.belief.begin(exchange.message)
        self.belief.asked(exchange)
        self.belief.endangered_ever = self.belief.endangered_ever or exchange.in_danger
        self._find(of_exchanges.r17_no_card_is_stored(exchange))
        if exchange.in_danger:
            self._endangered(exchange)
        elif self.belief.helped or not exchange.was_understood:
            self._blind(exchange)
        else:
            self._heard(exchange)
        if not self.belief.helped and not exchange.in_danger:
            completes = self.belief.complete(exchange.message.seq, asked=bool(exchange.asking))
            if completes:
                self._find(of_exchanges.r8_files_and_asks_nothing(exchange))
            elif completes is False:
                self._find(of_exchanges.r13_every_message_gets_a_reply(exchange, self.belief))
        for reply in exchange.replies:
            if reply.act in TICKET:
                self._announced(reply)

    def _blind(self, exchange: Exchange) -> None:
        """Without knowing what was understood only acts and words can be judged."""
        self.belief.blind()
        for reply in exchange.direct:
            self._find(of_turns.r6_asks_for_no_more_than_one_impossible_field(reply))
            self._said(reply)

    def _endangered(self, exchange: Exchange) -> None:
        """Words of danger set the other rules aside (R21)."""
        alone = not self.belief.helped and not any(reply.who in ("agent", "system") for reply in exchange.replies)
        for rule in of_danger.OF_DANGER if alone else of_danger.OF_DANGER_BESIDE_A_PERSON:
            self._find(rule(exchange, self.transcript))
        if not self.belief.helped:
            self.belief.endangered(exchange)
            if "secret" in exchange.signals:
                self._find(of_exchanges.r17_says_that_a_secret_was_masked(exchange, self.belief))
        for reply in exchange.direct:
            self._said(reply)

    def _heard(self, exchange: Exchange) -> None:
        """A message of which it is known what was understood: all rules are asked."""
        belief = self.belief
        had_consent = belief.consent
        gained = belief.hear(exchange)
        collecting = bool(had_consent and belief.consent)
        for reply in exchange.direct:
            for reply_rule in of_turns.OF_A_REPLY:
                self._find(reply_rule(reply, belief))
            if reply.act == "offer_ticket":
                self._find(of_turns.r7_offers_nothing_that_was_agreed_to(reply, collecting=collecting))
                for offer_rule in of_turns.OF_AN_OFFER:
                    self._find(offer_rule(reply, belief))
                belief.offered()
            self._said(reply)
        belief.count_fruit(exchange, unfruitful=collecting and not gained)
        belief.count_use(exchange, gained=gained)
        for rule in of_exchanges.OF_AN_EXCHANGE:
            self._find(rule(exchange, belief))

    def _unprompted(self, replies: Sequence[Seen]) -> None:
        """What was said without a message of the shopper before it."""
        self._find(of_published.r15_an_answer_has_a_question(replies, self.belief))
        for reply in replies:
            if reply.act in TICKET:
                self._announced(reply)
            elif reply.who == "bot":
                self._said(reply)
                self._find(of_turns.r9_asks_only_in_answer(reply, self.belief, self.transcript))

    def _published(self, news: of_published.News) -> None:
        """An article was published that answers what was asked before, and the shopper was told, or was not."""
        for rule in of_published.OF_NEWS:
            self._find(rule(news, self.belief, self.transcript))
        for reply in news.said:
            for reply_rule in of_turns.OF_A_REPLY if not self.belief.helped else ():
                self._find(reply_rule(reply, self.belief))
            self._said(reply)
        if news.said:
            self.belief.published(news.question)
        for reply in news.later:
            if reply.act in TICKET:
                self._announced(reply)
            elif reply.who == "bot":
                self._said(reply)

    def _said(self, reply: Seen) -> None:
        self._find(of_turns.r19_invites_once(reply, self.belief))
        self.belief.said_by_bot(reply)

    # ------------------------------------------------------------ tickets

    def _announced(self, turn: Seen) -> None:
        """The shopper is told that a ticket is filed or saved."""
        self._find(of_tickets.r13_announces_with_a_reference(turn))
        if reference := of_tickets.reference_in(turn):
            for rule in of_tickets.OF_AN_ANNOUNCEMENT:
                self._find(rule(turn, self.belief, self.transcript))
            self.belief.told_of(turn, reference)

    def _tickets(self) -> None:
        """The tickets as they were passed, when the walk is at its end."""
        self._find(of_tickets.r8_complete_means_file(self.belief, self.transcript))
        for place in range(len(self.transcript.tickets)):
            for rule in of_tickets.OF_A_TICKET:
                self._find(rule(place, self.belief, self.transcript))
        self._find(of_tickets.r12_one_consent_makes_one_ticket(self.belief, self.transcript))


def judge(transcript: Transcript) -> list[Violation]:
    """Every violation of R1-R15, R17-R19 and R21 that can be seen from outside, in order; empty for a lawful
    conversation. What words alone tell is named `words:` and the rule (`dialogue.referee.sight`)."""
    return sorted([*_Walk(transcript).run(), *look(transcript)], key=lambda violation: (violation.seq, violation.rule))
