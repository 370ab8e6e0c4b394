"""Every fact the tracker can be told, in the past tense.

Two layers live here and nothing else. A *happening* is what the shell reports and what is stored with a turn: the
shopper said something, the library answered, the helpdesk took a ticket. A *fact* is one elementary thing that a
shopper's message carries; `dialogue.facts` unpacks an `Understanding` into them, and the transition table has a row for
every phase and every fact. No behaviour may live here.
"""

from __future__ import annotations

from dataclasses import dataclass

from dialogue.vocabulary import Answer, Field, IntentName, Signal


@dataclass(frozen=True, slots=True)
class Intent:
    """One reading of what the shopper is after. `confidence` lies in 0..1; best first in a list."""

    name: IntentName
    confidence: float


@dataclass(frozen=True, slots=True)
class RejectedValue:
    """Something offered as a field that cannot be it, or hardly (R6). `why` is a phrase key such as `no_top_level`;
    `likely`: what was meant, where that can be guessed."""

    field: Field
    text: str
    why: str
    likely: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one clause of a message was taken for. `start`, `end`: where it stands in `Understanding.kept`. `kind`:
    issue, question, order_status, update, contact, wish, chat, courtesy, statement, follow_up, dispute; and what is
    taken out of the rest: contact_data, no_wish, insult, danger, rating. `by`: `words` where words settled it, `heads`
    where it was weighed, `beside` where what stands beside it in the message did. `intent`, `confidence` (0..1): the
    likeliest intent of the clause by itself, where it was weighed."""

    start: int
    end: int
    kind: str
    by: str
    intent: IntentName | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was made of one shopper message. Nothing here is trusted: the tracker checks every value again (R6).

    `name`, `email` and `reason` are what would be stored, `greeting_name` a one-word name volunteered in passing,
    `question` the part to look up in the articles, `kept` the text as it is stored, secrets masked (R17). `by` names
    the understander that had the last word, `signals` the elementary things that were recognised. `read` is for people
    who ask why, and decides nothing: which clause was taken for what, in order, without overlap.
    """

    kept: str
    intents: tuple[Intent, ...] = ()
    answer: Answer | None = None
    name: str | None = None
    greeting_name: str | None = None
    email: str | None = None
    reason: str | None = None
    question: str | None = None
    rejected: tuple[RejectedValue, ...] = ()
    signals: frozenset[Signal] = frozenset()
    score: int | None = None
    by: str = "rules"
    extra: tuple[tuple[str, str], ...] = ()  # (field, value) of fields that the helpdesk requires beside the three (R1)
    read: tuple[Reading, ...] = ()
    language: str | None = None  # that the words are in (ISO 639-1), where they suffice to tell


# ---------------------------------------------------------------- happenings: what the shell reports


@dataclass(frozen=True, slots=True)
class ShopperSaid:
    understood: Understanding


@dataclass(frozen=True, slots=True)
class CustomerIdentified:
    """The shop page named its signed-in customer (R2). Fills blanks only: what the shopper says outranks it (R5)."""

    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """One quoted place in an article: the source an answer shows (R15)."""

    article: str
    title: str
    passage: str


@dataclass(frozen=True, slots=True)
class ArticleFound:
    """`choices`: questions that the shopper may tap, where a topic was named and nothing asked about it. `asked`: the
    shopper's questions that it answers together, a line each, where the last one goes on from those before it."""

    answer: str
    sources: tuple[Passage, ...]
    choices: tuple[str, ...] = ()
    asked: str | None = None


@dataclass(frozen=True, slots=True)
class NothingFound:
    """No article carries an answer. `in_scope` tells a shop question from one that is not the shop's matter (R15)."""

    in_scope: bool = True


@dataclass(frozen=True, slots=True)
class TicketAccepted:
    """The helpdesk has the ticket."""

    reference: str


@dataclass(frozen=True, slots=True)
class TicketDelayed:
    """The helpdesk has not answered in time, or is down; the request is stored and will be filed (R13)."""

    reference: str


@dataclass(frozen=True, slots=True)
class ReferenceTaken:
    """Another conversation's ticket has the reference that the next one here would have had: from now on they are
    made of `stem`."""

    stem: str


@dataclass(frozen=True, slots=True)
class AnswerPublished:
    """An article was published that answers `question`, which was asked in this conversation when none did. `answer`
    and `sources` as in `ArticleFound`."""

    question: str
    answer: str
    sources: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class ShopperRated:
    score: int
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class FilesSent:
    """The shopper sent files, `count` of them, in a turn of their own: no field, no consent, no reason (R1). Words
    beside them come as a message like any other."""

    count: int = 1


@dataclass(frozen=True, slots=True)
class AgentJoined:
    """A person of the shop came into the chat, under this name. `presence` names this stay of theirs, whose lease
    they renew; `account` tells two of one name apart."""

    name: str
    presence: str = ""
    account: int | None = None


@dataclass(frozen=True, slots=True)
class AgentSaid:
    """They wrote something; their words are a turn of their own and mean nothing to the tracker."""


@dataclass(frozen=True, slots=True)
class AgentLeft:
    """They left. `settled`: the matter is done, so nothing that was open before goes on. `gone`: they did not say
    so, but the lease of this stay of theirs ran out (R13)."""

    settled: bool = False
    gone: str | None = None


# ---------------------------------------------------------------- facts: what one message carries


@dataclass(frozen=True, slots=True)
class SecretMasked:
    """A card number, code or password was taken out of the message (R17)."""


@dataclass(frozen=True, slots=True)
class DangerTold:
    """Words of self-harm, or of danger to somebody's life (R21)."""


@dataclass(frozen=True, slots=True)
class Greeted:
    name: str | None = None


@dataclass(frozen=True, slots=True)
class NameGiven:
    """`aside`: said beside an offer, alone and with no sign of being meant for it: kept, and no consent (R2, R7)."""

    value: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class EmailGiven:
    value: str


@dataclass(frozen=True, slots=True)
class ExtraGiven:
    """A field that the helpdesk requires beside the three (R1)."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class ValueRejected:
    """`typed` and `likely`: what was written, and what was meant, where that can be guessed (R6)."""

    field: Field
    why: str
    typed: str = ""
    likely: str | None = None


@dataclass(frozen=True, slots=True)
class IssueStated:
    """The shopper stated an issue. `dispute` marks disagreement with a decision (R18)."""

    text: str
    dispute: bool = False


@dataclass(frozen=True, slots=True)
class ReviewDemanded:
    """Disagreement that asks for review or escalation: issue and consent at once (R18)."""

    text: str


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """Follow-up wording without new substance (R4, R12). `text` serves where no issue was stated before."""

    text: str


@dataclass(frozen=True, slots=True)
class Unhelped:
    """ "That didn't help": the question just answered becomes the issue (R3)."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """ "Never mind" (R10)."""


@dataclass(frozen=True, slots=True)
class Denied:
    """A no. `beside_field`: a field came in the same breath ("no, it's jane@new.example")."""

    beside_field: bool = False


@dataclass(frozen=True, slots=True)
class Affirmed:
    pass


@dataclass(frozen=True, slots=True)
class TicketWanted:
    """A ticket, a human or an escalation was asked for (R7). `another` says so outright after one was filed;
    `about_that` points at the question just answered (R3)."""

    another: bool = False
    about_that: bool = False


@dataclass(frozen=True, slots=True)
class UpdateAsked:
    """A question about an existing ticket: status, progress, a reply, adding, changing, closing (R11). `text` is the
    message: it tells which ticket is meant (R12)."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class ContactAsked:
    """ "How do I contact support?" in any words (R14)."""


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    text: str


@dataclass(frozen=True, slots=True)
class ScoreSaid:
    """A bare number 1 to 5, which rates where a rating was just invited (R19)."""

    score: int


@dataclass(frozen=True, slots=True)
class Thanked:
    pass


@dataclass(frozen=True, slots=True)
class SaidGoodbye:
    pass


@dataclass(frozen=True, slots=True)
class Chatted:
    """Chit-chat, or a matter that is not the shop's (R15)."""


@dataclass(frozen=True, slots=True)
class Insulted:
    """An insult at the bot or the staff, with no matter beside it."""


@dataclass(frozen=True, slots=True)
class Mumbled:
    """Nothing was recognised."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """Every fact of the message is in: time to say what is left to say."""


_Whole = (
    CustomerIdentified
    | ArticleFound
    | NothingFound
    | TicketAccepted
    | TicketDelayed
    | ReferenceTaken
    | AnswerPublished
    | ShopperRated
    | FilesSent
    | AgentJoined
    | AgentSaid
    | AgentLeft
)

Happening = ShopperSaid | _Whole

Fact = (
    SecretMasked
    | DangerTold
    | Greeted
    | NameGiven
    | EmailGiven
    | ExtraGiven
    | ValueRejected
    | IssueStated
    | ReviewDemanded
    | FollowedUp
    | Unhelped
    | Cancelled
    | Denied
    | Affirmed
    | TicketWanted
    | UpdateAsked
    | ContactAsked
    | QuestionAsked
    | ScoreSaid
    | Thanked
    | SaidGoodbye
    | Chatted
    | Insulted
    | Mumbled
    | TurnEnded
)

#: What the table is indexed by. `ShopperSaid` is absent: it arrives unpacked into facts.
TableEvent = Fact | _Whole
