"""What the rules say must be known by now: the referee's belief, and how each exchange changes it. It finds no fault.

Where something cannot be told from outside it is None, or `unsure` is set, and whatever depends on it is not judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dialogue.referee import words
from dialogue.referee.exchange import ASKING, POINTING, Exchange
from dialogue.referee.transcript import Seen

_ANSWERED = frozenset({"answer", "contact", "update_redirect"})
#: Replies that bring nothing, and those that leave the count of such replies alone (R13).
USELESS = frozenset({"clarify", "smalltalk", "greet", "privacy"})
CLOSING = frozenset({"thanks", "invite_rating", "privacy"})


@dataclass(frozen=True)
class Due:
    """A ticket that was complete in the message of turn `seq`. `dispute`: None where that cannot be told."""

    seq: int
    name: str | None
    email: str | None
    dispute: bool | None


@dataclass
class Belief:
    """`reason` and `consent` are None where they cannot be told from outside."""

    required: tuple[str, ...] = ()
    name: str | None = None
    email: str | None = None
    reason: bool | None = False
    consent: bool | None = False
    offer: bool = False
    offered_once: bool = False  # for the present issue
    refused: bool = False
    gave_up: bool = False
    fruitless: int = 0
    digressions: set[str] = field(default_factory=set)  # answered while this ticket is collected, nothing given since
    useless: int = 0  # replies in a row without progress, as far as that is certain
    dull: int = 0  # replies in a row that said nothing useful, whatever the messages brought
    way_out: bool = False  # the last reply names the way out that was due
    greeted: str | None = None  # the name they greeted with
    answered: bool = False
    just_answered: bool = False  # and by the last reply: a wish for a ticket is about that (R2, R3)
    invited: bool = False
    dispute: bool | None = False
    helped: bool = False  # a person of the shop took part: what they agreed with the shopper cannot be judged
    unsure: bool = False  # whether a ticket was completed cannot be told any more
    open_yes: bool = False  # this very message may be consent
    extra: set[str] = field(default_factory=set)  # fields the helpdesk requires beside the three, and known
    maybe: set[str] = field(default_factory=set)  # known, unless a ticket was completed meanwhile
    said: list[str] = field(default_factory=list)
    due: list[Due] = field(default_factory=list)
    announced: dict[str, str] = field(default_factory=dict)  # reference -> act that told of it last
    unanswered: set[object] = field(default_factory=set)  # questions that no article answered, or none for certain
    told: set[object] = field(default_factory=set)  # of these, whose answer was published and told since
    endangered_ever: bool = False  # words of danger were heard (R21)
    ended: bool = False  # a goodbye or the invitation to rate was said, and no message came since (R19)

    @property
    def known(self) -> set[str]:
        """The fields that are certainly there."""
        three = (("name", self.name), ("email", self.email), ("reason", self.reason))
        return {name for name, value in three if value} | self.extra

    @property
    def missing(self) -> set[str]:
        """The fields that a ticket still needs."""
        return {"name", "email", "reason", *self.required} - self.known - self.maybe

    @property
    def has_tickets(self) -> bool:
        """A ticket was made, or may have been."""
        return bool(self.due or self.announced or self.unsure)

    # ------------------------------------------------------------ who spoke

    def begin(self, message: Seen) -> None:
        """A message of the shopper."""
        self.said.append(message.text)
        self.open_yes = self.ended = False

    def page(self, turn: Seen) -> None:
        """R2: the page's signed-in customer fills blanks, and may complete a ticket."""
        understood = turn.understood or {}
        self.name = self.name or words.name_or_none(understood.get("name"))
        self.email = self.email or words.email_or_none(understood.get("email"))
        self.complete(turn.seq)

    def asked(self, exchange: Exchange) -> None:
        """R15: what no article answered waits for one; what was answered does not. Of a question that a person of the
        shop may have heard it is not known which."""
        person = self.helped or any(reply.who in ("agent", "system") for reply in exchange.replies)
        if exchange.question and (person or exchange.has("no_answer")):
            self.unanswered.add(exchange.question)
            self.told.discard(exchange.question)
        elif exchange.question and exchange.has("answer"):
            self.unanswered.discard(exchange.question)

    def published(self, question: object) -> None:
        """The shopper was told the answer to what they had asked."""
        self.unanswered.discard(question)
        self.told.add(question)
        self.just_answered = True
        self.answered = self.answered or not self.consent

    def blind(self) -> None:
        """A message of which it is not known what was understood."""
        self.reason, self.unsure = None, True

    def person_took_part(self) -> None:
        """From here on only a person of the shop knows what was agreed."""
        self.helped, self.ended = True, False
        self._lose_sight()

    def _lose_sight(self) -> None:
        """A ticket may have been completed, or not."""
        self.unsure, self.consent, self.offer, self.reason = True, None, False, None

    # ------------------------------------------------------------ what a message brings

    def hear(self, exchange: Exchange) -> bool:
        """Take in what one message brought; True where it brought a field that was missing, or consent."""
        acts, extra, reason = exchange.acts, exchange.extra, exchange.reason
        if exchange.affirms and self.refused and not self.offer and "offer_ticket" not in acts:
            # A yes right after a refusal: the rules leave it open.
            self.unsure = self.open_yes = True
        consents, perhaps = self._consents(exchange), self._may_consent(exchange)
        begins = consents and (not self.consent or exchange.stopped)
        gained = bool(exchange.name or exchange.email or reason or extra) or begins
        self.extra, self.maybe = self.extra | extra, self.maybe - extra
        self._hear_dispute(exchange)
        self.name, self.email = exchange.name or self.name, exchange.email or self.email
        if self.offer and exchange.question and not consents and not reason:
            self._give_way()
        self._hear_reason(exchange)
        self._hear_consent(exchange, consents, perhaps)
        if self.open_yes and not self.consent:
            self.reason = None  # it may have filed just now
            self.extra, self.maybe = set(), self.maybe | self.extra
        self.just_answered = "answer" in acts
        if "answer" in acts and not self.consent:
            self.answered = True
        return gained

    def endangered(self, exchange: Exchange) -> None:
        """R21: nothing is read from words of danger but the fields that stand beside them, and these complete nothing
        until the next message; the reply is the way out (R13)."""
        self.useless = self.dull = 0
        self.refused = self.way_out = False
        self.extra, self.maybe = self.extra | exchange.extra, self.maybe - exchange.extra
        self.name, self.email = exchange.name or self.name, exchange.email or self.email

    def _consents(self, exchange: Exchange) -> bool:
        """R7, R18: a wish, a yes to the offer, a demand for review, or an offer answered by a missing field."""
        wishes = "wants_ticket" in exchange.signals and not exchange.has("ticket_exists")
        asked = self.refused and exchange.has(*ASKING)
        agrees = exchange.affirms and (self.offer or asked)
        fills = self.offer and not exchange.denies and self._fills(exchange)
        return wishes or agrees or exchange.demands_review or fills

    def _give_way(self) -> None:
        """The way out that was offered for no issue gives way to a question; an offer for an issue stays. Which it was
        tells the reason; where that is not known, nor is whether the offer stands."""
        if self.reason is None:
            self._lose_sight()
        elif self.reason is False:
            self.offer = False

    def _fills(self, exchange: Exchange) -> bool:
        """The message gives a field that is certainly missing."""
        told = exchange.name and "name_aside" not in exchange.signals
        if (told and not self.name) or (exchange.email and not self.email):
            return True
        if exchange.extra - self.extra - self.maybe:
            return True
        return bool(exchange.reason and self.reason is False and not exchange.follows_up)

    def _may_consent(self, exchange: Exchange) -> bool:
        """Consent, if a ticket took the earlier value along, or if no issue stood behind the offer (R13)."""
        if not self.offer or exchange.denies:
            return False
        return bool(
            exchange.extra & self.maybe or (exchange.reason and self.reason is None and not exchange.follows_up)
        )

    def _hear_consent(self, exchange: Exchange, consents: bool, perhaps: bool) -> None:
        self.refused = exchange.stopped
        if exchange.stopped:
            self.consent, self.offer, self.gave_up, self.fruitless = False, False, False, 0
        if exchange.demands_review and self.has_tickets and exchange.has(*POINTING, "offer_ticket"):
            self._lose_sight()  # perhaps the review asked for is filed already (R12): sameness is not judged here
        elif perhaps and not consents:
            self._lose_sight()
        elif consents:
            if not self.consent:
                self.gave_up, self.fruitless = False, 0
            self.consent, self.offer, self.refused = True, False, False

    def _hear_dispute(self, exchange: Exchange) -> None:
        """Whether the present issue is a dispute; None where another issue may have taken its place."""
        disputes = "disputes" in exchange.signals
        pointed = bool({"unhelped", "about_that"} & exchange.signals) or self._points_at_answer(exchange)
        unanswered = exchange.has("no_answer") or pointed
        if exchange.stopped and (exchange.reason or unanswered):
            # Declined, or taken over in the same breath: only the table knows.
            self.dispute = None if self.dispute or disputes else self.dispute
        elif exchange.reason and disputes:
            first = exchange.demands_review or self.reason is False
            self.dispute = self.dispute or (first and not self.has_tickets) or None
        elif (exchange.reason or unanswered) and self.dispute and not self.consent:
            self.dispute = None

    def _points_at_answer(self, exchange: Exchange) -> bool:
        """A wish for a ticket about the question just answered, by words or as the next move (R3)."""
        return "wants_ticket" in exchange.signals and ("about_that" in exchange.signals or self.just_answered)

    def _hear_reason(self, exchange: Exchange) -> None:
        """R3: whether a reason stands now."""
        signals = exchange.signals
        no_answer = exchange.has("no_answer")
        if exchange.reason and self.has_tickets and exchange.has(*POINTING) and not self.consent:
            self.reason = self.reason or None  # the filed issue again, or another: not told from outside
        elif exchange.reason:
            self.reason = True
        elif no_answer and exchange.has("offer_ticket"):
            self.reason = True  # while a ticket is being collected the reason stays as it is (R15)
        elif no_answer and not self.consent:
            # Declined before, perhaps, and then it is the reason of whoever asks for a ticket (R10); a question about
            # a ticket in the same breath changes nothing in that.
            self.reason = self.reason or None
        elif self.answered and ("unhelped" in signals or self._points_at_answer(exchange)):
            self.reason = self.reason or None
        if exchange.reason or exchange.question or "unhelped" in signals:
            self.offered_once = False

    # ------------------------------------------------------------ what the bot said

    def offered(self) -> None:
        """A ticket was offered (R10)."""
        if not self.consent:
            self.consent, self.offer, self.offered_once, self.refused = False, True, True, False

    def said_by_bot(self, turn: Seen) -> None:
        """Whatever the bot said, asked or not."""
        if turn.act == "invite_rating":
            self.invited = True
        self.ended = self.ended or turn.act in ("goodbye", "invite_rating")

    def count_fruit(self, exchange: Exchange, *, unfruitful: bool) -> None:
        """R9: questions in a row that brought neither a field nor a digression that was not answered yet."""
        answers = {reply.text for reply in exchange.direct if reply.act in _ANSWERED}
        fresh = answers - self.digressions
        self.digressions = self.digressions | answers if unfruitful else set()
        if not unfruitful or fresh:
            self.fruitless = 0
        elif exchange.asking:
            self.fruitless += 1
        if exchange.has("give_email") and self.consent:
            self.gave_up = True

    def count_use(self, exchange: Exchange, *, gained: bool) -> None:
        """R13: replies in a row without progress, and replies in a row that said nothing useful."""
        acts = set(exchange.acts)
        greeted = exchange.greeting_name or self.greeted
        # a message that no reply answers at once is answered by a ticket's outcome, or by a person
        progress = gained or self.open_yes or greeted != self.greeted or not acts
        self.greeted = greeted
        self.way_out = self.dull >= 2 and {"give_email", "offer_ticket"} <= acts
        self.dull = 0 if acts - CLOSING - USELESS else self.dull + bool(acts)
        if progress or (acts - USELESS and not acts <= CLOSING):
            self.useless = 0
        elif acts and acts <= USELESS and not (acts <= CLOSING and "thanks" in exchange.signals):
            self.useless += 1  # thanks beside a secret ask for nothing, and are told of the secret alone

    # ------------------------------------------------------------ tickets

    def complete(self, seq: int, *, asked: bool = False) -> bool | None:
        """True where a ticket is complete now; None where it may be, for whether its reason stands cannot be told."""
        wanting = set(self.required) - self.extra
        if self.consent is False or not (self.name and self.email) or self.reason is False or wanting - self.maybe:
            return False
        if self.reason is None or self.consent is None or wanting:
            if not asked:
                self.extra, self.maybe = set(), self.maybe | self.extra
                self._lose_sight()
            return None
        self.due.append(Due(seq, self.name, self.email, self.dispute))
        self.reason, self.consent, self.offer, self.offered_once, self.refused = False, False, False, False, False
        self.gave_up, self.fruitless, self.answered, self.dispute = False, 0, False, False
        self.extra, self.maybe = set(), set()
        return True

    def told_of(self, turn: Seen, reference: str) -> None:
        """The shopper was told of this ticket."""
        self.announced[reference] = turn.act or ""
        self.ended = False
